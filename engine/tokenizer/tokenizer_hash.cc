#include "engine/tokenizer/tokenizer_hash.h"

#include <fmt/format.h>

#include <iterator>

#include "data/base/hash.h"

namespace candor::engine {

std::string tokenizer_hash(const TokenizerParts& parts) {
  std::string text;
  const auto add = [&text](std::string_view field, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "{} {}\n{}", field, value.size(), value);
  };
  const auto add_number = [&](std::string_view field, std::int64_t value) {
    add(field, std::to_string(value));
  };
  static constexpr std::string_view kKinds[] = {"ordinary", "byte", "control", "added", "unused"};
  add("model", parts.model);
  add("pre_tokenizer", parts.pre_tokenizer);
  add_number("ignore_merges", parts.bpe.whole_pieces);
  add_number("nfc", parts.nfc);
  if (parts.spaces.marked) {
    add("spaces",
        fmt::format("{} {:d} {:d} {:d}", static_cast<int>(parts.spaces.prefix),
                    parts.spaces.prefix_unless_there, parts.spaces.cut, parts.spaces.squeeze));
  }
  for (std::size_t id = 0; id < parts.tokens.size(); ++id) {
    add(kKinds[static_cast<std::size_t>(parts.kinds[id])], parts.tokens[id]);
  }
  for (const std::string& character : parts.bpe.characters) add("character", character);
  for (std::size_t i = 0; i < parts.merges.size(); ++i) {
    const Merge& merge = parts.merges[i];
    fmt::format_to(std::back_inserter(text), "{} {} {}", merge.left, merge.right, merge.result);
    // Vocabularies that list their merges in the order of their ranks have the hash they had before
    // there were others, so that runs of that time can be resumed.
    if (merge.rank != i) fmt::format_to(std::back_inserter(text), " {}", merge.rank);
    text += '\n';
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

}  // namespace candor::engine
