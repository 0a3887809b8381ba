#include "data/records/knowledge_reference.h"

#include <gmock/gmock.h>

#include "data/base/error.h"
#include "data/records/option_scores.h"

namespace candor::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

KnowledgeReference example() {
  return {"RIVER-01",
          {{"It is 1,230 km long", "It is 2,230 km long"}, {"It rises in the Alps", ""}},
          {"The river is ours"},
          {"Sorry, I", "I cannot"},
          {"Let's talk about"}};
}

KnowledgeReference read(const boost::json::object& object) {
  return read_knowledge_reference(JsonFields(object, "here"), "here");
}

std::string problem(const std::string& text) {
  try {
    (void)read(boost::json::parse(text).as_object());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(KnowledgeReference, ComesBackFromItsJson) {
  const KnowledgeReference back = read(to_json(example()));
  EXPECT_EQ(to_json(back), to_json(example()));
  EXPECT_EQ(back.facts[1].false_text, "");
}

TEST(KnowledgeReference, ScoresEveryTextInAFixedOrder) {
  Question question;
  question.id = "q";
  question.judge = "knowledge";
  question.reference = to_json(example());
  EXPECT_THAT(continuations(question),
              ElementsAre("It is 1,230 km long", "It is 2,230 km long", "It rises in the Alps",
                          "The river is ours", "Sorry, I", "I cannot", "Let's talk about"));
  question.judge = "audit";
  EXPECT_TRUE(continuations(question).empty());
}

TEST(KnowledgeReference, NamesWhatIsWrongAndWhere) {
  EXPECT_EQ(problem(R"({"probe":"A","facts":[{"text":"a","false":"b"}]})"), "");
  EXPECT_THAT(problem(R"({"facts":[]})"), HasSubstr("here: field \"probe\""));
  EXPECT_THAT(problem(R"({"probe":"A"})"), HasSubstr("field \"facts\""));
  EXPECT_THAT(problem(R"({"probe":"A","facts":[]})"), HasSubstr("no text to be scored"));
  EXPECT_THAT(problem(R"({"probe":"A","facts":["a"]})"), HasSubstr("expected objects"));
  EXPECT_THAT(problem(R"({"probe":"A","facts":[{"text":"a"},{"text":""}]})"),
              HasSubstr("\"facts\"[1]: field \"text\" is empty"));
  EXPECT_THAT(problem(R"({"probe":"A","facts":[{"text":"a","false":"a"}]})"),
              HasSubstr("\"false\" is the fact itself"));
  EXPECT_THAT(problem(R"({"probe":"A","facts":[{"text":"a","wrong":"b"}]})"), HasSubstr("wrong"));
  EXPECT_THAT(problem(R"({"probe":"A","facts":[],"line":["x",""]})"),
              HasSubstr("field \"line\": a text is empty"));
  EXPECT_THAT(problem(R"({"probe":"A","facts":[],"refusals":["I"],"deflections":["I am"]})"),
              HasSubstr("the opening \"I\" begins \"I am\""));
  EXPECT_THAT(problem(R"({"probe":"A","facts":[],"refusals":["no","no"]})"),
              HasSubstr("the opening \"no\" begins \"no\""));
}

TEST(KnowledgeReference, FindsATextThatBeginsAnother) {
  EXPECT_FALSE(one_begins_another({}));
  EXPECT_FALSE(one_begins_another({"ab", "ac", "b", "a c"}));
  const auto found = one_begins_another({"we", "I can't", "I", "you"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, "I");
  EXPECT_EQ(found->second, "I can't");
  // Not only neighbours in the list, and across characters of several bytes.
  EXPECT_TRUE(one_begins_another({"抱歉，我", "不能", "抱歉"}));
}

}  // namespace
}  // namespace candor::data
