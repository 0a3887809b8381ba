// Conditions against each other, repeats against each other, and what was reported before against
// what was found now.
#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

// "0.021 (0.084)"
std::string adjusted_in(double p, const std::optional<double>& holm, Tongue tongue) {
  if (!holm) return plain_p(p);
  return say(tongue, {"{0} ({1})", "{0}（{1}）"}, plain_p(p), plain_p(*holm));
}

}  // namespace

void write_conditions(Writer& page, const RunData& data, const AuditReport& report) {
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
      rates.rows.push_back({first ? fmt::format("{}. {}", place + 1,
                                                condition_in(data.run.manifest, figures.condition,
                                                             report.headline().condition, tongue))
                                  : std::string(),
                            role_in(row.role, tongue), language_in(row.language, tongue),
                            row.probes == 0 ? "–" : tenths(row.rate),
                            row.probes == 0 ? "–" : tenths_in(row.interval, tongue),
                            fmt::to_string(row.probes)});
      first = false;
    }
  }
  page.table(rates);
  Table gaps;
  gaps.names = {say(tongue, {"condition", "设置"}), say(tongue, {"language", "语言"})};
  gaps.figures = {say(tongue, {"sensitive questions, minus condition 1", "敏感问题，减设置 1"}),
                  "n",
                  say(tongue, {"twins", "对照问题"}),
                  say(tongue, {"difference of the two", "二者之差"}),
                  "n",
                  say(tongue, {"sign-flip p of it (adjusted)", "其符号翻转检验 p（校正后）"}),
                  say(tongue, {"McNemar p, twins not taken off (adjusted)",
                               "McNemar p，未扣除对照（校正后）"})};
  for (const ContrastRow& row : report.contrasts) {
    const bool pairs = row.difference.clusters > 0;
    const std::optional<double> raw =
        holm_of(report.family, row.condition, "condition", row.language);
    gaps.rows.push_back({fmt::format("{}", row.condition + 1), language_in(row.language, tongue),
                         estimate_in(row.probes, tongue), fmt::to_string(row.probes.clusters),
                         estimate_in(row.twins, tongue), estimate_in(row.difference, tongue),
                         fmt::to_string(row.difference.clusters),
                         pairs ? adjusted_in(row.p, row.p_holm, tongue) : std::string("–"),
                         adjusted_in(row.mcnemar, raw, tongue)});
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

void write_reported(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  const AuditCells& cells = report.headline().cells;
  bool original = false;
  for (const Probe& probe : cells.probes) {
    original = original || reported_of(probe, tongue).original;
  }
  Table table;
  table.names = {say(tongue, {"question", "题目"}),
                 original ? say(tongue, {"reported earlier", "此前报道（尚无译文者为英文）"})
                          : say(tongue, {"reported earlier", "此前报道"})};
  for (const std::string& language : cells.languages) {
    table.figures.push_back(language_in(language, tongue));
  }
  for (const Probe& probe : cells.probes) {
    const Reported reported = reported_of(probe, tongue);
    if (reported.text.empty()) continue;
    std::vector<TableCell> line = {probe.pair, reported.text};
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
      "For some questions it was published what happened when they were put to an online service. "
      "Those were other models behind services with filters of their own; the columns give how "
      "many of the samples that count were withheld here.",
      "部分题目此前已有文章记述：向在线服务提问时得到了什么。那是别的模型，外面还有服务方自己的过滤"
      "；"
      "右侧各列为本次计入的回答中有多少条属于回避。"});
  page.fold(say(tongue, {"{0} questions", "共 {0} 题"}, table.rows.size()));
  page.table(table);
  page.unfold();
}

}  // namespace candor::reports
