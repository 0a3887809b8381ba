#include "engine/tokenizer/sentencepiece_file.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

#include "engine/files/file_error.h"
#include "engine/files/mapped_file.h"
#include "engine/files/utf8.h"
#include "engine/tokenizer/protobuf.h"
#include "engine/tokenizer/token_ranks.h"
#include "engine/tokenizer/token_table.h"

namespace candor::engine {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{96} << 20;
constexpr std::size_t kMaxPieces = std::size_t{1} << 22;

class Reader {
 public:
  Reader(std::string file, std::string_view bytes) : file_(std::move(file)), bytes_(bytes) {}

  SentencePieceFile read() {
    ProtobufReader model(file_, "ModelProto", bytes_);
    while (model.next()) {
      switch (model.field()) {
        case 1:
          if (result_.pieces.size() == kMaxPieces) model.refuse("too many pieces");
          read_piece(model);
          break;
        case 2:
          read_trainer(model.message("trainer_spec"));
          break;
        case 3:
          read_normalizer(model.message("normalizer_spec"));
          break;
        default:
          break;
      }
    }
    if (result_.pieces.empty()) {
      fail_in_file(file_, "pieces", "there are none; is this a SentencePiece model?");
    }
    check_model_type();
    TokenTable seen(result_.pieces.size());
    for (std::size_t i = 0; i < result_.pieces.size(); ++i) {
      if (!seen.insert(result_.pieces[i], static_cast<TokenId>(i))) {
        refuse_piece(i, fmt::format("'{}' is there twice", printable(result_.pieces[i])));
      }
    }
    return std::move(result_);
  }

 private:
  [[noreturn]] void refuse_piece(std::size_t index, std::string_view what) const {
    fail_in_file(file_, fmt::format("pieces[{}]", index), what);
  }

  void read_piece(const ProtobufReader& model) {
    const std::size_t index = result_.pieces.size();
    std::string piece;
    double score = 0;
    std::uint64_t type = 1;
    for (ProtobufReader fields = model.message("piece"); fields.next();) {
      if (fields.field() == 1) piece = fields.text();
      if (fields.field() == 2) score = static_cast<double>(fields.number());
      if (fields.field() == 3) type = fields.integer();
    }
    if (piece.empty()) refuse_piece(index, "is empty");
    if (piece.size() > kMaxRankedBytes) {
      refuse_piece(index,
                   fmt::format("{} bytes, at most {} are allowed", piece.size(), kMaxRankedBytes));
    }
    if (!is_utf8(piece)) refuse_piece(index, fmt::format("'{}' is not UTF-8", printable(piece)));
    if (!std::isfinite(score)) refuse_piece(index, "the score is not a finite number");
    if (type < 1 || type > 6) refuse_piece(index, fmt::format("unknown type {}", type));
    result_.pieces.push_back(std::move(piece));
    result_.scores.push_back(score);
    result_.types.push_back(static_cast<PieceType>(type));
  }

  void read_trainer(ProtobufReader fields) {
    while (fields.next()) {
      if (fields.field() == 3) model_type_ = fields.integer();
      // Negative numbers are written with 64 bits.
      if (fields.field() == 41) result_.bos_id = static_cast<std::int64_t>(fields.integer());
      if (fields.field() == 42) result_.eos_id = static_cast<std::int64_t>(fields.integer());
    }
  }

  void check_model_type() const {
    static constexpr const char* kNames[] = {"?", "unigram", "bpe", "word", "char"};
    if (model_type_ == 2) return;
    fail_in_file(file_, "trainer_spec.model_type",
                 fmt::format("SentencePiece models of type {} are not supported (bpe is); use the "
                             "model's tokenizer.json if there is one",
                             model_type_ < 5 ? kNames[model_type_] : std::to_string(model_type_)));
  }

  void read_normalizer(ProtobufReader fields) {
    std::string name;
    bool has_map = false;
    bool escapes = true;
    while (fields.next()) {
      if (fields.field() == 1) name = fields.text();
      if (fields.field() == 2) has_map = !fields.text().empty();
      if (fields.field() == 3) result_.add_dummy_prefix = fields.integer() != 0;
      if (fields.field() == 4) result_.remove_extra_whitespaces = fields.integer() != 0;
      if (fields.field() == 5) escapes = fields.integer() != 0;
    }
    if (has_map) {
      fail_in_file(file_, "normalizer_spec.precompiled_charsmap",
                   fmt::format("the normaliser '{}' is not supported (an empty map is); use the "
                               "model's tokenizer.json or a GGUF file if there is one",
                               printable(name)));
    }
    if (!escapes) {
      fail_in_file(file_, "normalizer_spec.escape_whitespaces", "false is not supported");
    }
  }

  std::string file_;
  std::string_view bytes_;
  std::uint64_t model_type_ = 1;  // unigram, where the file is silent
  SentencePieceFile result_;
};

}  // namespace

SentencePieceFile read_sentencepiece_file(const std::filesystem::path& path) {
  const MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  if (bytes.size() > kMaxFileBytes) {
    fail_in_file(path.string(), "file",
                 fmt::format("{} bytes, at most {} are allowed", bytes.size(), kMaxFileBytes));
  }
  return Reader(path.string(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}).read();
}

}  // namespace candor::engine
