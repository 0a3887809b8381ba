#include "engine/tokenizer/spaces.h"

#include <utility>

namespace candor::engine {
namespace {

constexpr std::string_view kSpaceSign = "\u2581";

void append_without_marks(std::string_view piece, std::string& out) {
  std::size_t begin = 0;
  for (std::size_t at; (at = piece.find(kSpaceSign, begin)) != piece.npos;
       begin = at + kSpaceSign.size()) {
    out.append(piece, begin, at - begin);
    out += ' ';
  }
  out.append(piece, begin);
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::string without_marks(std::string_view piece) {
  std::string out;
  append_without_marks(piece, out);
  return out;
}

std::string_view with_spaces(std::string_view text, const SpaceRules& rules, bool prefix,
                             std::string& buffer) {
  const bool starts_spaced = text.starts_with(' ') || text.starts_with(kSpaceSign);
  if (rules.prefix_unless_there && starts_spaced) prefix = false;
  if (!prefix && !rules.squeeze && text.find(kSpaceSign) == text.npos) return text;
  std::string out;
  out.reserve(text.size() + 1);
  if (prefix && !rules.squeeze) out += ' ';
  append_without_marks(text, out);
  if (rules.squeeze) {
    out = squeezed(out);
    if (prefix && !out.empty()) out.insert(0, 1, ' ');
  }
  buffer = std::move(out);
  return buffer;
}

}  // namespace candor::engine
