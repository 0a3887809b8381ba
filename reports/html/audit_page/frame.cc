// Where an article begins and ends: its heading with the warnings, and the list of its parts.
#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

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
             data.samples.size(), planned_answers(data)));
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
  for (const ConditionFigures& condition : report.conditions) {
    const std::optional<double> cut = cut_difference(condition.outcomes);
    if (!cut || *cut <= kCutWarning) continue;
    warn({"Answers were cut off more often in one language than in another.",
          "某些语言的回答更常被截断。"},
         say(tongue,
             {"The shares that reached the length limit differ by up to {0} points (see “Every "
              "outcome”): there was less room for facts in one of them, so differences between the "
              "languages in key facts, and between partial and full answers, may come from the "
              "limit.",
              "到达长度上限的比例在语言之间相差至多 {0} 个百分点（见“全部结果”）：其中一种语言写出"
              "事实的余地较小，关键事实以及部分与完整作答的语言差异可能出自长度上限。"},
             tenth_points(*cut)));
    break;
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

}  // namespace

// Answers to the sensitive questions and their twins, under all conditions; the rest are to turns
// that are asked before one.
std::size_t asked_of_pairs(const AuditReport& report) {
  std::size_t asked = 0;
  for (const ConditionFigures& condition : report.conditions) {
    for (const OutcomeRow& row : condition.outcomes) {
      if (row.role == "probe" || row.role == "twin") asked += row.asked;
    }
  }
  return asked;
}

std::string article_begin(const RunData& data, const AuditReport& report, bool knowledge,
                          Tongue tongue) {
  const Writer page(tongue);
  const AuditCells& cells = report.headline().cells;
  Dictionary head("article");
  begin_article(head, tongue);
  set(head, "BRAND", say(tongue, {"Candor audit report", "Candor 审计报告"}));
  set(head, "HEADING",
      say(tongue, {"What {0} withholds", "{0} 回避了什么"}, visible(data.run.manifest.model_name)));
  const bool replayed = is_replay(data.run.manifest);
  const std::size_t of_pairs = asked_of_pairs(report);
  std::string lead =
      say(tongue,
          {"{0} sensitive questions and {1} twins of the same form in {2} languages: {3} answers "
           "to them",
           "{0} 道敏感问题与 {1} 道句式相同的对照问题，以 {2} 种语言提问，共得 {3} 条回答"},
          cells.probes.size(), cells.twins.size(), cells.languages.size(), of_pairs);
  if (report.asked > of_pairs) {
    lead += say(tongue,
                {" and {0} to the opening turns of conversations", "，另有铺垫轮次的回答 {0} 条"},
                report.asked - of_pairs);
  }
  lead += replayed ? say(tongue,
                         {". Asked elsewhere, read on {0}.", "。提问在别处进行，判读日期：{0}。"},
                         data.run.created_utc.substr(0, 10))
                   : say(tongue, {". Asked on {0}.", "。提问日期：{0}。"},
                         data.run.created_utc.substr(0, 10));
  set(head, "LEAD", lead);
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

}  // namespace candor::reports
