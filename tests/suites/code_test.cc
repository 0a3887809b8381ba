// The hidden tests of the code suite, run against a Python solution of each family: two
// implementations in two languages that must agree on every case.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "suites/code/problem.h"
#include "suites/suites.h"

namespace candor::suites {
namespace {

std::vector<CodeProblem> problems(int each) {
  std::vector<CodeProblem> all;
  int family_number = 0;
  for (const auto* level :
       {&code_level1(), &code_level2(), &code_level3(), &code_level4(), &code_level5()}) {
    for (const CodeFamily family : *level) {
      ++family_number;
      for (int i = 0; i < each; ++i) {
        Random random(7, fmt::format("code-test/{}/{}", family_number, i));
        all.push_back(family(random));
      }
    }
  }
  return all;
}

bool has_python() { return std::system("python3 -c 'pass' >/dev/null 2>&1") == 0; }

TEST(CodeTest, PythonSolutionsPassTheHiddenTestsAndTheExamples) {
  if (!has_python()) GTEST_SKIP() << "python3 is not installed";
  const std::filesystem::path script =
      std::filesystem::path(testing::TempDir()) / "candor_code_suite.py";
  std::ofstream file(script);
  file << "def run(source, name):\n    space = {}\n    exec(source, space)\n"
          "    space['check'](space[name])\n\n";
  const auto all = problems(20);
  for (const CodeProblem& problem : all) {
    std::string source = problem.whole_solution() + "\n" + problem.test_code();
    for (const CodeProblem::Case& example : problem.examples) {
      source +=
          fmt::format("    assert candidate({}) == {}\n", example.arguments, example.expected);
      // A wrong type that compares equal (True == 1) would pass a test and confuse a reader.
      source += fmt::format("    assert type(candidate({})) is type({})\n", example.arguments,
                            example.expected);
    }
    // A JSON string is a Python string literal: the sources are ASCII.
    file << "run(" << boost::json::serialize(boost::json::string(source)) << ", '" << problem.name
         << "')\n";
  }
  file << "print('ran', " << all.size() << ")\n";
  file.close();
  EXPECT_EQ(std::system(fmt::format("python3 -I '{}'", script.string()).c_str()), 0)
      << "see the assertion above; script kept: " << script;
  if (!HasFailure()) std::filesystem::remove(script);
}

// Changes one comparison, operator, whole number or condition of a solution at a time, and runs the
// hidden tests on what comes out. Not every change makes a solution wrong (a bound that is never
// reached, a needless condition), but most do.
constexpr char kMutate[] = R"py(
import ast, copy, signal, sys
class TooLong(BaseException): pass
def alarm(*_): raise TooLong()
signal.signal(signal.SIGALRM, alarm)
SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Mod: ast.FloorDiv,
         ast.FloorDiv: ast.Mod, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
         ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
         ast.In: ast.NotIn, ast.NotIn: ast.In}
def mutants(source):
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    for i in range(count):
        other = copy.deepcopy(tree)
        node = list(ast.walk(other))[i]
        if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
            node.op = SWAPS[type(node.op)]()
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            node.ops[0] = SWAPS[type(node.ops[0])]()
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            node.value += 1
        else:
            continue
        yield ast.unparse(ast.fix_missing_locations(other))
killed, made = {}, {}
def passes(source, test, name):
    space = {}
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        exec(source + '\n' + test, space)
        space['check'](space[name])
        return True
    except (Exception, TooLong):
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
def run(source, test, name):
    assert passes(source, test, name), name
    for mutant in mutants(source):
        made[name] = made.get(name, 0) + 1
        killed[name] = killed.get(name, 0) + (not passes(mutant, test, name))
def finish():
    print('mutants', sum(made.values()), 'failed', sum(killed.values()))
    for name in made:
        if killed[name] < 0.6 * made[name]:
            sys.exit(f'{name}: only {killed[name]} of {made[name]} changed solutions fail')
    if sum(killed.values()) < 0.85 * sum(made.values()):
        sys.exit('too few changed solutions fail')
)py";

TEST(CodeTest, ChangedSolutionsFailTheHiddenTests) {
  if (!has_python()) GTEST_SKIP() << "python3 is not installed";
  const std::filesystem::path script =
      std::filesystem::path(testing::TempDir()) / "candor_code_mutants.py";
  std::ofstream file(script);
  file << kMutate;
  for (const CodeProblem& problem : problems(2)) {
    const auto text = [](const std::string& source) {
      return boost::json::serialize(boost::json::string(source));
    };
    file << "run(" << text(problem.whole_solution()) << ", " << text(problem.test_code()) << ", '"
         << problem.name << "')\n";
  }
  file << "finish()\n";
  file.close();
  EXPECT_EQ(std::system(fmt::format("python3 -I '{}'", script.string()).c_str()), 0)
      << "see the line above; script kept: " << script;
  if (!HasFailure()) std::filesystem::remove(script);
}

TEST(CodeTest, HiddenTestsAreHiddenSeveralAndTellSomething) {
  for (const CodeProblem& problem : problems(20)) {
    EXPECT_GE(problem.tests.size(), 6u) << problem.name;
    std::set<std::string> results;
    for (const CodeProblem::Case& one : problem.tests) results.insert(one.expected);
    EXPECT_GE(results.size(), 2u) << problem.name << ": a constant would pass";
    for (const std::string language : {"en", "zh"}) {
      for (const CodeProblem::Case& one : problem.tests) {
        EXPECT_EQ(
            problem.declaration(language).find(fmt::format("{}({})", problem.name, one.arguments)),
            std::string::npos)
            << problem.declaration(language);
      }
      EXPECT_EQ(problem.declaration(language).find('$'), std::string::npos);
    }
  }
}

TEST(CodeTest, AtLeastTwentyFamiliesWithParametersThatChangeThem) {
  std::set<std::string> names, statements;
  const auto all = problems(20);
  for (const CodeProblem& problem : all) {
    names.insert(problem.name);
    statements.insert(problem.declaration("en") + problem.test_code());
  }
  EXPECT_GE(names.size(), 20u);
  EXPECT_GE(statements.size(), all.size() * 95 / 100);
}

TEST(CodeTest, BothLanguagesHaveTheSameCodeButTheDocstring) {
  const Suite suite = load_suite("code", {.seed = 4, .languages = {}, .count = 60});
  ASSERT_EQ(suite.questions.size(), 120u);
  EXPECT_TRUE(suite.info.needs_sandbox);
  for (std::size_t i = 0; i < suite.questions.size(); i += 2) {
    const data::Question& en = suite.questions[i];
    const data::Question& zh = suite.questions[i + 1];
    ASSERT_EQ(en.pair, zh.pair);
    EXPECT_EQ(en.reference.at("test"), zh.reference.at("test"));
    EXPECT_EQ(en.reference.at("entry_point"), zh.reference.at("entry_point"));
    const auto first_line = [](const data::Question& question) {
      const std::string prompt(question.reference.at("prompt").as_string());
      return prompt.substr(0, prompt.find('\n'));
    };
    EXPECT_EQ(first_line(en), first_line(zh));
    EXPECT_NE(en.messages[0].content.find(en.reference.at("prompt").as_string()),
              std::string::npos);
  }
}

TEST(PythonLiteralTest, WritesWhatPythonReads) {
  EXPECT_EQ(py(std::string("it's")), "'it\\'s'");
  EXPECT_EQ(py(std::string("a\nb")), "'a\\nb'");
  EXPECT_EQ(py(std::vector<std::int64_t>{}), "[]");
  EXPECT_EQ(py(std::vector<std::pair<int, int>>{{1, 2}, {3, -4}}), "[(1, 2), (3, -4)]");
  EXPECT_EQ(py(std::optional<std::int64_t>{}), "None");
  EXPECT_EQ(py(std::map<int, std::vector<std::string>>{{1, {"a"}}}), "{1: ['a']}");
  EXPECT_EQ(py(true), "True");
}

}  // namespace
}  // namespace candor::suites
