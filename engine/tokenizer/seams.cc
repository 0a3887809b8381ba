#include "engine/tokenizer/seams.h"

#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The character that the text ends with; kBadUtf8 when it is not whole.
char32_t last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && is_continuation(text[at])) --at;
  const CodePoint c = decode_utf8(text, at);
  return at + c.length == text.size() ? c.value : kBadUtf8;
}

}  // namespace

void Seams::add_merge(std::string_view left, std::string_view right) {
  const char32_t last = last_character(left);
  const char32_t first = decode_utf8(right, 0).value;
  if (last == kBadUtf8 || first == kBadUtf8) {
    parts_[static_cast<unsigned char>(left.back())][static_cast<unsigned char>(right.front())] =
        true;
  } else if (last < 128 && first < 128) {
    ascii_[last * 2 + first / 64] |= std::uint64_t{1} << first % 64;
  } else {
    const std::size_t place = place_of(last, first);
    pairs_[place / 64] |= std::uint64_t{1} << place % 64;
  }
}

std::size_t Seams::next(std::string_view text, std::size_t begin, std::size_t end) const {
  text = text.substr(0, end);
  CodePoint left = decode_utf8(text, begin);
  for (std::size_t at = begin + left.length; at < end;) {
    const CodePoint right = decode_utf8(text, at);
    if (left.value < 128 && right.value < 128) {
      if ((ascii_[left.value * 2 + right.value / 64] >> right.value % 64 & 1) == 0) return at;
    } else if (left.value != kBadUtf8 && right.value != kBadUtf8) {
      const std::size_t place = place_of(left.value, right.value);
      const bool joined =
          (pairs_[place / 64] >> place % 64 & 1) != 0 ||
          parts_[static_cast<unsigned char>(text[at - 1])][static_cast<unsigned char>(text[at])];
      if (!joined) return at;
    }
    at += right.length;
    left = right;
  }
  return end;
}

}  // namespace candor::engine
