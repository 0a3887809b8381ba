#include "scoring/logic/logic.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <vector>

#include "data/base/error.h"
#include "tests/support/shared.h"

namespace candor::scoring {
namespace {

namespace json = boost::json;

const json::object kCells = {{"Alice", "knight"}, {"Bob", "knave"}, {"Carol", "knave"}};
const json::object kAliases = {{"knight", json::array{"truth-teller"}},
                               {"knave", json::array{"liar"}}};

CellsRead read(std::string_view answer) { return read_cells(answer, kCells, kAliases); }

TEST(LogicReader, LinesOfNameAndValue) {
  for (const char* answer :
       {"Alice: knight\nBob: knave\nCarol: knave",
        "- **Alice**: Knight\n- **Bob**: Knave\n- Carol: liar",
        "1. Alice = knight\n2. Bob = knave\n3. Carol -> a knave.",
        "| Name | Kind |\n|---|---|\n| Alice | knight |\n| Bob | knave |\n| Carol | knave |",
        "Alice: knight, Bob: knave, Carol: knave",
        "Alice is a knight, Bob is a knave, and Carol is a knave.",
        "Knights: Alice\nKnaves: Bob, Carol",
        "```json\n{\"Alice\": \"knight\", \"Bob\": \"knave\", \"Carol\": \"knave\"}\n```"}) {
    EXPECT_TRUE(read(answer).all_right()) << answer;
  }
}

TEST(LogicReader, ChineseLinesAndAliases) {
  const json::object cells = {{"小明", "骑士"}, {"小红", "无赖"}};
  const json::object aliases = {{"小明", json::array{"Ming"}}, {"骑士", json::array{"knight"}}};
  EXPECT_TRUE(read_cells("小明：骑士\n小红：无赖", cells, aliases).all_right());
  EXPECT_TRUE(read_cells("**小明**：骑士。\n**小红**：无赖。", cells, aliases).all_right());
  EXPECT_TRUE(read_cells("所以小明是骑士，小红是无赖。", cells, aliases).all_right());
  EXPECT_TRUE(read_cells("Ming: knight\n小红: 无赖", cells, aliases).all_right());
}

TEST(LogicReader, TheLastStatementAboutACellCounts) {
  const CellsRead found = read("Alice: knave\n…\nAlice: knight\nBob: knave\nCarol: knave");
  EXPECT_TRUE(found.all_right());
}

TEST(LogicReader, SuppositionsAndQuotesAreNoStatements) {
  const CellsRead found = read(
      "If Alice is a knave, then Bob is a knight.\nAlice says Carol is a knight.\n"
      "Suppose Bob is a knight.\nCould Carol be a knight?");
  EXPECT_TRUE(found.read.empty());
}

TEST(LogicReader, NegationIsNotItsOpposite) {
  EXPECT_TRUE(read("Alice is not a knight.").read.empty());
}

TEST(LogicReader, AlternativesAreNoStatements) {
  for (const char* answer :
       {"Alice: knight or knave\nBob: knave or knight\nCarol: knave or knight",
        "Alice: knight / knave\nBob: knave/knight\nCarol: knave/knight", "Alice：knight 或 knave",
        "| Alice | knight or knave |", "Alice: knight or spy", "Alice is a knight / knave.",
        "Knights: Alice or Bob"}) {
    EXPECT_TRUE(read(answer).read.empty()) << answer;
  }
  EXPECT_EQ(read("Alice: knight (or truth-teller)").right, 1u);
  EXPECT_EQ(read("Alice: knight / Bob: knave").right, 1u);
  EXPECT_EQ(read(R"({"Alice": "knight or knave", "Bob": "knave", "Carol": "knave"})").right, 2u);
}

TEST(LogicReader, ValuesBeforeThoseWhoHaveThem) {
  for (const char* answer : {"The knight is Alice; the knaves are Bob and Carol.",
                             "The knaves are Bob, and Carol. The knight is Alice.",
                             "The only knight is Alice and the knaves are Bob and Carol.",
                             "The knights: Alice\nThe knaves: Bob, Carol"}) {
    EXPECT_TRUE(read(answer).all_right()) << answer;
  }
  const CellsRead found = read("The knight is Alice and Bob is a knave.");
  EXPECT_EQ(found.read,
            (std::map<std::string, std::string>{{"Alice", "knight"}, {"Bob", "knave"}}));
  EXPECT_TRUE(read("If the knights are Alice and Bob, Carol lies.").read.empty());
  EXPECT_TRUE(read("The knights are not Alice and Bob.").read.empty());
}

TEST(LogicReader, TheFirstNameInABoxOrBehindAHeading) {
  for (const char* answer :
       {R"(\boxed{Alice: knight, Bob: knave, Carol: knave})",
        R"(So $\boxed{\text{Alice: knight, Bob: knave, Carol: knave}}$.)",
        R"(\[\boxed{\begin{aligned} Alice: knight \\ Bob: knave \\ Carol: knave \end{aligned}}\])",
        "Answer: Alice: knight, Bob: knave, Carol: knave",
        "Therefore, the final answer is: Alice: knight, Bob: knave, Carol: knave"}) {
    EXPECT_TRUE(read(answer).all_right()) << answer;
  }
}

TEST(LogicReader, AccuracyCountsCells) {
  const CellsRead found = read("Alice: knight\nBob: knight");
  EXPECT_EQ(found.total, 3u);
  EXPECT_EQ(found.read.size(), 2u);
  EXPECT_EQ(found.right, 1u);
  EXPECT_DOUBLE_EQ(found.accuracy(), 1.0 / 3);
  EXPECT_FALSE(found.all_right());
}

TEST(LogicReader, NamesInsideLongerNamesAreOthers) {
  const json::object cells = {{"Ann", "red"}, {"Anna", "blue"}};
  EXPECT_TRUE(read_cells("Ann: red\nAnna: blue", cells, {}).all_right());
}

TEST(LogicReader, NestedReferencesReadObjectsAndTables) {
  const json::object cells = {{"House 1", json::object{{"Name", "Peter"}, {"Pet", "cat"}}},
                              {"House 2", json::object{{"Name", "Alice"}, {"Pet", "dog"}}}};
  EXPECT_TRUE(read_cells(R"({"solution": {"House 1": {"Name": "PETER ", "Pet": "cat"},
                             "House 2": {"Name": "alice", "Pet": "Dog"}}})",
                         cells, {})
                  .all_right());
  EXPECT_TRUE(
      read_cells("| House | Name | Pet |\n|---|---|---|\n| 1 | Peter | cat |\n| 2 | Alice | dog |",
                 cells, {})
          .all_right());
}

TEST(LogicReader, MalformedReferencesAreNamed) {
  EXPECT_THROW(read_cells("", json::object{{"Alice", 3}}, {}), Error);
  EXPECT_THROW(read_cells("", json::object{}, {}), Error);
  EXPECT_THROW(read_cells("", kCells, json::object{{"knight", "x"}}), Error);
}

TEST(LogicReader, AnyTextIsRead) {
  for (const std::string& answer :
       {std::string(), std::string(100'000, '{'), std::string(100'000, '|'),
        std::string(100'000, '\xFF'), std::string("{\"Alice\": [1, {\"Bob\": null}]}")}) {
    EXPECT_NO_THROW(read(answer));
  }
}

TEST(LogicConformance, PublishedSolutionsAreReadWhole) {
  CANDOR_NEEDS_SHARED("suites/kk/kk_5ppl_test.jsonl");
  std::ifstream file(tests::shared_path("suites/kk/kk_5ppl_test.jsonl"));
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    const json::value value = json::parse(line);
    const json::object& row = value.as_object();
    json::object cells;
    for (std::size_t i = 0; i < row.at("names").as_array().size(); ++i) {
      cells[row.at("names").as_array()[i].as_string()] =
          row.at("solution").as_array()[i].as_bool() ? "knight" : "knave";
    }
    EXPECT_TRUE(
        read_cells(std::string(row.at("solution_text").as_string()), cells, kAliases).all_right())
        << line;
  }
  EXPECT_GT(rows, 0);
}

TEST(LogicConformance, GridsCountTheSameCells) {
  CANDOR_NEEDS_SHARED("conformance/zebra_grid.jsonl");
  std::ifstream file(tests::shared_path("conformance/zebra_grid.jsonl"));
  std::vector<json::object> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line).as_object());
  // The file holds answers with their counts; the plainly right ones give the solutions.
  std::map<std::string, json::object> solutions;
  for (const json::object& row : rows) {
    if (row.at("kind").as_string() != "correct") continue;
    const json::value answer = json::parse(row.at("output").as_string());
    solutions[std::string(row.at("id").as_string())] =
        answer.as_object().at("solution").as_object();
  }
  int compared = 0;
  for (const json::object& row : rows) {
    const auto solution = solutions.find(std::string(row.at("id").as_string()));
    if (solution == solutions.end()) continue;
    ++compared;
    const json::object& expected = row.at("expected").as_object();
    const CellsRead found =
        read_cells(std::string(row.at("output").as_string()), solution->second, {});
    const json::value& cells = expected.at("correct_cells");
    EXPECT_EQ(static_cast<std::int64_t>(found.right), cells.is_null() ? 0 : cells.as_int64())
        << row.at("output");
    EXPECT_EQ(found.all_right(), expected.at("solved").as_bool()) << row.at("output");
  }
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace candor::scoring
