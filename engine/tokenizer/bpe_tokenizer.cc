#include "engine/tokenizer/bpe_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "data/base/error.h"
#include "engine/files/file_error.h"
#include "engine/tokenizer/nfc.h"
#include "engine/tokenizer/spaces.h"
#include "engine/tokenizer/tokenizer_hash.h"

namespace candor::engine {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30;

// Tokens that end a text, a turn or a message wherever they are in the vocabulary: files often name
// only one of them as their end-of-text token.
constexpr std::array<std::string_view, 17> kEnds = {
    "<|endoftext|>",
    "<|im_end|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|eot|>",
    "<|eom|>",
    "<|return|>",
    "<|call|>",
    "<end_of_turn>",
    "<|end_of_sentence|>",
    "<｜end▁of▁sentence｜>",
    "<|EOT|>",
    "[EOS]",
    "<seed:eos>",
    "<|END_OF_TURN_TOKEN|>",
    "<|end_of_turn|>",
};

// What one call works with. Kept for the next ones, because it remembers pieces.
struct Memory {
  BpeMemory bpe;
  PreTokenizer::Memory pre_tokenizer;
  std::vector<std::uint32_t> ends;
  std::string text;
};

// Memories that no call works with at the moment.
class MemoryPool {
 public:
  std::unique_ptr<Memory> take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Memory> memory = std::move(idle_.back());
        idle_.pop_back();
        return memory;
      }
    }
    return std::make_unique<Memory>();
  }

  void give_back(std::unique_ptr<Memory> memory) const {
    // What a very long text needed is not kept.
    if (memory->text.capacity() > kMostKept) memory->text = {};
    memory->bpe.shrink(kMostKept);
    memory->pre_tokenizer.shrink(kMostKept);
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(memory));
  }

 private:
  static constexpr std::size_t kMostKept = std::size_t{1} << 20;
  static constexpr std::size_t kMostIdle = 16;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Memory>> idle_;
};

class BpeTokenizer final : public Tokenizer {
 public:
  explicit BpeTokenizer(TokenizerParts parts)
      : parts_(std::move(parts)),
        sha256_(tokenizer_hash(parts_)),
        pre_tokenizer_(parts_.passes),
        bpe_(parts_.tokens, ordinary_ids(parts_), parts_.merges, parts_.bpe),
        special_(parts_.added) {
    if (parts_.eos) parts_.stops.push_back(*parts_.eos);
    for (const std::string_view end : kEnds) {
      if (const auto id = special_.id_of(end)) parts_.stops.push_back(*id);
    }
    std::ranges::sort(parts_.stops);
    const auto doubles = std::ranges::unique(parts_.stops);
    parts_.stops.erase(doubles.begin(), doubles.end());
    parts_.merges = {};
    marker_.resize(parts_.tokens.size());
    for (const AddedToken& token : parts_.added) {
      if (!token.plain) marker_[static_cast<std::size_t>(token.id)] = true;
    }
  }

  std::vector<TokenId> encode(std::string_view text, bool parse_special) const override {
    return encode_with(text, {}, parse_special);
  }

  std::vector<TokenId> encode(std::span<const Segment> segments) const override {
    std::string text;
    for (const Segment& segment : segments) text += segment.text;
    std::vector<bool> trusted;
    trusted.reserve(text.size());
    for (const Segment& segment : segments) {
      trusted.insert(trusted.end(), segment.text.size(), segment.trusted);
    }
    return encode_with(text, trusted, false);
  }

  std::string_view bytes(TokenId id) const override { return parts_.tokens[index(id)]; }

  bool is_special(TokenId id) const override {
    return parts_.kinds[index(id)] == TokenKind::kControl;
  }

  bool adds_space_after(std::optional<TokenId> before) const override {
    switch (parts_.spaces.prefix) {
      case SpaceRules::Prefix::kNone:
        return false;
      case SpaceRules::Prefix::kStart:
        return !before;
      case SpaceRules::Prefix::kMarkers:
        return !before || marker_[index(*before)];
      case SpaceRules::Prefix::kAll:
        return !before || is_matched(parts_.kinds[index(*before)]);
    }
    return false;
  }

  std::size_t size() const override { return parts_.tokens.size(); }

  std::optional<TokenId> id_of(std::string_view token) const override {
    if (const auto added = special_.id_of(token)) return added;
    const TokenId id = bpe_.find(token);
    return id < 0 ? std::nullopt : std::optional(id);
  }

  std::optional<TokenId> bos() const override { return parts_.bos; }
  std::optional<TokenId> eos() const override { return parts_.eos; }
  bool adds_bos() const override { return parts_.adds_bos; }
  std::vector<TokenId> stops() const override { return parts_.stops; }
  const std::string& sha256() const override { return sha256_; }

 private:
  static bool is_matched(TokenKind kind) {
    return kind == TokenKind::kControl || kind == TokenKind::kAdded;
  }

  std::size_t index(TokenId id) const {
    if (id < 0 || static_cast<std::size_t>(id) >= parts_.tokens.size()) {
      fail_in_file(
          parts_.source, "tokenizer",
          fmt::format("there is no token {}, the vocabulary has {}", id, parts_.tokens.size()));
    }
    return static_cast<std::size_t>(id);
  }

  std::vector<TokenId> encode_with(std::string_view text, const std::vector<bool>& trusted,
                                   bool all_trusted) const {
    if (text.size() > kMaxTextBytes) {
      fail("tokenizer: a text of {} bytes, at most {} are allowed", text.size(), kMaxTextBytes);
    }
    std::unique_ptr<Memory> memory = pool_.take();
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 3 + 1);
    std::optional<TokenId> before;
    std::size_t at = 0;
    while (const auto match = special_.find(text, at, trusted, all_trusted)) {
      encode_ordinary(text.substr(at, match->begin - at), before, *memory, ids);
      ids.push_back(match->id);
      before = match->id;
      at = match->end;
    }
    encode_ordinary(text.substr(at), before, *memory, ids);
    pool_.give_back(std::move(memory));
    return ids;
  }

  // `before`: the token that was matched before this text, none: it is the beginning.
  void encode_ordinary(std::string_view text, std::optional<TokenId> before, Memory& memory,
                       std::vector<TokenId>& ids) const {
    if (text.empty()) return;
    if (parts_.nfc && !is_surely_nfc(text)) {
      memory.text = to_nfc(text);
      text = memory.text;
    }
    if (parts_.spaces.marked) {
      return encode_spaced(with_spaces(text, parts_.spaces, adds_space_after(before), memory.text),
                           memory, ids);
    }
    pre_tokenizer_.split(text, memory.pre_tokenizer, memory.ends);
    std::uint32_t begin = 0;
    for (const std::uint32_t end : memory.ends) {
      bpe_.encode(text, begin, end, memory.bpe, ids);
      begin = end;
    }
  }

  void encode_spaced(std::string_view text, Memory& memory, std::vector<TokenId>& ids) const {
    if (!parts_.spaces.cut) {
      if (!text.empty()) bpe_.encode(text, 0, text.size(), memory.bpe, ids);
      return;
    }
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(' ', begin + 1), text.size());
      bpe_.encode(text, begin, end, memory.bpe, ids);
      begin = end;
    }
  }

  TokenizerParts parts_;
  std::string sha256_;
  PreTokenizer pre_tokenizer_;
  Bpe bpe_;
  SpecialTokens special_;
  std::vector<bool> marker_;  // of each id: matched as a whole and not plain text
  MemoryPool pool_;
};

// Element names that vocabularies have as tokens of their own because they are part of web pages.
constexpr std::array<std::string_view, 40> kElements = {
    "a",      "b",     "bbox",  "blockquote", "body",  "br",  "caption", "code", "div",    "em",
    "footer", "h1",    "h2",    "h3",         "h4",    "h5",  "h6",      "hr",   "html",   "i",
    "iframe", "img",   "li",    "ol",         "p",     "pre", "s",       "span", "strong", "sub",
    "sup",    "table", "tbody", "td",         "tfoot", "th",  "thead",   "tr",   "u",      "ul"};

bool is_element(std::string_view inside) {
  if (inside.starts_with('/')) inside.remove_prefix(1);
  return std::ranges::find(kElements, inside) != kElements.end();
}

bool is_struck_out(std::string_view content) { return content == "<s>" || content == "</s>"; }

// What begins or ends a text is a marker however it looks: "</s>" is an HTML element in one
// vocabulary and the end of a text in the next, and files often fail to call it a control token.
// Text from outside must not give it, neither as a whole nor by merging.
void keep_ends_from_text(TokenizerParts& parts) {
  std::vector<bool> ends(parts.tokens.size());
  const auto set_end = [&](TokenId id) { ends[static_cast<std::size_t>(id)] = true; };
  if (parts.bos) set_end(*parts.bos);
  if (parts.eos) set_end(*parts.eos);
  for (const TokenId id : parts.stops) set_end(id);
  // Where no other element is a token, these two are no elements.
  const bool has_elements = std::ranges::any_of(parts.added, [](const AddedToken& token) {
    return token.plain && token.content.starts_with('<') && !is_struck_out(token.content);
  });
  for (const AddedToken& token : parts.added) {
    if (std::ranges::find(kEnds, token.content) != kEnds.end()) set_end(token.id);
    if (!has_elements && is_struck_out(token.content)) set_end(token.id);
  }
  std::vector<bool> unreachable(parts.tokens.size());
  for (AddedToken& token : parts.added) {
    const auto at = static_cast<std::size_t>(token.id);
    if (ends[at]) token.plain = false;
    unreachable[at] = ends[at] || parts.kinds[at] == TokenKind::kControl;
  }
  std::erase_if(parts.merges, [&](const Merge& merge) {
    return unreachable[static_cast<std::size_t>(merge.result)];
  });
}

}  // namespace

std::unique_ptr<Tokenizer> make_bpe_tokenizer(TokenizerParts parts) {
  keep_ends_from_text(parts);
  return std::make_unique<BpeTokenizer>(std::move(parts));
}

std::vector<bool> ordinary_ids(const TokenizerParts& parts) {
  std::vector<bool> ordinary(parts.kinds.size());
  for (std::size_t i = 0; i < ordinary.size(); ++i) {
    ordinary[i] = parts.kinds[i] == TokenKind::kOrdinary;
  }
  return ordinary;
}

bool is_plain_content(std::string_view content) {
  // White space at the ends makes no marker plain: "<think>\n".
  constexpr std::string_view kWhite = " \t\r\n";
  const std::size_t begin = content.find_first_not_of(kWhite);
  if (begin == content.npos) return true;
  content = content.substr(begin, content.find_last_not_of(kWhite) + 1 - begin);
  if (content.starts_with("\u25C1")) return false;  // "◁", which begins the markers of Kimi
  const auto enclosed = [&](char open, char close) {
    return content.size() > 2 && content.front() == open && content.back() == close;
  };
  if (enclosed('<', '>')) return is_element(content.substr(1, content.size() - 2));
  return !enclosed('[', ']') && !enclosed('{', '}');
}

}  // namespace candor::engine
