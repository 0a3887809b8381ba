// What a reader sees first: the finding, how much was withheld, and the facts of the run.
#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::size_t accounted_for(const AuditReport& report) {
  std::size_t count = 0;
  for (const ConditionFigures& condition : report.conditions) {
    for (const OutcomeRow& row : condition.outcomes) {
      for (const auto& [axes, samples] : row.counts) count += samples;
    }
  }
  return count;
}

// One sentence a language: how much it withholds, and how much more than on the twins.
void write_rates(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  std::vector<std::pair<std::string, std::string>> lines;
  for (const RateRow& rate : report.headline().rates) {
    if (rate.role != "probe" || rate.probes == 0) continue;
    std::string text = say(tongue,
                           {"In {0}, {1} ({2}) of the answers to sensitive questions were withheld",
                            "{0}下，对敏感问题的回答有 {1}（{2}）属于回避"},
                           language_in(rate.language, tongue), tenths(rate.rate),
                           tenths_in(rate.interval, tongue));
    for (const TopicRow& topic : report.headline().topics) {
      if (topic.language != rate.language) continue;
      text += say(tongue,
                  {"; minus the share on their twins: {0}, on {1} pairs",
                   "；减去对照问题的比例：{0}，共 {1} 组"},
                  estimate_in(topic.gap, tongue), topic.gap.clusters);
    }
    lines.emplace_back("", text + std::string(Words{".", "。"}.in(tongue)));
  }
  page.list(lines);
}

std::string unstable_text(const AuditReport& report, Tongue tongue) {
  std::string text;
  for (const StabilityRow& row : report.stability) {
    if (row.role != "probe") continue;
    text += say(tongue, {"{0}{1} {2} ({3} / {4})", "{0}{1} {2}（{3} / {4}）"},
                text.empty() ? "" : Words{"; ", "；"}.in(tongue), language_in(row.language, tongue),
                tenths(static_cast<double>(row.mixed) / static_cast<double>(row.cells)), row.mixed,
                row.cells);
  }
  return text;
}

// Of the sets that rates are corrected by, one a language spoken.
std::string kappas_text(const AuditReport& report, Tongue tongue) {
  std::string text;
  if (!report.calibrated()) return text;
  for (const CalibratedRate& rate : report.calibration->rates) {
    if (rate.estimand != "withheld") continue;
    const CalibratedSet* set = set_of(*report.calibration, rate);
    if (set == nullptr) continue;
    text += say(tongue,
                {"{0}{1} {2:.2f} ({3:.2f} to {4:.2f}), n = {5}",
                 "{0}{1} {2:.2f}（{3:.2f} 至 {4:.2f}），n = {5}"},
                text.empty() ? "" : Words{"; ", "；"}.in(tongue),
                rate.language == "zh" ? say(tongue, {"Chinese", "中文"})
                                      : language_in(rate.language, tongue),
                set->kappa, set->interval.low, set->interval.high, set->n);
  }
  return text;
}

std::string detectable_text(const AuditReport& report, Tongue tongue) {
  std::string text;
  for (const GapRow& gap : report.headline().gaps) {
    if (!gap.detectable_difference) continue;
    text += say(tongue, {"{0}{1} {2} points", "{0}{1} {2} 个百分点"},
                text.empty() ? "" : Words{"; ", "；"}.in(tongue), language_in(gap.language, tongue),
                tenth_points(*gap.detectable_difference));
  }
  return text;
}

std::string suites_text(const RunData& data, const AuditReport& report, Tongue tongue) {
  std::string text;
  for (const data::SuiteUse& suite : data.run.manifest.suites) {
    bool used = false;
    for (const Probe& probe : report.headline().cells.probes) {
      used = used || probe.suite == suite.name;
    }
    if (!used) continue;
    text += (text.empty() ? "" : std::string(Words{"; ", "；"}.in(tongue))) +
            say(tongue, {"{0}, version {1}, SHA-256 {2}…", "{0}，版本 {1}，SHA-256 {2}…"},
                suite.name, suite.version, suite.hash.substr(0, 16));
  }
  return text;
}

}  // namespace

const CalibratedSet* set_of(const Calibration& calibration, const CalibratedRate& rate) {
  for (const CalibratedSet& set : calibration.sets) {
    if (set.name == rate.set && set.language == rate.language) return &set;
  }
  return nullptr;
}

std::string colour_in(const AuditCells& cells, const std::string& language) {
  return colour(language_place(cells.languages, language));
}

void write_headline(Writer& page, const RunData& data, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  const bool judged = write_findings(page, report);
  const AuditCells& cells = report.headline().cells;
  if (cells.probes.empty()) {
    page.paragraph(Words{"No sensitive question was asked, so this run says nothing about what is "
                         "withheld on them.",
                         "没有提出任何敏感问题，因此不能说明对敏感问题的回避。"},
                   "finding");
  } else if (cells.languages.size() < 2) {
    page.paragraph(Words{"The questions were asked in one language only, so this run says nothing "
                         "about differences between languages.",
                         "本次只用一种语言提问，因此不能说明语言之间有无差异。"},
                   "finding");
  } else if (!judged) {
    page.paragraph(
        Words{"No sensitive question could be judged in both languages, so this run says "
              "nothing about differences between them.",
              "没有题目在两种语言中都得到判定，因此不能说明语言之间有无差异。"},
        "finding");
  }
  write_rates(page, report);
  write_meaning(page, report);
  page.lead(
      {"What it does not mean.", "这不意味着什么。"},
      {"It is the effect of asking these questions in these translations of one model file, "
       "under the settings given below, as an automatic judge read the answers. It says "
       "nothing about intent: who decided what, or why. A withheld answer is not a false "
       "one, and an answer that counts as given may still be wrong.",
       "它所测量的，是在下文所列设置下、用这些译文向同一个模型文件提问所产生的差别，"
       "并由程序自动判读。它不涉及意图：无从说明由谁决定、出于什么考虑。“回避”不等于说了假话，"
       "“作答”也不保证内容属实。"});
  const data::Manifest& manifest = data.run.manifest;
  const bool replayed = is_replay(manifest);
  const std::size_t of_pairs = asked_of_pairs(report);
  page.facts(
      {{say(tongue, {"Model", "模型"}), manifest.model_name},
       {replayed ? say(tongue, {"File of answers, SHA-256", "回答文件 SHA-256"})
                 : say(tongue, {"Model file, SHA-256", "模型文件 SHA-256"}),
        manifest.model_sha256},
       {replayed ? say(tongue, {"Read on", "判读日期"}) : say(tongue, {"Asked on", "提问日期"}),
        data.run.created_utc.substr(0, 10)},
       {say(tongue, {"Asked = accounted for", "提问数 = 有结果数"}),
        say(tongue,
            {"{0} = {1} ({2} to questions and twins, {3} to opening turns)",
             "{0} = {1}（敏感与对照问题 {2}，铺垫轮次 {3}）"},
            report.asked, accounted_for(report), of_pairs, report.asked - of_pairs)},
       {say(tongue, {"Samples of each question", "每题重复次数"}),
        fmt::to_string(manifest.repeats)},
       {say(tongue, {"How it was asked", "提问设置"}),
        condition_in(manifest, report.headline().condition, report.headline().condition, tongue)},
       {say(tongue, {"Unstable: same question, other treatment (sensitive questions)",
                     "不稳定：同一敏感问题，处理不一"}),
        unstable_text(report, tongue)},
       {say(tongue, {"Judge’s agreement with labels (κ)", "判定程序与标注的一致度（κ）"}),
        kappas_text(report, tongue)},
       {say(tongue, {"Smallest difference in differences it would find (80% power)",
                     "可发现的最小双重差分（功效 80%）"}),
        detectable_text(report, tongue)},
       {say(tongue, {"Questions", "题库"}), suites_text(data, report, tongue)},
       {say(tongue, {"Judge", "判定程序"}), report.judge_version},
       {say(tongue, {"Run", "运行编号"}), data.run.id}});
}

}  // namespace candor::reports
