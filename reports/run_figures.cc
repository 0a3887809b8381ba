#include "reports/run_figures.h"

namespace candor::reports {

RunFigures run_figures(const RunData& data) {
  RunFigures figures;
  for (const Sample& sample : data.samples) figures.total.add(sample);
  figures.outcomes = outcome_rows(data);
  figures.scores = scores(data, Split::kNone);
  figures.levels = scores(data, Split::kLevel);
  figures.topics = scores(data, Split::kTopic);
  figures.samples = samples_rows(data);
  figures.lengths = length_rows(data);
  figures.languages = language_pairs(data);
  figures.judges = judge_uses(data);
  figures.audit = audit_figures(data);
  figures.knowledge = knowledge_figures(data);
  return figures;
}

}  // namespace candor::reports
