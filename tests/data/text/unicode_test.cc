#include "data/text/unicode.h"

#include <gtest/gtest.h>

namespace candor::data {
namespace {

TEST(Unicode, WalksEveryByteOfAnyInput) {
  const std::string text = "aé中😀\xFF\xE4\xB8";
  std::u32string points;
  std::size_t consumed = 0;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    points += code_point_at(text, at, length);
    ASSERT_GE(length, 1u);
    consumed += length;
  }
  EXPECT_EQ(consumed, text.size());
  EXPECT_EQ(points.substr(0, 5), U"aé中😀\uFFFD");
}

TEST(Unicode, AppendIsTheInverseOfReading) {
  for (const char32_t point : {U'a', U'é', U'中', U'😀'}) {
    std::string text;
    append_utf8(text, point);
    std::size_t length = 0;
    EXPECT_EQ(code_point_at(text, 0, length), point);
    EXPECT_EQ(length, text.size());
  }
}

TEST(Unicode, SurrogatesBecomeTheReplacementCharacter) {
  std::string text;
  append_utf8(text, char32_t{0xD800});
  EXPECT_EQ(text, "\uFFFD");
}

TEST(Unicode, CompatibilityFormsBecomePlain) {
  EXPECT_EQ(nfkc("Ａ１２（）："), "A12():");
  EXPECT_EQ(nfkc("ﬁ"), "fi");
  EXPECT_EQ(nfkc("plain"), "plain");
}

TEST(Unicode, LowerCaseReachesBeyondAscii) {
  EXPECT_EQ(lower_case("ABC xyz"), "abc xyz");
  EXPECT_EQ(lower_case("ÉΣΑ中"), "éσα中");
}

TEST(Unicode, TrimmingKeepsTheInside) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n "), "");
}

TEST(Unicode, HanIsToldFromOtherScripts) {
  EXPECT_TRUE(has_han("abc中"));
  EXPECT_TRUE(is_han(U'𠀀'));
  EXPECT_FALSE(has_han("abc，かな"));
}

}  // namespace
}  // namespace candor::data
