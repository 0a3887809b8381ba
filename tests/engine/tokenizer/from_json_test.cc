// Tokenizers read from tokenizer.json.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <functional>

#include "data/base/error.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/tiny_vocabulary.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::TinyVocabulary;

json::object tiny_json() { return TinyVocabulary().json(); }

std::unique_ptr<Tokenizer> from_text(const std::string& text) {
  const tests::TempFolder folder;
  return Tokenizer::open(folder.write("tokenizer.json", text));
}

std::unique_ptr<Tokenizer> from_object(const json::object& object) {
  return from_text(json::serialize(object));
}

std::string error_of_text(const std::string& text) {
  try {
    from_text(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string error_with(const std::function<void(json::object&)>& change) {
  json::object object = tiny_json();
  change(object);
  return error_of_text(json::serialize(object));
}

json::object& model_of(json::object& object) { return object["model"].as_object(); }
json::object& added(json::object& object, std::size_t i) {
  return object["added_tokens"].as_array()[i].as_object();
}

TEST(TokenizerJsonTest, EqualsTheSameVocabularyInGguf) {
  const tests::TempFolder folder;
  TinyVocabulary().gguf().write(folder.path() / "m.gguf");
  const auto gguf = Tokenizer::open(folder.path() / "m.gguf");
  folder.write("tokenizer.json", json::serialize(tiny_json()));
  const auto tokenizer = Tokenizer::open(folder.path());
  for (const char* text : {"lower low 天12", "<|im_start|>x<think>low<|end|>", "öö a", "\n\n x!"}) {
    for (const bool special : {false, true}) {
      EXPECT_EQ(tokenizer->encode(text, special), gguf->encode(text, special)) << text;
    }
  }
  EXPECT_EQ(tokenizer->size(), gguf->size());
  EXPECT_TRUE(tokenizer->is_special(264));
  EXPECT_FALSE(tokenizer->is_special(267));
}

TEST(TokenizerJsonTest, NormalisesWhenTheFileSaysSo) {
  json::object without = tiny_json();
  without["normalizer"] = nullptr;
  const auto nfc = from_object(tiny_json());
  const auto plain = from_object(without);
  const std::string composed = "\u00e9", decomposed = "e\u0301";
  EXPECT_EQ(nfc->encode(decomposed, true), nfc->encode(composed, true));
  EXPECT_NE(plain->encode(decomposed, true), plain->encode(composed, true));
  EXPECT_EQ(plain->decode(plain->encode(decomposed, true), true), decomposed);
  // Bytes that are not UTF-8 are not touched by it.
  EXPECT_THAT(nfc->encode("\xcc\xff", true), ElementsAre(0xcc, 0xff));
}

TEST(TokenizerJsonTest, MergesMayBePairs) {
  json::object object = tiny_json();
  json::array pairs;
  for (const json::value& line : model_of(object)["merges"].as_array()) {
    const std::string text(line.as_string());
    const std::size_t space = text.find(' ', 1);
    pairs.push_back(
        json::array{json::string(text.substr(0, space)), json::string(text.substr(space + 1))});
  }
  model_of(object)["merges"] = pairs;
  EXPECT_EQ(from_object(object)->encode("lower", true),
            from_object(tiny_json())->encode("lower", true));
}

TEST(TokenizerJsonTest, FlagsOfAddedTokens) {
  json::object object = tiny_json();
  added(object, 0)["lstrip"] = true;
  added(object, 1)["rstrip"] = true;
  added(object, 3)["single_word"] = true;
  const auto tokenizer = from_object(object);
  EXPECT_THAT(tokenizer->encode("a \u3000\n<|end|> b", true), ElementsAre('a', 264, ' ', 'b'));
  EXPECT_THAT(tokenizer->encode("a <|im_start|> \u3000b", true), ElementsAre('a', ' ', 265, 'b'));
  EXPECT_THAT(tokenizer->encode("<think>", true), ElementsAre(267));
  EXPECT_THAT(tokenizer->encode("!<think>.", true), ElementsAre('!', 267, '.'));
  EXPECT_GT(tokenizer->encode("a<think>", true).size(), 2u);
  EXPECT_GT(tokenizer->encode("<think>天", true).size(), 2u);
  EXPECT_GT(tokenizer->encode("_<think>", true).size(), 2u);
}

TEST(TokenizerJsonTest, IgnoreMerges) {
  json::object object = tiny_json();
  model_of(object)["vocab"].as_object()["xyz"] = 269;
  EXPECT_THAT(from_object(object)->encode("xyz", true), ElementsAre('x', 'y', 'z'));
  model_of(object)["ignore_merges"] = true;
  EXPECT_THAT(from_object(object)->encode("xyz", true), ElementsAre(269));
}

TEST(TokenizerJsonTest, SideFilesSayWhatEndsAText) {
  const tests::TempFolder folder;
  json::object object = tiny_json();
  object["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single",
       json::array{json::object{{"SpecialToken", {{"id", "<|im_start|>"}, {"type_id", 0}}}},
                   json::object{{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}}};
  const auto path = folder.write("tokenizer.json", json::serialize(object));
  const auto bare = Tokenizer::open(path);
  EXPECT_EQ(bare->bos(), 265);
  EXPECT_TRUE(bare->adds_bos());
  EXPECT_EQ(bare->eos(), std::nullopt);

  folder.write(
      "tokenizer_config.json",
      R"({"bos_token": null, "eos_token": {"content": "<|end|>"}, "add_bos_token": false})");
  folder.write("generation_config.json", R"({"eos_token_id": [266, 264]})");
  const auto whole = Tokenizer::open(folder.path());
  EXPECT_EQ(whole->bos(), 265);
  EXPECT_FALSE(whole->adds_bos());
  EXPECT_EQ(whole->eos(), 264);
  EXPECT_THAT(whole->stops(), ElementsAre(264, 266));

  folder.write("generation_config.json", R"({"eos_token_id": 9999})");
  EXPECT_THROW(Tokenizer::open(folder.path()), Error);
}

TEST(TokenizerJsonTest, WhatIsNotUnderstoodIsRefusedByName) {
  EXPECT_THAT(error_with([](auto& o) {
                o["normalizer"] = {{"type", "Lowercase"}};
              }),
              AllOf(HasSubstr("tokenizer.json: normalizer: "), HasSubstr("'Lowercase'")));
  EXPECT_THAT(error_with([](auto& o) {
                o["pre_tokenizer"] = {{"type", "Metaspace"}};
              }),
              AllOf(HasSubstr("pre_tokenizer: "), HasSubstr("'Metaspace'")));
  EXPECT_THAT(error_with([](auto& o) { o["pre_tokenizer"] = nullptr; }), HasSubstr("is missing"));
  EXPECT_THAT(error_with([](auto& o) {
                o["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}};
              }),
              HasSubstr("add_prefix_space"));
  const auto split_with = [](const char* regex, const char* behavior) {
    return error_with([&](auto& o) {
      o["pre_tokenizer"] = {{"type", "Split"},
                            {"pattern", {{"Regex", regex}}},
                            {"behavior", behavior},
                            {"invert", false}};
    });
  };
  EXPECT_THAT(split_with("(a+)+$", "Isolated"), HasSubstr("the pattern (a+)+$ is not one"));
  EXPECT_THAT(split_with("", "Isolated"), HasSubstr("is not one of those"));
  EXPECT_THAT(split_with("[unclosed", "Isolated"), HasSubstr("is not one of those"));
  EXPECT_THAT(split_with("\\p{N}", "MergedWithPrevious"), HasSubstr("'MergedWithPrevious'"));
  EXPECT_EQ(split_with("\\p{N}", "Isolated"), "");

  EXPECT_THAT(error_with([](auto& o) { model_of(o)["type"] = "Unigram"; }),
              AllOf(HasSubstr("model.type"), HasSubstr("Unigram")));
  EXPECT_THAT(error_with([](auto& o) { model_of(o)["byte_fallback"] = true; }),
              HasSubstr("pre_tokenizer.Split: only at spaces"));
  EXPECT_THAT(error_with([](auto& o) { model_of(o)["dropout"] = 0.1; }), HasSubstr("dropout"));
  EXPECT_THAT(error_with([](auto& o) { model_of(o)["end_of_word_suffix"] = "</w>"; }),
              HasSubstr("end_of_word_suffix"));
}

TEST(TokenizerJsonTest, VocabulariesThatCannotBe) {
  const auto with_id = [](json::value id) {
    return error_with([&](auto& o) { model_of(o)["vocab"].as_object()["low"] = id; });
  };
  for (const json::value& id : {json::value(-1), json::value(2147483648), json::value(1e30),
                                json::value("5"), json::value(1.5), json::value(nullptr)}) {
    EXPECT_THAT(with_id(id), AllOf(HasSubstr("model.vocab"), HasSubstr("'low'"))) << id;
  }
  EXPECT_THAT(with_id(3), HasSubstr("is there twice"));
  EXPECT_THAT(error_with([](auto& o) { model_of(o)["vocab"] = json::object(); }),
              HasSubstr("model.vocab"));
  EXPECT_THAT(error_with([](auto& o) { model_of(o)["vocab"] = json::array(); }),
              HasSubstr("model.vocab"));
  EXPECT_THAT(error_with([](auto& o) { model_of(o).erase("merges"); }), HasSubstr("model.merges"));
  for (const json::value& merge : {json::value("lo"), json::value(7), json::value(json::array{"l"}),
                                   json::value(json::array{"l", ""}), json::value("x y")}) {
    EXPECT_THAT(error_with([&](auto& o) { model_of(o)["merges"].as_array()[2] = merge; }),
                HasSubstr("model.merges[2]"))
        << merge;
  }
  EXPECT_THAT(error_with([](auto& o) { added(o, 0)["content"] = ""; }),
              HasSubstr("without content"));
  EXPECT_THAT(error_with([](auto& o) { added(o, 0)["id"] = 5; }),
              HasSubstr("belongs to another token"));
  EXPECT_THAT(error_with([](auto& o) { added(o, 0)["id"] = 1 << 30; }), HasSubstr("id"));
  EXPECT_THAT(error_with([](auto& o) { added(o, 0)["content"] = "<|im_start|>"; }),
              HasSubstr("is there twice"));
  EXPECT_THAT(error_with([](auto& o) { added(o, 0)["special"] = "yes"; }), HasSubstr("special"));
}

TEST(TokenizerJsonTest, TextThatIsNoTokenizer) {
  EXPECT_THAT(error_of_text(""), HasSubstr("not JSON"));
  EXPECT_THAT(error_of_text("[]"), HasSubstr("is not an object"));
  EXPECT_THAT(error_of_text("{}"), HasSubstr("model: is missing"));
  EXPECT_THAT(error_of_text(R"({"model": {}, "model": {}})"), HasSubstr("'model' is there twice"));
  std::string vocabulary = json::serialize(tiny_json());
  const std::size_t low = vocabulary.find("\"low\":");
  ASSERT_NE(low, vocabulary.npos);
  vocabulary.insert(low, "\"low\":300,");
  EXPECT_THAT(error_of_text(vocabulary), HasSubstr("'low' is there twice"));
}

}  // namespace
}  // namespace candor::engine
