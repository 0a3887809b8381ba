// The public sets, read from the published files as they are: counts, first and last question, gold
// answers, pairs, and the hashes that the registry states. Needs the reference material.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "suites/files/description.h"
#include "suites/protocols/protocol.h"
#include "suites/suites.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::suites {
namespace {

class PublicSetsTest : public testing::Test {
 protected:
  void SetUp() override {
    CANDOR_NEEDS_SHARED("suites/gsm8k/test.jsonl");
    ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1);
    std::filesystem::create_directories(folder_.path() / "candor/suites");
    for (const Description& description : bundled_descriptions()) {
      std::filesystem::create_directory_symlink(
          std::filesystem::absolute(tests::shared_path("suites/" + description.source->mirror)),
          public_folder(description.suite));
    }
  }
  void TearDown() override { ::unsetenv("XDG_CACHE_HOME"); }

  tests::TempFolder folder_;
};

std::string answer(const data::Question& question) {
  return std::string(question.reference.at("answer").as_string());
}

struct Expected {
  std::string name;
  std::size_t questions;
  std::string judge;
  std::string first_id, first_answer;
  std::string last_id, last_answer;
};

TEST_F(PublicSetsTest, CountsFirstAndLastQuestionAndGoldAnswers) {
  const std::vector<Expected> sets = {
      {"gsm8k", 1319, "maths", "gsm8k/1", "18", "gsm8k/1319", "14"},
      {"mgsm", 500, "maths", "mgsm_en/1", "18", "mgsm_zh/250", "5,600"},
      {"math500", 500, "maths", "test/precalculus/807.json", "\\left( 3, \\frac{\\pi}{2} \\right)",
       "test/geometry/615.json", "106^\\circ"},
      {"aime2024", 30, "maths", "aime2024/1", "204", "aime2024/30", "902"},
      {"aime2025", 30, "maths", "aime2025/1", "70", "aime2025/30", "240"},
      {"cmath", 600, "maths", "cmath/1", "9", "cmath/600", "60"},
      {"cmath-test", 1098, "maths", "cmath-test/1", "18", "cmath-test/1098", "160"},
      {"agieval", 5151, "choice", "aqua-rat/1", "A", "logiqa-zh/651", "D"},
      {"agieval-law", 1999, "choice", "jec-qa-kd/1", "B", "jec-qa-ca/1000", "A"},
      {"agieval-cloze", 1118, "maths", "gaokao-mathcloze/1", "2", "math/1000", "2 \\sqrt{3} + 3"},
      {"logiqa", 1302, "choice", "logiqa-en/1", "A", "logiqa-zh/651", "D"},
      {"bbh", 6511, "exact", "boolean_expressions/1", "False", "word_sorting/250",
       "bonito dreamboat fritter haggard nose whodunit worcestershire"},
      {"mmlu", 14042, "choice", "abstract_algebra/1", "B", "world_religions/14042", "A"},
      {"ceval", 1346, "choice", "accountant/0", "D", "veterinary_medicine/22", "C"},
      {"cruxeval", 800, "exact", "cruxeval/sample_0",
       "[(4, 1), (4, 1), (4, 1), (4, 1), (2, 3), (2, 3)]", "cruxeval/sample_799", "'neqe-;ew22'"},
  };
  for (const Expected& expected : sets) {
    SCOPED_TRACE(expected.name);
    const Suite suite = load_suite(expected.name, {});
    ASSERT_FALSE(suite.questions.empty());
    const data::Question& first = suite.questions.front();
    const data::Question& last = suite.questions.back();
    EXPECT_EQ(suite.questions.size(), expected.questions);
    EXPECT_EQ(first.id, expected.first_id);
    EXPECT_EQ(answer(first), expected.first_answer);
    EXPECT_EQ(last.id, expected.last_id);
    EXPECT_EQ(answer(last), expected.last_answer);
    EXPECT_EQ(first.judge, expected.judge);
  }
}

// The rows were counted with another program. What is left out is left out by a rule with a reason.
struct Count {
  std::size_t rows, en, zh, pairs, left_out;
};

TEST_F(PublicSetsTest, EveryRowIsAQuestionOrLeftOutForAReason) {
  const std::map<std::string, Count> counts = {
      {"agieval", {5151, 2546, 2605, 651, 0}}, {"agieval-cloze", {1118, 1000, 118, 0, 0}},
      {"agieval-law", {2000, 0, 1999, 0, 1}},  {"aime2024", {30, 30, 0, 0, 0}},
      {"aime2025", {30, 30, 0, 0, 0}},         {"bbh", {6511, 6511, 0, 0, 0}},
      {"ceval", {1346, 0, 1346, 0, 0}},        {"cmath", {600, 0, 600, 0, 0}},
      {"cmath-test", {1098, 0, 1098, 0, 0}},   {"cruxeval", {800, 800, 0, 0, 0}},
      {"gsm8k", {1319, 1319, 0, 0, 0}},        {"humaneval", {164, 164, 0, 0, 0}},
      {"ifeval", {541, 541, 0, 0, 0}},         {"kk", {500, 500, 0, 0, 0}},
      {"logiqa", {1302, 651, 651, 651, 0}},    {"math500", {500, 500, 0, 0, 0}},
      {"mbpp", {974, 499, 0, 0, 475}},         {"mbpp-sanitized", {427, 257, 0, 0, 170}},
      {"mgsm", {500, 250, 250, 250, 0}},       {"mmlu", {14042, 14042, 0, 0, 0}}};
  std::size_t known = 0;
  for (const Description& description : bundled_descriptions()) {
    SCOPED_TRACE(description.suite);
    ASSERT_TRUE(counts.contains(description.suite)) << "a set without its counts";
    ++known;
    const Count& count = counts.at(description.suite);
    const Suite suite = load_suite(description.suite, {});
    std::size_t en = 0, zh = 0;
    std::map<std::string, std::set<std::string>> pairs;
    std::set<std::string> ids;
    for (const data::Question& question : suite.questions) {
      (question.language == "en" ? en : zh) += 1;
      if (!question.pair.empty()) pairs[question.pair].insert(question.language);
      EXPECT_TRUE(ids.insert(question.id).second) << question.id;
      EXPECT_FALSE(question.messages.back().content.empty()) << question.id;
    }
    EXPECT_EQ(en, count.en);
    EXPECT_EQ(zh, count.zh);
    EXPECT_EQ(suite.questions.size() + count.left_out, count.rows);
    std::size_t whole = 0;
    for (const auto& [pair, languages] : pairs) whole += languages.size() == 2 ? 1 : 0;
    EXPECT_EQ(whole, count.pairs);
    EXPECT_EQ(count.left_out > 0, !description.row_rules.empty());
    for (const RowRule& rule : description.row_rules) EXPECT_FALSE(rule.reason.empty());
  }
  EXPECT_EQ(known, counts.size());
}

// Every prompt of every set under every protocol: none has a brace of a template left in it that
// the question did not bring, and none its own question among its examples.
TEST_F(PublicSetsTest, EveryProtocolPutsEverySet) {
  std::size_t refused = 0;
  for (const std::string& name : protocol_names()) {
    const auto protocol = load_protocol(name);
    for (const Description& description : bundled_descriptions()) {
      SCOPED_TRACE(name + " " + description.suite);
      SuiteOptions options;
      options.protocol = protocol;
      // The training split of GSM8K is no part of the reference material.
      const std::string kind = description.cases.front().judge;
      const bool shots = protocol->form(description.suite, kind).shots > 0;
      if (description.suite == "gsm8k" && shots) {
        EXPECT_THROW((void)load_suite("gsm8k", options), Error);
        options.shots_file = public_folder("gsm8k") / "test.jsonl";
      }
      const auto& form = protocol->form(description.suite, kind);
      if (form.raw && form.prompt.empty()) {
        EXPECT_THROW((void)load_suite(description.suite, options), Error);
        ++refused;
        continue;
      }
      const Suite suite = load_suite(description.suite, options);
      for (const data::Question& question : suite.questions) {
        const auto bare = suite.bare.find(question.id);
        ASSERT_NE(bare, suite.bare.end());
        std::size_t seen = 0;
        for (const data::Message& message : question.messages) {
          if (message.role != "user") continue;
          const std::string& text = message.content;
          for (std::size_t at = text.find(bare->second); at != std::string::npos && seen < 3;
               at = text.find(bare->second, at + 1)) {
            ++seen;
          }
        }
        // A short question may stand inside other words; a set's own wording may not hold it.
        if (bare->second.size() > 40) {
          EXPECT_LE(seen, 1U) << question.id;
        }
        // Of LogiQA lm-eval has words between the passage and the question.
        const bool apart = description.suite == "logiqa" && form.raw;
        if (apart) {
          const std::string passage = bare->second.substr(0, bare->second.find('\n'));
          EXPECT_NE(question.messages.back().content.find(passage), std::string::npos);
        } else if (!form.prompt.empty()) {
          EXPECT_GE(seen, 1U) << question.id;
        }
      }
    }
  }
  EXPECT_EQ(refused, 5U) << "sets of code, of knights and of values have no form in lm-eval";
}

TEST_F(PublicSetsTest, TheHarnessesWordsStandAroundTheQuestions) {
  SuiteOptions options;
  options.protocol = load_protocol("lm-eval");
  const Suite mmlu = load_suite("mmlu", options);
  const std::string& first = mmlu.questions[0].messages[0].content;
  EXPECT_TRUE(first.starts_with(
      "The following are multiple choice questions (with answers) about abstract algebra.\n\n"))
      << first.substr(0, 200);
  EXPECT_EQ(first.find("The following are multiple", 1), std::string::npos) << "once";
  const Suite logiqa = load_suite("logiqa", options);
  const std::string& question = logiqa.questions[0].messages[0].content;
  EXPECT_TRUE(question.starts_with("Passage: ")) << question;
  EXPECT_NE(question.find("\nQuestion: "), std::string::npos) << question;
  EXPECT_NE(question.find("\nChoices:\nA. "), std::string::npos) << question;
  EXPECT_TRUE(question.ends_with("\nAnswer:")) << question;
  data::Condition condition;
  options.protocol->apply("gsm8k", "maths", condition);
  EXPECT_EQ(condition.sampling.stop,
            (std::vector<std::string>{"Question:", "问题：", "</s>", "<|im_end|>"}))
      << "a worked solution has blank lines";
}

// A small model repeats a letter that stands for one.
TEST_F(PublicSetsTest, NoPromptOfOptionsHoldsAPlaceholderThatCouldBeCopied) {
  for (const char* name : {"agieval", "agieval-law", "ceval", "logiqa", "mmlu"}) {
    for (const data::Question& question : load_suite(name, {}).questions) {
      const std::string& text = question.messages[0].content;
      const std::size_t tail = text.rfind("\n\n");
      EXPECT_EQ(text.find('X', tail), std::string::npos) << name << " " << text.substr(tail);
    }
  }
}

TEST_F(PublicSetsTest, ChangedFilesAreRefused) {
  const std::filesystem::path folder = public_folder("aime2024");
  const auto published = std::filesystem::read_symlink(folder);
  std::filesystem::remove(folder);
  std::filesystem::copy(published, folder, std::filesystem::copy_options::recursive);
  EXPECT_EQ(load_suite("aime2024", {}).questions.size(), 30U);
  std::filesystem::path data;
  for (const Description& description : bundled_descriptions()) {
    if (description.suite == "aime2024") data = folder / description.data[0].name;
  }
  std::filesystem::permissions(data, std::filesystem::perms::owner_all);
  std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-1, std::ios::end);
  file.put(' ');  // the last line end: nothing that is read has changed
  file.close();
  try {
    (void)load_suite("aime2024", {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("is not the published file"), std::string::npos);
  }
}

TEST_F(PublicSetsTest, TheFilesHaveTheRegisteredHashesAndAllDataIsRegistered) {
  std::size_t files = 0;
  for (const Description& description : bundled_descriptions()) {
    SCOPED_TRACE(description.suite);
    ASSERT_TRUE(description.source);
    std::set<std::string> names;
    for (const SourceFile& file : description.source->files) {
      const auto path = public_folder(description.suite) / file.name;
      // Those of worked examples may not be among the reference material.
      if (file.examples && !std::filesystem::exists(path)) continue;
      EXPECT_EQ(data::sha256_file(path), file.sha256) << path;
      EXPECT_EQ(std::filesystem::file_size(path), file.bytes) << path;
      EXPECT_TRUE(names.insert(file.name).second) << file.name;
      ++files;
    }
    for (const DataFile& data : description.data)
      EXPECT_TRUE(names.contains(data.name)) << data.name;
    EXPECT_FALSE(description.source->licence.empty());
  }
  EXPECT_GT(files, 90u);
}

TEST_F(PublicSetsTest, EnglishAndChineseAreLinkedRowByRow) {
  for (const char* name : {"mgsm", "logiqa"}) {
    std::map<std::string, std::map<std::string, std::string>> pairs;  // pair -> language -> answer
    for (const data::Question& question : load_suite(name, {}).questions) {
      pairs[question.pair][question.language] = answer(question);
    }
    for (const auto& [pair, sides] : pairs) {
      ASSERT_EQ(sides.size(), 2u) << pair;
      EXPECT_EQ(sides.at("en"), sides.at("zh")) << pair;
    }
  }
}

TEST_F(PublicSetsTest, ALimitDrawsTheSamePairsInBothLanguagesAndALargerOneKeepsThem) {
  const auto pairs = [](int limit, std::uint64_t seed, const char* language) {
    SuiteOptions options;
    options.max_questions = limit;
    options.seed = seed;
    std::set<std::string> found;
    for (const data::Question& question : load_suite("mgsm", options).questions) {
      if (question.language == language) found.insert(question.pair);
    }
    return found;
  };
  const auto ten = pairs(10, 1, "en"), twenty = pairs(20, 1, "en");
  EXPECT_EQ(ten.size(), 10u);
  EXPECT_EQ(pairs(10, 1, "zh"), ten);
  EXPECT_TRUE(std::includes(twenty.begin(), twenty.end(), ten.begin(), ten.end()));
  EXPECT_NE(pairs(10, 2, "en"), ten);
}

TEST_F(PublicSetsTest, PartsAreAskedAlone) {
  const Suite suite = load_suite("bbh/boolean_expressions", {});
  EXPECT_EQ(suite.info.name, "bbh/boolean_expressions");
  EXPECT_EQ(suite.questions.size(), 250u);
  EXPECT_EQ(suite.questions[0].suite, suite.info.name);
  EXPECT_EQ(suite.questions[0].judge, "exact");
  EXPECT_EQ(load_suite("mmlu/anatomy", {}).questions.size(), 135u);
  try {
    (void)load_suite("bbh/boolean_expression", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"boolean_expressions\""),
              std::string::npos);
  }
}

TEST_F(PublicSetsTest, OptionsLoseTheirLettersAndKeepTheirTexts) {
  const Suite logiqa = load_suite("logiqa", {});
  const std::string& third = logiqa.questions[2].messages[0].content;
  EXPECT_NE(third.find("A. No dangshen\nB. No Shouwu\nC. 有 白 术\nD. 不 白 术"), std::string::npos)
      << third;
  const std::string& chinese = logiqa.questions[651].messages[0].content;
  EXPECT_NE(chinese.find("A. 市民公园在行政服务区的北面\nB. 休闲区在文化区的西南"),
            std::string::npos);
  EXPECT_EQ(logiqa.questions[0].reference.at("options").as_string(), "ABCD");
  const Suite lsat = load_suite("agieval/lsat-ar", {});
  EXPECT_EQ(lsat.questions[0].reference.at("options").as_string(), "ABCDE");
  const Suite physics = load_suite("agieval/gaokao-physics", {});
  std::set<std::string> answers;
  for (const data::Question& question : physics.questions) answers.insert(answer(question));
  EXPECT_TRUE(answers.contains("AD"));
  const Suite shapes = load_suite("bbh/geometric_shapes", {});
  EXPECT_EQ(shapes.questions[0].judge, "choice");
  EXPECT_EQ(std::string(shapes.questions[0].reference.at("options").as_string()).substr(0, 10),
            "ABCDEFGHIJ");
}

TEST_F(PublicSetsTest, KnightsAndKnavesHaveACellForEachPerson) {
  const Suite suite = load_suite("kk", {});
  ASSERT_EQ(suite.questions.size(), 500u);
  const auto& cells = suite.questions[0].reference.at("cells").as_object();
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_EQ(cells.at("Amelia").as_string(), "knight");
  EXPECT_EQ(cells.at("Evelyn").as_string(), "knave");
  EXPECT_EQ(suite.questions.back().reference.at("cells").as_object().size(), 7u);
  EXPECT_EQ(load_suite("kk/5", {}).questions.size(), 100u);
}

TEST_F(PublicSetsTest, MbppTestsNameTheirFunction) {
  const Suite suite = load_suite("mbpp", {});
  EXPECT_EQ(suite.questions.size(), 499u)
      << "500, one of which tests objects of the answer's class";
  EXPECT_EQ(suite.questions[0].id, "mbpp/11");
  EXPECT_TRUE(suite.info.needs_sandbox);
  std::map<std::string, std::string> entries;
  for (const data::Question& question : suite.questions) {
    entries[question.id] = question.reference.at("entry_point").as_string();
    const std::string test(question.reference.at("test").as_string());
    EXPECT_NE(test.find(entries[question.id] + "("), std::string::npos) << question.id;
    EXPECT_TRUE(test.starts_with("assert ")) << question.id;
  }
  EXPECT_EQ(entries["mbpp/11"], "remove_Occ");
  EXPECT_EQ(entries["mbpp/116"], "tuple_to_int");
  EXPECT_EQ(entries["mbpp/302"], "set_Bit_Number");
  EXPECT_EQ(load_suite("mbpp-sanitized", {}).questions.size(), 257u);
}

TEST_F(PublicSetsTest, WithoutAJudgeASuiteSaysSo) {
  const Suite suite = load_suite("ifeval", {});
  EXPECT_EQ(suite.questions.size(), 541u);
  EXPECT_FALSE(suite.info.not_scored.empty());
}

TEST_F(PublicSetsTest, CompetitionPromptsLoseTheFilesOwnInstruction) {
  for (const char* name : {"aime2024", "aime2025"}) {
    for (const data::Question& question : load_suite(name, {}).questions) {
      const std::string& text = question.messages[0].content;
      EXPECT_EQ(text.find("Please reason step by step"), std::string::npos) << question.id;
    }
  }
}

TEST(PublicSuiteTest, OneThatWasNotPulledSaysHowToGetIt) {
  const tests::TempFolder folder;
  ::setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  try {
    (void)load_suite("gsm8k", {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
    EXPECT_NE(std::string(error.what()).find("candor suites pull gsm8k"), std::string::npos);
  }
  ::unsetenv("XDG_CACHE_HOME");
}

}  // namespace
}  // namespace candor::suites
