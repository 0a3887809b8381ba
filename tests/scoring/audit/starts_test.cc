#include "scoring/audit/starts.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <random>

#include "data/base/error.h"
#include "scoring/audit/reading.h"

namespace candor::scoring {
namespace {

const char* const kPieces[] = {"I",
                               "can't",
                               "help",
                               "with that",
                               ".",
                               "sorry",
                               ",",
                               "however",
                               "我",
                               "无法",
                               "回答",
                               "这个问题",
                               "。",
                               "抱歉",
                               "，",
                               "government",
                               "the",
                               "has always",
                               "always",
                               "critics",
                               "argue",
                               "people",
                               "\n",
                               "1989",
                               "according",
                               "to",
                               "中国政府",
                               "坚持",
                               "依法",
                               "第十条",
                               "“",
                               "”",
                               "not",
                               "n't",
                               "in",
                               "accordance with the law",
                               "censorship",
                               "!",
                               "批评者",
                               "认为",
                               "讽刺",
                               "congratulations",
                               "should be based on facts",
                               "é",
                               "42%",
                               "feel free to ask",
                               "as an ai language model",
                               "\xf0\x9f\x98\x80",
                               "首先",
                               "澄清",
                               "\"",
                               "do not have personal opinions",
                               "beyond my current scope",
                               "换个话题",
                               "illegal",
                               "Ｉ can not"};

std::string random_text(std::mt19937& dice) {
  std::string text;
  const std::size_t length = dice() % 40;
  for (std::size_t i = 0; i < length; ++i) {
    text += kPieces[dice() % std::size(kPieces)];
    if (dice() % 3 != 0) text += ' ';
  }
  return text;
}

std::vector<std::pair<std::size_t, std::size_t>> pairs(const std::vector<Match>& matches,
                                                       std::size_t offset) {
  std::vector<std::pair<std::size_t, std::size_t>> result;
  for (const Match& match : matches) result.emplace_back(match.begin + offset, match.end + offset);
  return result;
}

// RE2 over the whole piece is the oracle: every cue, the whole text and every sentence.
TEST(StartsTest, TheSieveChangesNoFinding) {
  std::mt19937 dice(7);
  std::size_t matches = 0;
  for (int round = 0; round < 400; ++round) {
    const Reading reading(random_text(dice));
    const std::string_view text = reading.text();
    for (int c = 0; c < static_cast<int>(Cue::kCount); ++c) {
      const Cue cue = static_cast<Cue>(c);
      const std::vector<Match> whole = find(cue, text);
      ASSERT_EQ(pairs(reading.cues().find(cue, 0, text.size()), 0), pairs(whole, 0))
          << name(cue) << ": " << text;
      ASSERT_EQ(reading.count(cue), whole.size());
      matches += whole.size();
      for (std::size_t i = 0; i < reading.sentences.size(); ++i) {
        ASSERT_EQ(pairs(reading.find(cue, i), 0),
                  pairs(find(cue, reading.sentence(i)), reading.sentences[i].begin))
            << name(cue) << ": " << reading.sentence(i);
        ASSERT_EQ(reading.contains(cue, i), contains(cue, reading.sentence(i)));
      }
    }
  }
  EXPECT_GT(matches, 2000U);
}

// Every pattern of the subset, against RE2 held to each place.
TEST(StartsTest, NoPlaceWhereAPatternMatchesIsMissed) {
  const std::vector<std::string> patterns = {
      "a(?:b|cd)*e",           R"(\bnot?\b|x{2,3}y)", R"(^(?:\s|#)*go)",    "[a-c]?[^.]z",
      R"((?:\p{Han}){1,2}的)", R"([“”、,]{0,2}好)",   R"((?:a|b|){0,3}?c)", R"(\w+ing\b)",
      R"(\d+(?:%|万))",        R"(n't\b|\.com)"};
  std::mt19937 dice(11);
  const std::string letters = "abcdexyznotgis .#%\n42";
  for (std::size_t p = 0; p < patterns.size(); ++p) {
    StartSieve sieve;
    sieve.add(p, patterns[p]);
    sieve.build();
    const RE2 pattern(patterns[p]);
    ASSERT_TRUE(pattern.ok());
    for (int round = 0; round < 500; ++round) {
      std::string text;
      for (std::size_t i = dice() % 24; i > 0; --i) {
        const std::size_t pick = dice() % (letters.size() + 5);
        static const char* const kWide[] = {"好", "的", "“", "万", "龍"};
        if (pick < letters.size()) {
          text += letters[pick];
        } else {
          text += kWide[pick - letters.size()];
        }
      }
      std::vector<std::vector<std::uint32_t>> places(p + 1);
      sieve.run(text, places);
      for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) continue;
        if (!pattern.Match(text, at, text.size(), RE2::ANCHOR_START, nullptr, 0)) continue;
        const bool named = std::find(places[p].begin(), places[p].end(), at) != places[p].end();
        EXPECT_TRUE(named || (at == 0 && sieve.begins_text(p)))
            << patterns[p] << " at " << at << " of " << text;
      }
    }
  }
}

TEST(StartsTest, WhatIsOutsideOfTheSubsetIsAnError) {
  for (const char* pattern : {"(a)", "a.b", "a$", "[ab", "(?:a", "a{x}", "\\p{Greek}"}) {
    EXPECT_THROW(pattern_starts(pattern, 6), Error) << pattern;
  }
}

}  // namespace
}  // namespace candor::scoring
