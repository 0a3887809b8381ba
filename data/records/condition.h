// How a question is asked. Two conditions with the same fields are the same condition: the hash of
// the fields is its key.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/question.h"

namespace candor::data {

// temperature 0 is greedy (ties to the lower token id); top_k 0, top_p 1 and min_p 0 are off.
struct Sampling {
  double temperature = 0.0;
  double top_p = 1.0;
  int top_k = 0;
  double min_p = 0.0;
  int max_tokens = 512;           // generated tokens, reasoning included
  std::vector<std::string> stop;  // act on the answer only, never inside the reasoning

  bool operator==(const Sampling&) const = default;
};

struct Condition {
  std::optional<std::string> system;  // none: whatever the chat template does without one
  std::vector<Message> shots;         // worked examples put before the question
  std::string thinking = "default";   // "default", "off", "forced" (a start is prefilled)
  std::string prefill;                // text the answer is made to begin with; usually empty
  // The same by the language of the question, instead of `prefill` where it has that language.
  std::map<std::string, std::string> prefills = {};
  // "en", "zh" or "zh-Hant": the last message also asks for an answer in this language, in the
  // words of the question's own; empty: it says nothing of it.
  std::string answer_language;
  bool raw = false;  // the messages' texts one after another, no chat template
  Sampling sampling;

  // What the answer to a question in this language begins with.
  const std::string& prefill_in(const std::string& language) const;

  std::string hash() const;

  // What stands for the settings of answers that were made elsewhere, where nobody wrote them down.
  // No question can be asked under it.
  static Condition unknown();
  bool is_unknown() const { return sampling.max_tokens == 0; }
};

boost::json::object to_json(const Condition& condition);
Condition condition_from_json(const boost::json::object& object, std::string_view where);

}  // namespace candor::data
