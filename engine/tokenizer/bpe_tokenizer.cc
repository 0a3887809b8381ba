#include "engine/tokenizer/bpe_tokenizer.h"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "engine/files/file_error.h"
#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30;

// Tokens that end a text, a turn or a message wherever they are in the vocabulary: files often name
// only one of them as their end-of-text token.
constexpr std::array<std::string_view, 15> kEnds = {
    "<|endoftext|>",
    "<|im_end|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
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

const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) fail("tokenizer: ICU has no NFC data: {}", u_errorName(status));
  return *instance;
}

void append_nfc(std::string_view text, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&out);
  nfc().normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                      sink, nullptr, status);
  if (U_FAILURE(status)) fail("tokenizer: NFC normalisation failed: {}", u_errorName(status));
}

// In NFC, except for bytes that are not UTF-8, which stay as they are.
std::string to_nfc(std::string_view text) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    if (c.value == kBadUtf8) {
      append_nfc(text.substr(begin, i - begin), out);
      out += text.substr(i, c.length);
      begin = i + c.length;
    }
    i += c.length;
  }
  append_nfc(text.substr(begin), out);
  return out;
}

// Text below U+0300 is in NFC: no combining mark, no character that decomposes canonically to
// another.
bool is_surely_nfc(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0xCC; });
}

std::string hash_of(const TokenizerParts& parts) {
  std::string text;
  const auto add = [&text](std::string_view field, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "{} {}\n{}", field, value.size(), value);
  };
  const auto add_number = [&](std::string_view field, std::int64_t value) {
    add(field, std::to_string(value));
  };
  static constexpr std::string_view kKinds[] = {"ordinary", "control", "added", "unused"};
  add("model", "byte-level BPE");
  add("pre_tokenizer", parts.pre_tokenizer);
  add_number("ignore_merges", parts.ignore_merges);
  add_number("nfc", parts.nfc);
  for (std::size_t id = 0; id < parts.tokens.size(); ++id) {
    add(kKinds[static_cast<std::size_t>(parts.kinds[id])], parts.tokens[id]);
  }
  for (const Merge& merge : parts.merges) {
    fmt::format_to(std::back_inserter(text), "{} {} {}\n", merge.left, merge.right, merge.result);
  }
  for (const AddedToken& token : parts.added) {
    add(fmt::format("added {} {:d} {:d} {:d} {:d}", token.id, token.lstrip, token.rstrip,
                    token.single_word, token.plain),
        token.content);
  }
  add_number("bos", parts.bos.value_or(-1));
  add_number("eos", parts.eos.value_or(-1));
  add_number("adds_bos", parts.adds_bos);
  for (const TokenId id : parts.stops) add_number("stop", id);
  return data::sha256_hex(text);
}

std::vector<bool> ordinary_ids(const TokenizerParts& parts) {
  std::vector<bool> ordinary(parts.kinds.size());
  for (std::size_t i = 0; i < ordinary.size(); ++i) {
    ordinary[i] = parts.kinds[i] == TokenKind::kOrdinary;
  }
  return ordinary;
}

class BpeTokenizer final : public Tokenizer {
 public:
  explicit BpeTokenizer(TokenizerParts parts)
      : parts_(std::move(parts)),
        sha256_(hash_of(parts_)),
        pre_tokenizer_(parts_.passes),
        bpe_(parts_.tokens, ordinary_ids(parts_), parts_.merges, parts_.ignore_merges),
        special_(parts_.added) {
    if (parts_.eos) parts_.stops.push_back(*parts_.eos);
    for (const std::string_view end : kEnds) {
      if (const auto id = special_.id_of(end)) parts_.stops.push_back(*id);
    }
    std::ranges::sort(parts_.stops);
    const auto doubles = std::ranges::unique(parts_.stops);
    parts_.stops.erase(doubles.begin(), doubles.end());
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
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 3 + 1);
    std::size_t at = 0;
    while (const auto match = special_.find(text, at, trusted, all_trusted)) {
      encode_ordinary(text.substr(at, match->begin - at), ids);
      ids.push_back(match->id);
      at = match->end;
    }
    encode_ordinary(text.substr(at), ids);
    return ids;
  }

  void encode_ordinary(std::string_view text, std::vector<TokenId>& ids) const {
    std::string normal;
    if (parts_.nfc && !is_surely_nfc(text)) {
      normal = to_nfc(text);
      text = normal;
    }
    std::vector<std::uint32_t> ends;
    pre_tokenizer_.split(text, ends);
    std::uint32_t begin = 0;
    for (const std::uint32_t end : ends) {
      bpe_.encode(text.substr(begin, end - begin), ids);
      begin = end;
    }
  }

  TokenizerParts parts_;
  std::string sha256_;
  PreTokenizer pre_tokenizer_;
  Bpe bpe_;
  SpecialTokens special_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_bpe_tokenizer(TokenizerParts parts) {
  return std::make_unique<BpeTokenizer>(std::move(parts));
}

bool is_plain_content(std::string_view content) {
  const auto enclosed = [&](char open, char close) {
    return content.size() > 2 && content.front() == open && content.back() == close;
  };
  return !enclosed('<', '>') && !enclosed('[', ']') && !enclosed('{', '}');
}

}  // namespace candor::engine
