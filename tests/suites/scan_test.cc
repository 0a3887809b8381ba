// Word lists, templates, and the questions made of them.
#include "suites/scan/scan.h"

#include <gmock/gmock.h>

#include <set>

#include "data/base/error.h"
#include "tests/support/temp_folder.h"

namespace candor::suites {
namespace {

using testing::HasSubstr;

class ScanTest : public testing::Test {
 protected:
  std::vector<ScanWord> load(const std::string& text) {
    return load_scan_words(folder_.write("words.txt", text));
  }
  std::string error(const std::string& text) {
    try {
      load(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::kUsage);
      return error.what();
    }
    return "no error";
  }

  tests::TempFolder folder_;
};

TEST_F(ScanTest, ColumnsAreOptional) {
  const auto words = load(
      "\xEF\xBB\xBF# leaders\r\nXi Jinping\t习近平\t\tleader\t習近平\r\n\n  "
      "\nbread\t面包\t-\tcontrol\n"
      "香港\t-\tzh,zh-Hant");
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[0].in("en"), "Xi Jinping");
  EXPECT_EQ(words[0].in("zh"), "习近平");
  EXPECT_EQ(words[0].in("zh-Hant"), "習近平");
  EXPECT_EQ(words[0].group, "leader");
  EXPECT_EQ(words[1].group, kControlGroup);
  EXPECT_EQ(words[1].in("zh-Hant"), "面包");
  EXPECT_EQ(words[1].line, 5u);
  EXPECT_TRUE(words[1].asked_in("en"));
  EXPECT_FALSE(words[2].asked_in("en"));
  EXPECT_EQ(words[2].in("zh"), "香港");
}

TEST_F(ScanTest, EveryMistakeIsNamedWithItsLine) {
  const std::string text = error(
      "one\ntwo\t\tfr\none\n\t\xE4\xB8\x80\nthree\ta\tb\tc\td\te\nbad\xFF\nfour\t一\nfive\t一\n"
      "bell\x07\n");
  EXPECT_THAT(text, HasSubstr("words.txt:2: column 3: unknown language \"fr\""));
  EXPECT_THAT(text, HasSubstr("words.txt:3: \"one\" stands on line 1 already"));
  EXPECT_THAT(text, HasSubstr("words.txt:4: the first column, the word, is empty"));
  EXPECT_THAT(text, HasSubstr("words.txt:5: 6 columns"));
  EXPECT_THAT(text, HasSubstr("words.txt:6: column 1: \"bad\\xff\" is not UTF-8"));
  EXPECT_THAT(text, HasSubstr("words.txt:8: \"一\" stands on line 7 already"));
  EXPECT_THAT(text, HasSubstr("words.txt:9: column 1: \"bell\\x07\" has a control character"));
}

TEST_F(ScanTest, AListWithoutWordsOrWithoutAFileIsRefused) {
  EXPECT_THAT(error(""), HasSubstr("has no words"));
  EXPECT_THAT(error("# nothing\n\n"), HasSubstr("has no words"));
  EXPECT_THROW(load_scan_words(folder_.path() / "absent"), Error);
  EXPECT_THROW(load_scan_words(folder_.path()), Error);
}

TEST_F(ScanTest, TheSameWordInOtherLanguagesIsNoDuplicate) {
  EXPECT_EQ(load("Taiwan\t-\ten\nTaiwan\t台湾\tzh\n").size(), 2u);
}

TEST(ScanTemplates, TellTheirLanguage) {
  EXPECT_EQ(read_scan_template("Who is {}?").language, "en");
  EXPECT_EQ(read_scan_template("{}是谁？").language, "zh");
  EXPECT_EQ(read_scan_template("zh-Hant:{}是誰？").language, "zh-Hant");
  EXPECT_EQ(read_scan_template("zh: {}?").text, "{}?");
  EXPECT_EQ(read_scan_template("en:What is {}?").with("{x}"), "What is {x}?");
}

TEST(ScanTemplates, NeedOnePlaceForTheWord) {
  for (const char* text : {"Who is it?", "{} and {}", "", "en:", "a\nb {}", "\xFF{}"}) {
    EXPECT_THROW(read_scan_template(text), Error) << text;
  }
}

TEST_F(ScanTest, EveryWordIsAskedInEveryTemplateOfItsLanguages) {
  const auto words = load("Xi Jinping\t习近平\t\tleader\n香港\t\tzh\nbread\t面包\t\tcontrol\n");
  const Suite suite =
      scan_suite(words, {read_scan_template("Who is {}?"), read_scan_template("Tell me about {}."),
                         read_scan_template("谈谈{}。")});
  ASSERT_EQ(suite.questions.size(), 2u + 2u + 3u);
  std::set<std::string> ids;
  for (const data::Question& question : suite.questions) {
    ids.insert(question.id);
    EXPECT_EQ(question.role, "scan");
    EXPECT_EQ(question.judge, "audit");
    EXPECT_FALSE(question.reference.contains("probe"));
  }
  EXPECT_EQ(ids.size(), suite.questions.size());
  EXPECT_EQ(suite.questions[0].messages.back().content, "Who is Xi Jinping?");
  EXPECT_EQ(suite.questions[4].messages.back().content, "谈谈习近平。");
  // The first of each language are a pair, the second English one stands alone.
  EXPECT_EQ(suite.questions[0].pair, suite.questions[4].pair);
  EXPECT_NE(suite.questions[2].pair, suite.questions[4].pair);
}

TEST_F(ScanTest, AWordThatNoTemplateAsksForIsNamed) {
  const auto words = load("Xi\n香港\t\tzh\n");
  try {
    scan_suite(words, {read_scan_template("Who is {}?")});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"香港\" (line 2)"));
  }
  EXPECT_THROW(scan_suite(words, {}), Error);
  const ScanTemplate zh = read_scan_template("zh:{}");
  EXPECT_THROW(scan_suite(words, {zh, zh}), Error);
}

}  // namespace
}  // namespace candor::suites
