// SentencePiece vocabularies from each of the files that hold them.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <ctime>
#include <random>

#include "data/base/error.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/tiny_pieces.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::TinyPieces;

std::unique_ptr<Tokenizer> from_gguf(const tests::GgufWriter& writer) {
  const tests::TempFolder folder;
  writer.write(folder.path() / "m.gguf");
  return Tokenizer::open(folder.path() / "m.gguf");
}

std::unique_ptr<Tokenizer> from_file(const std::string& name, const std::string& content) {
  const tests::TempFolder folder;
  return Tokenizer::open(folder.write(name, content));
}

std::unique_ptr<Tokenizer> from_model(const TinyPieces& pieces) {
  return from_file("tokenizer.model", pieces.model());
}

std::unique_ptr<Tokenizer> from_json(const json::object& object) {
  return from_file("tokenizer.json", json::serialize(object));
}

template <typename Make>
std::string error_of(Make&& make) {
  try {
    make();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string error_of_model(const std::string& content) {
  return error_of([&] { from_file("tokenizer.model", content); });
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "l", "o", "w",  "e",    "r", "n", "a", " ",  " ",  "  ",  "天", "安",
      "x", "é", "\n", "\n\n", "z", "q", "😀", "門", "\t", "low", "er", "\u2581"};
  std::string text;
  const std::size_t length = random() % 60;
  for (std::size_t i = 0; i < length; ++i) text += kParts[random() % kParts.size()];
  return text;
}

// The definition: of all neighbours that make a piece together, the pair with the highest score,
// the leftmost of equal ones, again and again; what is no piece then becomes its bytes.
std::vector<TokenId> by_definition(const TinyPieces& vocabulary, std::string text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 1;
    while (at + length < text.size() && (text[at + length] & 0xC0) == 0x80) ++length;
    parts.push_back(text.substr(at, length));
    if (parts.back() == " ") parts.back() = "\u2581";
    at += length;
  }
  const auto piece = [&](const std::string& bytes) {
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
      if (vocabulary.types[i] == 1 && vocabulary.pieces[i] == bytes) return static_cast<int>(i);
    }
    return -1;
  };
  for (;;) {
    int best = -1;
    std::size_t place = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const int id = piece(parts[i] + parts[i + 1]);
      if (id < 0) continue;
      if (best < 0 || vocabulary.scores[static_cast<std::size_t>(id)] >
                          vocabulary.scores[static_cast<std::size_t>(best)]) {
        best = id;
        place = i;
      }
    }
    if (best < 0) break;
    parts[place] += parts[place + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
  std::vector<TokenId> ids;
  for (const std::string& part : parts) {
    if (const int id = piece(part); id >= 0) {
      ids.push_back(id);
      continue;
    }
    for (const char c : part) ids.push_back(TinyPieces::kFirstByte + static_cast<unsigned char>(c));
  }
  return ids;
}

TEST(SentencePieceTest, EqualsTheDefinition) {
  TinyPieces vocabulary;
  vocabulary.space_prefix = false;
  vocabulary.types[TinyPieces::kBreak] = 5;  // unused
  vocabulary.add("zq", 1);                   // neither z nor q is a piece
  vocabulary.add("zqz", 1);
  vocabulary.scores.back() = vocabulary.scores[vocabulary.scores.size() - 2];  // a tie
  const auto gguf = from_gguf(vocabulary.gguf());
  const auto model = from_model(vocabulary);
  std::mt19937 random(21);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_text(random);
    const auto expected = by_definition(vocabulary, text);
    ASSERT_EQ(gguf->encode(text, true), expected) << text;
    ASSERT_EQ(model->encode(text, true), expected) << text;
  }
}

TEST(SentencePieceTest, TheThreeFilesGiveTheSameIdsAndTheTextBack) {
  for (const bool prefix : {true, false}) {
    TinyPieces vocabulary;
    vocabulary.space_prefix = prefix;
    const auto gguf = from_gguf(vocabulary.gguf());
    const auto model = from_model(vocabulary);
    const auto in_json = from_json(vocabulary.json());
    std::mt19937 random(22);
    for (int i = 0; i < 1500; ++i) {
      std::string text = random_text(random);
      // A literal sign for a space comes back as a space.
      for (std::size_t at; (at = text.find("\u2581")) != text.npos;) text.replace(at, 3, " ");
      const auto ids = gguf->encode(text, false);
      ASSERT_EQ(model->encode(text, false), ids) << text;
      // Prepend puts a space behind every token that is matched as a whole.
      if (text.find("\n\n") == text.npos) {
        ASSERT_EQ(in_json->encode(text, false), ids) << text;
      }
      for (const Tokenizer* tokenizer : {gguf.get(), model.get(), in_json.get()}) {
        ASSERT_EQ(tokenizer->decode(tokenizer->encode(text, false), true), text);
      }
    }
    EXPECT_EQ(gguf->size(), model->size());
    EXPECT_EQ(gguf->size(), in_json->size());
  }
}

// Gemma has runs of spaces as tokens that are matched as a whole.
TEST(SentencePieceTest, MatchedRunsOfSpacesAreSpacesInAllThreeFiles) {
  TinyPieces vocabulary;
  vocabulary.space_prefix = false;
  const auto run = std::ranges::find(vocabulary.pieces, "\u2581\u2581");
  const auto id = static_cast<TokenId>(run - vocabulary.pieces.begin());
  vocabulary.types[static_cast<std::size_t>(id)] = 4;
  const auto gguf = from_gguf(vocabulary.gguf());
  const auto model = from_model(vocabulary);
  const auto in_json = from_json(vocabulary.json());
  const tests::TempFolder folder;
  TinyPieces plain = vocabulary;
  plain.types[static_cast<std::size_t>(id)] = 1;
  folder.write("tokenizer.model", plain.model());
  folder.write("tokenizer_config.json", R"({"added_tokens_decoder": {")" + std::to_string(id) +
                                            R"(": {"content": "\u2581\u2581"}}})");
  const auto in_config = Tokenizer::open(folder.path());
  std::mt19937 random(24);
  for (int i = 0; i < 500; ++i) {
    const std::string text = random_text(random) + "\u2581\u2581low";
    std::string spaced = text;
    for (std::size_t at; (at = spaced.find("\u2581")) != spaced.npos;) spaced.replace(at, 3, " ");
    const auto ids = gguf->encode(text, false);
    ASSERT_EQ(model->encode(text, false), ids) << text;
    // In a tokenizer.json longer runs may be merged from them.
    if (text.find("  ") == text.npos && text.find("\u2581 ") == text.npos &&
        text.find(" \u2581") == text.npos && text.find("\u2581\u2581\u2581") == text.npos) {
      ASSERT_EQ(in_json->encode(text, false), ids) << text;
    }
    for (const Tokenizer* tokenizer : {gguf.get(), model.get(), in_json.get(), in_config.get()}) {
      ASSERT_EQ(tokenizer->decode(tokenizer->encode(text, false), true), spaced);
    }
  }
  for (const Tokenizer* tokenizer : {gguf.get(), model.get(), in_json.get(), in_config.get()}) {
    EXPECT_EQ(tokenizer->bytes(id), "  ");
    EXPECT_THAT(tokenizer->encode("\u2581\u2581", false), ElementsAre(id));
  }
}

TEST(SentencePieceTest, SpacesArePutBeforeATextAndBehindMarkers) {
  const auto tokenizer = from_model(TinyPieces());
  const TokenId low = *tokenizer->id_of(" low"), a = *tokenizer->id_of(" a");
  EXPECT_THAT(tokenizer->encode("low a", true), ElementsAre(low, a));
  EXPECT_THAT(tokenizer->encode("<s>low", true), ElementsAre(1, low));
  // A run of line ends is text, not a marker.
  EXPECT_THAT(tokenizer->encode("a\n\na", true),
              ElementsAre(a, TinyPieces::kBreak, *tokenizer->id_of("a")));
  EXPECT_THAT(tokenizer->encode("", true), IsEmpty());
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{1, low, a}, true), "<s>low a");
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{1, low, a}, false), "low a");

  TinyPieces without;
  without.space_prefix = false;
  EXPECT_THAT(from_model(without)->encode("low", true), ElementsAre(*tokenizer->id_of("low")));
}

TEST(SentencePieceTest, TextFromOutsideGivesNoMarker) {
  const auto tokenizer = from_model(TinyPieces());
  for (const TokenId id : tokenizer->encode("<think></s>\n\n", false)) {
    EXPECT_FALSE(tokenizer->is_special(id));
    EXPECT_NE(id, TinyPieces::kThink);
  }
  EXPECT_THAT(tokenizer->encode("\n\n", false), ElementsAre(TinyPieces::kBreak));
}

// "</s>" is an HTML element where other elements are tokens, but the end of a text where it is
// that.
TEST(SentencePieceTest, TextFromOutsideGivesNoEndHoweverTheFileCallsIt) {
  TinyPieces vocabulary;
  vocabulary.types[TinyPieces::kBos] = vocabulary.types[TinyPieces::kEos] = 4;
  vocabulary.add("<b>", 4);
  for (const char* piece : {"s", "<", "/", ">", "<s", "</", "</s", "s>"}) vocabulary.add(piece, 1);
  const tests::TempFolder in_json, in_model, in_config;
  const char* names = R"({"bos_token": "<s>", "eos_token": "</s>"})";
  json::object object = vocabulary.json();
  for (const char* pair : {"<s >", "</s >"}) {
    object["model"].as_object()["merges"].as_array().push_back(json::string(pair));
  }
  in_json.write("tokenizer.json", json::serialize(object));
  in_json.write("tokenizer_config.json", names);
  in_model.write("tokenizer.model", vocabulary.model());
  in_model.write("tokenizer_config.json", names);
  in_config.write("tokenizer.model", vocabulary.model());
  in_config.write("tokenizer_config.json", R"({
      "bos_token": "<s>", "eos_token": "</s>",
      "added_tokens_decoder": {"1": {"content": "<s>", "special": false},
                               "2": {"content": "</s>", "special": false}}})");
  const auto gguf = from_gguf(vocabulary.gguf());
  const std::vector<std::unique_ptr<Tokenizer>> others = [&] {
    std::vector<std::unique_ptr<Tokenizer>> list;
    for (const tests::TempFolder* folder : {&in_json, &in_model, &in_config}) {
      list.push_back(Tokenizer::open(folder->path()));
    }
    return list;
  }();
  for (const Tokenizer* tokenizer :
       {gguf.get(), others[0].get(), others[1].get(), others[2].get()}) {
    const std::vector<Segment> segments = {{"x</s>y<s>z", false}, {"</s>", true}};
    const auto ids = tokenizer->encode(segments);
    EXPECT_THAT(ids, testing::Not(testing::Contains(TinyPieces::kBos)));
    EXPECT_EQ(std::ranges::count(ids, TinyPieces::kEos), 1);
    EXPECT_EQ(ids.back(), TinyPieces::kEos);
    EXPECT_THAT(tokenizer->encode("<b>", false), testing::Contains(*tokenizer->id_of("<b>")));
  }
  // Nothing says what ends a text, and there are no elements: they are markers all the same.
  TinyPieces bare;
  bare.types[TinyPieces::kBos] = bare.types[TinyPieces::kEos] = 4;
  const auto alone = from_json(bare.json());
  EXPECT_THAT(alone->encode("x</s>y<s>z", false), testing::Each(testing::Gt(TinyPieces::kEos)));
  EXPECT_THAT(alone->encode("</s>", true), ElementsAre(TinyPieces::kEos));
}

TEST(SentencePieceTest, HtmlElementsAreText) {
  TinyPieces vocabulary;
  std::vector<TokenId> expected;
  std::string text;
  for (const char* name : {"bbox", "body", "footer", "html", "iframe", "p", "table", "ul"}) {
    for (const char* slash : {"", "/"}) {
      expected.push_back(static_cast<TokenId>(vocabulary.pieces.size()));
      vocabulary.add(std::string("<") + slash + name + ">", 4);
      text += vocabulary.pieces.back();
    }
  }
  vocabulary.add("<listen>", 4);
  const auto tokenizer = from_gguf(vocabulary.gguf());
  EXPECT_EQ(tokenizer->encode(text, false), expected);
  EXPECT_GT(tokenizer->encode("<listen>", false).size(), 1u);
}

TEST(SentencePieceTest, AContinuationKeepsItsSpaces) {
  const auto tokenizer = from_model(TinyPieces());
  StreamDecoder decoder(*tokenizer);
  EXPECT_EQ(decoder.push(*tokenizer->id_of(" low")), " low");
  EXPECT_EQ(decoder.push(*tokenizer->id_of("er")), "er");
  EXPECT_EQ(decoder.push(TinyPieces::kFirstByte + 0xE9), "");
  EXPECT_EQ(decoder.push(TinyPieces::kFirstByte + 0x96), "");
  EXPECT_EQ(decoder.push(TinyPieces::kFirstByte + 0x80), "\u9580");
  EXPECT_EQ(decoder.push(TinyPieces::kFirstByte + 0xE9), "");
  EXPECT_EQ(decoder.push(*tokenizer->id_of(" a")), "\uFFFD a");
  EXPECT_EQ(decoder.finish(), "");
}

TEST(SentencePieceTest, OtherWaysOfWritingTheSameInJson) {
  TinyPieces bare;
  bare.space_prefix = false;
  const auto as_gemma = [&] {
    json::object object = bare.json();
    object["normalizer"] = {
        {"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}};
    object["pre_tokenizer"] = {{"type", "Split"},
                               {"pattern", {{"String", " "}}},
                               {"behavior", "MergedWithPrevious"},
                               {"invert", false}};
    return object;
  };
  const auto as_mistral = [](const char* scheme, bool split) {
    json::object object = TinyPieces().json();
    object["normalizer"] = nullptr;
    object["pre_tokenizer"] = {{"type", "Metaspace"},
                               {"replacement", "\u2581"},
                               {"prepend_scheme", scheme},
                               {"split", split}};
    return object;
  };
  const auto gguf = from_gguf(TinyPieces().gguf());
  const auto gguf_bare = from_gguf(bare.gguf());
  for (const char* text : {"low  lower 天安 a", "a", "ne\tx"}) {
    EXPECT_EQ(from_json(as_gemma())->encode(text, true), gguf_bare->encode(text, true));
    EXPECT_EQ(from_json(as_mistral("never", false))->encode(text, true),
              gguf_bare->encode(text, true));
    EXPECT_EQ(from_json(as_mistral("first", false))->encode(text, true), gguf->encode(text, true));
    EXPECT_EQ(from_json(as_mistral("always", false))->encode(text, true), gguf->encode(text, true));
  }
  const auto first = from_json(as_mistral("first", false));
  EXPECT_THAT(first->encode("<s>low", true), ElementsAre(1, *first->id_of("low")));
  EXPECT_EQ(first->encode(" low", true), first->encode("low", true));
  const auto split = from_json(as_mistral("never", true));
  EXPECT_THAT(split->encode("  a", true), ElementsAre(*split->id_of(" "), *split->id_of(" a")));
  EXPECT_THAT(error_of([&] { from_json(as_mistral("often", true)); }), HasSubstr("'often'"));
}

TEST(SentencePieceTest, ExtraSpacesAreRemovedWhereTheModelSaysSo) {
  TinyPieces vocabulary;
  vocabulary.squeeze = true;
  const auto squeezing = from_model(vocabulary);
  const auto plain = from_model(TinyPieces());
  EXPECT_EQ(squeezing->encode("  low   a ", true), plain->encode("low a", true));
  EXPECT_THAT(squeezing->encode("   ", true), IsEmpty());
}

TEST(SentencePieceTest, SideFilesAddAndNameTokens) {
  const tests::TempFolder folder;
  folder.write("tokenizer.model", TinyPieces().model());
  const auto bare = Tokenizer::open(folder.path());
  EXPECT_EQ(bare->bos(), 1);
  EXPECT_EQ(bare->eos(), 2);
  EXPECT_TRUE(bare->adds_bos());
  folder.write("tokenizer_config.json", R"({
      "tokenizer_class": "Other", "cls_token": "lower", "eos_token": {"content": "<end_of_turn>"},
      "added_tokens_decoder": {"300": {"content": "<end_of_turn>", "special": true},
                               "301": {"content": "<thought>", "special": false}}})");
  folder.write("generation_config.json", R"({"eos_token_id": 2})");
  const auto whole = Tokenizer::open(folder.path());
  EXPECT_EQ(whole->size(), 302u);
  EXPECT_FALSE(whole->adds_bos());
  EXPECT_EQ(whole->eos(), 300);
  EXPECT_THAT(whole->stops(), ElementsAre(2, 300));
  EXPECT_THAT(whole->encode("<thought><end_of_turn>", true), ElementsAre(301, 300));
  EXPECT_TRUE(whole->is_special(*whole->id_of("lower")));
  EXPECT_NE(whole->sha256(), bare->sha256());
  folder.write("tokenizer_config.json",
               R"({"added_tokens_decoder": {"2000000000": {"content": "x"}}})");
  EXPECT_THAT(error_of([&] { Tokenizer::open(folder.path()); }),
              HasSubstr("tokenizer_config.json: added_tokens_decoder.2000000000: the id 2000000000 "
                        "is far beyond"));
}

TEST(SentencePieceTest, SideFilesChangeNoOrdinaryText) {
  const tests::TempFolder folder;
  folder.write("tokenizer.model", TinyPieces().model());
  const auto bare = Tokenizer::open(folder.path());
  const TokenId low = *bare->id_of(" low");
  const auto error_with = [&](TokenId id, const std::string& content) {
    folder.write("tokenizer_config.json", R"({"added_tokens_decoder": {")" + std::to_string(id) +
                                              R"(": {"content": ")" + content + R"("}}})");
    return error_of([&] { Tokenizer::open(folder.path()); });
  };
  EXPECT_THAT(error_with(low, "<thought>"),
              AllOf(HasSubstr("tokenizer_config.json: added_tokens_decoder." + std::to_string(low)),
                    HasSubstr("'<thought>'"), HasSubstr("' low'"), HasSubstr("tokenizer.model")));
  EXPECT_THAT(error_with(TinyPieces::kFirstByte + 'A', "<thought>"), HasSubstr("but it is 'A'"));
  // The same text, spelled as in the file or not, a byte by its name, and a spare marker.
  EXPECT_EQ(error_with(low, "\u2581low"), "");
  EXPECT_EQ(Tokenizer::open(folder.path())->bytes(low), " low");
  EXPECT_EQ(error_with(low, " low"), "");
  EXPECT_EQ(error_with(TinyPieces::kFirstByte + 'A', "<0x41>"), "");
  EXPECT_EQ(Tokenizer::open(folder.path())->bytes(TinyPieces::kFirstByte + 'A'), "A");
  EXPECT_EQ(error_with(TinyPieces::kThink, "<thought>"), "");
}

TEST(SentencePieceTest, NamesThatNoTokenHasAreErrors) {
  for (const char* key : {"bos_token", "eos_token"}) {
    const tests::TempFolder folder;
    folder.write("tokenizer.model", TinyPieces().model());
    folder.write("tokenizer_config.json", std::string(R"({")") + key + R"(": "<|nowhere|>"})");
    EXPECT_THAT(error_of([&] { Tokenizer::open(folder.path()); }),
                AllOf(HasSubstr(std::string("tokenizer_config.json: ") + key),
                      HasSubstr("'<|nowhere|>' is no token")));
    folder.write("tokenizer.json", json::serialize(TinyPieces().json()));
    EXPECT_THAT(error_of([&] { Tokenizer::open(folder.path()); }), HasSubstr("is no token"));
    // As early files of Llama have them: not named.
    folder.write("tokenizer_config.json", std::string(R"({")") + key + R"(": ""})");
    EXPECT_EQ(error_of([&] { Tokenizer::open(folder.path()); }), "");
  }
}

TEST(SentencePieceTest, SideFilesOfOlderRepositories) {
  const tests::TempFolder folder;
  folder.write("tokenizer.model", TinyPieces().model());
  folder.write("added_tokens.json",
               R"({"<|im_end|>": 300, "<|im_start|>": 301, "[TOOL]": 302, "<plan>": 303})");
  folder.write("special_tokens_map.json", R"({
      "bos_token": "<|im_start|>", "eos_token": {"content": "<|im_end|>", "lstrip": false},
      "additional_special_tokens": ["[TOOL]"]})");
  folder.write("tokenizer_config.json", R"({"bos_token": "<s>"})");  // comes first
  const auto tokenizer = Tokenizer::open(folder.path());
  EXPECT_EQ(tokenizer->size(), 304u);
  EXPECT_EQ(tokenizer->bos(), TinyPieces::kBos);
  EXPECT_EQ(tokenizer->eos(), 300);
  EXPECT_THAT(tokenizer->stops(), ElementsAre(300));
  EXPECT_THAT(tokenizer->encode("<|im_start|><plan>[TOOL]<|im_end|>", true),
              ElementsAre(301, 303, 302, 300));
  for (const TokenId id : tokenizer->encode("<|im_start|><plan>[TOOL]<|im_end|>", false)) {
    EXPECT_LT(id, 300);
  }
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{301, 302, 303, 300}, false), "<plan>");

  // Where added_tokens_decoder is there, it counts.
  folder.write("tokenizer_config.json", R"({"added_tokens_decoder": {
      "300": {"content": "<|im_end|>"}, "301": {"content": "<|im_start|>"}}})");
  EXPECT_EQ(Tokenizer::open(folder.path())->size(), 302u);
  folder.write("tokenizer_config.json", "{}");
  for (const char* id : {"-1", "1.5", "\"300\"", "2147483648", "null"}) {
    folder.write("added_tokens.json", std::string(R"({"<|im_end|>": )") + id + "}");
    EXPECT_THAT(
        error_of([&] { Tokenizer::open(folder.path()); }),
        AllOf(HasSubstr("added_tokens.json: '<|im_end|>'"), HasSubstr("is not a token id")));
  }
  folder.write("added_tokens.json", R"({"<|im_end|>": 2000000000})");
  EXPECT_THAT(error_of([&] { Tokenizer::open(folder.path()); }), HasSubstr("far beyond"));
  folder.write("added_tokens.json", R"({"<|im_end|>": 265})");
  EXPECT_THAT(error_of([&] { Tokenizer::open(folder.path()); }), HasSubstr("is to be"));
}

TEST(SentencePieceTest, ManySideTokensAreReadInLinearTime) {
  const tests::TempFolder folder;
  folder.write("tokenizer.model", TinyPieces().model());
  json::object list, ids;
  for (int i = 0; i < 60000; ++i) {
    const std::string content = "<extra_" + std::to_string(i) + ">";
    list[std::to_string(300 + i)] = {{"content", content}, {"special", true}};
    ids[content] = 300 + i;
  }
  folder.write("tokenizer_config.json",
               json::serialize(json::object{{"added_tokens_decoder", list}}));
  const auto tokenizer = Tokenizer::open(folder.path());
  EXPECT_EQ(tokenizer->size(), 60300u);
  EXPECT_EQ(tokenizer->id_of("<extra_59999>"), 60299);
  folder.write("tokenizer_config.json", "{}");
  folder.write("added_tokens.json", json::serialize(ids));
  EXPECT_THAT(Tokenizer::open(folder.path())->encode("<extra_0><extra_59999>", true),
              ElementsAre(300, 60299));
}

TEST(SentencePieceTest, WhatIsNotSupportedIsRefusedByName) {
  TinyPieces unigram, mapped, holes, badly, twice;
  unigram.model_type = 1;
  mapped.normalizer_map = "xyz";
  holes.types[TinyPieces::kFirstByte + 0x41] = 1;
  badly.pieces[TinyPieces::kFirstByte] = "<0xG0>";
  twice.pieces.back() = twice.pieces[265];
  EXPECT_THAT(error_of_model(unigram.model()),
              AllOf(HasSubstr("tokenizer.model: trainer_spec.model_type"), HasSubstr("unigram")));
  EXPECT_THAT(error_of_model(mapped.model()), HasSubstr("normaliser 'identity'"));
  EXPECT_THAT(error_of_model(holes.model()), HasSubstr("there is no piece <0x41>"));
  EXPECT_THAT(error_of_model(badly.model()), HasSubstr("'<0xG0>' is of the type of bytes"));
  EXPECT_THAT(error_of_model(twice.model()), HasSubstr("is there twice"));
  // Without a trainer_spec the model is of the type that is meant where none is written.
  EXPECT_THAT(error_of_model(tests::proto_text(1, tests::proto_text(1, "a"))),
              AllOf(HasSubstr("trainer_spec.model_type"), HasSubstr("unigram")));
  EXPECT_THAT(error_of_model(""), HasSubstr("is this a SentencePiece model?"));
}

TEST(SentencePieceTest, BrokenFilesAreErrorsNotCrashes) {
  const std::string good = TinyPieces().model();
  EXPECT_EQ(error_of_model(good), "");
  std::mt19937 random(23);
  for (int i = 0; i < 400; ++i) {
    std::string bad = good;
    if (i % 2 == 0) bad.resize(random() % bad.size());
    for (int k = 0; k < 3 && !bad.empty(); ++k) {
      bad[random() % bad.size()] = static_cast<char>(random());
    }
    const std::string error = error_of_model(bad);  // none is fine as well
    if (!error.empty()) {
      EXPECT_THAT(error, HasSubstr("tokenizer.model: "));
    }
  }
  EXPECT_THAT(error_of_model("\x0a\x7f"), HasSubstr("127 bytes are announced"));
  EXPECT_THAT(error_of_model(std::string(1, '\x08') + std::string(20, '\xff')),
              HasSubstr("more than 64 bits"));
  EXPECT_THAT(error_of_model("\x0a"), HasSubstr("ends within a number"));
  EXPECT_THAT(error_of_model("\x0b\x01"), HasSubstr("wire type 3"));
}

TEST(SentencePieceTest, LongRunsTakeNoQuadraticTime) {
  const auto tokenizer = from_gguf(TinyPieces().gguf());
  for (const std::string& part : {std::string("a"), std::string(" "), std::string("\u2581"),
                                  std::string("low"), std::string(1, '\0'), std::string("x")}) {
    std::string text;
    while (text.size() < 1000000) text += part;
    const std::clock_t start = std::clock();
    EXPECT_FALSE(tokenizer->encode(text, true).empty());
    EXPECT_LT(std::clock() - start, 5 * CLOCKS_PER_SEC);
  }
}

}  // namespace
}  // namespace candor::engine
