#include "data/records/generation.h"

#include <algorithm>
#include <array>

namespace candor::data {

const char* name(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
      return "stop";
    case FinishReason::kLength:
      return "length";
    case FinishReason::kBlock:
      return "block";
    case FinishReason::kError:
      return "error";
  }
  return "error";
}

std::optional<FinishReason> finish_reason_by_name(const std::string& text) {
  for (const FinishReason reason :
       {FinishReason::kStop, FinishReason::kLength, FinishReason::kBlock, FinishReason::kError}) {
    if (text == name(reason)) return reason;
  }
  return std::nullopt;
}

std::span<const char* const> known_deliveries() {
  static constexpr std::array<const char*, 5> kKnown = {"blocked_input", "blocked_output",
                                                        "retracted", "host_text", "outage"};
  return kKnown;
}

bool is_known_delivery(std::string_view delivery) {
  const auto known = known_deliveries();
  return std::find(known.begin(), known.end(), delivery) != known.end();
}

}  // namespace candor::data
