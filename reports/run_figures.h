// Every figure of a run, computed once: the JSON, the terminal and the page show these and no
// others.
#pragma once

#include <vector>

#include "reports/audit/knowledge.h"
#include "reports/audit_figures.h"
#include "reports/figures.h"
#include "reports/judges.h"
#include "reports/language_pairs.h"
#include "reports/lengths.h"
#include "reports/run_data.h"
#include "reports/samples.h"

namespace candor::reports {

// Moved, never copied: the audit's probes point at their twins.
struct RunFigures {
  RunFigures() = default;
  RunFigures(RunFigures&&) = default;
  RunFigures& operator=(RunFigures&&) = default;

  Tally total;
  std::vector<TallyRow> outcomes;
  std::vector<ScoreRow> scores;
  std::vector<ScoreRow> levels;
  std::vector<ScoreRow> topics;
  std::vector<SamplesRow> samples;
  std::vector<LengthRow> lengths;
  std::vector<LanguagePairs> languages;
  std::vector<JudgeUse> judges;
  AuditFigures audit;
  KnowledgeFigures knowledge;
};

// The audit's cells point into `data`, which must outlive the figures.
RunFigures run_figures(const RunData& data);

}  // namespace candor::reports
