// How long a plan may take, from what an earlier run of the same model in the same store took. An
// expectation for a person who decides whether to begin; nothing else is computed from it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runner/pipeline/plan.h"

namespace candor::runner {

struct Forecast {
  std::string run;             // the earlier run
  double tokens_a_second = 0;  // generated
  double seconds = 0;          // for all samples of the plan that generate an answer
};

// From the newest run of the model with at least 64 generated answers: its answers' own times, so
// pauses do not count. Answers are expected as long as those were, but for the plan's own limits.
// None where the store is not there or knows no such run.
std::optional<Forecast> forecast(const Plan& plan, const std::filesystem::path& store,
                                 const std::string& model_name);
std::string forecast_text(const std::optional<Forecast>& forecast);

}  // namespace candor::runner
