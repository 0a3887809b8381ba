#include "engine/tokenizer/pretokenizer.h"

#include <gmock/gmock.h>
#include <unicode/regex.h>
#include <unicode/utext.h>

#include <ctime>
#include <random>

#include "engine/files/utf8.h"
#include "engine/tokenizer/scanners.h"

namespace candor::engine {
namespace {

std::vector<std::string> pieces_of(const PreTokenizer& pre_tokenizer, std::string_view text) {
  PreTokenizer::Memory memory;
  std::vector<std::uint32_t> ends;
  pre_tokenizer.split(text, memory, ends);
  std::vector<std::string> pieces;
  std::uint32_t begin = 0;
  for (const std::uint32_t end : ends) {
    pieces.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  EXPECT_EQ(begin, text.size());
  return pieces;
}

PreTokenizer named(std::string_view name) {
  const NamedPreTokenizer* found = PreTokenizer::by_name(name);
  EXPECT_NE(found, nullptr) << name;
  return PreTokenizer(found == nullptr ? std::vector<Scanner>{} : found->passes);
}

// The pieces joined by "|", spaces as "_", line ends as "N", tabs as "T".
std::string shown(std::string_view name, std::string_view text) {
  std::string out;
  for (const std::string& piece : pieces_of(named(name), text)) {
    if (!out.empty()) out += '|';
    for (const char c : piece) out += c == ' ' ? '_' : c == '\n' ? 'N' : c == '\t' ? 'T' : c;
  }
  return out;
}

TEST(PreTokenizerTest, PublishedExamples) {
  constexpr const char* kMixed = "Hello  world, it's 12345.67!\n\n  x";
  EXPECT_EQ(shown("llama-bpe", kMixed), "Hello|_|_world|,|_it|'s|_|123|45|.|67|!NN|_|_x");
  EXPECT_EQ(shown("deepseek-v3", kMixed), "Hello|_|_world|,|_it|'s|_|123|45|.|67|!NN|_|_x");
  EXPECT_EQ(shown("qwen2", kMixed), "Hello|_|_world|,|_it|'s|_|1|2|3|4|5|.|6|7|!NN|_|_x");
  EXPECT_EQ(shown("gpt-4o", kMixed), "Hello|_|_world|,|_it's|_|123|45|.|67|!NN|_|_x");
  EXPECT_EQ(shown("kimi-k2", kMixed), "Hello|_|_world|,|_it's|_|123|45|.|67|!NN|_|_x");
  EXPECT_EQ(shown("seed-coder", kMixed), "Hello|_|_world|,|_it|'s|_|1|2|3|4|5|.|6|7|!|NN|_|_x");
  EXPECT_EQ(shown("smollm", kMixed), "Hello|_|_world|,|_it|'s|_|1|2|3|4|5|.|6|7|!|NN_|_x");

  constexpr const char* kChinese = "天安门1989年，DON'T panic  ";
  EXPECT_EQ(shown("llama-bpe", kChinese), "天安门|198|9|年|，DON|'T|_panic|__");
  EXPECT_EQ(shown("qwen2", kChinese), "天安门|1|9|8|9|年|，DON|'T|_panic|__");
  EXPECT_EQ(shown("gpt-4o", kChinese), "天安门|198|9|年|，DON'T|_panic|__");
  EXPECT_EQ(shown("smollm", kChinese), "天安门|1|9|8|9|年|，|DON|'|T|_panic|__");
  EXPECT_EQ(shown("deepseek-v3", kChinese), "天安门|198|9|年|，|DON|'T|_panic|__");

  constexpr const char* kCode = "  \n\tfoo_bar(x)/y  ";
  for (const char* name : {"llama-bpe", "qwen2", "gpt-4o", "seed-coder", "deepseek-v3"}) {
    EXPECT_EQ(shown(name, kCode), "__N|Tfoo|_bar|(x|)/|y|__") << name;
  }
  EXPECT_EQ(shown("smollm", kCode), "__N|T|foo|_|bar|(|x|)/|y|__");
}

TEST(PreTokenizerTest, NamesThatMeanTheSame) {
  constexpr const char* kText = "It'S 1989年 №12 foo\r\n\r\n bar!!\n x";
  EXPECT_EQ(shown("deepseek-r1-qwen", kText), shown("qwen2", kText));
  EXPECT_EQ(shown("llama3", kText), shown("llama-bpe", kText));
  EXPECT_EQ(shown("starcoder", kText), shown("smollm", kText));
  EXPECT_NE(shown("smollm", kText), shown("gpt-2", kText));
  EXPECT_EQ(PreTokenizer::by_name("unheard-of"), nullptr);
  EXPECT_EQ(PreTokenizer::by_name(""), nullptr);
}

// The same cut made by a backtracking regex engine.
std::vector<std::string> oracle(icu::RegexMatcher& matcher, const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  UText utext = UTEXT_INITIALIZER;
  utext_openUTF8(&utext, text.data(), static_cast<std::int64_t>(text.size()), &status);
  matcher.reset(&utext);
  std::vector<std::string> pieces;
  std::size_t at = 0;
  while (matcher.find(status)) {
    const auto begin = static_cast<std::size_t>(matcher.start64(status));
    const auto end = static_cast<std::size_t>(matcher.end64(status));
    if (begin > at) pieces.push_back(text.substr(at, begin - at));
    pieces.push_back(text.substr(begin, end - begin));
    at = end;
  }
  if (at < text.size()) pieces.push_back(text.substr(at));
  EXPECT_TRUE(U_SUCCESS(status)) << u_errorName(status);
  utext_close(&utext);
  return pieces;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// In the published expressions \s is White_Space; ICU's own is narrower.
std::string for_icu(const std::string& regex) {
  return replaced(replaced(replaced(regex, "\\s", "\\p{White_Space}"), "\\S", "\\P{White_Space}"),
                  "+$", "+\\z");
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "a",      "b",      "Z",      "É",  "ß",   "ǅ",      "ʰ",          "ª",         "я",
      "Я",      "天",     "安",     "〇", "あ",  "ン",     "한",         "ا",         "ก",
      "0",      "7",      "٣",      "½",  "Ⅷ",   "１",     " ",          " ",         " ",
      "\t",     "\n",     "\r\n",   "\r", "\v",  "\u0085", "\u00a0",     "\u2003",    "\u2028",
      "\u3000", ".",      ",",      "!",  "'",   "'",      "\"",         "(",         "/",
      "_",      "-",      "$",      "+",  "|",   "~",      "`",          "^",         "。",
      "，",     "「",     "€",      "°",  "😀",   "\u0301", "\u0E31",     "\u200d",    "\u00ad",
      "\u0001", "\ue000", "\u0378", "s",  "t",   "re",     "LL",         "ve",        "M",
      "d",      "S",      "ſ",      "'s", "'LL", "'ſ",     "\U00010400", "\U0001D518"};
  std::string text;
  const std::size_t length = random() % 14;
  for (std::size_t i = 0; i < length; ++i) text += kParts[random() % kParts.size()];
  return text;
}

TEST(PreTokenizerTest, ScannersEqualTheirRegularExpressions) {
  const std::string tail = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  const std::string c = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  const std::string u = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  const std::string w = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  const std::string lead = "[^\\r\\n\\p{L}\\p{N}]?";
  const std::string signs = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
  const std::vector<std::string> regexes = {
      c + "|" + lead + "\\p{L}+|\\p{N}{1,3}|" + signs + tail,
      c + "|" + lead + "\\p{L}+|\\p{N}|" + signs + tail,
      c + "|" + lead + "[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*" + tail,
      c + "|" + lead + "\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+" + tail,
      lead + u + "*" + w + "+" + c + "?|" + lead + u + "+" + w + "*" + c +
          "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + tail,
      lead + u + "*" + w + "+|" + lead + u + "+" + w + "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" +
          tail,
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?"
      "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*" +
          tail,
      "\\p{N}{1,3}",
      "\\p{N}+",
      "\\p{N}",
      "[0-9][0-9][0-9]",
      "[\\r\\n]",
      "\\s+$",
      "\\s?\\p{L}+",
      "\\s?\\p{P}+",
      "[一-龥\u3040-ゟ゠-ヿ]+",
      "[一-龥ࠀ-一가-\uD7FF]+",
      "\\s?[!-/:-~！-／：-～‘-‟　-。]+",
      scanners::cased_letters_regex(),
  };
  for (const std::string& regex : regexes) {
    const Scanner scanner = PreTokenizer::for_regex(regex);
    ASSERT_NE(scanner, nullptr) << regex;
    const PreTokenizer pre_tokenizer({scanner});
    UErrorCode status = U_ZERO_ERROR;
    icu::RegexMatcher matcher(icu::UnicodeString::fromUTF8(for_icu(regex)), 0, status);
    ASSERT_TRUE(U_SUCCESS(status)) << regex;
    std::mt19937 random(7);
    for (int i = 0; i < 4000; ++i) {
      const std::string text = random_text(random);
      ASSERT_EQ(pieces_of(pre_tokenizer, text), oracle(matcher, text)) << regex << "\n" << text;
    }
  }
}

TEST(PreTokenizerTest, KimiEqualsItsRegularExpression) {
  const std::string c = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  const std::string u = "[[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]--[\\p{Han}]]";
  const std::string w = "[[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]--[\\p{Han}]]";
  const std::string regex = "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?" + u + "*" + w + "+" + c +
                            "?|[^\\r\\n\\p{L}\\p{N}]?" + u + "+" + w + "*" + c +
                            "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
                            "\\s+(?!\\S)|\\s+";
  UErrorCode status = U_ZERO_ERROR;
  icu::RegexMatcher matcher(icu::UnicodeString::fromUTF8(for_icu(regex)), 0, status);
  ASSERT_TRUE(U_SUCCESS(status)) << u_errorName(status);
  const PreTokenizer pre_tokenizer = named("kimi-k2");
  std::mt19937 random(8);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random_text(random);
    ASSERT_EQ(pieces_of(pre_tokenizer, text), oracle(matcher, text)) << text;
  }
}

TEST(PreTokenizerTest, UnknownExpressionsAreNotKnown) {
  EXPECT_EQ(PreTokenizer::for_regex("\\p{L}+"), nullptr);
  EXPECT_EQ(PreTokenizer::for_regex(""), nullptr);
  EXPECT_EQ(PreTokenizer::for_regex("(a+)+$"), nullptr);
}

TEST(PreTokenizerTest, SpellingsOfTheSameExpression) {
  const std::string tail = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  const auto llama3 = PreTokenizer::by_name("llama-bpe")->passes;
  // Possessive quantifiers and the contractions as tiktoken has them.
  EXPECT_EQ(PreTokenizer::for_regex("'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|"
                                    "\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+" +
                                    tail),
            llama3[0]);
  // Where giving back matters, a possessive quantifier is another expression.
  EXPECT_EQ(PreTokenizer::for_regex("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| "
                                    "?[^\\s\\p{L}\\p{N}]+|\\s++(?!\\S)|\\s+"),
            nullptr);
  EXPECT_EQ(PreTokenizer::for_regex("'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| "
                                    "?[^\\s\\p{L}\\p{N}]++|\\s+(?!\\S)|\\s+"),
            PreTokenizer::gpt2());
  EXPECT_EQ(PreTokenizer::for_regex("[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+"),
            PreTokenizer::for_regex("[\\x{4E00}-\\x{9FA5}\\x{3040}-ゟ゠-\\x{30FF}]+"));
  EXPECT_NE(PreTokenizer::for_regex("[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+"), nullptr);
  EXPECT_EQ(PreTokenizer::for_regex("\\u12"), nullptr);
  EXPECT_EQ(PreTokenizer::for_regex("\\x{zz}\\x{"), nullptr);
}

TEST(PreTokenizerTest, EveryNameCutsWithoutLoss) {
  std::mt19937 random(9);
  for (const char* name :
       {"llama3",       "llama-v3",       "falcon3",   "pixtral",   "tekken", "dbrx",
        "smaug-bpe",    "glm4",           "stablelm2", "qwen35",    "llama4", "mpt",
        "olmo",         "refact",         "command-r", "codeshell", "exaone", "falcon",
        "deepseek-llm", "deepseek-coder", "kimi-k2",   "gpt-4o"}) {
    EXPECT_THAT(PreTokenizer::known_names(), testing::HasSubstr(name));
    const PreTokenizer pre_tokenizer = named(name);
    for (int i = 0; i < 100; ++i) {
      std::string joined;
      const std::string text = random_text(random);
      for (const std::string& piece : pieces_of(pre_tokenizer, text)) {
        EXPECT_FALSE(piece.empty());
        joined += piece;
      }
      EXPECT_EQ(joined, text);
    }
  }
}

TEST(PreTokenizerTest, LineEndsInAnExpressionMayBeWrittenOut) {
  EXPECT_NE(PreTokenizer::for_regex("[\r\n]"), nullptr);
  EXPECT_EQ(PreTokenizer::for_regex("[\r\n]"), PreTokenizer::for_regex("[\\r\\n]"));
}

TEST(PreTokenizerTest, BytesThatAreNotUtf8StayInTheirPlace) {
  EXPECT_THAT(pieces_of(PreTokenizer({scanners::qwen2}), "a\xff\xfe b"),
              testing::ElementsAre("a", "\xff\xfe", " b"));
}

TEST(PreTokenizerTest, LongRunsTakeLinearTime) {
  for (const char* name : {"qwen2", "gpt-4o", "kimi-k2", "gpt-2", "smollm", "deepseek-v3",
                           "deepseek-llm", "deepseek-coder", "falcon"}) {
    const PreTokenizer pre_tokenizer = named(name);
    for (const std::string& part :
         {std::string(" "), std::string("A"), std::string("\u0301"), std::string("\n "),
          std::string("'"), std::string("\x01"), std::string(" \u3000"), std::string("1")}) {
      std::string text;
      while (text.size() < 300000) text += part;
      text += "x ";
      const std::clock_t start = std::clock();
      EXPECT_FALSE(pieces_of(pre_tokenizer, text).empty());
      // Processor time, which a busy machine does not change; quadratic time would be minutes.
      EXPECT_LT(std::clock() - start, 5 * CLOCKS_PER_SEC) << name;
    }
  }
}

}  // namespace
}  // namespace candor::engine
