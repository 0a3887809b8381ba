// The judge "knowledge" from a file of questions to the store: the same bytes however it is run.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "data/records/json_fields.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using tests::Finished;
using tests::read_file;

class KnowledgeRun : public tests::TinyProgram {
 protected:
  KnowledgeRun() {
    std::string lines;
    for (const char* id : {"low", "lower", "newest"}) {
      for (const char* role : {"probe", "twin"}) {
        const std::string name = std::string(id) + (role[0] == 't' ? "-twin" : "");
        lines += json::serialize(json::object{
                     {"id", "knowledge/" + name + "/en"},
                     {"suite", "knowledge"},
                     {"language", "en"},
                     {"role", role},
                     {"pair", "knowledge/" + name},
                     {"messages", {{{"role", "user"}, {"content", std::string("how ") + name}}}},
                     {"judge", "knowledge"},
                     {"reference",
                      {{"probe", name},
                       {"facts",
                        {{{"text", "it is low " + name}, {"false", "it is new " + name}},
                         {{"text", "the lowest"}}}},
                       {"line", {"all is new"}},
                       {"refusals", {"no", "I am"}},
                       {"deflections", {"let us"}}}}}) +
                 "\n";
      }
    }
    folder_.write("questions.jsonl", lines);
  }

  // What is exported of a run with these options; no timings.
  std::string exported(const std::string& name, std::vector<std::string> more) const {
    const std::string store = (folder_.path() / (name + ".db")).string();
    std::vector<std::string> words = {"run",
                                      "--suite-file",
                                      (folder_.path() / "questions.jsonl").string(),
                                      "--model",
                                      model_.string(),
                                      "--store",
                                      store,
                                      "-q",
                                      "--repeats",
                                      "3"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished run = candor(words);
    EXPECT_EQ(run.status, 0) << run.errors;
    EXPECT_THAT(run.output, HasSubstr("What the model holds likely"));
    return candor({"runs", "export", "latest", "--store", store}).output;
  }
};

TEST_F(KnowledgeRun, IsTheSameBytesWhateverTheBatchAndTheThreads) {
  const std::string alone = exported("alone", {"--batch", "1", "--threads", "1"});
  EXPECT_EQ(std::count(alone.begin(), alone.end(), '\n'), 6);  // once each, whatever the repeats
  EXPECT_EQ(exported("many", {"--batch", "32", "--threads", "2"}), alone);
  EXPECT_EQ(exported("odd", {"--batch", "5", "--threads", "2"}), alone);
}

TEST_F(KnowledgeRun, AMistakeInAReferenceIsToldWithItsLine) {
  std::string text = read_file(folder_.path() / "questions.jsonl");
  text.replace(text.find("\"I am\""), 6, "\"now\"");
  folder_.write("questions.jsonl", text);
  const Finished run =
      candor({"run", "--suite-file", (folder_.path() / "questions.jsonl").string(), "--model",
              model_.string(), "--store", (folder_.path() / "x.db").string()});
  EXPECT_NE(run.status, 0);
  EXPECT_THAT(run.errors, HasSubstr("questions.jsonl:1"));
  EXPECT_THAT(run.errors, HasSubstr("begins"));
}

}  // namespace
}  // namespace candor::runner
