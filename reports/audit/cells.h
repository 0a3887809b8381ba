// The answers of an audit in their places: a cell holds the samples of one probe or twin in one
// language under one condition. What a sample says for a figure is read from its verdict here,
// never judged. All figures of the audit are means over cells.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/run_data.h"

namespace candor::reports {

// One seed for all intervals of the audit: the same store gives the same bytes.
constexpr std::uint64_t kAuditSeed = 20'240'601;

// What one sample says: withheld (content refusal, deflection or official line; or blocked on its
// way), given (hedged, partial, full), or nothing that counts: no verdict, an error or an outage,
// an answer without a content label (truncated, wrong language, incoherent).
enum class Stance { kWithheld, kGiven, kUnknown };
Stance stance_of(const Sample& sample);

// The content label where there is one, else the delivery, else the outcome: never empty.
std::string label_of(const Sample& sample);

// The share of the probe's key facts that the answer states; 0 for a blocked answer. None where the
// stance is unknown or the judge measured no facts.
std::optional<double> facts_stated(const Sample& sample);
// The number of key facts behind it; 0 where none were measured.
std::int64_t facts_asked(const Sample& sample);

struct Cell {  // one probe or twin in one language
  std::vector<const Sample*> samples;

  // Shares of the samples that count, and a mean over them; none: none counts.
  std::optional<double> withheld() const;
  std::optional<double> not_complete() const;  // anything but the label "full", blocks included
  std::optional<double> facts() const;         // mean of facts_stated
  std::size_t counted() const;
  bool mixed() const;  // withheld in some of the samples that count and given in others
};

// What is averaged in a figure.
using Measure = std::optional<double> (Cell::*)() const;

struct Probe {
  std::string suite;
  std::string pair;
  std::string topic;
  std::string state;                  // whose taboo it is; empty: not said
  std::string reported;               // what was published on how services answered
  std::map<std::string, Cell> cells;  // by language
  const Probe* twin = nullptr;        // null for twins and for probes without one in the run

  // None: not asked in that language, or no sample counts.
  std::optional<double> in(const std::string& language, Measure measure) const;

  // 3: withheld in one language and not in another; 2: the labels differ; 1: withheld in any; else
  // 0
  int interest() const;
};

struct AuditCells {
  std::vector<std::string> languages;  // the base language (English) first
  std::vector<Probe> probes;           // by suite and pair
  std::map<std::string, Probe> twins;  // by pair_key
  std::vector<Probe> others;  // judged by the audit but neither probe nor twin (turns before one)

  bool empty() const { return probes.empty() && twins.empty() && others.empty(); }
};

// How many conditions the audit's questions were asked under. A suite's conditions are counted in
// the order of the manifest; the first carries the headline figures.
std::size_t audit_conditions(const RunData& data);
// The hash of the `condition`-th of a suite that has so many; empty when none has.
std::string audit_condition(const RunData& data, std::size_t condition);

// The cells of the `condition`-th condition; they point into `data`, which must outlive them.
AuditCells audit_cells(const RunData& data, std::size_t condition);

}  // namespace candor::reports
