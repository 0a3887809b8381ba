#include "data/records/generation.h"

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

}  // namespace candor::data
