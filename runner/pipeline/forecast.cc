#include "runner/pipeline/forecast.h"

#include <fmt/format.h>

#include <algorithm>

#include "runner/terminal/progress.h"

namespace candor::runner {

namespace {

constexpr std::size_t kEnough = 64;

struct Pace {
  std::size_t answers = 0;
  double tokens = 0;
  double seconds = 0;  // of all answers, each its own
};

Pace pace_of(data::StoreReader& reader, const std::string& run_id) {
  Pace pace;
  reader.samples(run_id, [&](const data::SampleRow& row) {
    if (row.generation.tokens.empty() || row.question.judge == "knowledge") return;
    ++pace.answers;
    pace.tokens += static_cast<double>(row.generation.tokens.size());
    pace.seconds += row.generation.seconds;
  });
  return pace;
}

}  // namespace

std::optional<Forecast> forecast(const Plan& plan, const std::filesystem::path& store,
                                 const std::string& model_name) {
  if (!std::filesystem::exists(store)) return std::nullopt;
  const auto reader = data::StoreReader::open(store);
  for (const data::Run& run : reader->runs()) {
    if (run.manifest.model_name != model_name) continue;
    if (reader->generations_stored(run.id) < static_cast<std::int64_t>(kEnough)) continue;
    const Pace pace = pace_of(*reader, run.id);
    if (pace.answers < kEnough || pace.seconds <= 0 || pace.tokens <= 0) continue;
    // As many were in flight at once: the queue took their summed times divided by that.
    const double flight = std::max(1, run.manifest.batch);
    Forecast found;
    found.run = run.id;
    found.tokens_a_second = pace.tokens / (pace.seconds / flight);
    const double length = pace.tokens / static_cast<double>(pace.answers);
    double tokens = 0;
    for (const Ask& ask : plan.asks) {
      if (ask.question->judge == "knowledge") continue;
      tokens += std::min(length, static_cast<double>(ask.condition->sampling.max_tokens));
    }
    found.seconds = tokens / found.tokens_a_second;
    return found;
  }
  return std::nullopt;
}

std::string forecast_text(const std::optional<Forecast>& forecast) {
  if (!forecast) {
    return "time: no earlier run of this model in the store to tell it from; the progress line "
           "says it after the first answers\n";
  }
  return fmt::format("time: about {} at the {:.0f} generated tokens a second of run {}\n",
                     clock_text(forecast->seconds), forecast->tokens_a_second, forecast->run);
}

}  // namespace candor::runner
