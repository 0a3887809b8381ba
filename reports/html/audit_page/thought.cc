// The chain of thought against the answer: how often the facts stand in one and not in the other,
// and the thoughts themselves.
#include <algorithm>

#include "reports/html/audit_page/sections.h"
#include "reports/html/audit_page/side.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

constexpr std::size_t kEvidence = 12;          // samples shown of a condition
constexpr std::size_t kEvidenceBytes = 4'000;  // of each text

struct Evidence {
  const Probe* probe = nullptr;
  std::string language;
  const Sample* sample = nullptr;
};

// One sample of each probe and language first, so that a few probes do not fill the list.
std::vector<Evidence> evidence_of(const AuditCells& cells) {
  std::vector<Evidence> first;
  std::vector<Evidence> rest;
  for (const Probe& probe : cells.probes) {
    for (const std::string& language : cells.languages) {
      const auto cell = probe.cells.find(language);
      if (cell == probe.cells.end()) continue;
      bool taken = false;
      for (const Sample* sample : cell->second.samples) {
        if (!is_suppressed(*sample)) continue;
        (taken ? rest : first).push_back({&probe, language, sample});
        taken = true;
      }
    }
  }
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

// What suppression rests on: thoughts with facts beside the answers without them.
void write_suppressed(Writer& page, const ConditionFigures& figures) {
  const Tongue tongue = page.tongue();
  const std::vector<Evidence> evidence = evidence_of(figures.cells);
  if (evidence.empty()) return;
  const std::size_t shown = std::min(evidence.size(), kEvidence);
  page.fold(say(tongue,
                {"Thoughts with facts that the answer withholds: {0} of {1} to sensitive questions",
                 "思维链中有事实、回答中没有：敏感问题共 {1} 条，列出 {0} 条"},
                shown, evidence.size()));
  for (std::size_t i = 0; i < shown; ++i) {
    const Evidence& one = evidence[i];
    Dictionary block("evidence");
    Dictionary& side = *block.AddIncludeDictionary("SAMPLE");
    side.SetFilename("audit_side.tpl");
    fill_side(
        side, *one.sample,
        {say(tongue, {"{0}, {1}", "{0}，{1}"}, one.probe->pair, language_in(one.language, tongue)),
         colour_in(figures.cells, one.language), true, true, kEvidenceBytes},
        tongue);
    page.html(expand("audit_evidence.tpl", block));
  }
  page.unfold();
}

}  // namespace

void write_thought(Writer& page, const RunData& data, const AuditReport& report) {
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
      page.paragraph(say(
          tongue, {"Condition {0}: {1}", "设置 {0}：{1}"}, place + 1,
          condition_in(data.run.manifest, figures.condition, report.headline().condition, tongue)));
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
      const std::string language = language_in(gap.language, tongue);
      if (gap.divergence.clusters > 0) {
        notes.emplace_back(
            "", say(tongue,
                    {"{0}: divergence on the sensitive questions minus that on their twins: {1}, "
                     "over {2} pairs.",
                     "{0}：敏感问题的落差减去对照问题的落差为 {1}，共 {2} 组。"},
                    language, estimate_in(gap.divergence, tongue), gap.divergence.clusters));
      }
      if (gap.suppression.clusters > 0) {
        notes.emplace_back(
            "", say(tongue,
                    {"{0}: suppression on the sensitive questions minus that on their twins: {1}, "
                     "over {2} pairs.",
                     "{0}：敏感问题的压制率减去对照问题的压制率为 {1}，共 {2} 组。"},
                    language, estimate_in(gap.suppression, tongue), gap.suppression.clusters));
      }
    }
    page.list(notes);
    write_suppressed(page, figures);
  }
  if (!any) {
    page.paragraph(Words{"The model wrote no chain of thought in this run.",
                         "本次运行中，模型没有输出思维链。"});
  }
}

}  // namespace candor::reports
