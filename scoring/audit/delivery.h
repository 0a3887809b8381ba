// What the service did with a question, apart from what the answer says: the first axis of the
// audit. A block is a result and an outage is not; both are told from their fixed texts and, where
// both are known, from the difference between what was sent and what the user saw.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "scoring/audit/reading.h"

namespace candor::scoring {

struct Delivery {
  std::string name;    // one of the nine deliveries (README.md)
  std::string reason;  // one sentence a reader can check
  // The text that the content is judged on, a piece of one of the inputs, and which one it is:
  // "answer", "shown" or "sent". Empty where nothing was answered.
  std::string field;
  std::string_view text;
  std::size_t offset = 0;                  // of `text` in that input
  std::shared_ptr<const Reading> reading;  // of `text`; none where nothing was answered
};

struct DeliveryInput {
  std::string_view question;
  std::string_view answer;
  std::string_view language;  // asked for; empty: told from the script of the question
  std::optional<std::string_view> shown;
  std::optional<std::string_view> sent;
  bool truncated = false;
  std::string_view known;  // what the provider knows; empty: nothing
};

// The views in the result point into the input's texts.
Delivery find_delivery(const DeliveryInput& input);

}  // namespace candor::scoring
