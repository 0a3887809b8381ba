// What a run will ask: suites under conditions, repeated. Made before anything is generated, so the
// number of samples is known, the queue can be planned, and the same command finds its unfinished
// run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/records/run.h"
#include "data/store/store.h"
#include "runner/providers/provider.h"
#include "suites/suites.h"

namespace candor::runner {

// What the user may set above a suite's own condition and the protocol's; each by suite name, ""
// for all suites.
template <typename T>
using BySuite = std::map<std::string, T>;

struct PlanOptions {
  std::vector<std::string> suites;
  std::vector<std::filesystem::path> suite_files;
  std::vector<suites::Suite> made_suites;  // made by a command: a word scan, a panel
  suites::SuiteOptions suite_options;
  BySuite<int> max_tokens;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<int> top_k;
  std::optional<double> min_p;
  // Several make several conditions, every combination of them, the first one first; for questions
  // of the audit alone. None: what the chat template does by itself.
  std::vector<std::string> systems;    // "default": none
  std::vector<std::string> thinkings;  // "default", "off", "forced", "prefilled"
  std::vector<std::string>
      answer_languages;  // "same": nothing is said of it; "en", "zh", "zh-Hant"
  std::optional<std::string> prefill;
  bool forced_start = false;  // answers begin with a clause in the question's language
  int repeats = 1;
  std::uint64_t seed = 1;
  // Why code cannot be run here, if so: suites that need it are planned as not run.
  std::optional<std::string> sandbox_unavailable;
};

struct PlannedSuite {
  suites::Suite suite;
  data::Condition condition;
  std::vector<data::Condition> further;  // the same questions are asked under these too
  std::string not_run;                   // the reason; its questions are not asked
};

struct Plan {
  std::vector<PlannedSuite> suites;
  std::vector<Ask> asks;  // point into `suites`: the plan may be moved, not copied
  int repeats = 1;
  std::uint64_t seed = 1;
  std::shared_ptr<const suites::Protocol> protocol;  // null: each suite's own way

  Plan() = default;
  Plan(Plan&&) = default;
  Plan& operator=(Plan&&) = default;
};

// Throws Error (usage) for an unknown suite, an option out of range, or a plan that asks nothing.
Plan make_plan(const PlanOptions& options);

// Throws Error (usage) where a question is asked several times at temperature 0: a model that is
// run here gives the same answer each time, and the same answer twice is one observation, not two.
void refuse_equal_samples(const Plan& plan);

// For commands whose figures are of one condition. Throws Error (usage) that names the option of
// which there are several values.
void refuse_several_conditions(const PlanOptions& options, const std::string& command);

// What will be asked, before anything is: suites, conditions, samples, and at most how many tokens.
std::string plan_text(const Plan& plan);

// The fields of the manifest that the plan decides.
void describe_plan(const Plan& plan, data::Manifest& manifest);

}  // namespace candor::runner
