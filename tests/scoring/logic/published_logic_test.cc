// The solver of knights and knaves and the published rule for grids, on rows with known results.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "data/base/error.h"
#include "scoring/logic/grid.h"
#include "scoring/logic/knights.h"
#include "tests/support/shared.h"

namespace candor::scoring {
namespace {

namespace json = boost::json;

std::vector<json::object> rows_of(const char* relative) {
  std::ifstream file(tests::shared_path(relative));
  std::vector<json::object> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line).as_object());
  return rows;
}

std::vector<std::vector<bool>> solve(const char* statements) {
  return solve_knights(json::parse(statements).as_array(), "test");
}

TEST(Knights, FindsAllAssignmentsThatHold) {
  using Solutions = std::vector<std::vector<bool>>;
  // "The other lies", said by both: one of them is right.
  EXPECT_EQ(solve(R"([["lying", 1], ["lying", 0]])"), (Solutions{{false, true}, {true, false}}));
  EXPECT_EQ(solve(R"([["lying", 0]])"), Solutions{}) << "the liar's sentence has no assignment";
  EXPECT_EQ(solve(R"([["and", ["lying", 0], ["lying", 1]], ["or", ["telling-truth", 1]]])"),
            (Solutions{{false, true}}));
  EXPECT_EQ(solve(R"([["->", ["telling-truth", 0], ["telling-truth", 1]],
                      ["<=>", ["telling-truth", 0], ["not", ["lying", 1]]]])"),
            (Solutions{{true, true}}));
}

TEST(Knights, OtherFormsAreRefused) {
  for (const char* statements :
       {"[]", "[3]", "[[]]", R"([["lying"]])", R"([["lying", 1]])", R"([["lying", -1]])",
        R"([["xor", ["lying", 0], ["lying", 0]]])", R"([["->", ["lying", 0]]])", R"([["and"]])"}) {
    EXPECT_THROW(solve(statements), Error) << statements;
  }
  json::array many(21, json::parse(R"(["lying", 0])"));
  EXPECT_THROW(solve_knights(many, "test"), Error);
}

TEST(Knights, PublishedPuzzlesHaveTheirSolution) {
  CANDOR_NEEDS_SHARED("conformance/kk_solved.jsonl");
  const auto rows = rows_of("conformance/kk_solved.jsonl");
  for (const json::object& row : rows) {
    const auto solutions = solve_knights(row.at("statements").as_array(), "row");
    ASSERT_EQ(solutions.size(), row.at("n_solutions").to_number<std::size_t>()) << row.at("id");
    if (solutions.size() != 1) continue;
    for (std::size_t i = 0; i < solutions[0].size(); ++i) {
      EXPECT_EQ(solutions[0][i], row.at("solution").as_array()[i].as_bool()) << row.at("id");
    }
  }
  EXPECT_FALSE(rows.empty());
}

TEST(Grid, CountsCellsOfTheLastObject) {
  const json::object solution{{"House 1", json::object{{"Name", "Peter"}, {"Pet", "cat"}}},
                              {"House 2", json::object{{"Name", "Alice"}, {"Pet", "dog"}}}};
  const auto score = [&](std::string_view answer) { return score_grid(answer, solution, "test"); };
  EXPECT_EQ(score(R"({"solution": {"House 1": {"Name": "PETER ", "Pet": ["cat"]}}})").correct, 2U);
  EXPECT_FALSE(score(R"({"solution": {"House 1": {"Name": "Peter"}})").parsed) << "cut";
  EXPECT_FALSE(score("House 1: Peter").parsed);
  EXPECT_EQ(score("").total, 4U);
  const json::object table{
      {"header", json::array{"House", "Name"}},
      {"rows", json::array{json::array{"1", "Peter"}, json::array{"2", "Alice"}}}};
  EXPECT_TRUE(score_grid(R"({"solution": {"House 1": {"Name": "peter"},
                                          "House 2": {"Name": "alice"}}})",
                         table, "test")
                  .solved());
  EXPECT_THROW(score_grid("", json::object{{"House 1", 3}}, "test"), Error);
  EXPECT_THROW(score_grid("", json::object{}, "test"), Error);
  EXPECT_THROW(score_grid("", json::object{{"rows", 3}}, "test"), Error);
}

// The file gives answers and counts, not solutions: these are taken from its rows that are right
// (a wrong answer before the right one left out), in whatever dress.
TEST(Grid, PublishedCountsAreExact) {
  CANDOR_NEEDS_SHARED("conformance/zebra_grid.jsonl");
  const auto rows = rows_of("conformance/zebra_grid.jsonl");
  std::map<std::string, json::object> solutions;
  for (const json::object& row : rows) {
    const std::string kind = json::value_to<std::string>(row.at("kind"));
    std::string text = json::value_to<std::string>(row.at("output"));
    // Of "right_then_wrong" the first object, of the others the last one is right.
    std::size_t begin = text.find('{');
    std::size_t end = text.rfind('}') + 1;
    if (kind == "wrong_then_right") begin = text.find("{", text.find("Correction:"));
    if (kind == "right_then_wrong") end = text.rfind("\n{");
    if (kind == "think_then_json") begin = text.find("</think>") + 9;
    const bool is_right = kind == "correct" || kind == "correct_fenced_with_prose" ||
                          kind == "wrong_then_right" || kind == "right_then_wrong" ||
                          kind == "think_then_json";
    if (!is_right) continue;
    solutions[json::value_to<std::string>(row.at("id"))] =
        json::parse(text.substr(begin, end - begin)).as_object().at("solution").as_object();
  }
  std::size_t compared = 0;
  for (const json::object& row : rows) {
    const auto solution = solutions.find(json::value_to<std::string>(row.at("id")));
    if (solution == solutions.end()) continue;
    ++compared;
    const json::object& expected = row.at("expected").as_object();
    const GridScore score =
        score_grid(json::value_to<std::string>(row.at("output")), solution->second, "row");
    EXPECT_EQ(score.parsed, expected.at("parsed").as_bool()) << row;
    EXPECT_EQ(score.correct, expected.at("correct_cells").to_number<std::size_t>()) << row;
    EXPECT_EQ(score.total, expected.at("total_cells").to_number<std::size_t>()) << row;
    EXPECT_EQ(score.solved(), expected.at("solved").as_bool()) << row;
  }
  EXPECT_GT(compared, 250U);
}

}  // namespace
}  // namespace candor::scoring
