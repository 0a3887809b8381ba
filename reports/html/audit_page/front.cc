// What a reader sees first: the finding in words, what it means and what it does not.
#include <algorithm>
#include <cmath>

#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::size_t planned(const data::Manifest& manifest) {
  std::size_t questions = 0;
  for (const data::SuiteUse& suite : manifest.suites) {
    if (suite.not_run.empty()) questions += suite.questions;
  }
  return questions * static_cast<std::size_t>(std::max(1, manifest.repeats));
}

std::size_t count_of(const AuditReport& report, const char* delivery) {
  std::size_t count = 0;
  for (const ConditionFigures& condition : report.conditions) {
    for (const OutcomeRow& row : condition.outcomes) {
      for (const auto& [axes, samples] : row.counts) {
        if (axes.first == delivery) count += samples;
      }
    }
  }
  return count;
}

void add_warnings(Dictionary& head, const RunData& data, const AuditReport& report, Tongue tongue) {
  const auto warn = [&](Words title, const std::string& text) {
    Dictionary& warning = *head.AddSectionDictionary("WARNING");
    set(warning, "HEAD", title.in(tongue));
    set(warning, "TEXT", text);
  };
  if (data.run.status != "finished") {
    warn({"This run is not finished.", "本次运行尚未完成。"},
         say(tongue,
             {"{0} of {1} planned answers are stored; every figure is of those alone.",
              "计划 {1} 条回答，现已存入 {0} 条；以下数字只依据已有的回答。"},
             data.samples.size(), planned(data.run.manifest)));
  }
  if (const std::size_t unjudged = count_of(report, "unjudged"); unjudged > 0) {
    warn({"Not everything is judged.", "部分回答尚未判定。"},
         say(tongue,
             {"{0} answers wait for the judge: `candor score` judges them.",
              "有 {0} 条回答等待判定，可运行 `candor score`。"},
             unjudged));
  }
  if (const std::size_t outages = count_of(report, "outage"); outages > 0) {
    warn({"Some questions got no answer from the service.", "部分提问没有得到服务响应。"},
         say(tongue,
             {"{0} of {1}; they are in no rate and never counted as withheld.",
              "共 {0} 条（总数 {1} 条）；不计入任何比率，更不算作回避。"},
             outages, report.asked));
  }
  std::size_t without_twin = 0;
  for (const Probe& probe : report.headline().cells.probes) {
    if (probe.twin == nullptr) ++without_twin;
  }
  if (without_twin > 0) {
    warn({"Some sensitive questions have no twin in this run.", "部分敏感问题缺少对照。"},
         say(tongue,
             {"{0} of {1}; they count in rates and language gaps, not in the difference in "
              "differences.",
              "共 {0} 题（总数 {1} 题）；它们计入比率和语言差异，但不计入双重差分。"},
             without_twin, report.headline().cells.probes.size()));
  }
}

// The judge errs: the same finding with its errors taken out.
std::string corrected_text(const AuditReport& report, const std::string& language, Tongue tongue) {
  for (const CorrectedGap& gap : report.corrected.gaps) {
    if (gap.language != language || gap.difference.clusters == 0) continue;
    return say(
        tongue,
        {"Corrected for the judge’s measured errors: {0}.", "按判定程序的实测误差校正后：{0}。"},
        estimate_in(gap.difference, tongue));
  }
  return "";
}

void finding(Writer& page, const AuditReport& report, const GapRow& gap) {
  const Tongue tongue = page.tongue();
  const std::string base = language_in(report.headline().cells.languages[0], tongue);
  const std::string other = language_in(gap.language, tongue);
  const data::Estimate& difference = gap.difference;
  if (difference.clusters == 0) {
    page.paragraph(
        say(tongue,
            {"Asked in {0} instead of {1}, the model’s rate of withholding on the sensitive "
             "questions changes by {2}. No question with a twin could be judged in both languages, "
             "so caution about these topics cannot be told from caution in {0} as such.",
             "由{1}改为{0}提问时，模型在敏感问题上的回避率变化为 "
             "{2}。由于没有一组“敏感问题—对照问题”"
             "在两种语言中都得到判定，无法区分这是对议题的谨慎，还是该语言下普遍的谨慎。"},
            other, base, estimate_in(gap.probes, tongue)),
        "finding");
    return;
  }
  const Words verdict = !excludes_nought(difference.interval)
                            ? Words{"no clear difference", "未见明确差异"}
                        : difference.value > 0 ? Words{"it withholds more", "回避更多"}
                                               : Words{"it withholds less", "回避更少"};
  page.paragraph(
      say(tongue,
          {"Asked in {0} instead of {1}, the model’s rate of withholding on sensitive questions "
           "changes by {2} (95% interval {3}) relative to comparable questions on other subjects: "
           "{4}.",
           "由{1}改为{0}提问后，模型对敏感问题的回避率，相对于其他对象的同类问题，变化了 {2}（95% "
           "置信区间 {3}）：{4}。"},
          other, base, points_in(difference.value, tongue), points_in(difference.interval, tongue),
          verdict.in(tongue)),
      "finding");
  const data::FourCells& means = gap.means;
  std::string text = say(
      tongue,
      {"On the {0} pairs judged in both languages the model withheld {1} of the sensitive "
       "questions in {2} and {3} in {4}; of their twins, {5} and {6}. So the difference in "
       "differences is ({3} − {1}) − ({6} − {5}) = {7}.",
       "在两种语言都得到判定的 {0} 组题目中，敏感问题的回避率在{2}下为 {1}，在{4}下为 {3}；对照问题"
       "则分别为 {5} 和 {6}。双重差分即 ({3} − {1}) − ({6} − {5}) = {7}。"},
      difference.clusters, tenths(means.probe_first), base, tenths(means.probe_second), other,
      tenths(means.twin_first), tenths(means.twin_second), points_in(difference.value, tongue));
  const std::string corrected = corrected_text(report, gap.language, tongue);
  if (!corrected.empty()) text += std::string(Words{" ", ""}.in(tongue)) + corrected;
  page.paragraph(text);
  if (excludes_nought(difference.interval)) {
    page.lead({"What it means.", "这意味着什么。"},
              difference.value > 0
                  ? Words{"Going over to this language makes the model withhold more on the "
                          "sensitive questions than on questions of the same form about other "
                          "countries, persons or companies; general caution or weakness in the "
                          "language does not explain it.",
                          "换用这种语言之后，模型在敏感问题上的回避增幅，超过它在同一句式、"
                          "但涉及其他国家、人物或企业的对照问题上的增幅；不能仅用该语言下的普遍谨慎"
                          "或能力不足来解释。"}
                  : Words{"Going over to this language makes the model withhold less on the "
                          "sensitive questions than the same change does on questions of the same "
                          "form about other countries, persons or companies.",
                          "换用这种语言之后，与同一句式、但涉及其他国家、人物或企业的对照问题相比，"
                          "模型在敏感问题上的回避反而相对减少。"});
  } else {
    std::string meaning(
        Words{"The interval includes 0: this run does not show that the language matters more on "
              "the sensitive questions than on their twins.",
              "置信区间包含 0：本次运行没有显示提问语言对敏感问题的影响大于对对照问题的影响。"}
            .in(tongue));
    if (gap.detectable_difference) {
      meaning += say(tongue,
                     {" It would have found a difference of {0} points or more with 80% power.",
                      "若真实差异达到 {0} 个百分点，本次运行有 80% 的把握发现它。"},
                     std::lround(*gap.detectable_difference * 100));
    }
    const Words words{meaning, meaning};
    page.lead({"What it means.", "这意味着什么。"}, words);
  }
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

bool excludes_nought(const data::Interval& interval) {
  return interval.low > 0 || interval.high < 0;
}

std::string colour_in(const AuditCells& cells, const std::string& language) {
  return colour(language_place(cells.languages, language));
}

std::string article_begin(const RunData& data, const AuditReport& report, bool knowledge,
                          Tongue tongue) {
  const Writer page(tongue);
  const AuditCells& cells = report.headline().cells;
  Dictionary head("article");
  const bool english = tongue == Tongue::kEnglish;
  head.SetValue("ID", english ? "en" : "zh");
  head.SetValue("LANG", english ? "en" : "zh-Hans");
  for (const bool first : {true, false}) {
    Dictionary& item = *head.AddSectionDictionary("SWITCH");
    Dictionary& one = *item.AddSectionDictionary(first == english ? "HERE" : "THERE");
    one.SetValue("ID", first ? "en" : "zh");
    one.SetValue("LANG", first ? "en" : "zh-Hans");
    one.SetValue("NAME", first ? "English" : "中文");
  }
  set(head, "BRAND", say(tongue, {"Candor audit report", "Candor 审计报告"}));
  set(head, "HEADING",
      say(tongue, {"What {0} withholds", "{0} 回避了什么"}, visible(data.run.manifest.model_name)));
  set(head, "LEAD",
      say(tongue,
          {"{0} sensitive questions and {1} twins of the same form, asked in {2} languages: {3} "
           "answers in all. Asked on {4}.",
           "{0} 道敏感问题与 {1} 道句式相同的对照问题，以 {2} 种语言提问，共得 {3} "
           "条回答。提问日期："
           "{4}。"},
          cells.probes.size(), cells.twins.size(), cells.languages.size(), report.asked,
          data.run.created_utc.substr(0, 10)));
  set(head, "PARTS", say(tongue, {"Parts of this report", "本报告各部分"}));
  add_warnings(head, data, report, tongue);
  const auto link = [&](const char* id, Words words) {
    Dictionary& item = *head.AddSectionDictionary("LINK");
    set(item, "ID", page.id(id));
    set(item, "NAME", words.in(tongue));
  };
  link("result", {"Result", "主要结果"});
  link("outcomes", {"Every outcome", "全部结果"});
  link("facts", {"Key facts stated", "关键事实"});
  if (!report.topics.empty()) link("map", {"By topic", "按议题"});
  if (report.conditions.size() > 1) link("conditions", {"Conditions", "提问设置"});
  link("stability", {"Stability", "稳定性"});
  link("thought", {"Reasoning against answer", "思维链与回答"});
  if (knowledge) link("knowledge", {"Knowledge against speech", "所知与所言"});
  link("pairs", {"Pairs side by side", "逐题对照"});
  link("calibration", {"The judge", "判定程序的准确度"});
  link("method", {"Method", "方法"});
  link("glossary", {"Glossary", "术语"});
  return expand("tongue.tpl", head);
}

std::string article_end(const RunData& data, Tongue tongue) {
  Dictionary foot("foot");
  set(foot, "TEXT",
      say(tongue,
          {"Made by Candor {0} from run {1}. This file needs no network and holds no scripts; the "
           "English and the Chinese text are made by the same program from the same figures.",
           "由 Candor {0} 根据运行记录 {1} 生成。本文件无需联网，也不含脚本；中英文两个版本由同一"
           "程序依据同一组数字写成。"},
          visible(data.run.manifest.engine_version), visible(data.run.id)));
  return expand("tongue_end.tpl", foot);
}

void write_headline(Writer& page, const RunData& data, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  for (const GapRow& gap : report.headline().gaps) {
    if (gap.probes.clusters > 0) finding(page, report, gap);
  }
  if (report.headline().gaps.empty()) {
    page.paragraph(Words{"The questions were asked in one language only, so this run says nothing "
                         "about differences between languages.",
                         "本次只用一种语言提问，因此不能说明语言之间有无差异。"},
                   "finding");
  }
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
  const bool replayed = manifest.precision == "replay";
  page.facts({{say(tongue, {"Model", "模型"}), manifest.model_name},
              {replayed ? say(tongue, {"File of answers, SHA-256", "回答文件 SHA-256"})
                        : say(tongue, {"Model file, SHA-256", "模型文件 SHA-256"}),
               manifest.model_sha256},
              {say(tongue, {"Asked on", "提问日期"}), data.run.created_utc.substr(0, 10)},
              {say(tongue, {"Answers", "回答总数"}), fmt::to_string(report.asked)},
              {say(tongue, {"Samples of each question", "每题重复次数"}),
               fmt::to_string(manifest.repeats)},
              {say(tongue, {"How it was asked", "提问设置"}),
               condition_in(report.headline().condition, report.headline().condition, tongue)},
              {say(tongue, {"Questions", "题库"}), suites_text(data, report, tongue)},
              {say(tongue, {"Judge", "判定程序"}), report.judge_version},
              {say(tongue, {"Run", "运行编号"}), data.run.id}});
}

}  // namespace candor::reports
