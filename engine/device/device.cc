#include "engine/device/device.h"

#include <algorithm>

namespace candor::engine {

LogitOutcome outcome_of(std::span<const float> logits, const LogitUse& use,
                        SamplerScratch& scratch) {
  LogitOutcome outcome;
  if (use.sampling == nullptr) {
    outcome.judged = judge(logits, use.judged);
  } else {
    outcome.choice = choose(logits, *use.sampling, use.uniform, scratch);
  }
  if (use.keep != nullptr) use.keep->assign(logits.begin(), logits.end());
  return outcome;
}

void Device::use_logits(std::span<const LogitUse> uses, std::size_t vocabulary,
                        std::span<LogitOutcome> outcomes) {
  // Bounds the buffer, which is this many vocabularies.
  constexpr std::size_t kRows = 64;
  scratch_.resize(static_cast<std::size_t>(threads().threads()));
  for (std::size_t first = 0; first < uses.size(); first += kRows) {
    const std::size_t count = std::min(kRows, uses.size() - first);
    const std::span<const float> rows = logits(first, count);
    threads().run(count, [&](std::size_t i, int thread) {
      outcomes[first + i] = outcome_of(rows.subspan(i * this->vocabulary(), vocabulary),
                                       uses[first + i], scratch_[static_cast<std::size_t>(thread)]);
    });
  }
}

}  // namespace candor::engine
