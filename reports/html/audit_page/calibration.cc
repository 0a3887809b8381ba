// How far the judge can be trusted, and the rates without its measured errors.
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

std::string held_out_in(const std::string& what, Tongue tongue) {
  if (what == "questions") return say(tongue, {"questions", "题目"});
  if (what == "questions, models") return say(tongue, {"questions and models", "题目与模型"});
  return what;
}

void write_sets(Writer& page, const Calibration& calibration) {
  const Tongue tongue = page.tongue();
  Table sets;
  sets.names = {say(tongue, {"labelled set", "标注集"}), say(tongue, {"language", "语言"}),
                say(tongue, {"labels by", "标注者"}), say(tongue, {"held out", "留出方式"})};
  sets.figures = {"n", "κ", say(tongue, {"95% interval", "95% 置信区间"})};
  Table classes;
  classes.names = {say(tongue, {"labelled set", "标注集"}), say(tongue, {"held out", "留出方式"}),
                   say(tongue, {"language", "语言"}), say(tongue, {"class", "类别"})};
  classes.figures = {say(tongue, {"precision", "精确率"}), say(tongue, {"recall", "召回率"}), "n"};
  for (const CalibratedSet& set : calibration.sets) {
    sets.rows.push_back({set.name + ": " + set.what, language_in(set.language, tongue),
                         set.labels_by, held_out_in(set.held_out, tongue), fmt::to_string(set.n),
                         fmt::format("{:.2f}", set.kappa),
                         fmt::format("{:.2f} – {:.2f}", set.interval.low, set.interval.high)});
    bool first = true;
    for (const CalibratedClass& one : set.classes) {
      classes.rows.push_back({first ? set.name : std::string(),
                              first ? held_out_in(set.held_out, tongue) : std::string(),
                              first ? language_in(set.language, tongue) : std::string(), one.label,
                              share_in(one.precision), share_in(one.recall),
                              fmt::to_string(one.n)});
      first = false;
    }
  }
  page.table(sets);
  if (classes.rows.empty()) return;
  page.fold(say(tongue, {"Precision and recall of each class", "各类别的精确率与召回率"}));
  page.table(classes);
  for (const CalibratedSet& set : calibration.sets) {
    Table confusion;
    confusion.names = {say(tongue, {"{0}, {1}, held out {2}: label", "{0}，{1}，留出{2}：标注"},
                           set.name, language_in(set.language, tongue),
                           held_out_in(set.held_out, tongue))};
    for (const std::string& label : set.labels) {
      confusion.figures.push_back(say(tongue, {"judged {0}", "判为 {0}"}, label));
    }
    for (std::size_t i = 0; i < set.confusion.size(); ++i) {
      std::vector<TableCell> line = {set.labels[i]};
      for (const std::int64_t count : set.confusion[i]) line.emplace_back(fmt::to_string(count));
      confusion.rows.push_back(std::move(line));
    }
    page.table(confusion);
  }
  page.unfold();
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
    table.rows.push_back({role_in(row.role, tongue), language_in(row.language, tongue), row.set,
                          share_of(row.errors.true_positive, row.errors.positives()),
                          share_of(row.errors.true_negative, row.errors.negatives()),
                          tenths(row.observed), tenths(row.rate.value),
                          tenths_in(row.rate.interval, tongue)});
  }
  page.table(table);
  std::vector<std::pair<std::string, std::string>> notes;
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
