// Two runs on the questions that both were asked: what compare() and its page are made of.
#pragma once

#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/audit_figures.h"
#include "reports/run_data.h"

namespace candor::reports {

// One question in both runs, by the hash of its content.
struct PairedQuestion {
  std::vector<const Sample*> a;
  std::vector<const Sample*> b;
};

// A suite in a language, or the probes or twins of an audit in a language: "success" is a right
// answer there and a withheld one here.
struct PairedRow {
  std::string suite;  // of an audit row: its role, "probe" or "twin"
  std::string language;
  std::size_t questions = 0;
  double rate_a = 0;
  double rate_b = 0;
  data::Interval interval_a;
  data::Interval interval_b;
  data::Estimate difference;  // B minus A, paired by question
  std::size_t only_a = 0;     // success in A and not in B, by the majority of repeats
  std::size_t only_b = 0;
  double p = 1;                      // exact McNemar
  double p_resampled = 1;            // of no difference, from resampling questions
  double p_any_time = 1;             // of the sequential test: valid whenever it is looked at
  double p_holm = 1;                 // the one that decides, adjusted for all rows of its kind
  std::optional<double> detectable;  // the smallest difference these questions could have shown
};

// A question that changed: of several samples the first that shows what most of them were.
struct Flip {
  const Sample* a;
  const Sample* b;
  std::size_t right_a = 0;  // of how many samples; nought for the audit's
  std::size_t asked_a = 1;
  std::size_t right_b = 0;
  std::size_t asked_b = 1;

  // "right -> wrong", or "3 of 4 right -> 1 of 4 right"
  std::string change(const char* arrow) const;
};

struct Difference {  // a field of the manifests that is not the same
  std::string field;
  std::string a;
  std::string b;
};

// What stands between the two runs and a fair comparison.
struct Warning {
  std::string head;
  std::string text;
};

struct Paired {
  // One of the runs is not finished, so somebody may be looking again and again: p_any_time
  // decides.
  bool sequential = false;
  std::vector<PairedRow> scores;
  std::vector<Flip> lost;    // right in A, not in B
  std::vector<Flip> gained;  // the other way round
  std::vector<PairedRow> audit;
  std::vector<Flip> changed;    // audit samples whose label differs, withheld or not first
  std::vector<Flip> unchanged;  // the others
  std::size_t only_in_a = 0;    // questions that the other run was not asked
  std::size_t only_in_b = 0;
  std::vector<Difference> differences;
  std::vector<Warning> warnings;
  bool significant_drop = false;
};

// Points into `a` and `b`, which must outlive it. Error when they have no question in common.
Paired pair_runs(const RunData& a, const RunData& b, double alpha);

}  // namespace candor::reports
