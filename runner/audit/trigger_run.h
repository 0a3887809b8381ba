// The search for a trigger as a stored run: every text that is asked is a question of the suite
// "trigger" and every answer a generation with its verdict, so that each figure can be traced. A
// search that was cut off goes on with what is stored.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "data/store/store.h"
#include "runner/audit/trigger.h"
#include "runner/pipeline/judges.h"
#include "runner/pipeline/plan.h"
#include "runner/providers/provider.h"

namespace candor::runner {

struct TriggerRequest {
  std::string prompt;
  std::string language;  // "en", "zh" or "zh-Hant"; empty: told from the script
  TriggerOptions options;
  PlanOptions plan;  // how to ask; `repeats` are the samples of each text
  std::string command;
  bool quiet = false;
};

struct TriggerRun {
  std::string run_id;
  std::size_t found = 0;                  // answers that were stored already
  std::size_t generated = 0;              // answers asked now
  std::optional<TriggerFinding> finding;  // none: the program is being stopped
};

// Throws Error (usage) for a prompt that is empty or no UTF-8, an unknown language, sampling that
// cannot be, several conditions, or several samples at temperature 0, which would all be the same:
// before a model is loaded.
void check(const TriggerRequest& request);

// The same errors, and those of execute().
TriggerRun run_trigger(const TriggerRequest& request, Provider& provider, data::StoreWriter& store,
                       const Judges& judges);

boost::json::object to_json(const TriggerRequest& request, const TriggerRun& run);
std::string trigger_text(const TriggerRequest& request, const TriggerRun& run);

}  // namespace candor::runner
