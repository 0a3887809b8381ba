// Tokenizers read from tiktoken files, and which file of a folder is read.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <random>

#include "data/base/error.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/tiny_pieces.h"
#include "tests/engine/tokenizer/tiny_vocabulary.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += at + i > bytes.size() ? '=' : kDigits[bits >> (18 - 6 * i) & 63];
    }
  }
  return out;
}

// All bytes, then some longer tokens in the order of their ranks.
std::vector<std::string> tokens() {
  std::vector<std::string> list;
  for (int byte = 0; byte < 256; ++byte) list.emplace_back(1, static_cast<char>(byte));
  for (const char* token :
       {"lo", "er", "low", " low", "\xe5\xa4", "天", "we", "lower", "12", "xyz"}) {
    list.emplace_back(token);
  }
  return list;
}

std::string ranks(const std::vector<std::string>& list) {
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out += base64(list[i]) + " " + std::to_string(i) + "\n";
  }
  return out;
}

constexpr const char* kConfig = R"({
    "tokenizer_class": "TikTokenTokenizer", "bos_token": "[BOS]", "eos_token": "[EOS]",
    "added_tokens_decoder": {"266": {"content": "[BOS]", "special": true},
                             "267": {"content": "[EOS]", "special": true},
                             "268": {"content": "<|im_end|>", "special": true},
                             "270": {"content": "<think>", "special": false}}})";

std::string error_of(const std::string& content, const char* config = kConfig) {
  const tests::TempFolder folder;
  folder.write("tiktoken.model", content);
  if (config != nullptr) folder.write("tokenizer_config.json", config);
  try {
    Tokenizer::open(folder.path());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// The definition: the neighbours whose bytes together have the lowest rank, leftmost first.
std::vector<TokenId> by_definition(const std::vector<std::string>& list, const std::string& piece) {
  const auto rank = [&](const std::string& bytes) {
    return static_cast<std::size_t>(std::ranges::find(list, bytes) - list.begin());
  };
  if (rank(piece) < list.size()) return {static_cast<TokenId>(rank(piece))};
  std::vector<std::string> parts;
  for (const char c : piece) parts.emplace_back(1, c);
  for (;;) {
    std::size_t best = list.size(), place = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const std::size_t joined = rank(parts[i] + parts[i + 1]);
      if (joined < best) {
        best = joined;
        place = i;
      }
    }
    if (best == list.size()) break;
    parts[place] += parts[place + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
  std::vector<TokenId> ids;
  for (const std::string& part : parts) ids.push_back(static_cast<TokenId>(rank(part)));
  return ids;
}

TEST(TiktokenTest, MergesByTheRanksOfWhatIsJoined) {
  const tests::TempFolder folder;
  folder.write("tiktoken.model", ranks(tokens()));
  folder.write("tokenizer_config.json", kConfig);
  const auto tokenizer = Tokenizer::open(folder.path());
  std::mt19937 random(31);
  for (int i = 0; i < 2000; ++i) {
    // Letters only: one piece for the pre-tokenizer.
    std::string piece;
    const std::size_t length = 1 + random() % 50;
    for (std::size_t k = 0; k < length; ++k) piece += "lowerxyz"[random() % 8];
    ASSERT_EQ(tokenizer->encode(piece, true), by_definition(tokens(), piece)) << piece;
  }
  // A whole piece that no merges make.
  EXPECT_THAT(tokenizer->encode("xyz", true), ElementsAre(265));
  EXPECT_THAT(tokenizer->encode("天123 lower", true), ElementsAre(261, 264, '3', 259, 257));
}

TEST(TiktokenTest, SpecialTokensComeFromTheConfiguration) {
  const tests::TempFolder folder;
  folder.write("tiktoken.model", ranks(tokens()));
  folder.write("tokenizer_config.json", kConfig);
  const auto tokenizer = Tokenizer::open(folder.path());
  EXPECT_EQ(tokenizer->size(), 271u);
  EXPECT_EQ(tokenizer->bos(), 266);
  EXPECT_EQ(tokenizer->eos(), 267);
  EXPECT_FALSE(tokenizer->adds_bos());
  EXPECT_THAT(tokenizer->stops(), ElementsAre(267, 268));
  EXPECT_THAT(tokenizer->encode("[BOS]low<think>", true), ElementsAre(266, 258, 270));
  EXPECT_TRUE(tokenizer->is_special(266));
  EXPECT_FALSE(tokenizer->is_special(270));
}

TEST(TiktokenTest, TextFromOutsideGivesNoEndHoweverTheFileCallsIt) {
  const tests::TempFolder folder;
  folder.write("tiktoken.model", ranks(tokens()));
  folder.write("tokenizer_config.json", R"({
      "tokenizer_class": "TikTokenTokenizer", "bos_token": "<s>", "eos_token": "</s>",
      "mask_token": "lower",
      "added_tokens_decoder": {"266": {"content": "<s>", "special": false},
                               "267": {"content": "</s>", "special": false},
                               "268": {"content": "<b>", "special": false},
                               "269": {"content": "◁think▷", "special": false}}})");
  const auto tokenizer = Tokenizer::open(folder.path());
  EXPECT_EQ(tokenizer->encode("x</s>y<s>z", false).size(), 10u);
  EXPECT_THAT(tokenizer->encode("x</s>y<s>z", true), ElementsAre('x', 267, 'y', 266, 'z'));
  EXPECT_THAT(tokenizer->encode("<b>", false), ElementsAre(268));
  EXPECT_GT(tokenizer->encode("◁think▷", false).size(), 1u);
  // A token that was named as special does not come out of merging any more.
  EXPECT_THAT(tokenizer->encode("lower", true), ElementsAre(263));
  EXPECT_THAT(tokenizer->encode("lower", false), ElementsAre(258, 257));
}

TEST(TiktokenTest, TheFirstQwenBringsItsOwn) {
  const tests::TempFolder folder;
  folder.write("qwen.tiktoken", ranks(tokens()));
  const auto tokenizer = Tokenizer::open(folder.path());
  EXPECT_EQ(tokenizer->size(), 266u + 208u);
  EXPECT_THAT(tokenizer->encode("<|im_start|>low12<|im_end|>", true),
              ElementsAre(267, 258, '1', '2', 268));
  EXPECT_THAT(tokenizer->stops(), ElementsAre(266, 268));
}

TEST(TiktokenTest, FaultsAreNamed) {
  const std::string good = ranks(tokens());
  EXPECT_EQ(error_of(good), "");
  EXPECT_THAT(error_of("Pz8_ 3\n"),
              AllOf(HasSubstr("tiktoken.model: line 1: "), HasSubstr("Pz8_")));
  EXPECT_THAT(error_of(good + "YWJj\n"), HasSubstr("line 267"));
  EXPECT_THAT(error_of(good + "YWJj -1\n"), HasSubstr("'-1' is not a rank"));
  EXPECT_THAT(error_of(good + "YWJj 99999999999\n"), HasSubstr("is not a rank"));
  EXPECT_THAT(error_of(good + "YWJj 5\n"), HasSubstr("the rank 5 is there twice"));
  EXPECT_THAT(error_of(good + "bG8= 266\n"), HasSubstr("'lo' is there twice"));
  EXPECT_THAT(error_of("YWJj 0\n"), HasSubstr("none is the byte 0x00"));
  EXPECT_THAT(error_of(""), HasSubstr("the file has none"));
  EXPECT_THAT(error_of(good, nullptr), HasSubstr("tokenizer_config.json: tokenizer_class"));
  EXPECT_THAT(error_of(good, R"({"tokenizer_class": "TikTokenTokenizer"})"),
              HasSubstr("added_tokens_decoder: is missing"));
  EXPECT_THAT(error_of(good, R"({"tokenizer_class": "Unheard"})"), HasSubstr("'Unheard'"));
  EXPECT_THAT(error_of(good, R"({"tokenizer_class": "TikTokenTokenizer",
                                 "added_tokens_decoder": {"265": {"content": "<|end|>"}}})"),
              AllOf(HasSubstr("added_tokens_decoder.265"), HasSubstr("but it is 'xyz'")));
  std::mt19937 random(32);
  for (int i = 0; i < 200; ++i) {
    std::string bad = good;
    for (int k = 0; k < 3; ++k) bad[random() % bad.size()] = static_cast<char>(random());
    error_of(bad);  // an error or none, no crash
  }
}

TEST(TokenizerOpenTest, TheFolderDecides) {
  const tests::TempFolder folder;
  EXPECT_EQ(Tokenizer::open_folder(folder.path()), nullptr);
  try {
    Tokenizer::open(folder.path());
    FAIL() << "opened nothing";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("tokenizer.json"), HasSubstr("tokenizer.model"),
                                    HasSubstr("*.tiktoken")));
  }
  folder.write("qwen.tiktoken", ranks(tokens()));
  EXPECT_EQ(Tokenizer::open(folder.path())->size(), 474u);
  folder.write("tokenizer.model", tests::TinyPieces().model());
  EXPECT_EQ(Tokenizer::open(folder.path())->size(), tests::TinyPieces().pieces.size());
  folder.write("tokenizer.json", boost::json::serialize(tests::TinyVocabulary().json()));
  EXPECT_EQ(Tokenizer::open(folder.path())->size(), 269u);
}

}  // namespace
}  // namespace candor::engine
