// How far the judge can be trusted, and the rates without its measured errors.
#include <cmath>

#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::string share_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "–";
  return fmt::format("{} ({} / {})", tenths(static_cast<double>(part) / static_cast<double>(whole)),
                     part, whole);
}

std::string share_in(const std::optional<double>& share) {
  return share ? fmt::format("{:.2f}", *share) : "–";
}

// For what a set is called here, `set` the function has a name of its own.
void put(Dictionary& dictionary, const char* name, const std::string& text) {
  set(dictionary, name, text);
}

struct Term {
  std::string_view name;  // as the file has it
  Words shown;
};
// What audit.json says in words: names of sets, their labels, and who gave them. What is not here
// is shown as it is.
constexpr Term kTerms[] = {
    {"six classes", {"six classes", "六类标注集"}},
    {"denial, evasive or complete", {"denial, evasive or complete", "拒答、回避或完整"}},
    {"full refusal, partial refusal or full compliance",
     {"full refusal, partial refusal or full compliance", "完全拒绝、部分拒绝或完全照办"}},
    {"refusal or not", {"refusal or not", "是否拒绝"}},
    {"redirected or not", {"redirected or not", "是否转移话题"}},
    {"the content classes of the audit", {"the content classes of the audit", "本审计的六个类别"}},
    {"people", {"people", "人工"}},
    {"two people", {"two people", "两名标注员"}},
    {"two LLM judges that agree", {"two LLM judges that agree", "两个大模型裁判，取一致者"}},
    {"two blind LLM readers that agree",
     {"two blind LLM readers that agree", "两个大模型盲评，取一致者"}},
    {"questions", {"questions", "题目"}},
    {"questions, models", {"questions and models", "题目与模型"}},
    {"probability of deflection", {"probability of deflection", "转移话题的概率"}},
    {"probability of not being complete", {"probability of not being complete", "不完整的概率"}},
    {"probability of not being full_compliance",
     {"probability of not being full compliance", "并非完全照办的概率"}},
    {"denial", {"denial", "拒答"}},
    {"evasive", {"evasive", "回避"}},
    {"complete", {"complete", "完整"}},
    {"full_refusal", {"full refusal", "完全拒绝"}},
    {"partial_refusal", {"partial refusal", "部分拒绝"}},
    {"full_compliance", {"full compliance", "完全照办"}},
    {"redirected", {"redirected", "转移话题"}},
    {"other", {"other", "其他"}},
    {"an answer is full only from this probability on where evasion is next",
     {"an answer is full only from this probability on where evasion is next",
      "若次可能的是回避，概率达到此值才判为完整作答"}},
    {"an answer is a deflection only from this probability on",
     {"an answer is a deflection only from this probability on", "概率达到此值才判为转移话题"}},
    {"SpeechMap China (development part)",
     {"SpeechMap China (development part)", "SpeechMap China（开发部分）"}},
    {"XSTest (development part)", {"XSTest (development part)", "XSTest（开发部分）"}},
    {"Reuter-Schulze (development part)",
     {"Reuter-Schulze (development part)", "Reuter-Schulze（开发部分）"}},
};

std::string term_in(const std::string& name, Tongue tongue) {
  for (const Term& term : kTerms) {
    if (term.name == name) return std::string(term.shown.in(tongue));
  }
  return visible(name);
}

std::string class_in(const std::string& label, Tongue tongue) {
  const std::string named = label_name(label, tongue);
  return named == label ? term_in(label, tongue) : named;
}

// Chinese labels serve both scripts.
std::string spoken_in(const std::string& language, Tongue tongue) {
  if (language == "zh") return say(tongue, {"Chinese", "中文"});
  return language_in(language, tongue);
}

std::string set_in(const CalibratedSet& set, Tongue tongue) {
  return say(tongue, {"{0}, {1}, held out: {2}", "{0}，{1}，留出{2}"}, term_in(set.name, tongue),
             spoken_in(set.language, tongue), term_in(set.held_out, tongue));
}

void write_classes(Writer& page, const Calibration& calibration) {
  const Tongue tongue = page.tongue();
  Table classes;
  classes.names = {say(tongue, {"labelled set", "标注集"}), say(tongue, {"held out", "留出方式"}),
                   say(tongue, {"language", "语言"}), say(tongue, {"class", "类别"})};
  classes.figures = {say(tongue, {"precision", "精确率"}), say(tongue, {"recall", "召回率"}),
                     say(tongue, {"κ against the rest", "κ（对其余各类）"}), "n"};
  for (const CalibratedSet& set : calibration.sets) {
    for (std::size_t i = 0; i < set.classes.size(); ++i) {
      const CalibratedClass& one = set.classes[i];
      const bool first = i == 0;
      classes.rows.push_back({first ? term_in(set.name, tongue) : std::string(),
                              first ? term_in(set.held_out, tongue) : std::string(),
                              first ? spoken_in(set.language, tongue) : std::string(),
                              class_in(one.label, tongue), share_in(one.precision),
                              share_in(one.recall), share_in(class_kappa(set, i)),
                              fmt::to_string(one.n)});
    }
  }
  if (classes.rows.empty()) return;
  page.fold(
      say(tongue, {"Precision, recall and kappa of each class", "各类别的精确率、召回率与 κ"}));
  page.table(classes);
  for (const CalibratedSet& set : calibration.sets) {
    Table confusion;
    confusion.names = {set_in(set, tongue) + say(tongue, {": labelled as", "：标注为"})};
    for (const std::string& label : set.labels) {
      confusion.figures.push_back(say(tongue, {"judged {0}", "判为 {0}"}, class_in(label, tongue)));
    }
    for (std::size_t i = 0; i < set.confusion.size(); ++i) {
      std::vector<TableCell> line = {class_in(set.labels[i], tongue)};
      for (const std::int64_t count : set.confusion[i]) line.emplace_back(fmt::to_string(count));
      confusion.rows.push_back(std::move(line));
    }
    page.table(confusion);
  }
  page.unfold();
}

void add_curve(Dictionary& block, const CalibratedSet& set, Tongue tongue) {
  constexpr double kMarked = 0.5;
  // In units of curves.tpl's view box.
  const auto at_x = [](double recall) { return coordinate(34 + 196 * recall); };
  const auto at_y = [](double precision) { return coordinate(150 - 140 * precision); };
  Dictionary& curve = *block.AddSectionDictionary("CURVE");
  for (const double tick : {0.0, 0.5, 1.0}) {
    Dictionary& line = *curve.AddSectionDictionary("TICK");
    line.SetValue("AT_X", at_x(tick));
    line.SetValue("AT_Y", at_y(tick));
    line.SetValue("TEXT_Y", coordinate(154 - 140 * tick));
    line.SetValue("NAME", fmt::format("{:.1f}", tick));
  }
  curve.SetValue("COLOUR", set.language == "en" ? "en" : "zh");
  put(curve, "X_LABEL", say(tongue, {"recall", "召回率"}));
  put(curve, "Y_LABEL", say(tongue, {"precision", "精确率"}));
  std::string path;
  std::string marked;
  for (const CurvePoint& point : set.curve) {
    path += (path.empty() ? "" : " ") + at_x(point.recall) + "," + at_y(point.precision);
    if (std::abs(point.threshold - kMarked) > 1e-9) continue;
    Dictionary& mark = *curve.AddSectionDictionary("MARK");
    mark.SetValue("X", at_x(point.recall));
    mark.SetValue("Y", at_y(point.precision));
    marked = say(tongue,
                 {"; marked: at {0:.2f} and over, precision {1:.2f}, recall {2:.2f}",
                  "；圆点：取 {0:.2f} 及以上时，精确率 {1:.2f}，召回率 {2:.2f}"},
                 point.threshold, point.precision, point.recall);
  }
  curve.SetValue("PATH", path);
  const std::string caption =
      say(tongue, {"{0}: {1}", "{0}：{1}"}, set_in(set, tongue), term_in(set.curve_of, tongue)) +
      marked;
  put(curve, "SAID", caption);
  put(curve, "CAPTION", caption);
}

void write_curves(Writer& page, const Calibration& calibration) {
  const Tongue tongue = page.tongue();
  Dictionary block("curves");
  std::size_t curves = 0;
  for (const CalibratedSet& set : calibration.sets) {
    if (set.curve.empty()) continue;
    add_curve(block, set, tongue);
    ++curves;
  }
  if (curves == 0) return;
  page.fold(say(tongue, {"Precision against recall ({0} curves)", "精确率—召回率曲线（{0} 条）"},
                curves));
  page.paragraph(Words{
      "What the judge’s probability would find (recall) and how much of what it found would be "
      "right (precision), were everything taken from a threshold on; the line runs over all "
      "thresholds. The judge itself takes the likeliest class, with the thresholds named above.",
      "若凡概率达到某一阈值者都算入，能找出多少（召回率）、找出的有多少是对的（精确率）；曲线取遍各"
      "阈值"
      "。判定程序本身取最可能的类别，并依上列阈值。"});
  page.html(expand("curves.tpl", block));
  page.unfold();
}

void write_sets(Writer& page, const Calibration& calibration) {
  const Tongue tongue = page.tongue();
  Table sets;
  sets.names = {say(tongue, {"labelled set", "标注集"}), say(tongue, {"language", "语言"}),
                say(tongue, {"labels by", "标注者"}), say(tongue, {"held out", "留出方式"})};
  sets.figures = {"n", "κ", say(tongue, {"95% interval", "95% 置信区间"})};
  for (const CalibratedSet& set : calibration.sets) {
    sets.rows.push_back({say(tongue, {"{0}: {1}", "{0}：{1}"}, term_in(set.name, tongue),
                             term_in(set.what, tongue)),
                         spoken_in(set.language, tongue), term_in(set.labels_by, tongue),
                         term_in(set.held_out, tongue), fmt::to_string(set.n),
                         fmt::format("{:.2f}", set.kappa),
                         fmt::format("{:.2f} – {:.2f}", set.interval.low, set.interval.high)});
  }
  page.table(sets);
  std::vector<std::pair<std::string, std::string>> fit;
  if (!calibration.fitted_on.empty()) {
    std::string on;
    for (const std::string& one : calibration.fitted_on) {
      on += (on.empty() ? "" : std::string(Words{"; ", "；"}.in(tongue))) + term_in(one, tongue);
    }
    fit.emplace_back(say(tongue, {"Fitted on", "拟合数据"}),
                     say(tongue, {"{0} answers of: {1}.", "{0} 条回答，来自：{1}。"},
                         calibration.fitted_answers, on));
  }
  for (const FittedThreshold& threshold : calibration.thresholds) {
    fit.emplace_back(say(tongue, {"Threshold {0:.2f}", "阈值 {0:.2f}"}, threshold.value),
                     say(tongue, {"({0}): {1}.", "（{0}）：{1}。"},
                         class_in(threshold.name, tongue), term_in(threshold.what, tongue)));
  }
  page.list(fit);
  write_curves(page, calibration);
  write_classes(page, calibration);
}

void write_corrected(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  if (report.corrected.rows.empty()) {
    page.paragraph(
        Words{"The file holds no error rates for the languages of this run, so no rate "
              "is corrected.",
              "校准文件中没有本次语言的误判率，因此不作校正。"});
    return;
  }
  page.subheading({"Rates corrected for the judge’s errors", "按判定误差校正后的回避率"});
  page.paragraph(Words{
      "Sensitivity is the share of withheld answers the judge finds, specificity the share of "
      "others it leaves alone. Corrected rate: (rate + specificity − 1) / (sensitivity + "
      "specificity − 1), after Rogan and Gladen; its interval carries the uncertainty of all three "
      "figures (Lang and Reiczigel). It supposes that the judge errs on these questions as often "
      "as "
      "on the labelled ones, and on sensitive questions as on twins. Chinese labels serve both "
      "scripts.",
      "灵敏度：回避的回答中被判出的比例；特异度：其余回答中未被误判的比例。校正后回避率＝（观测值＋"
      "特异度"
      "－1）÷（灵敏度＋特异度－1），即 Rogan–Gladen "
      "估计；其置信区间计入三个比例各自的不确定性（Lang 与 "
      "Reiczigel "
      "的方法）。前提是判定程序在本题库上的误判率与标注集相同，且对敏感问题与对照问题一视同仁。"
      "中文标注兼用于简体与繁体。"});
  Table table;
  table.names = {say(tongue, {"questions", "题目"}), say(tongue, {"language", "语言"}),
                 say(tongue, {"errors measured on", "误差测自"})};
  table.figures = {say(tongue, {"sensitivity", "灵敏度"}), say(tongue, {"specificity", "特异度"}),
                   say(tongue, {"observed", "观测值"}), say(tongue, {"corrected", "校正值"}),
                   say(tongue, {"95% interval", "95% 置信区间"})};
  for (const CorrectedRow& row : report.corrected.rows) {
    table.rows.push_back(
        {role_in(row.role, tongue), language_in(row.language, tongue), term_in(row.set, tongue),
         share_of(row.errors.true_positive, row.errors.positives()),
         share_of(row.errors.true_negative, row.errors.negatives()), tenths(row.observed),
         tenths(row.rate.value), tenths_in(row.rate.interval, tongue)});
  }
  page.table(table);
  std::vector<std::pair<std::string, std::string>> notes;
  for (const CorrectionBasis& basis : report.corrected.bases) {
    if (basis.applies()) continue;
    const std::string what =
        basis.labelled
            ? say(tongue,
                  {"{0} of the {1} labelled answers are of that class",
                   "{1} 条标注回答中只有 {0} 条属于该类"},
                  *basis.labelled, basis.answers)
            : say(tongue, {"the {0} labelled answers have other classes", "{0} 条标注回答另分类别"},
                  basis.answers);
    notes.emplace_back(
        say(tongue, {"Not to be quoted for {0}.", "{0}的校正值不宜引用。"},
            language_in(basis.language, tongue)),
        say(tongue,
            {"Of the answers that the model gave, {0} of {1} are “{2}”; {3}. How often the judge "
             "errs on such answers is not known, so the front page has no corrected figure.",
             "模型所作的 {1} 条回答中有 {0} "
             "条为“{2}”；{3}。判定程序对这类回答的误判率未知，因此首页"
             "不列校正值。"},
            basis.frequent_answers, basis.given_answers, label_name(basis.frequent, tongue), what));
  }
  for (const CorrectedGap& gap : report.corrected.gaps) {
    notes.emplace_back(
        "", say(tongue,
                {"{0}: language gap on the sensitive questions {1}; difference in differences {2}, "
                 "both corrected.",
                 "{0}：校正后敏感问题的语言差异为 {1}，双重差分为 {2}。"},
                language_in(gap.language, tongue), estimate_in(gap.probes, tongue),
                estimate_in(gap.difference, tongue)));
  }
  page.list(notes);
}

}  // namespace

void write_calibration(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  page.heading("calibration", {"The judge, and how often it errs", "判定程序的准确度"});
  page.paragraph(Words{
      "No person labelled the answers of this run: a program did, by fixed rules. It was measured "
      "on "
      "answers that people or other models had labelled, on questions it was not fitted on. Kappa "
      "is agreement beyond chance: 0 is chance, 1 is perfect.",
      "本次运行的回答没有经人逐条标注，而是由程序按固定规则判定。下表是它在已有标注的回答上的表现，"
      "所用题目均未参与拟合。κ 为扣除偶然一致后的一致程度：0 相当于随机，1 为完全一致。"});
  if (!report.calibration) {
    page.paragraph(
        Words{"No calibration is there (sets/judges/audit.json is missing), so nothing is "
              "said here of the judge’s errors and no rate is corrected for them.",
              "没有校准数据（缺少 sets/judges/audit.json），因此此处无法说明判定程序的误差，"
              "各比率也未作校正。"},
        "warning");
    return;
  }
  if (!report.calibrated()) {
    page.paragraph(
        say(tongue,
            {"These figures are of the judge {0}, and this run was judged by {1}: no rate is "
             "corrected. `candor score` judges the stored answers again.",
             "以下数字属于判定程序 {0}，而本次运行由 {1} 判定，因此不作校正。可运行 `candor score` "
             "重新判定。"},
            report.calibration->version,
            report.judge_version.empty() ? std::string("–") : report.judge_version),
        "warning");
  }
  write_sets(page, *report.calibration);
  if (report.calibrated()) write_corrected(page, report);
}

}  // namespace candor::reports
