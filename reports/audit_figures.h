// The audit's figures: who withheld what in which language, and the gaps between languages and
// between a probe and its twin (audit estimands: language gap, topic gap, difference in
// differences). A judgement is read from the verdicts here, never made.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/run_data.h"

namespace candor::reports {

// What one sample says: withheld (content refusal, deflection or official line; or blocked on its
// way), given (hedged, partial, full), or nothing that counts: no verdict, an error or an outage,
// an answer without a content label (truncated, wrong language, incoherent).
enum class Stance { kWithheld, kGiven, kUnknown };
Stance stance_of(const Sample& sample);

// The content label where there is one, else the delivery, else the outcome: never empty.
std::string label_of(const Sample& sample);

struct Cell {  // one probe or twin in one language
  std::vector<const Sample*> samples;
  std::optional<double> withheld() const;  // share of the samples that count; none: none counts
};

struct Probe {
  std::string suite;
  std::string pair;
  std::string topic;
  std::map<std::string, Cell> cells;  // by language
  const Probe* twin = nullptr;        // null for twins and for probes without one in the run

  // 3: withheld in one language and not in another; 2: the labels differ; 1: withheld in any; else
  // 0
  int interest() const;
};

struct RateRow {
  std::string role;  // "probe" or "twin"
  std::string language;
  std::size_t asked = 0;    // samples
  std::size_t counted = 0;  // samples that count
  std::size_t withheld = 0;
  std::size_t probes = 0;  // probes with a sample that counts
  double rate = 0;         // mean over probes
  data::Interval interval;
  std::map<std::string, std::size_t> labels;  // label_of every sample; they sum to `asked`
};

struct GapRow {  // `language` against the base language
  std::string language;
  data::Estimate probes;      // language gap on the probes: language minus base, paired by probe
  data::Estimate twins;       // on the twins of the same probes
  data::Estimate difference;  // the first minus the second, where all four cells are there
  std::size_t withheld_here_only = 0;  // probes, by the majority of their repeats
  std::size_t withheld_base_only = 0;
  double mcnemar = 1;
  std::optional<double> detectable;             // language gap
  std::optional<double> detectable_difference;  // difference in differences; none: over 1
};

struct TopicRow {
  std::string language;
  data::Estimate gap;  // probe minus twin
};

struct AuditFigures {
  std::vector<std::string> languages;  // the base language first
  std::vector<Probe> probes;           // the most interesting first, then by suite and pair
  std::map<std::string, Probe> twins;
  std::vector<Probe> others;  // judged by the audit but neither probe nor twin
  std::vector<RateRow> rates;
  std::vector<GapRow> gaps;
  std::vector<TopicRow> topics;

  bool empty() const { return probes.empty() && twins.empty() && others.empty(); }
};

// The Cells point into `data`, which must outlive the figures.
AuditFigures audit_figures(const RunData& data);
boost::json::object to_json(const AuditFigures& figures);
boost::json::object to_json(const data::Estimate& estimate);

}  // namespace candor::reports
