// What a provider answered to one sample. It is stored before anything judges it, and never
// changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace candor::data {

// The unit of work: a question under a condition, asked for the `repeat`-th time (0 first).
struct SampleKey {
  std::string question_hash;
  std::string condition_hash;
  int repeat = 0;

  bool operator==(const SampleKey&) const = default;
};

enum class FinishReason {
  kStop,    // end of turn, or a stop string
  kLength,  // the token limit: the answer is truncated
  kBlock,   // the provider's moderation
  kError,   // it failed; `error` says how
};
const char* name(FinishReason reason);  // "stop", "length", "block", "error"
std::optional<FinishReason> finish_reason_by_name(const std::string& name);

struct Generation {
  SampleKey sample;
  std::string prompt;  // as rendered, every character that the model saw
  // The chain of thought, without its markers; empty where there is none, "\n" where its block is
  // there and empty, which is a finding of its own.
  std::string reasoning;
  std::string answer;            // what follows it
  bool reasoning_closed = true;  // false: the limit came while the model was still thinking
  FinishReason finish = FinishReason::kStop;
  // The factual deliveries of audit-method: "blocked_input", "blocked_output", "retracted",
  // "host_text", "outage"; empty where the provider knows none (the audit judge finds the others).
  std::string delivery;
  std::string error;  // for kError

  std::vector<std::int32_t> prompt_tokens;
  std::vector<std::int32_t> tokens;      // generated, the final stop token included
  std::vector<float> log_probabilities;  // of each generated token under the untempered model
  double seconds = 0;                    // from admission to the last token, on the monotonic clock
};

}  // namespace candor::data
