#include "suites/arithmetic/arithmetic.h"

#include "suites/bundled.h"
#include "suites/generate.h"

namespace candor::suites {
namespace {

const Bilingual kInstruction = {
    "\n\nWrite only the calculation, one short line a step, and end with the final answer in "
    "\\boxed{}.",
    "\n\n只写计算过程，每步一行，不要解释，最后把最终答案写在 \\boxed{} 中。"};

const std::vector<WordProblemTemplate>& templates(int level) {
  if (level == 1) return arithmetic_level1();
  return level == 2 ? arithmetic_level2() : arithmetic_level3();
}

Draft draft(int level, std::size_t kind, Random& random) {
  WordProblem problem = templates(level)[kind](random);
  problem.text += kInstruction;
  const boost::json::object reference{{"answer", problem.answer}};
  return {problem.topic, problem.text, "maths", reference, reference};
}

}  // namespace

std::vector<data::Question> arithmetic_questions(const SuiteOptions& options) {
  return generate("arithmetic", options,
                  {templates(1).size(), templates(2).size(), templates(3).size()}, draft);
}

}  // namespace candor::suites
