#include "runner/replay/replay_provider.h"

namespace candor::runner {

ReplayProvider::ReplayProvider(Answers answers, std::string model, std::string file_sha256,
                               std::string path)
    : answers_(std::move(answers)),
      model_(std::move(model)),
      file_sha256_(std::move(file_sha256)),
      path_(std::move(path)) {}

// What stands for the model is the file of its answers.
void ReplayProvider::describe(data::Manifest& manifest) const {
  manifest.model_name = model_;
  manifest.model_sha256 = file_sha256_;
  manifest.model_path = path_;
  manifest.reasoning = "think";
  manifest.precision = "replay";
  manifest.engine_version = std::string("replay ") + CANDOR_VERSION;
  manifest.device = "none: answers made elsewhere";
}

void ReplayProvider::generate(std::span<const Ask> asks, std::uint64_t,
                              const std::function<void(data::Generation&&)>& done,
                              const std::atomic<bool>& stop) {
  for (const Ask& ask : asks) {
    if (stop) return;
    const std::string hash = ask.question->hash();
    data::Generation generation;
    generation.sample = {hash, ask.condition->hash(), ask.repeat};
    const auto found = answers_.find({hash, generation.sample.condition_hash, ask.repeat});
    if (found == answers_.end()) {
      generation.finish = data::FinishReason::kError;
      generation.error = "the transcripts hold no answer to this sample";
    } else {
      const Transcript& row = *found->second;
      generation.prompt = row.question;
      generation.reasoning = row.reasoning;
      generation.answer = row.scores.empty() ? row.answer : data::to_text(row.scores);
      generation.reasoning_closed = row.reasoning_closed;
      generation.finish = row.finish;
      generation.error = row.error;
      generation.delivery = row.asked.delivery;
      generation.tokens = row.tokens;
      generation.log_probabilities = row.log_probabilities;
    }
    done(std::move(generation));
  }
}

}  // namespace candor::runner
