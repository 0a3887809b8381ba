// A SentencePiece tokenizer.model as it stands in the file: protocol buffer ModelProto
// (model-facts, section 9.4). Numbers are checked, nothing is interpreted; what would change tokens
// and is not supported is refused by name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace candor::engine {

// Also the values of tokenizer.ggml.token_type.
enum class PieceType : std::uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

struct SentencePieceFile {
  std::vector<std::string> pieces;  // not empty, each there once
  std::vector<double> scores;       // finite
  std::vector<PieceType> types;
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  std::int64_t bos_id = 1;  // as the trainer was told; -1: none
  std::int64_t eos_id = 2;
};

SentencePieceFile read_sentencepiece_file(const std::filesystem::path& path);

}  // namespace candor::engine
