#include "suites/maths_problem.h"

namespace candor::suites {
namespace {

const Bilingual kInstruction = {
    "\n\nWrite only the calculation, one short line a step, and end with the final answer in "
    "\\boxed{}.",
    "\n\n只写计算过程，每步一行，不要解释，最后把最终答案写在 \\boxed{} 中。"};

}  // namespace

Draft maths_draft(const MathsProblem& problem) {
  Draft draft;
  draft.topic = problem.topic;
  draft.prompt = problem.text;
  draft.prompt += kInstruction;
  draft.judge = "maths";
  draft.reference_en = {{"answer", problem.answer}};
  draft.reference_zh = draft.reference_en;
  draft.proof = problem.proof;
  return draft;
}

std::vector<data::Question> maths_questions(const std::string& suite, const SuiteOptions& options,
                                            const MathsLevels& levels) {
  std::vector<std::size_t> kinds;
  for (const std::vector<MathsTemplate>* templates : levels) kinds.push_back(templates->size());
  return generate(suite, options, kinds, [&](int level, std::size_t kind, Random& random) {
    return maths_draft((*levels[static_cast<std::size_t>(level - 1)])[kind](random));
  });
}

}  // namespace candor::suites
