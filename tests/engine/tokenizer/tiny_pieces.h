// A small SentencePiece vocabulary for tests, made as a GGUF file, a tokenizer.model or a
// tokenizer.json of the same tokens.
#pragma once

#include <algorithm>
#include <bit>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/gguf_writer.h"

namespace candor::tests {

// The wire format of protocol buffers, written by hand.
inline std::string proto_varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
inline std::string proto_integer(std::uint32_t field, std::uint64_t value) {
  return proto_varint(field << 3) + proto_varint(value);
}
inline std::string proto_text(std::uint32_t field, std::string_view value) {
  return proto_varint(field << 3 | 2) + proto_varint(value.size()) + std::string(value);
}
inline std::string proto_float(std::uint32_t field, float value) {
  return proto_varint(field << 3 | 5) + GgufWriter::pack(value);
}

struct TinyPieces {
  std::vector<std::string> pieces;
  std::vector<std::int32_t> types;  // 1 normal, 2 unknown, 3 control, 4 user-defined, 6 byte
  std::vector<float> scores;
  bool space_prefix = true;
  std::uint64_t model_type = 2;  // BPE
  std::string normalizer_map;    // precompiled_charsmap
  bool squeeze = false;

  static constexpr std::int32_t kBos = 1, kEos = 2, kFirstByte = 3, kThink = 259, kBreak = 260;

  TinyPieces() {
    add("<unk>", 2);
    add("<s>", 3);
    add("</s>", 3);
    for (int byte = 0; byte < 256; ++byte) add(fmt_byte(byte), 6);
    add("<think>", 4);
    add("\n\n", 4);
    for (const char* c : {"\u2581", "l", "o", "w", "e", "r", "n", "a", "天", "安"}) add(c, 1);
    for (const char* piece : {"lo", "\u2581\u2581", "er", "low", "\u2581low", "天安", "\u2581a",
                              "we", "lower", "\u2581\u2581\u2581\u2581", "\u2581n", "ne"}) {
      add(piece, 1);
    }
  }

  static std::string fmt_byte(int byte) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    return {'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'};
  }

  // Normal pieces are the better the earlier they come.
  void add(std::string piece, std::int32_t type) {
    scores.push_back(type == 1 ? -static_cast<float>(pieces.size()) : 0.0F);
    pieces.push_back(std::move(piece));
    types.push_back(type);
  }

  GgufWriter gguf() const {
    GgufWriter writer;
    writer.text("tokenizer.ggml.model", "llama")
        .text("tokenizer.ggml.pre", "default")
        .texts("tokenizer.ggml.tokens", pieces)
        .integers("tokenizer.ggml.token_type", types)
        .numbers("tokenizer.ggml.scores", scores)
        .integer("tokenizer.ggml.bos_token_id", 1)
        .integer("tokenizer.ggml.eos_token_id", 2);
    if (!space_prefix) writer.boolean("tokenizer.ggml.add_space_prefix", false);
    return writer;
  }

  std::string model() const {
    std::string out;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      out += proto_text(1, proto_text(1, pieces[i]) + proto_float(2, scores[i]) +
                               proto_integer(3, static_cast<std::uint64_t>(types[i])));
    }
    out += proto_text(2, proto_integer(3, model_type) + proto_integer(41, 1) +
                             proto_integer(42, 2) + proto_integer(43, ~std::uint64_t{0}));
    return out + proto_text(3, proto_text(1, "identity") + proto_text(2, normalizer_map) +
                                   proto_integer(3, space_prefix ? 1 : 0) +
                                   proto_integer(4, squeeze ? 1 : 0) + proto_integer(5, 1));
  }

  // As the models of Llama 2 are published, with Prepend and Replace.
  boost::json::object json() const {
    boost::json::object vocab;
    boost::json::array added;
    std::vector<std::size_t> normal;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      vocab[pieces[i]] = i;
      if (types[i] == 1) normal.push_back(i);
      if (types[i] != 1 && types[i] != 6) {
        added.push_back(boost::json::object{
            {"id", i}, {"content", pieces[i]}, {"special", types[i] != 4}, {"normalized", false}});
      }
    }
    std::ranges::stable_sort(normal, [&](auto a, auto b) { return scores[a] > scores[b]; });
    boost::json::array merges;
    for (const std::size_t i : normal) {
      for (std::size_t cut = 1; cut < pieces[i].size(); ++cut) {
        const std::string left = pieces[i].substr(0, cut), right = pieces[i].substr(cut);
        if (std::ranges::find(pieces, left) == pieces.end()) continue;
        if (std::ranges::find(pieces, right) == pieces.end()) continue;
        merges.push_back(boost::json::array{boost::json::string(left), boost::json::string(right)});
      }
    }
    boost::json::array steps;
    if (space_prefix) steps.push_back({{"type", "Prepend"}, {"prepend", "\u2581"}});
    steps.push_back({{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}});
    return {{"version", "1.0"},
            {"added_tokens", added},
            {"normalizer", {{"type", "Sequence"}, {"normalizers", steps}}},
            {"pre_tokenizer", nullptr},
            {"model",
             {{"type", "BPE"},
              {"unk_token", "<unk>"},
              {"fuse_unk", true},
              {"byte_fallback", true},
              {"vocab", vocab},
              {"merges", merges}}}};
  }
};

}  // namespace candor::tests
