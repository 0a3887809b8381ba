// The tokenizer of a tiktoken file: lines of a token in base64 and its rank, which is its id. The
// file says nothing of special tokens or of how a text is cut; both depend on the model it belongs
// to, which the files beside it tell.
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <string>

#include "engine/files/file_error.h"
#include "engine/files/mapped_file.h"
#include "engine/tokenizer/side_files.h"
#include "engine/tokenizer/token_ranks.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = std::size_t{96} << 20;
constexpr std::size_t kMaxTokens = std::size_t{1} << 22;

// The text of up to four digits to three bytes; false when it is not base64.
bool append_base64(std::string_view digits, std::string& bytes) {
  if (digits.empty() || digits.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && digits.ends_with('=')) {
    digits.remove_suffix(1);
    ++padding;
  }
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : digits) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<std::uint32_t>(c - '0') + 52;
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else {
      return false;
    }
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return (bits & ((1U << count) - 1)) == 0;
}

class Reader {
 public:
  explicit Reader(const fs::path& path) : path_(path), side_(read_side_files(path.parent_path())) {}

  TokenizerParts read() {
    parts_.source = path_.string();
    parts_.model = "tiktoken BPE";
    parts_.bpe.whole_pieces = true;
    choose_pre_tokenizer();
    read_ranks();
    std::vector<std::uint32_t> ranks(parts_.tokens.size());
    for (std::size_t i = 0; i < ranks.size(); ++i) ranks[i] = static_cast<std::uint32_t>(i);
    parts_.merges = merges_of_ranks(parts_.tokens, ordinary_ids(parts_), ranks, nullptr);
    if (side_.added.empty() && is_qwen_) add_qwen_tokens();
    if (side_.added.empty() && !is_qwen_) {
      fail_in_file(side_.config_path, "added_tokens_decoder",
                   "is missing: a tiktoken file does not hold the special tokens of its model; put "
                   "the tokenizer_config.json that was published with it beside it");
    }
    add_side_tokens(side_, parts_);
    apply_side_files(side_, parts_);
    return std::move(parts_);
  }

 private:
  [[noreturn]] void refuse_line(std::size_t line, std::string_view what) const {
    fail_in_file(path_.string(), fmt::format("line {}", line), what);
  }

  void choose_pre_tokenizer() {
    is_qwen_ = path_.filename() == "qwen.tiktoken" || side_.tokenizer_class == "QWenTokenizer";
    if (!is_qwen_ && side_.tokenizer_class != "TikTokenTokenizer") {
      fail_in_file(side_.config_path, "tokenizer_class",
                   fmt::format("'{}' does not tell how a text is cut for {}: known are "
                               "TikTokenTokenizer (Kimi K2) and QWenTokenizer (Qwen 1); use the "
                               "model's tokenizer.json or a GGUF file if there is one",
                               printable(side_.tokenizer_class), path_.filename().string()));
    }
    parts_.pre_tokenizer = is_qwen_ ? "qwen2" : "kimi-k2";
    parts_.passes = PreTokenizer::by_name(parts_.pre_tokenizer)->passes;
    parts_.nfc = is_qwen_;
  }

  void read_ranks() {
    const MappedFile file(path_);
    if (file.bytes().size() > kMaxFileBytes) {
      fail_in_file(
          path_.string(), "file",
          fmt::format("{} bytes, at most {} are allowed", file.bytes().size(), kMaxFileBytes));
    }
    const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()),
                                file.bytes().size());
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string_view content = text.substr(begin, end - begin);
      if (content.ends_with('\r')) content.remove_suffix(1);
      ++line;
      if (!content.empty()) read_line(content, line);
      begin = end + 1;
    }
    if (parts_.tokens.empty()) fail_in_file(path_.string(), "tokens", "the file has none");
    check_tokens();
  }

  void read_line(std::string_view content, std::size_t line) {
    const std::size_t space = content.find(' ');
    std::string bytes;
    if (space == content.npos || !append_base64(content.substr(0, space), bytes)) {
      refuse_line(
          line, fmt::format("'{}' is not a token in base64 and its rank", printable(content, 80)));
    }
    const std::string_view digits = content.substr(space + 1);
    std::size_t rank = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
    if (error != std::errc() || stop != digits.data() + digits.size() || rank >= kMaxTokens) {
      refuse_line(line, fmt::format("'{}' is not a rank", printable(digits, 80)));
    }
    if (bytes.empty() || bytes.size() > kMaxRankedBytes) {
      refuse_line(line, fmt::format("a token of {} bytes (1 to {} are allowed)", bytes.size(),
                                    kMaxRankedBytes));
    }
    if (rank >= parts_.tokens.size()) {
      parts_.tokens.resize(rank + 1);
      parts_.kinds.resize(rank + 1, TokenKind::kUnused);
    }
    if (parts_.kinds[rank] != TokenKind::kUnused) {
      refuse_line(line, fmt::format("the rank {} is there twice", rank));
    }
    parts_.tokens[rank] = std::move(bytes);
    parts_.kinds[rank] = TokenKind::kOrdinary;
  }

  void check_tokens() const {
    TokenTable seen(parts_.tokens.size());
    for (std::size_t id = 0; id < parts_.tokens.size(); ++id) {
      if (parts_.kinds[id] == TokenKind::kUnused) continue;
      if (!seen.insert(parts_.tokens[id], static_cast<TokenId>(id))) {
        fail_in_file(path_.string(), fmt::format("rank {}", id),
                     fmt::format("the token '{}' is there twice", printable(parts_.tokens[id])));
      }
    }
    for (int byte = 0; byte < 256; ++byte) {
      if (seen.find(std::string(1, static_cast<char>(byte))) >= 0) continue;
      fail_in_file(path_.string(), "tokens",
                   fmt::format("none is the byte 0x{:02x}, so not every text can be encoded; is "
                               "the file whole?",
                               byte));
    }
  }

  // The first Qwen has its special tokens in its program: three names and 205 spare ones behind the
  // ranks.
  void add_qwen_tokens() {
    auto id = static_cast<TokenId>(parts_.tokens.size());
    for (const char* name : {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}) {
      side_.added.push_back({.id = id++, .content = name, .special = true});
    }
    for (int i = 0; i < 205; ++i) {
      side_.added.push_back(
          {.id = id++, .content = fmt::format("<|extra_{}|>", i), .special = true});
    }
    if (!side_.eos) side_.eos = {"<|endoftext|>", path_.string(), "eos_token"};
  }

  fs::path path_;
  SideFiles side_;
  TokenizerParts parts_;
  bool is_qwen_ = false;
};

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::from_tiktoken(const fs::path& ranks) {
  return make_bpe_tokenizer(Reader(ranks).read());
}

}  // namespace candor::engine
