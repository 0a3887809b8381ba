// The provider that is the engine inside the program.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "runner/models/registry.h"
#include "runner/providers/provider.h"

namespace candor::runner {

// What the system calls the processor, or "unknown processor".
std::string processor_name();

struct EmbeddedOptions {
  engine::EngineOptions engine;
};

// A prompt made of messages, ready for the engine.
struct RenderedPrompt {
  std::string text;
  std::vector<engine::TokenId> tokens;  // exactly one BOS where the model wants one
  bool reasoning_opened = false;
  std::vector<std::string> notices;       // engine::Prompt's
  std::vector<engine::Segment> segments;  // what was made into tokens
};

class EmbeddedProvider final : public Provider {
 public:
  // Loads the model. Error when it has no tokenizer. Without a chat template only texts that go to
  // the model as they are can be asked (Condition::raw).
  EmbeddedProvider(const ResolvedModel& model, const EmbeddedOptions& options);

  void describe(data::Manifest& manifest) const override;
  void check(std::span<const Ask> asks) const override;
  void generate(std::span<const Ask> asks, std::uint64_t seed,
                const std::function<void(data::Generation&&)>& done,
                const std::atomic<bool>& stop) override;
  Flow flow() const override;

  // `history`: Ask::history.
  RenderedPrompt render(const data::Question& question, const data::Condition& condition,
                        const std::vector<data::Message>& history = {}) const;
  engine::Engine& engine() { return *engine_; }

  // The tokens of each continuation behind the prompt: of the two read as one text where that
  // leaves the prompt's tokens as they are for every continuation, else of each continuation by
  // itself, so that all options of a question follow the same tokens.
  std::vector<std::vector<engine::TokenId>> continuation_tokens(
      const RenderedPrompt& prompt, const std::vector<std::string>& continuations) const;

 private:
  std::vector<std::string> notices_of_a_turn() const;
  void need_template() const;

  ResolvedModel model_;
  EmbeddedOptions options_;
  std::string sha256_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace candor::runner
