#include "engine/tokenizer/tokenizer.h"

#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

// Moves the whole characters of `bytes` to the end of `text`, U+FFFD for each malformed sequence;
// what could still become a character stays, unless this is the `end`.
void take_characters(std::string& bytes, std::string& text, bool end) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const CodePoint c = decode_utf8(bytes, at);
    if (c.value != kBadUtf8) {
      text.append(bytes, at, c.length);
    } else if (c.cut && !end) {
      break;
    } else {
      append_utf8(text, 0xFFFD);
    }
    at += c.length;
  }
  bytes.erase(0, at);
}

}  // namespace

std::string Tokenizer::decode(std::span<const TokenId> ids, bool with_special) const {
  std::string all;
  bool spaced = adds_space_after(std::nullopt);
  for (const TokenId id : ids) {
    if (is_special(id)) {
      if (with_special) all += bytes(id);
    } else {
      const std::string_view text = bytes(id);
      all += spaced && text.starts_with(' ') ? text.substr(1) : text;
    }
    spaced = adds_space_after(id);
  }
  std::string text;
  text.reserve(all.size());
  take_characters(all, text, true);
  return text;
}

std::string StreamDecoder::push(TokenId id) {
  std::string text;
  if (tokenizer_.is_special(id)) return text;
  pending_ += tokenizer_.bytes(id);
  take_characters(pending_, text, false);
  return text;
}

std::string StreamDecoder::finish() {
  std::string text;
  take_characters(pending_, text, true);
  pending_.clear();
  return text;
}

}  // namespace candor::engine
