// Several samples of each question, through the program: what is stored, what the terminal, the
// JSON and the page say of it, and that a page is made again byte by byte.
#include <gmock/gmock.h>

#include <sstream>

#include "data/records/json_fields.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using tests::Finished;
using tests::read_file;

class RepeatsTest : public tests::TinyProgram {
 protected:
  std::vector<std::string> run_words(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {
        "run",           "arithmetic",   "logic", "--count",   "4", "--model",
        model_.string(), "--store",      store(), "--repeats", "4", "--temperature",
        "0.7",           "--max-tokens", "24",    "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string store() const { return (folder_.path() / "repeats.db").string(); }
};

TEST_F(RepeatsTest, EverySampleIsAskedAndTheFiguresAreOfQuestions) {
  const std::string page = (folder_.path() / "run.html").string();
  const Finished done = candor(run_words({"--json", "--report", page}));
  ASSERT_EQ(done.status, 0) << done.errors;
  const json::object summary = data::parse_object(done.output, "run");
  EXPECT_EQ(summary.at("run").at("repeats"), 4);
  std::int64_t asked = 0;
  for (const json::value& row : summary.at("samples").as_array()) {
    EXPECT_EQ(row.at("samples"), 4);
    const json::array& at = row.at("at").as_array();
    ASSERT_EQ(at.size(), 3U);
    EXPECT_EQ(at[0].at("k"), 1);
    EXPECT_EQ(at[1].at("k"), 2);
    EXPECT_EQ(at[2].at("k"), 4);
    EXPECT_TRUE(at[0].at("mean_g_pass").is_null()) << "of even k alone";
    const std::int64_t questions = json::value_to<std::int64_t>(row.at("questions"));
    asked += 4 * questions;
    // The random model ends nowhere: cut off, unread or wrong, and the bounds hold all of it.
    EXPECT_LE(json::value_to<double>(row.at("worst")), json::value_to<double>(row.at("best")));
  }
  EXPECT_EQ(summary.at("total").at("asked"), asked);
  for (const json::value& row : summary.at("lengths").as_array()) {
    EXPECT_LE(json::value_to<double>(row.at("tokens").at("greatest")), 24);
  }
  const std::string shown = read_file(page);
  for (const char* text :
       {"Several samples of each question", "pass@k", "maj@k", "mG-Pass@k", "questions as clusters",
        "How sure these scores are", "The judges, and how far to trust them", "Sample 4"}) {
    EXPECT_THAT(shown, HasSubstr(text));
  }
}

TEST_F(RepeatsTest, ThePageAndTheFiguresAreMadeAgainToTheByte) {
  const std::string first = (folder_.path() / "first.html").string();
  const std::string again = (folder_.path() / "again.html").string();
  const Finished run = candor(run_words({"--report", first}));
  ASSERT_EQ(run.status, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("Several samples a question"));
  ASSERT_EQ(candor({"report", "latest", "--report", again, "--store", store()}).status, 0);
  EXPECT_EQ(read_file(first), read_file(again));
  // The same figures on the terminal, whichever command prints them.
  EXPECT_EQ(candor({"runs", "show", "latest", "--store", store()}).output, run.output);
  EXPECT_EQ(candor({"score", "latest", "--store", store()}).output, run.output);
}

TEST_F(RepeatsTest, ComparesRunsOfSeveralSamplesQuestionByQuestion) {
  ASSERT_EQ(candor(run_words({"--seed", "1"})).status, 0);
  ASSERT_EQ(candor(run_words({"--seed", "2"})).status, 0);
  std::istringstream list(candor({"runs", "--store", store()}).output);
  std::string b, a;
  list >> b;
  list.ignore(1000, '\n');
  list >> a;
  const std::string page = (folder_.path() / "both.html").string();
  const Finished done = candor({"compare", a, b, "--json", "--report", page, "--store", store()});
  ASSERT_EQ(done.status, 0) << done.errors;
  const json::object found = data::parse_object(done.output, "compare");
  EXPECT_EQ(found.at("test"), "mcnemar");
  EXPECT_FALSE(found.at("scores").as_array().empty());
  for (const json::value& row : found.at("scores").as_array()) {
    EXPECT_LE(json::value_to<double>(row.at("mcnemar_p")),
              json::value_to<double>(row.at("holm_p")));
  }
  EXPECT_THAT(read_file(page), HasSubstr("How they were asked and judged"));
}

}  // namespace
}  // namespace candor::runner
