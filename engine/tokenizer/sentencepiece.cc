#include "engine/tokenizer/sentencepiece.h"

#include <fmt/format.h>

#include "engine/files/file_error.h"
#include "engine/tokenizer/spaces.h"
#include "engine/tokenizer/token_ranks.h"

namespace candor::engine {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

int byte_of_piece(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece.back() != '>') return -1;
  const int high = hex_digit(piece[3]), low = hex_digit(piece[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void add_pieces(std::span<const std::string> pieces, std::span<const PieceType> types,
                std::string_view source, std::string_view field, TokenizerParts& parts) {
  parts.model = "SentencePiece BPE";
  parts.bpe.from_characters = true;
  parts.bpe.byte_tokens.fill(-1);
  parts.spaces.marked = true;
  const auto add = [&](std::string bytes, TokenKind kind) {
    parts.tokens.push_back(std::move(bytes));
    parts.kinds.push_back(kind);
  };
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::string& piece = pieces[i];
    const auto id = static_cast<TokenId>(i);
    switch (types[i]) {
      case PieceType::kNormal:
        // The text has no other space than "▁" when pieces are looked up.
        add(without_marks(piece), piece.empty() || piece.find(' ') != piece.npos
                                      ? TokenKind::kUnused
                                      : TokenKind::kOrdinary);
        break;
      case PieceType::kUserDefined: {
        const std::string content = without_marks(piece);
        const bool plain = is_plain_content(content);
        add(content, TokenKind::kAdded);
        if (piece.empty()) break;
        parts.added.push_back({.id = id, .content = content, .plain = plain});
        if (content != piece) {
          parts.added.push_back({.id = id, .content = piece, .plain = plain});
        }
        break;
      }
      case PieceType::kUnknown:
      case PieceType::kControl:
        add(piece, TokenKind::kControl);
        if (!piece.empty()) parts.added.push_back({.id = id, .content = piece});
        break;
      case PieceType::kUnused:
        add(piece, TokenKind::kUnused);
        break;
      case PieceType::kByte: {
        const int byte = byte_of_piece(piece);
        if (byte < 0) {
          fail_in_file(source, fmt::format("{}[{}]", field, i),
                       fmt::format("'{}' is of the type of bytes, which are written as <0x41>",
                                   printable(piece)));
        }
        parts.bpe.byte_tokens[static_cast<std::size_t>(byte)] = id;
        add(std::string(1, static_cast<char>(byte)), TokenKind::kByte);
        break;
      }
    }
  }
  for (std::size_t byte = 0; byte < parts.bpe.byte_tokens.size(); ++byte) {
    if (parts.bpe.byte_tokens[byte] >= 0) continue;
    fail_in_file(source, field,
                 fmt::format("there is no piece <0x{:02X}>: SentencePiece vocabularies without "
                             "byte fall-back are not supported",
                             byte));
  }
}

void add_scored_merges(std::span<const double> scores, TokenizerParts& parts) {
  std::vector<std::uint32_t> ranks = ranks_of_scores(scores);
  ranks.resize(parts.tokens.size());  // added ones are not ordinary
  parts.merges = merges_of_ranks(parts.tokens, ordinary_ids(parts), ranks, &parts.bpe.characters);
}

}  // namespace candor::engine
