// A small byte-level vocabulary for tests: the 256 bytes, some merges, some markers. Made as a GGUF
// file or as a tokenizer.json of the same tokens.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/files/utf8.h"
#include "tests/support/gguf_writer.h"

namespace candor::tests {

// Bytes as the published vocabularies write them.
inline std::string in_byte_alphabet(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const auto printable = [](unsigned b) {
      return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    };
    char32_t shown = byte;
    if (!printable(byte)) {
      shown = 0x100;
      for (unsigned b = 0; b < byte; ++b) shown += printable(b) ? 0 : 1;
    }
    engine::append_utf8(out, shown);
  }
  return out;
}

struct TinyVocabulary {
  std::string pre = "qwen2";
  std::vector<std::string> tokens;  // as written in the file
  std::vector<std::int32_t> types;  // of GGUF: 1 normal, 3 control, 4 user-defined
  std::vector<std::string> merges;

  TinyVocabulary() {
    for (int byte = 0; byte < 256; ++byte)
      add(in_byte_alphabet(std::string(1, static_cast<char>(byte))), 1);
    for (const auto& [left, right] :
         std::vector<std::pair<std::string, std::string>>{{"l", "o"},
                                                          {"lo", "w"},
                                                          {" ", "low"},
                                                          {"e", "r"},
                                                          {"low", "er"},
                                                          {"n", "e"},
                                                          {"\xe5", "\xa4"},
                                                          {"\xe5\xa4", "\xa9"}}) {
      merge(left, right);
    }
    add("<|end|>", 3);        // 264
    add("<|im_start|>", 3);   // 265
    add("<|im_start|>x", 3);  // 266
    add("<think>", 4);        // 267
    add("öö", 4);             // 268
  }

  void add(std::string token, std::int32_t type) {
    tokens.push_back(std::move(token));
    types.push_back(type);
  }
  void merge(std::string_view left, std::string_view right) {
    merges.push_back(in_byte_alphabet(left) + " " + in_byte_alphabet(right));
    add(in_byte_alphabet(std::string(left) + std::string(right)), 1);
  }

  GgufWriter gguf() const {
    GgufWriter writer;
    writer.text("tokenizer.ggml.model", "gpt2")
        .text("tokenizer.ggml.pre", pre)
        .texts("tokenizer.ggml.tokens", tokens)
        .integers("tokenizer.ggml.token_type", types)
        .texts("tokenizer.ggml.merges", merges);
    return writer;
  }

  boost::json::object json() const {
    boost::json::object vocab;
    boost::json::array added;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (types[i] == 1) {
        vocab[tokens[i]] = i;
      } else {
        added.push_back(boost::json::object{{"id", i},
                                            {"content", tokens[i]},
                                            {"single_word", false},
                                            {"lstrip", false},
                                            {"rstrip", false},
                                            {"normalized", false},
                                            {"special", types[i] == 3}});
      }
    }
    boost::json::array pairs;
    for (const std::string& line : merges) pairs.push_back(boost::json::string(line));
    const char* regex =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
        "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    return boost::json::object{
        {"version", "1.0"},
        {"added_tokens", added},
        {"normalizer", {{"type", "NFC"}}},
        {"pre_tokenizer",
         {{"type", "Sequence"},
          {"pretokenizers", boost::json::array{boost::json::object{{"type", "Split"},
                                                                   {"pattern", {{"Regex", regex}}},
                                                                   {"behavior", "Isolated"},
                                                                   {"invert", false}},
                                               boost::json::object{{"type", "ByteLevel"},
                                                                   {"add_prefix_space", false},
                                                                   {"trim_offsets", false},
                                                                   {"use_regex", false}}}}}},
        {"model",
         {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", ""},
          {"end_of_word_suffix", ""},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"vocab", vocab},
          {"merges", pairs}}}};
  }
};

}  // namespace candor::tests
