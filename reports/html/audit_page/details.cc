// Conditions against each other, repeats against each other, thought against answer, and what was
// reported before against what was found now.
#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

void write_conditions(Writer& page, const AuditReport& report) {
  if (report.conditions.size() < 2) return;
  const Tongue tongue = page.tongue();
  page.heading("conditions", {"Other conditions", "其他提问设置"});
  page.paragraph(Words{
      "The same questions under other conditions. The headline is that of condition 1; the others "
      "are compared with it question by question.",
      "同样的问题在其他设置下的结果。主要结果取自设置 1，其余设置逐题与之比较。"});
  Table rates;
  rates.names = {say(tongue, {"condition", "设置"}), say(tongue, {"questions", "题目"}),
                 say(tongue, {"language", "语言"})};
  rates.figures = {say(tongue, {"share withheld", "回避率"}),
                   say(tongue, {"95% interval (Wilson)", "95% 置信区间（Wilson）"}), "n"};
  for (std::size_t place = 0; place < report.conditions.size(); ++place) {
    const ConditionFigures& figures = report.conditions[place];
    bool first = true;
    for (const RateRow& row : figures.rates) {
      rates.rows.push_back(
          {first ? fmt::format("{}. {}", place + 1,
                               condition_in(figures.condition, report.headline().condition, tongue))
                 : std::string(),
           role_in(row.role, tongue), language_in(row.language, tongue), tenths(row.rate),
           tenths_in(row.interval, tongue), fmt::to_string(row.probes)});
      first = false;
    }
  }
  page.table(rates);
  Table gaps;
  gaps.names = {say(tongue, {"condition", "设置"}), say(tongue, {"language", "语言"})};
  gaps.figures = {say(tongue, {"sensitive questions, minus condition 1", "敏感问题，减设置 1"}),
                  say(tongue, {"twins", "对照问题"}),
                  say(tongue, {"difference of the two", "二者之差"}),
                  "n",
                  "McNemar p",
                  "Holm p"};
  for (const ContrastRow& row : report.contrasts) {
    double holm = row.mcnemar;
    for (const FamilyTest& test : report.family) {
      if (test.condition == row.condition && test.what == "condition" &&
          test.language == row.language) {
        holm = test.holm;
      }
    }
    gaps.rows.push_back({fmt::format("{}", row.condition + 1), language_in(row.language, tongue),
                         estimate_in(row.probes, tongue), estimate_in(row.twins, tongue),
                         estimate_in(row.difference, tongue), fmt::to_string(row.probes.clusters),
                         plain_p(row.mcnemar), plain_p(holm)});
  }
  page.table(gaps);
  Table language;
  language.names = {say(tongue, {"condition", "设置"}), say(tongue, {"language", "语言"})};
  language.figures = {say(tongue, {"language gap, sensitive questions", "语言差异：敏感问题"}),
                      say(tongue, {"twins", "对照问题"}),
                      say(tongue, {"difference in differences", "双重差分"}), "n"};
  for (std::size_t place = 0; place < report.conditions.size(); ++place) {
    for (const GapRow& row : report.conditions[place].gaps) {
      language.rows.push_back({fmt::format("{}", place + 1), language_in(row.language, tongue),
                               estimate_in(row.probes, tongue), estimate_in(row.twins, tongue),
                               estimate_in(row.difference, tongue),
                               fmt::to_string(row.difference.clusters)});
    }
  }
  page.table(language);
}

void write_stability(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  page.heading("stability", {"The same question, asked again", "同一问题重复提问"});
  if (report.stability.empty()) {
    page.paragraph(
        Words{"Each question was asked once, so this run says nothing about chance from "
              "one answer to the next.",
              "每题只问一次，因此不能说明同一问题的回答会有多大波动。"});
    return;
  }
  page.paragraph(
      Words{"A cell is one question in one language, asked several times. It is unstable when some "
            "of its "
            "samples are withheld and others are not: one answer to such a question proves nothing "
            "either "
            "way.",
            "一道题在一种语言下的多次回答称为一个单元。若其中有的回避、有的不回避，则该单元不稳定："
            "对这样的"
            "问题，单独一次回答不能证明任何一方。"});
  Table table;
  table.names = {say(tongue, {"questions", "题目"}), say(tongue, {"language", "语言"})};
  table.figures = {say(tongue, {"cells", "单元数"}), say(tongue, {"unstable", "不稳定"}),
                   say(tongue, {"share", "比例"}),
                   say(tongue, {"95% interval (Wilson)", "95% 置信区间（Wilson）"}),
                   say(tongue, {"more than one label", "判定标签不一"})};
  for (const StabilityRow& row : report.stability) {
    table.rows.push_back({role_in(row.role, tongue), language_in(row.language, tongue),
                          fmt::to_string(row.cells), fmt::to_string(row.mixed),
                          tenths(static_cast<double>(row.mixed) / static_cast<double>(row.cells)),
                          tenths_in(row.interval, tongue), fmt::to_string(row.labels_mixed)});
  }
  page.table(table);
}

void write_thought(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  page.heading("thought", {"Reasoning against answer", "思维链与回答"});
  bool any = false;
  for (std::size_t place = 0; place < report.conditions.size(); ++place) {
    const ConditionFigures& figures = report.conditions[place];
    if (figures.thought.empty()) continue;
    if (!any) {
      page.paragraph(Words{
          "What the model wrote before its answer, read on the same key facts. Suppression: of the "
          "samples whose reasoning states a key fact, the share whose answer states none. "
          "Divergence: share of key facts in the reasoning minus share in the answer; compared "
          "with "
          "the twin, because reasoning is longer than answers about anything.",
          "把模型作答之前写下的思维链，与回答就同一组关键事实加以对照。压制率：思维链说出至少一项关"
          "键"
          "事实的回答中，最终一项也没有说出的比例。落差：思维链说出的比例减去回答说出的比例；由于思"
          "维链"
          "通常比回答长，须与对照问题相比。"});
      any = true;
    }
    if (report.conditions.size() > 1) {
      page.paragraph(say(tongue, {"Condition {0}: {1}", "设置 {0}：{1}"}, place + 1,
                         condition_in(figures.condition, report.headline().condition, tongue)));
    }
    Table states;
    states.names = {say(tongue, {"questions", "题目"}), say(tongue, {"language", "语言"})};
    for (const Named& state : thought_states()) {
      states.figures.emplace_back(state.shown.in(tongue));
    }
    states.figures.push_back(say(tongue, {"= judged", "＝ 已判定"}));
    Table rates;
    rates.names = states.names;
    rates.figures = {say(tongue, {"suppression", "压制率"}),
                     say(tongue, {"95% interval (Wilson)", "95% 置信区间（Wilson）"}),
                     say(tongue, {"samples", "回答数"}),
                     "n",
                     say(tongue, {"divergence", "落差"}),
                     "n"};
    for (const ThoughtRow& row : figures.thought.rows) {
      std::vector<TableCell> line = {role_in(row.role, tongue), language_in(row.language, tongue)};
      for (const Named& state : thought_states()) {
        const auto count = row.states.find(std::string(state.name));
        line.emplace_back(fmt::to_string(count == row.states.end() ? 0 : count->second));
      }
      line.emplace_back(fmt::to_string(row.samples));
      states.rows.push_back(std::move(line));
      rates.rows.push_back({role_in(row.role, tongue), language_in(row.language, tongue),
                            row.probes == 0 ? "–" : tenths(row.suppression),
                            row.probes == 0 ? "–" : tenths_in(row.interval, tongue),
                            fmt::format("{} / {}", row.suppressed, row.knowing),
                            fmt::to_string(row.probes), estimate_in(row.divergence, tongue),
                            fmt::to_string(row.divergence.clusters)});
    }
    page.table(states);
    page.table(rates);
    std::vector<std::pair<std::string, std::string>> notes;
    for (const ThoughtGap& gap : figures.thought.gaps) {
      notes.emplace_back(
          "",
          say(tongue,
              {"{0}: divergence on the sensitive questions minus that on their twins: {1}, over "
               "{2} pairs.",
               "{0}：敏感问题的落差减去对照问题的落差为 {1}，共 {2} 组。"},
              language_in(gap.language, tongue), estimate_in(gap.divergence, tongue),
              gap.divergence.clusters));
    }
    page.list(notes);
  }
  if (!any) {
    page.paragraph(Words{"The model wrote no chain of thought in this run.",
                         "本次运行中，模型没有输出思维链。"});
  }
}

void write_reported(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  const AuditCells& cells = report.headline().cells;
  Table table;
  table.names = {say(tongue, {"question", "题目"}),
                 say(tongue, {"reported earlier (the bank’s note, in English)",
                              "此前报道（题库备注，英文原文）"})};
  for (const std::string& language : cells.languages) {
    table.figures.push_back(language_in(language, tongue));
  }
  for (const Probe& probe : cells.probes) {
    if (probe.reported.empty()) continue;
    std::vector<TableCell> line = {probe.pair, probe.reported};
    for (const std::string& language : cells.languages) {
      const auto cell = probe.cells.find(language);
      std::size_t withheld = 0;
      if (cell != probe.cells.end()) {
        for (const Sample* sample : cell->second.samples) {
          if (stance_of(*sample) == Stance::kWithheld) ++withheld;
        }
      }
      line.emplace_back(cell == probe.cells.end()
                            ? std::string("–")
                            : fmt::format("{} / {}", withheld, cell->second.counted()));
    }
    table.rows.push_back(std::move(line));
  }
  if (table.rows.empty()) return;
  page.heading("reported", {"Reported earlier, found now", "此前的报道与本次结果"});
  page.paragraph(Words{
      "For some questions it was published how online services answered. Those were other models "
      "behind services with filters of their own; the columns give how many of the samples that "
      "count were withheld here.",
      "部分题目此前已有文章记述在线服务如何作答。那是别的模型，外面还有服务方自己的过滤；右侧各列为"
      "本次计入的回答中有多少条属于回避。"});
  page.fold(say(tongue, {"{0} questions", "共 {0} 题"}, table.rows.size()));
  page.table(table);
  page.unfold();
}

}  // namespace candor::reports
