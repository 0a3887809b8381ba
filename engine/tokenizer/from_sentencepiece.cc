// The tokenizer of a SentencePiece tokenizer.model, with the files beside it.
#include <fmt/format.h>

#include "engine/files/file_error.h"
#include "engine/tokenizer/sentencepiece.h"
#include "engine/tokenizer/sentencepiece_file.h"
#include "engine/tokenizer/side_files.h"

namespace candor::engine {
namespace {

std::optional<TokenId> control_token(const TokenizerParts& parts, std::int64_t id) {
  if (id < 0 || id >= static_cast<std::int64_t>(parts.tokens.size())) return std::nullopt;
  if (parts.kinds[static_cast<std::size_t>(id)] != TokenKind::kControl) return std::nullopt;
  return static_cast<TokenId>(id);
}

// Classes of transformers that put the begin-of-text token before a text unless told otherwise.
bool adds_bos_by_itself(const SideFiles& files) {
  const std::string_view name = files.tokenizer_class;
  return !files.has_config || name.starts_with("LlamaTokenizer") ||
         name.starts_with("GemmaTokenizer");
}

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::from_sentencepiece(const std::filesystem::path& model) {
  const SentencePieceFile file = read_sentencepiece_file(model);
  const SideFiles side = read_side_files(model.parent_path());
  TokenizerParts parts;
  parts.source = model.string();
  add_pieces(file.pieces, file.types, parts.source, "pieces", parts);
  add_side_tokens(side, parts);
  add_scored_merges(file.scores, parts);
  parts.spaces.squeeze = file.remove_extra_whitespaces;
  if (side.adds_space.value_or(file.add_dummy_prefix)) {
    parts.spaces.prefix = SpaceRules::Prefix::kMarkers;
  }
  parts.bos = control_token(parts, file.bos_id);
  parts.eos = control_token(parts, file.eos_id);
  parts.adds_bos = adds_bos_by_itself(side);
  apply_side_files(side, parts);
  return make_bpe_tokenizer(std::move(parts));
}

}  // namespace candor::engine
