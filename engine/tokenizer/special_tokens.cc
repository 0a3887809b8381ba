#include "engine/tokenizer/special_tokens.h"

#include <algorithm>
#include <utility>

#include "engine/files/utf8.h"
#include "engine/tokenizer/unicode_classes.h"

namespace candor::engine {
namespace {

// The class of the code point that ends before `at`, or begins there; none at the ends of the text.
ClassSet class_before(std::string_view text, std::size_t at) {
  for (std::size_t length = 1; length <= 4 && length <= at; ++length) {
    const CodePoint c = decode_utf8(text, at - length);
    if (c.value != kBadUtf8 && c.length == length) return UnicodeClasses::instance()[c.value];
  }
  return 0;
}

ClassSet class_at(std::string_view text, std::size_t at) {
  return at < text.size() ? UnicodeClasses::instance()[decode_utf8(text, at).value] : ClassSet{0};
}

constexpr ClassSet kWordClasses = kLetter | kNumber | kMark;

bool touches_word(std::string_view text, std::size_t begin, std::size_t end) {
  const bool before =
      begin > 0 && (text[begin - 1] == '_' || (class_before(text, begin) & kWordClasses) != 0);
  const bool after =
      end < text.size() && (text[end] == '_' || (class_at(text, end) & kWordClasses) != 0);
  return before || after;
}

}  // namespace

SpecialTokens::SpecialTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::ranges::sort(tokens_, {}, &AddedToken::content);
  for (const AddedToken& token : tokens_) {
    begins_[static_cast<unsigned char>(token.content[0])] = true;
    any_plain_ = any_plain_ || token.plain;
  }
}

std::optional<SpecialTokens::Match> SpecialTokens::find(std::string_view text, std::size_t from,
                                                        const std::vector<bool>& trusted,
                                                        bool all_trusted) const {
  if (tokens_.empty() || (trusted.empty() && !all_trusted && !any_plain_)) return std::nullopt;
  const auto is_trusted = [&](std::size_t i) { return trusted.empty() ? all_trusted : trusted[i]; };
  for (std::size_t begin = from; begin < text.size(); ++begin) {
    if (!begins_[static_cast<unsigned char>(text[begin])]) continue;
    // Narrow the sorted tokens byte by byte; remember the longest that is whole and allowed.
    auto low = tokens_.begin(), high = tokens_.end();
    const AddedToken* longest = nullptr;
    bool may_be_special = true;
    for (std::size_t end = begin; end < text.size(); ++end) {
      const std::size_t length = end - begin;
      const auto byte = static_cast<unsigned char>(text[end]);
      const auto byte_of = [length](const AddedToken& token) {
        return length < token.content.size() ? static_cast<unsigned char>(token.content[length])
                                             : -1;
      };
      const auto range = std::ranges::equal_range(low, high, int{byte}, {}, byte_of);
      low = range.begin();
      high = range.end();
      if (low == high) break;
      may_be_special = may_be_special && is_trusted(end);
      if (low->content.size() != length + 1 || (!low->plain && !may_be_special)) continue;
      if (low->single_word && touches_word(text, begin, end + 1)) continue;
      longest = &*low;
    }
    if (longest == nullptr) continue;
    Match match{begin, begin + longest->content.size(), longest->id};
    while (longest->lstrip && match.begin > from && (class_before(text, match.begin) & kSpace)) {
      do {
        --match.begin;
      } while ((text[match.begin] & 0xC0) == 0x80);
    }
    while (longest->rstrip && (class_at(text, match.end) & kSpace)) {
      match.end += decode_utf8(text, match.end).length;
    }
    return match;
  }
  return std::nullopt;
}

std::optional<TokenId> SpecialTokens::id_of(std::string_view content) const {
  const auto found = std::ranges::lower_bound(tokens_, content, {}, &AddedToken::content);
  if (found == tokens_.end() || found->content != content) return std::nullopt;
  return found->id;
}

}  // namespace candor::engine
