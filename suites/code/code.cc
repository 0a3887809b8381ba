// The suite of short Python functions. The expected values come from a C++ reference beside each
// family; the Python solution beside it is the proof, which no model is shown.
#include <sstream>

#include "suites/bundled.h"
#include "suites/code/problem.h"
#include "suites/generate.h"

namespace candor::suites {
namespace {

const std::vector<CodeFamily>& families(int level) {
  switch (level) {
    case 1:
      return code_level1();
    case 2:
      return code_level2();
    case 3:
      return code_level3();
    case 4:
      return code_level4();
    default:
      return code_level5();
  }
}

boost::json::object reference_of(const CodeProblem& problem, std::string_view language) {
  return {{"language", "python"},
          {"prompt", problem.declaration(language)},
          {"test", problem.test_code()},
          {"entry_point", problem.name}};
}

Draft draft(int level, std::size_t kind, Random& random) {
  const CodeProblem problem = families(level)[kind](random);
  Draft draft;
  draft.topic = problem.name;
  draft.judge = "code";
  draft.prompt = {
      "Write the following Python function. Answer with nothing but the complete function, without "
      "its docstring and comments, in one ```python code block.\n\n```python\n" +
          problem.declaration("en") + "```",
      "请编写下面的Python函数。只回答完整的函数，不写文档字符串和注释，放在一个```"
      "python代码块中。\n\n"
      "```python\n" +
          problem.declaration("zh") + "```"};
  draft.reference_en = reference_of(problem, "en");
  draft.reference_zh = reference_of(problem, "zh");
  std::istringstream solution(problem.whole_solution());
  for (std::string line; std::getline(solution, line);) draft.proof.push_back({line, line});
  return draft;
}

}  // namespace

std::vector<data::Question> code_questions(const SuiteOptions& options) {
  std::vector<std::size_t> kinds;
  for (int level = 1; level <= 5; ++level) kinds.push_back(families(level).size());
  return generate("code", options, kinds, draft);
}

}  // namespace candor::suites
