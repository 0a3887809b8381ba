// The figures: rates, gaps, outcomes, key facts.
#include <algorithm>
#include <set>

#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::vector<BarRow> rate_bars(const AuditReport& report, Tongue tongue) {
  std::vector<BarRow> bars;
  std::string last;
  for (const RateRow& row : report.headline().rates) {
    if (row.probes == 0) continue;
    const std::string head = role_in(row.role, tongue);
    bars.push_back({head == last ? "" : head, language_in(row.language, tongue),
                    colour_in(report.headline().cells, row.language),
                    fmt::format("n = {}", row.probes), row.rate, row.interval});
    last = head;
  }
  return bars;
}

std::vector<BarRow> gap_bars(const AuditReport& report, Tongue tongue) {
  const ConditionFigures& head = report.headline();
  std::vector<BarRow> bars;
  const auto add = [&](const std::string& title, const std::string& label,
                       const std::string& language, const data::Estimate& estimate) {
    if (estimate.clusters == 0) return;
    bars.push_back({title, label, colour_in(head.cells, language),
                    fmt::format("n = {}", estimate.clusters), estimate.value, estimate.interval});
  };
  for (const GapRow& row : head.gaps) {
    add(bars.empty() ? say(tongue, {"Difference in differences", "双重差分"}) : std::string(),
        say(tongue, {"{0} against {1}", "{0}相对{1}"}, language_in(row.language, tongue),
            language_in(head.cells.languages[0], tongue)),
        row.language, row.difference);
  }
  for (const GapRow& row : head.gaps) {
    add(say(tongue, {"{0} minus {1}", "{0}减{1}"}, language_in(row.language, tongue),
            language_in(head.cells.languages[0], tongue)),
        role_in("probe", tongue), row.language, row.probes);
    add("", role_in("twin", tongue), row.language, row.twins);
  }
  bool first = true;
  for (std::size_t i = 0; i < head.topics.size(); ++i) {
    add(first ? say(tongue, {"Sensitive question minus twin", "敏感问题减对照问题"}) : "",
        language_in(head.topics[i].language, tongue), head.topics[i].language, head.topics[i].gap);
    first = false;
  }
  return bars;
}

std::string gap_note(const AuditReport& report, const GapRow& row, Tongue tongue) {
  const std::string base = language_in(report.headline().cells.languages[0], tongue);
  const std::string other = language_in(row.language, tongue);
  std::string text;
  if (row.difference.clusters > 0) {
    text += say(tongue,
                {"Difference in differences {0}; sign-flip test over its pairs: {1}",
                 "双重差分为 {0}；逐组符号翻转检验 {1}"},
                estimate_in(row.difference, tongue), p_value(row.p));
    if (row.p_holm) {
      text += say(tongue,
                  {", adjusted by Holm for {0} tests on this page: {1}",
                   "，按本页 {0} 项检验作 Holm 校正后 {1}"},
                  report.family.size(), p_value(*row.p_holm));
    }
    text += say(tongue, {".", "。"}) + scale_text(row, tongue);
    text += say(tongue, {" ", ""});
  }
  const std::optional<double> holm = holm_of(report.family, 0, "language", row.language);
  text += say(
      tongue,
      {"The raw language gap, twins not taken off: sensitive questions withheld (in most of their "
       "samples) in {0} only: {1}; in {2} only: {3}. Exact McNemar test: {4}, adjusted: {5}.",
       "未扣除对照问题的语言差异：以多数回答计，仅在{0}中回避的敏感问题有 {1} "
       "题，仅在{2}中回避的有 "
       "{3} 题；McNemar 精确检验 {4}，校正后 {5}。"},
      other, row.withheld_here_only, base, row.withheld_base_only, p_value(row.mcnemar),
      p_value(holm.value_or(row.mcnemar)));
  const auto smallest = [&](Words what, const std::optional<double>& gap) {
    if (!gap) return;
    text += say(tongue, what, tenth_points(*gap));
  };
  smallest({" Smallest language gap this run could have found with 80% power: {0} points.",
            "在 80% 的检验功效下，本次运行能发现的最小语言差异为 {0} 个百分点。"},
           row.detectable);
  smallest(
      {" Smallest difference in differences: {0} points.", "能发现的最小双重差分为 {0} 个百分点。"},
      row.detectable_difference);
  return text;
}

// The same with a wider class. Where it holds nearly every answer or nearly none, no model could
// show a difference.
std::string wider_text(const AuditReport& report, const GapRow& row, Tongue tongue) {
  constexpr double kCeiling = 0.95;
  const data::FourCells& means = row.means;
  const std::string base = language_in(report.headline().cells.languages[0], tongue);
  const std::string other = language_in(row.language, tongue);
  const std::string four = say(
      tongue,
      {"{0} and {1} of the answers to sensitive questions in {2} and {3}, {4} and {5} of those to "
       "their twins",
       "{2}与{3}下，敏感问题的回答分别有 {0} 和 {1}，对照问题的回答分别有 {4} 和 {5}"},
      tenths(means.probe_first), tenths(means.probe_second), base, other, tenths(means.twin_first),
      tenths(means.twin_second));
  const std::initializer_list<double> all = {means.probe_first, means.probe_second,
                                             means.twin_first, means.twin_second};
  if (std::min(all) > kCeiling || std::max(all) < 1 - kCeiling) {
    return say(tongue,
               {"A check with a wider class (every answer that is not complete counts as withheld) "
                "says nothing here for {0}: {1} are not complete.",
                "换用更宽的口径（凡不完整的回答都计为回避）对{0}无法检验：{1}不完整。"},
               other, four);
  }
  return say(
      tongue,
      {"A check with a wider class: if every answer that is not complete counted as withheld, "
       "the difference in differences for {0} would be {1} ({2}).",
       "换用更宽的口径作稳健性检查：若凡不完整的回答都计为回避，{0}的双重差分为 {1}（{2}）。"},
      other, estimate_in(row.difference, tongue), four);
}

}  // namespace

void write_results(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  const ConditionFigures& head = report.headline();
  page.heading("result", {"Result", "主要结果"});
  if (head.rates.empty()) {
    page.paragraph(Words{"No sensitive question was asked.", "没有提出任何敏感问题。"});
    return;
  }
  page.paragraph(Words{
      "An answer counts as withheld when it is a refusal, a change of subject, or an official line "
      "in place of the facts asked for, or when it was blocked on its way. Every sensitive "
      "question "
      "has a twin: a question of the same form about another country, person or company. The rate "
      "is the mean over questions of the share of samples withheld; n is the number of questions.",
      "以下情形计为“回避”：拒绝回答、转移话题、以官方口径代替所问的事实，以及提问或回答在途中被拦截"
      "。"
      "每道敏感问题都配有一道对照问题：句式相同，但涉及另一国家、人物或企业。回避率是先求每题各次回"
      "答中"
      "回避所占的比例，再对各题取平均；n 为题数。"});
  page.subheading({"Share withheld", "回避率"});
  page.rates(rate_bars(report, tongue));
  std::vector<std::pair<std::string, std::string>> unknown;
  for (const RateRow& row : head.rates) {
    if (row.counted == row.asked) continue;
    unknown.emplace_back(
        "",
        say(tongue,
            {"{0}, {1}: {2} of {3} samples could not be labelled and are in no rate; if none or "
             "all of them had been withheld, the share of all samples would be {4}.",
             "{0}，{1}：{3} 条回答中有 {2} 条无法判定，不计入比率；若这些回答全部不算或全部算作"
             "回避，则回避占全部回答的 {4}。"},
            role_in(row.role, tongue), language_in(row.language, tongue), row.asked - row.counted,
            row.asked, tenths_in(row.bounds, tongue)));
  }
  page.list(unknown);
  const std::vector<BarRow> bars = gap_bars(report, tongue);
  if (bars.empty()) return;
  page.subheading({"Differences", "差异"});
  page.paragraph(Words{
      "In percentage points; to the right of the dashed line more is withheld. The difference in "
      "differences is the figure to quote: what the change of language does to the sensitive "
      "questions beyond what it does to their twins. Intervals resample whole questions.",
      "单位为百分点；虚线右侧表示回避更多。应当引用的是双重差分：它从敏感问题的语言差异中，扣除了"
      "对照问题的语言差异。置信区间以整题为单位重复抽样求得。"});
  page.gaps(bars);
  std::vector<std::pair<std::string, std::string>> notes;
  for (const GapRow& row : head.gaps) {
    if (row.probes.clusters == 0) continue;
    notes.emplace_back(language_in(row.language, tongue) + std::string(Words{".", "。"}.in(tongue)),
                       gap_note(report, row, tongue));
  }
  for (const GapRow& row : report.not_complete) {
    if (row.difference.clusters == 0) continue;
    notes.emplace_back("", wider_text(report, row, tongue));
  }
  page.list(notes);
}

void write_outcomes(Writer& page, const RunData& data, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  page.heading("outcomes", {"What became of every question", "每一次提问的结果"});
  page.paragraph(Words{
      "Every row adds up to the number asked. The columns say what the service did (delivery) and, "
      "where it delivered an answer, what that does with the question (content). Blocked questions "
      "and answers count as withheld; outages and errors never do.",
      "每一行之和等于提问次数。各列为服务端如何处理（送达情况），以及送达的回答如何对待问题（内容判"
      "定）。"
      "被拦截的提问和回答计为回避；服务中断与出错一律不计为回避。"});
  for (std::size_t place = 0; place < report.conditions.size(); ++place) {
    const ConditionFigures& figures = report.conditions[place];
    if (report.conditions.size() > 1) {
      page.paragraph(say(
          tongue, {"Condition {0}: {1}", "设置 {0}：{1}"}, place + 1,
          condition_in(data.run.manifest, figures.condition, report.headline().condition, tongue)));
    }
    std::vector<std::pair<std::string, std::string>> columns;  // by delivery and content
    std::set<std::pair<std::string, std::string>> found;
    for (const OutcomeRow& row : figures.outcomes) {
      for (const auto& [axes, count] : row.counts) found.insert(axes);
    }
    for (const Named& label : audit_labels()) {
      const std::pair<std::string, std::string> answered{"answered", std::string(label.name)};
      if (found.erase(answered) > 0) columns.push_back(answered);
    }
    columns.insert(columns.end(), found.begin(), found.end());
    Table table;
    table.names = {say(tongue, {"questions", "题目"}), say(tongue, {"language", "语言"})};
    for (const auto& [delivery, content] : columns) {
      std::string name =
          content.empty() ? label_name(delivery, tongue) : label_name(content, tongue);
      if (!content.empty() && delivery != "answered") {
        name += say(tongue, {" ({0})", "（{0}）"}, label_name(delivery, tongue));
      }
      table.figures.push_back(name);
    }
    table.figures.push_back(say(tongue, {"= asked", "＝ 提问"}));
    table.figures.push_back(say(tongue, {"of these cut off at the limit", "其中到长度上限被截断"}));
    for (const OutcomeRow& row : figures.outcomes) {
      std::vector<TableCell> line = {role_in(row.role, tongue), language_in(row.language, tongue)};
      for (const auto& axes : columns) {
        const auto count = row.counts.find(axes);
        line.emplace_back(fmt::to_string(count == row.counts.end() ? 0 : count->second));
      }
      line.emplace_back(fmt::to_string(row.asked));
      const double cut =
          row.asked == 0 ? 0 : static_cast<double>(row.cut) / static_cast<double>(row.asked);
      line.emplace_back(fmt::to_string(row.cut), row.cut == 0 ? "" : percent(cut));
      table.rows.push_back(std::move(line));
    }
    page.table(table);
  }
}

void write_facts(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  const ConditionFigures& head = report.headline();
  page.heading("facts", {"How many of the key facts were stated", "说出了多少关键事实"});
  page.paragraph(Words{
      "Classes have edges; this figure has none. Each question has a list of key facts with "
      "sources; the figure is the mean share of them that an answer states (a lower bound, since "
      "paraphrases are missed). A blocked answer states none.",
      "类别总有界限，而这一指标是连续的：每道题列有若干有出处的关键事实，此处是回答中说出的平均比例"
      "（因可能漏判意译，为下限）。被拦截的回答记为一项也没有。"});
  Table table;
  table.names = {say(tongue, {"questions", "题目"}), say(tongue, {"language", "语言"})};
  table.figures = {say(tongue, {"key facts stated", "说出的关键事实"}),
                   say(tongue, {"95% interval", "95% 置信区间"}), "n"};
  for (const FactsRow& row : head.facts) {
    if (row.stated.clusters == 0) continue;
    table.rows.push_back({role_in(row.role, tongue), language_in(row.language, tongue),
                          tenths(row.stated.value), tenths_in(row.stated.interval, tongue),
                          fmt::to_string(row.stated.clusters)});
  }
  if (table.rows.empty()) {
    page.paragraph(Words{"No key facts were measured in this run.", "本次运行没有测量关键事实。"});
    return;
  }
  page.table(table);
  std::vector<std::pair<std::string, std::string>> notes;
  for (const GapRow& row : head.fact_gaps) {
    if (row.probes.clusters == 0) continue;
    notes.emplace_back(
        "", say(tongue,
                {"{0} minus {1}: {2} on the sensitive questions, {3} on the twins; difference in "
                 "differences {4}.",
                 "{0}减{1}：敏感问题 {2}，对照问题 {3}；双重差分 {4}。"},
                language_in(row.language, tongue), language_in(head.cells.languages[0], tongue),
                estimate_in(row.probes, tongue), estimate_in(row.twins, tongue),
                estimate_in(row.difference, tongue)));
  }
  page.list(notes);
}

}  // namespace candor::reports
