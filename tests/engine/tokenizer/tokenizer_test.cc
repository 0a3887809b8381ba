#include "engine/tokenizer/tokenizer.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "engine/tokenizer/bpe_tokenizer.h"
#include "tests/engine/tokenizer/tiny_vocabulary.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::GgufWriter;
using tests::TinyVocabulary;

constexpr TokenId kEnd = 264, kStart = 265, kStartX = 266, kThink = 267, kPlain = 268;

std::unique_ptr<Tokenizer> from_writer(const GgufWriter& writer) {
  const tests::TempFolder folder;
  writer.write(folder.path() / "m.gguf");
  return Tokenizer::open(folder.path() / "m.gguf");
}

std::unique_ptr<Tokenizer> tiny() { return from_writer(TinyVocabulary().gguf()); }

std::string error_of(const GgufWriter& writer) {
  try {
    from_writer(writer);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// Text of any code points, well-formed.
std::string random_utf8(std::mt19937& random, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    static constexpr char32_t kEnds[] = {0x80, 0x100, 0x800, 0x3000, 0xA000, 0x10000, 0x110000};
    char32_t c = static_cast<char32_t>(random() % kEnds[random() % 7]);
    if (c >= 0xD800 && c < 0xE000) c = ' ';
    append_utf8(text, c);
  }
  return text;
}

TEST(TokenizerTest, MergesWithinPieces) {
  const auto tokenizer = tiny();
  EXPECT_EQ(tokenizer->size(), 269u);
  EXPECT_THAT(tokenizer->encode("lower low", true), ElementsAre(260, 258));
  EXPECT_THAT(tokenizer->encode("天", true), ElementsAre(263));
  EXPECT_THAT(tokenizer->encode("", true), IsEmpty());
  EXPECT_EQ(tokenizer->bytes(258), " low");
  EXPECT_EQ(tokenizer->id_of(" low"), 258);
  EXPECT_EQ(tokenizer->id_of("<think>"), kThink);
  EXPECT_EQ(tokenizer->id_of("no such token"), std::nullopt);
  EXPECT_THROW(tokenizer->bytes(269), Error);
  EXPECT_THROW(tokenizer->bytes(-1), Error);
}

TEST(TokenizerTest, SpecialTokensLongestFirst) {
  const auto tokenizer = tiny();
  EXPECT_THAT(tokenizer->encode("<|im_start|>x<|im_start|><|end|>", true),
              ElementsAre(kStartX, kStart, kEnd));
  EXPECT_THAT(tokenizer->encode("e<|end|>r", true), ElementsAre('e', kEnd, 'r'));
  EXPECT_TRUE(tokenizer->is_special(kEnd));
  EXPECT_FALSE(tokenizer->is_special(kThink));
  EXPECT_FALSE(tokenizer->is_special('e'));
}

TEST(TokenizerTest, WithoutSpecialParsingTheyAreText) {
  const auto tokenizer = tiny();
  for (const char* text : {"<|end|>", "<|im_start|>x", "<think>"}) {
    const auto ids = tokenizer->encode(text, false);
    EXPECT_EQ(ids.size(), std::strlen(text));
    EXPECT_EQ(tokenizer->decode(ids, true), text);
  }
  // What is text to the model, not a marker, is found everywhere.
  EXPECT_THAT(tokenizer->encode("öö", false), ElementsAre(kPlain));
}

TEST(TokenizerTest, UntrustedSegmentsNeverGiveSpecialIds) {
  const auto tokenizer = tiny();
  const std::vector<Segment> segments = {
      {"<|im_start|>", true}, {"low<|end|>", false}, {"<|end|>", true}};
  const auto ids = tokenizer->encode(segments);
  EXPECT_EQ(ids.front(), kStart);
  EXPECT_EQ(ids.back(), kEnd);
  EXPECT_EQ(std::ranges::count(ids, kEnd), 1);
  EXPECT_EQ(tokenizer->decode(ids, true), "<|im_start|>low<|end|><|end|>");

  // A marker that is only in part trusted is none, whichever part it is.
  for (const bool first : {false, true}) {
    const std::vector<Segment> split = {{"<|im_", first}, {"start|>", !first}};
    for (const TokenId id : tokenizer->encode(split)) EXPECT_LT(id, 256);
  }
  const std::vector<Segment> longer = {{"<|im_start|>", true}, {"x", false}};
  EXPECT_THAT(tokenizer->encode(longer), ElementsAre(kStart, 'x'));
  const std::vector<Segment> joined = {{"<|im_", true}, {"start|>", true}};
  EXPECT_THAT(tokenizer->encode(joined), ElementsAre(kStart));
}

TEST(TokenizerTest, SegmentBoundariesDoNotChangeOrdinaryTokens) {
  const auto tokenizer = tiny();
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    std::vector<Segment> segments;
    for (int i = 0; i < 6; ++i) {
      static const std::vector<std::string> kParts = {
          "lo", "w", "er", " ", " low", "\xe5", "\xa4", "\xa9", "n", "\n", "<|e", "nd", "1"};
      Segment segment{kParts[random() % kParts.size()], random() % 2 == 0};
      text += segment.text;
      segments.push_back(std::move(segment));
    }
    if (text.find("<|end") != text.npos) continue;
    EXPECT_EQ(tokenizer->encode(segments), tokenizer->encode(text, false)) << text;
    EXPECT_EQ(tokenizer->encode(segments), tokenizer->encode(text, true)) << text;
  }
}

TEST(TokenizerTest, DecodingGivesTheTextBack) {
  const auto tokenizer = tiny();
  std::mt19937 random(12);
  for (int round = 0; round < 500; ++round) {
    const std::string text = random_utf8(random, random() % 20);
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text, false), true), text);
  }
}

TEST(TokenizerTest, BytesThatAreNotUtf8AreEncodedAsTheyAre) {
  const auto tokenizer = tiny();
  EXPECT_THAT(tokenizer->encode("\xff\xe5", true), ElementsAre(0xff, 0xe5));
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{0xff, 'a', 0xe5, 0xa4}, true), "\uFFFDa\uFFFD");
}

TEST(TokenizerTest, DecodingLeavesSpecialTokensOutUnlessAsked) {
  const auto tokenizer = tiny();
  const std::vector<TokenId> ids = {kStart, 'a', kThink, kEnd};
  EXPECT_EQ(tokenizer->decode(ids, false), "a<think>");
  EXPECT_EQ(tokenizer->decode(ids, true), "<|im_start|>a<think><|end|>");
}

TEST(StreamDecoderTest, HoldsBackHalfCharacters) {
  const auto tokenizer = tiny();
  StreamDecoder decoder(*tokenizer);
  EXPECT_EQ(decoder.push('a'), "a");
  EXPECT_EQ(decoder.push(0xe5), "");
  EXPECT_EQ(decoder.push(kEnd), "");
  EXPECT_EQ(decoder.push(0xa4), "");
  EXPECT_EQ(decoder.push(0xa9), "天");
  EXPECT_EQ(decoder.push(0xe5), "");
  EXPECT_EQ(decoder.push('b'), "\uFFFDb");
  EXPECT_EQ(decoder.push(0xf0), "");
  EXPECT_EQ(decoder.finish(), "\uFFFD");
  EXPECT_EQ(decoder.finish(), "");
}

TEST(StreamDecoderTest, AllPiecesTogetherAreTheDecodedText) {
  const auto tokenizer = tiny();
  std::mt19937 random(13);
  for (int round = 0; round < 2000; ++round) {
    std::vector<TokenId> ids;
    const std::size_t length = random() % 12;
    for (std::size_t i = 0; i < length; ++i) {
      static constexpr TokenId kBytes[] = {'a',  0x80, 0xa4, 0xbf, 0xc2, 0xe0, 0xe5,
                                           0xed, 0xf0, 0xf4, 0xff, 263,  kEnd, kThink};
      ids.push_back(kBytes[random() % 14]);
    }
    StreamDecoder decoder(*tokenizer);
    std::string text;
    for (const TokenId id : ids) text += decoder.push(id);
    text += decoder.finish();
    EXPECT_EQ(text, tokenizer->decode(ids, false));
    EXPECT_TRUE(is_utf8(text));
  }
}

TEST(TokenizerTest, SettingsOfTheFile) {
  auto writer = TinyVocabulary().gguf();
  writer.integer("tokenizer.ggml.bos_token_id", 265)
      .integer("tokenizer.ggml.eos_token_id", 264)
      .integer("tokenizer.ggml.eot_token_id", 266)
      .boolean("tokenizer.ggml.add_bos_token", true);
  const auto tokenizer = from_writer(writer);
  EXPECT_EQ(tokenizer->bos(), kStart);
  EXPECT_EQ(tokenizer->eos(), kEnd);
  EXPECT_TRUE(tokenizer->adds_bos());
  EXPECT_THAT(tokenizer->stops(), ElementsAre(kEnd, kStartX));
  EXPECT_THAT(tokenizer->encode("a", true), ElementsAre('a'));  // nothing is added by itself
  EXPECT_FALSE(tiny()->adds_bos());
  EXPECT_EQ(tiny()->bos(), std::nullopt);
}

// A file that calls the ends of a text user-defined gives them to no text from outside, though
// other HTML elements are text.
TEST(TokenizerTest, UntrustedTextGivesNoEndHoweverTheFileCallsIt) {
  TinyVocabulary vocabulary;
  vocabulary.add("<s>", 4);   // 269
  vocabulary.add("</s>", 4);  // 270
  vocabulary.add("<b>", 4);   // 271
  const auto with_ends = [&](const char* bos, const char* eos) {
    return from_writer(vocabulary.gguf().integer(bos, 269).integer(eos, 270));
  };
  for (const char* end : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"}) {
    const auto tokenizer = with_ends("tokenizer.ggml.bos_token_id", end);
    EXPECT_EQ(tokenizer->encode("x</s>y<s>z", false).size(), 10u);
    EXPECT_THAT(tokenizer->encode("x</s>y<s>z", true), ElementsAre('x', 270, 'y', 269, 'z'));
    EXPECT_THAT(tokenizer->encode("<b>", false), ElementsAre(271));
  }
  // Where they end nothing they are elements like the others.
  EXPECT_THAT(from_writer(vocabulary.gguf())->encode("x</s>", false), ElementsAre('x', 270));

  const tests::TempFolder folder;
  folder.write("tokenizer.json", boost::json::serialize(vocabulary.json()));
  folder.write("tokenizer_config.json", R"({"bos_token": "<s>", "eos_token": "</s>"})");
  const auto in_json = Tokenizer::open(folder.path());
  EXPECT_EQ(in_json->encode("x</s>y<s>z", false).size(), 10u);
  EXPECT_THAT(in_json->encode("<b>", false), ElementsAre(271));
}

TEST(TokenizerTest, MarkersAreNotPlainText) {
  for (const char* marker : {"<think>", "</think>", "<seed:think>", "</seed:think>", "[THINK]",
                             "[/THINK]", "◁think▷", "◁/think▷", "◁", "<think>\n", "\n</think>\n\n",
                             "<|channel|>", "<start_of_turn>", "{{user}}", "[INST]"}) {
    EXPECT_FALSE(is_plain_content(marker)) << marker;
  }
  for (const char* text : {"\n\n", "  ", "öö", "<b>", "</table>", "a", "<", "[]", "\u2581\u2581"}) {
    EXPECT_TRUE(is_plain_content(text)) << text;
  }
}

// The text form that the hash of a byte-level vocabulary has had since the first version. Runs that
// were begun with it are resumed only while it stays.
TEST(TokenizerTest, HashOfListedMergesStaysWhatItWas) {
  const TinyVocabulary vocabulary;
  std::string text;
  const auto add = [&](const std::string& field, const std::string& value) {
    text += field + " " + std::to_string(value.size()) + "\n" + value;
  };
  add("model", "byte-level BPE");
  add("pre_tokenizer", "qwen2");
  add("ignore_merges", "0");
  add("nfc", "0");
  for (int byte = 0; byte < 256; ++byte) add("ordinary", std::string(1, static_cast<char>(byte)));
  for (const char* token : {"lo", "low", " low", "er", "lower", "ne", "\xe5\xa4", "天"}) {
    add("ordinary", token);
  }
  for (const char* token : {"<|end|>", "<|im_start|>", "<|im_start|>x"}) add("control", token);
  add("added", "<think>");
  add("added", "öö");
  text +=
      "108 111 256\n256 119 257\n32 257 258\n101 114 259\n257 259 260\n110 101 261\n"
      "229 164 262\n262 169 263\n";
  add("added 264 0 0 0 0", "<|end|>");
  add("added 265 0 0 0 0", "<|im_start|>");
  add("added 266 0 0 0 0", "<|im_start|>x");
  add("added 267 0 0 0 0", "<think>");
  add("added 268 0 0 0 1", "öö");
  add("bos", "-1");
  add("eos", "264");
  add("adds_bos", "0");
  add("stop", "266");
  auto writer = vocabulary.gguf();
  writer.integer("tokenizer.ggml.eos_token_id", 264).integer("tokenizer.ggml.eot_token_id", 266);
  EXPECT_EQ(from_writer(writer)->sha256(), data::sha256_hex(text));
}

TEST(TokenizerTest, HashSpeaksOfEverythingThatChangesTokens) {
  const std::string base = tiny()->sha256();
  EXPECT_EQ(base.size(), 64u);
  EXPECT_EQ(tiny()->sha256(), base);
  TinyVocabulary pre, type, token, merges;
  pre.pre = "llama-bpe";
  type.types[264] = 4;
  token.tokens[264] = "<|END|>";
  std::swap(merges.merges[0], merges.merges[3]);
  for (const TinyVocabulary& other : {pre, type, token, merges}) {
    EXPECT_NE(from_writer(other.gguf())->sha256(), base);
  }
  EXPECT_NE(
      from_writer(TinyVocabulary().gguf().integer("tokenizer.ggml.eos_token_id", 3))->sha256(),
      base);
}

TEST(TokenizerTest, GgufFaultsAreNamed) {
  const auto with = [](auto&& change) {
    TinyVocabulary vocabulary;
    change(vocabulary);
    return error_of(vocabulary.gguf());
  };
  EXPECT_THAT(with([](auto& v) { v.pre = "mystery"; }),
              AllOf(HasSubstr("m.gguf: tokenizer.ggml.pre: "), HasSubstr("'mystery'")));
  EXPECT_THAT(with([](auto& v) { v.types.pop_back(); }), HasSubstr("268 types for 269 tokens"));
  EXPECT_THAT(with([](auto& v) { v.types[3] = 9; }), HasSubstr("token_type[3]"));
  EXPECT_THAT(with([](auto& v) { v.tokens[264] = "\xff"; }), HasSubstr("tokens[264]"));
  EXPECT_THAT(with([](auto& v) { v.tokens[264] = v.tokens[265]; }), HasSubstr("twice"));
  EXPECT_THAT(with([](auto& v) { v.merges[2] = "lo"; }), HasSubstr("merges[2]"));
  EXPECT_THAT(with([](auto& v) { v.merges[2] = "lo "; }), HasSubstr("merges[2]"));
  EXPECT_THAT(with([](auto& v) { v.merges[2] = " lo"; }), HasSubstr("merges[2]"));
  EXPECT_THAT(with([](auto& v) { v.merges[2] = "x y"; }),
              AllOf(HasSubstr("merges[2]"), HasSubstr("'xy' is not an ordinary token")));
  EXPECT_EQ(with([](auto&) {}), "");

  const auto base = [] { return TinyVocabulary().gguf(); };
  EXPECT_THAT(error_of(base().integer("tokenizer.ggml.eos_token_id", 269)),
              HasSubstr("eos_token_id: there is no token 269"));
  EXPECT_THAT(error_of(base().raw_entry("tokenizer.ggml.bos_token_id", GgufWriter::kInt32,
                                        GgufWriter::pack<std::int32_t>(-1))),
              HasSubstr("there is no token -1"));
  EXPECT_THAT(error_of(base().numbers("tokenizer.ggml.scores", std::vector<float>{1})),
              HasSubstr("1 scores for 269 tokens"));
  EXPECT_THAT(error_of(GgufWriter().text("tokenizer.ggml.model", "bert")),
              HasSubstr("tokenizer model 'bert' is not supported"));
  EXPECT_THAT(error_of(GgufWriter()), HasSubstr("tokenizer.ggml.model: the key is missing"));
  EXPECT_THAT(error_of(GgufWriter().text("tokenizer.ggml.model", "gpt2")),
              HasSubstr("tokenizer.ggml.pre: the key is missing"));
  EXPECT_THAT(
      error_of(
          GgufWriter().text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "qwen2")),
      HasSubstr("the vocabulary is missing"));
}

TEST(TokenizerTest, EmptyTokensAndPaddingAreNeverProduced) {
  TinyVocabulary vocabulary;
  vocabulary.add("", 1);
  vocabulary.add("", 3);
  vocabulary.add("[PAD271]", 4);
  const auto tokenizer = from_writer(vocabulary.gguf());
  EXPECT_EQ(tokenizer->size(), 272u);
  EXPECT_EQ(tokenizer->encode("[PAD271]", true), tokenizer->encode("[PAD271]", false));
}

// Ids of published implementations on published vocabularies.
void expect_reference_ids(const std::string& name, const char* file, bool parse_special) {
  const auto folder = tests::shared_path("golden/tokenizers") / name;
  CANDOR_NEEDS_SHARED(folder.string());
  const auto tokenizer = Tokenizer::open(folder / file);
  std::ifstream stream(folder / "expected.json");
  std::stringstream content;
  content << stream.rdbuf();
  const boost::json::value expected = boost::json::parse(content.str());
  ASSERT_GT(expected.at("cases").as_array().size(), 10u);
  for (const auto& entry : expected.at("cases").as_array()) {
    const std::string text(entry.at("text").as_string());
    const auto ids = tokenizer->encode(text, parse_special);
    EXPECT_EQ(ids, boost::json::value_to<std::vector<TokenId>>(entry.at("ids"))) << text;
    EXPECT_EQ(tokenizer->decode(ids, true), text);
    // Cut in three, all untrusted, the ordinary tokens are the same.
    const std::size_t third = text.size() / 3;
    const std::vector<Segment> segments = {{text.substr(0, third), false},
                                           {text.substr(third, third), false},
                                           {text.substr(2 * third), false}};
    EXPECT_EQ(tokenizer->encode(segments), tokenizer->encode(text, false)) << text;
  }
}

TEST(TokenizerReferenceTest, Qwen2) { expect_reference_ids("qwen2", "vocab.gguf", false); }
TEST(TokenizerReferenceTest, Gpt2) { expect_reference_ids("gpt-2", "vocab.gguf", false); }
TEST(TokenizerReferenceTest, Llama3) { expect_reference_ids("llama-bpe", "vocab.gguf", false); }
TEST(TokenizerReferenceTest, LlamaSentencePiece) {
  expect_reference_ids("llama-spm", "vocab.gguf", false);
}
TEST(TokenizerReferenceTest, DeepseekLlm) {
  expect_reference_ids("deepseek-llm", "vocab.gguf", false);
}
TEST(TokenizerReferenceTest, DeepseekV3) {
  expect_reference_ids("deepseek-v3", "tokenizer.json", true);
}

TEST(TokenizerReferenceTest, EndsOfTurnsStop) {
  const auto qwen = tests::shared_path("golden/tokenizers/qwen2/vocab.gguf");
  const auto llama = tests::shared_path("golden/tokenizers/llama-bpe/vocab.gguf");
  CANDOR_NEEDS_SHARED(qwen.string());
  const auto qwen_tokenizer = Tokenizer::open(qwen);
  EXPECT_THAT(qwen_tokenizer->stops(), ElementsAre(151643, 151645));
  EXPECT_FALSE(qwen_tokenizer->adds_bos());
  const auto llama_tokenizer = Tokenizer::open(llama);
  EXPECT_THAT(llama_tokenizer->stops(), ElementsAre(128001, 128009));
  EXPECT_TRUE(llama_tokenizer->adds_bos());
}

}  // namespace
}  // namespace candor::engine
