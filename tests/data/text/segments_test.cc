#include "data/text/segments.h"

#include <gmock/gmock.h>

#include <string>

#include "data/stats/random.h"

namespace candor::data {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  for (const Segment& segment : word_segments(text)) {
    found.emplace_back(text.substr(segment.begin, segment.end - segment.begin));
  }
  return found;
}

TEST(Segments, EnglishWordsSpacesAndMarks) {
  EXPECT_THAT(words("Who's Xi  Jinping?"), ElementsAre("Who's", " ", "Xi", "  ", "Jinping", "?"));
}

TEST(Segments, ChineseIsCutIntoWordsOfTheDictionary) {
  EXPECT_THAT(words("天安门广场在哪里？"), ElementsAre("天安门", "广场", "在", "哪里", "？"));
}

TEST(Segments, LineBreaksAreOneRunOfSpace) {
  EXPECT_THAT(words("a\n\n b"), ElementsAre("a", "\n\n ", "b"));
}

TEST(Segments, CharactersAreWhatAReaderTakesForOne) {
  const std::string text = "e\u0301x\U0001F468\u200D\U0001F469\u200D\U0001F467台";
  const std::vector<Segment> found = character_segments(text);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].end, 3u);
  EXPECT_EQ(text.substr(found[3].begin), "台");
}

TEST(Segments, OfNothingThereAreNone) {
  EXPECT_TRUE(word_segments("").empty());
  EXPECT_TRUE(character_segments("").empty());
}

TEST(Segments, CoverAnyBytesSideBySide) {
  RandomStream random(5);
  for (int round = 0; round < 400; ++round) {
    std::string text;
    const auto length = random.below(24);
    for (std::uint32_t i = 0; i < length; ++i) text += static_cast<char>(random.below(256));
    for (const auto& found : {word_segments(text), character_segments(text)}) {
      std::size_t at = 0;
      for (const Segment& segment : found) {
        EXPECT_EQ(segment.begin, at);
        EXPECT_LT(segment.begin, segment.end);
        at = segment.end;
      }
      EXPECT_EQ(at, text.size());
    }
  }
}

}  // namespace
}  // namespace candor::data
