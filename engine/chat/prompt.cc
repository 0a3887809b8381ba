#include "engine/chat/prompt.h"

#include <algorithm>

#include "data/base/error.h"
#include "engine/files/file_error.h"

namespace candor::engine {

Prompt prompt_of(std::span<const Segment> segments, const Tokenizer& tokenizer) {
  Prompt prompt{tokenizer.encode(segments), {}};
  const auto bos = tokenizer.bos();
  if (!bos) return prompt;
  std::vector<TokenId>& tokens = prompt.tokens;
  const std::string name = printable(tokenizer.bytes(*bos));
  const auto first_other =
      std::find_if(tokens.begin(), tokens.end(), [&](TokenId token) { return token != *bos; });
  const auto leading = first_other - tokens.begin();
  if (leading > 1) {
    fail(
        "the chat template writes the beginning-of-text token {} {} times at the start: correct it "
        "and give it with --template FILE",
        name, leading);
  }
  // Only what a tokenizer adds by itself marks the beginning; in some vocabularies the same token
  // opens every turn.
  if (!tokenizer.adds_bos()) return prompt;
  if (leading == 0) {
    tokens.insert(tokens.begin(), *bos);
  } else {
    prompt.notices.push_back(fmt::format(
        "the chat template writes the beginning-of-text token {} and the tokenizer adds one: it is "
        "there once",
        name));
  }
  const auto again = std::find(tokens.begin() + 1, tokens.end(), *bos);
  if (again != tokens.end()) {
    prompt.notices.push_back(fmt::format(
        "the chat template writes the beginning-of-text token {} again, as token {} of the prompt",
        name, again - tokens.begin() + 1));
  }
  return prompt;
}

std::vector<std::string> bos_notices(std::span<const Segment> segments, const std::string& bos) {
  if (bos.empty() || segments.empty() || !segments[0].trusted) return {};
  const std::string& text = segments[0].text;
  if (!text.starts_with(bos) || text.compare(bos.size(), bos.size(), bos) != 0) return {};
  return {fmt::format("the chat template writes the beginning-of-text token {} twice at the start",
                      printable(bos))};
}

}  // namespace candor::engine
