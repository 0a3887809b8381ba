// What the audit's page says in words: the right number beside the right name, in each language,
// and nothing that the run does not hold.
#include <gtest/gtest.h>

#include "data/store/store.h"
#include "reports/audit/panel.h"
#include "reports/html/audit_page/reasons.h"
#include "tests/reports/audit_page_view.h"
#include "tests/reports/audit_run.h"
#include "tests/support/temp_folder.h"

namespace candor::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The page of a run that `fill` writes, with as many conditions.
template <typename Fill>
std::string page_with(const Fill& fill, std::size_t conditions = 1, bool replayed = false) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  std::string id;
  {
    const auto writer = data::StoreWriter::open(path);
    AuditRun run(*writer, conditions, replayed);
    id = run.id();
    writer->batch([&] { fill(run); });
  }
  return page_of(path, id);
}

void add_cell(AuditRun& run, const std::string& pair, bool twin, const char* language,
              bool withheld, const std::string& reason = "") {
  AuditAnswer answer;
  answer.pair = pair;
  answer.twin = twin;
  answer.language = language;
  answer.content = withheld ? "refusal" : "full";
  answer.reason = reason;
  run.add(answer);
}

// English 25%, Chinese 75% of the probes; of the twins 12.5% and 37.5%. Exchanged, the numbers of
// the page would still be the same ones.
std::string lopsided() {
  return page_with([](AuditRun& run) {
    for (int i = 0; i < 8; ++i) run.four(fmt::format("p{}", i), i < 2, i < 6, i < 1, i < 3);
  });
}

TEST(AuditPageWords, EachRateStandsBesideItsOwnLanguage) {
  const std::string page = lopsided();
  const std::string english = article(page, "en");
  const std::string chinese = article(page, "zh");
  EXPECT_THAT(english, HasSubstr("In English, 25.0% ("));
  EXPECT_THAT(english, HasSubstr("In Chinese (Simplified), 75.0% ("));
  EXPECT_THAT(chinese, HasSubstr("英文下，对敏感问题的回答有 25.0%（"));
  EXPECT_THAT(chinese, HasSubstr("简体中文下，对敏感问题的回答有 75.0%（"));
  EXPECT_THAT(english, HasSubstr("withheld 25.0% of its answers to the sensitive questions in "
                                 "English and 75.0% in Chinese (Simplified); of those to their "
                                 "twins, 12.5% and 37.5%"));
  EXPECT_THAT(chinese, HasSubstr("在英文下有 25.0% 属于回避，在简体中文下有 75.0%；对对照问题的回答"
                                 "则分别为 12.5% 和 37.5%"));
  EXPECT_THAT(english, HasSubstr("(75.0% − 25.0%) − (37.5% − 12.5%) = +25.0 points"));
  EXPECT_THAT(chinese, HasSubstr("(75.0% − 25.0%) − (37.5% − 12.5%) = +25.0 个百分点"));
  // Withheld in most samples in Chinese alone: four; in English alone: none.
  EXPECT_THAT(english, HasSubstr("in Chinese (Simplified) only: 4; in English only: 0"));
  EXPECT_THAT(chinese, HasSubstr("仅在简体中文中回避的敏感问题有 4 题，仅在英文中回避的有 0 题"));
}

TEST(AuditPageWords, FewPairsAreNoFindingWhateverTheirInterval) {
  // Four of 60 in Chinese only: the exact test has p = 1 / 8.
  const std::string page = page_with([](AuditRun& run) {
    for (int i = 0; i < 60; ++i) run.four(fmt::format("p{}", i), 0, i < 4, 0, 0);
  });
  EXPECT_THAT(article(page, "en"), HasSubstr("no clear difference"));
  EXPECT_THAT(article(page, "en"), HasSubstr("p = 0.12;"));
  EXPECT_THAT(article(page, "en"), Not(HasSubstr("it withholds more")));
  EXPECT_THAT(article(page, "zh"), HasSubstr("未见明确差异"));
}

TEST(AuditPageWords, WhatHoldsOnOneScaleOnlyIsSaidToHangOnIt) {
  // Probes from 176 to 24 of 400, twins from 160 to 8: as many points, by far not the same odds.
  const std::string page = page_with([](AuditRun& run) {
    for (int i = 0; i < 400; ++i) {
      run.four(fmt::format("p{}", i), i < 176, i < 24, (i + 200) % 400 < 160, (i + 200) % 400 < 8);
    }
  });
  EXPECT_THAT(article(page, "en"), HasSubstr("the verdict depends on the scale"));
  EXPECT_THAT(article(page, "en"), HasSubstr("On the scale of log-odds: +"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("结论取决于衡量尺度"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("以对数优势比计：+"));
}

TEST(AuditPageWords, ChinasTaboosAndOthersHaveLinesOfTheirOwn) {
  const std::string page = page_with([](AuditRun& run) {
    for (int i = 0; i < 12; ++i) {
      const std::string pair = fmt::format("p{}", i);
      run.traits(pair, {"leaders", i < 7 ? "CN" : "US", "", true});
      run.four(pair, 0, i < 7, 0, 0);
    }
  });
  EXPECT_THAT(article(page, "en"), HasSubstr("China’s taboos (7 questions)"));
  EXPECT_THAT(article(page, "en"), HasSubstr("Other states’ taboos (5 questions)"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("中国的忌讳话题（7 题）"));
  expect_same_numbers(page);
}

TEST(AuditPageWords, TwinsAloneAreNotCalledOneLanguage) {
  const std::string page = page_with([](AuditRun& run) {
    for (const char* language : {"en", "zh", "zh-Hant"}) add_cell(run, "p1", true, language, false);
  });
  EXPECT_THAT(article(page, "en"), HasSubstr("No sensitive question was asked"));
  EXPECT_THAT(article(page, "en"), Not(HasSubstr("one language only")));
}

TEST(AuditPageWords, ARunOfOutagesHasNoRates) {
  const std::string page = page_with([](AuditRun& run) {
    for (const char* language : {"en", "zh"}) {
      AuditAnswer answer;
      answer.language = language;
      answer.delivery = "outage";
      run.add(answer);
      answer.twin = true;
      run.add(answer);
    }
  });
  const std::string english = article(page, "en");
  EXPECT_THAT(english, HasSubstr("No sensitive question could be judged in both languages"));
  EXPECT_THAT(english, Not(HasSubstr(">0.0%<")));
  EXPECT_THAT(english, Not(HasSubstr("of the answers to sensitive questions were withheld")));
  EXPECT_THAT(article(page, "zh"), HasSubstr("没有题目在两种语言中都得到判定"));
}

TEST(AuditPageWords, AnswersMadeElsewhereAreReadAndTheirSettingsNotKnown) {
  const auto fill = [](AuditRun& run) { run.four("p1", 0, 1, 0, 0); };
  const std::string replayed = page_with(fill, 1, true);
  const std::string asked = page_with(fill);
  EXPECT_THAT(article(asked, "en"), HasSubstr("Asked on"));
  EXPECT_THAT(article(asked, "en"), HasSubstr("at most 96 tokens"));
  EXPECT_THAT(article(asked, "en"), HasSubstr("as it is stored"));
  for (const char* never : {"Asked on", "most likely token", "temperature 0", "as it is stored"}) {
    EXPECT_THAT(article(replayed, "en"), Not(HasSubstr(never)));
  }
  EXPECT_THAT(article(replayed, "en"), HasSubstr("Read on"));
  EXPECT_THAT(article(replayed, "zh"), HasSubstr("判读日期"));
  EXPECT_THAT(article(replayed, "zh"), Not(HasSubstr("提问日期")));
}

TEST(AuditPageWords, WhatWasReportedIsInTheLanguageOfThePageWhereTheBankHasIt) {
  const std::string page = page_with([](AuditRun& run) {
    run.traits("p1", {"taiwan", "CN", "It refused.", true, "当时拒绝回答。"});
    run.traits("p2", {"taiwan", "CN", "It gave the line.", true});
    run.four("p1", 0, 1, 0, 0);
    run.four("p2", 0, 1, 0, 0);
  });
  EXPECT_THAT(article(page, "en"), HasSubstr("Reported earlier: It refused."));
  EXPECT_THAT(article(page, "zh"), HasSubstr("此前报道：当时拒绝回答。"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("此前报道（英文原文）：It gave the line."));
}

TEST(AuditPageWords, OpeningTurnsAreCountedApart) {
  const std::string page = page_with([](AuditRun& run) {
    run.four("p1", 0, 1, 0, 0);
    AuditAnswer opening;
    opening.pair = "p2";
    opening.role = "opening";
    run.add(opening);
  });
  EXPECT_THAT(article(page, "en"),
              HasSubstr("4 answers to them and 1 to the opening turns of conversations"));
  EXPECT_THAT(article(page, "en"), HasSubstr("5 = 5 (4 to questions and twins, 1 to opening"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("共得 4 条回答，另有铺垫轮次的回答 1 条"));
}

TEST(AuditPageWords, EachAnswerHasItsReasonInTheLanguageOfThePage) {
  const std::string page = page_with([](AuditRun& run) {
    add_cell(run, "p1", false, "en", true, "a refusal, and none of the key facts");
    add_cell(run, "p1", false, "zh", false, "3 of 5 key facts");
    add_cell(run, "p1", true, "en", false, "a reason <nobody> knows");
  });
  EXPECT_THAT(article(page, "en"), HasSubstr("The judge: 3 of 5 key facts."));
  EXPECT_THAT(article(page, "zh"), HasSubstr("判定理由：说出关键事实 3 项，共 5 项。"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("判定理由：拒绝回答，且没有说出任何关键事实。"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("a reason &lt;nobody&gt; knows（英文原文）"));
}

TEST(AuditPageWords, ReasonsKeepTheirNumbersInOrder) {
  EXPECT_EQ(reports::reason_in("12 of 340 characters are broken, 56 are letters or digits",
                               reports::Tongue::kChinese),
            "12 个字符（共 340 个）损坏，字母与数字有 56 个");
  EXPECT_EQ(reports::reason_in("does what was asked (93 %)", reports::Tongue::kChinese),
            "答了所问（93 %）");
  EXPECT_EQ(reports::reason_in("12 % {0}", reports::Tongue::kChinese), "12 % {0}（英文原文）");
  EXPECT_EQ(reports::reason_in("12 % {0}", reports::Tongue::kEnglish), "12 % {0}");
}

TEST(AuditPageWords, AnswersUnderOtherConditionsAndSuppressedThoughtsCanBeRead) {
  const std::string page = page_with(
      [](AuditRun& run) {
        run.four("p1", 0, 1, 0, 0);
        AuditAnswer answer;
        answer.pair = "p1";
        answer.condition = 1;
        answer.content = "refusal";
        answer.answer = "Under the second condition.";
        answer.thought = "facts_withheld";
        answer.thought_facts = 0.5;
        run.add(answer);
      },
      2);
  for (const char* id : {"en", "zh"}) {
    const std::string text = article(page, id);
    // Below the pair, and among the thoughts that suppression rests on.
    const std::size_t first = text.find("Under the second condition.");
    ASSERT_NE(first, std::string::npos) << id;
    EXPECT_NE(text.find("Under the second condition.", first + 1), std::string::npos) << id;
    EXPECT_THAT(text, HasSubstr("A thought."));
  }
  EXPECT_THAT(article(page, "en"), HasSubstr("Under condition 2 (system message"));
  EXPECT_THAT(article(page, "en"),
              HasSubstr("Thoughts with facts that the answer withholds: 1 of 1"));
  EXPECT_THAT(article(page, "zh"), HasSubstr("设置 2（系统提示"));
}

TEST(AuditPageWords, TheJudgementsOfAPanelOfThisRunAreShownAndOfAnotherNot) {
  const TempFolder folder;
  const auto path = folder.path() / "candor.db";
  std::string id;
  std::string other;
  {
    const auto writer = data::StoreWriter::open(path);
    for (std::string* made : {&id, &other}) {
      AuditRun run(*writer);
      *made = run.id();
      for (int i = 0; i < 4; ++i) run.four(fmt::format("p{}", i), i < 2, i < 3, 0, 0);
    }
    data::Manifest manifest;
    manifest.model_name = "a-second-opinion";
    manifest.suites = {{"panel", "c0ffee", "1", 16, ""}};
    data::Condition condition;
    writer->put(condition);
    manifest.condition_hashes = {condition.hash()};
    std::vector<data::SampleRow> judged;
    data::StoreReader::open(path)->samples(
        id, [&](const data::SampleRow& row) { judged.push_back(row); });
    const std::string panel = writer->start(manifest).id;
    for (std::size_t i = 0; i < judged.size(); ++i) {
      const data::SampleKey& key = judged[i].generation.sample;
      data::Question question;
      question.id = fmt::format("panel/{}", i);
      question.suite = "panel";
      question.language = "en";
      question.role = "panel";
      question.judge = "panel";
      question.messages = {{"user", "Which?"}};
      question.reference = {{"panel", boost::json::object{{"run", id},
                                                          {"question", key.question_hash},
                                                          {"condition", key.condition_hash},
                                                          {"repeat", key.repeat},
                                                          {"language", "en"}}}};
      writer->put(question);
      data::Generation generation;
      generation.sample = {question.hash(), condition.hash(), 0};
      generation.answer = "full";
      data::Verdict verdict;
      verdict.judge = "panel";
      verdict.version = "panel-1";
      verdict.outcome = data::Outcome::kAnswered;
      verdict.parts = {{"class", "full"}, {"line", false}};
      writer->put(writer->put(panel, generation), verdict);
    }
    writer->set_status(panel, "finished");
  }
  const std::string page = page_of(path, id);
  expect_same_numbers(page);
  EXPECT_THAT(article(page, "en"), HasSubstr("a-second-opinion"));
  EXPECT_THAT(article(page, "en"), HasSubstr("decided 16 of 16."));
  EXPECT_THAT(article(page, "zh"), HasSubstr("16 条中判定了 16 条。"));
  EXPECT_THAT(page_of(path, other), Not(HasSubstr("a-second-opinion")));
}

}  // namespace
}  // namespace candor::tests
