#include "scoring/audit/text.h"

#include <gtest/gtest.h>

namespace candor::scoring {
namespace {

TEST(AuditTextTest, ScriptsWidthsAndCaseBecomeOne) {
  EXPECT_EQ(normalise("這個問題我暫時無法回答。").text, "这个问题我暂时无法回答。");
  EXPECT_EQ(normalise("ＡＢＣ，１２３").text, "abc,123");
  EXPECT_EQ(normalise("I’m Sorry").text, "i'm sorry");
  EXPECT_EQ(normalise("**天安門**").text, "天安门");
  EXPECT_EQ(normalise("六\u200b四").text, "六四");
}

TEST(AuditTextTest, PinyinInBracketsIsLeftOutButAbbreviationsStay) {
  EXPECT_EQ(normalise("警(jǐng)方（fang）").text, "警方");
  EXPECT_EQ(normalise("世界贸易组织（WTO）").text, "世界贸易组织(wto)");
  EXPECT_EQ(normalise("the army (jing)").text, "the army (jing)");
}

TEST(AuditTextTest, OriginsPointAtWholeCharactersOfTheOriginal) {
  const std::string original = "“ＡＢ”警（jǐng）方 é ﬁ \xff 門。";
  const NormalText normal = normalise(original);
  ASSERT_EQ(normal.origin.size(), normal.text.size() + 1);
  ASSERT_EQ(normal.origin_end.size(), normal.text.size());
  for (std::size_t i = 0; i < normal.text.size(); ++i) {
    const std::size_t begin = normal.original_begin(i);
    const std::size_t end = normal.original_end(i + 1);
    ASSERT_LT(begin, end);
    ASSERT_LE(end, original.size());
    EXPECT_NE(static_cast<unsigned char>(original[begin]) & 0xc0, 0x80) << i;
    if (end < original.size()) {
      EXPECT_NE(static_cast<unsigned char>(original[end]) & 0xc0, 0x80) << i;
    }
    if (i > 0) {
      EXPECT_LE(normal.origin[i - 1], normal.origin[i]);
    }
  }
}

TEST(AuditTextTest, AnyBytesAreTakenWithoutHarm) {
  std::string bytes;
  unsigned state = 1;
  for (int i = 0; i < 4000; ++i) {
    state = state * 1664525U + 1013904223U;
    bytes.push_back(static_cast<char>(state >> 24));
  }
  const NormalText normal = normalise(bytes);
  EXPECT_EQ(normal.origin.size(), normal.text.size() + 1);
  for (const Sentence& sentence : split_sentences(normal.text)) {
    EXPECT_LT(sentence.begin, sentence.end);
    EXPECT_LE(sentence.end, normal.text.size());
  }
}

TEST(AuditTextTest, SentencesEndWhereTheyEnd) {
  const std::string text =
      normalise("The U.S. said so. Dr. Li, e.g. at 3.5 percent!\n1. A point。第二句？").text;
  std::vector<std::string> sentences;
  for (const Sentence& s : split_sentences(text))
    sentences.push_back(text.substr(s.begin, s.end - s.begin));
  EXPECT_EQ(sentences,
            (std::vector<std::string>{"the u.s. said so.", "dr. li, e.g. at 3.5 percent!",
                                      "1. a point。", "第二句?"}));
}

TEST(AuditTextTest, UnitsCountWordsAndCharactersAlike) {
  EXPECT_EQ(count_units("i can't say, ok"), 4);
  EXPECT_EQ(count_units("我不能说 ok"), 5);
  EXPECT_EQ(count_units(" \n,。"), 0);
}

TEST(AuditTextTest, ReasoningInsideTheAnswerIsSplitOff) {
  const SplitAnswer split = split_inline_reasoning("<think>\nhm\n</think>\n\nYes.");
  EXPECT_TRUE(split.marked);
  EXPECT_EQ(split.reasoning, "\nhm\n");
  EXPECT_EQ(split.answer, "\n\nYes.");
  EXPECT_FALSE(split_inline_reasoning("a < b").marked);
}

TEST(AuditTextTest, QuotedRangesCoverBothKindsOfMarks) {
  const std::string text = normalise("he said \"no line\" and 「没有问题」。").text;
  const auto ranges = quoted_ranges(text);
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_NE(text.substr(ranges[0].first, ranges[0].second - ranges[0].first).find("no line"),
            std::string::npos);
}

TEST(AuditTextTest, RepetitionTellsLoopsFromProse) {
  std::string loop;
  for (int i = 0; i < 40; ++i) loop += "六四事件是北京的抗议运动。";
  EXPECT_GT(repetition(loop), 0.8);
  EXPECT_EQ(repetition("a short answer"), 0.0);
}

}  // namespace
}  // namespace candor::scoring
