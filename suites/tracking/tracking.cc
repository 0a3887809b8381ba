#include "suites/tracking/tracking.h"

#include "suites/bundled.h"

namespace candor::suites {
namespace {

Draft draft(int level, std::size_t kind, Random& random) {
  switch (kind) {
    case 0:
      return swaps_puzzle(level, random);
    case 1:
      return boxes_puzzle(level, random);
    case 2:
      return walk_puzzle(level, random);
    default:
      return program_puzzle(level, random);
  }
}

}  // namespace

void ask_boxed(Draft& draft, const std::string& answer) {
  draft.prompt +=
      {"\nWrite down the state after each step, briefly, and end with the final answer "
       "in \\boxed{}.",
       "\n请简要写出每一步之后的状态，最后把最终答案写在 \\boxed{} 中。"};
  draft.judge = "maths";
  draft.reference_en = {{"answer", answer}};
  draft.reference_zh = draft.reference_en;
}

std::vector<data::Question> tracking_questions(const SuiteOptions& options) {
  return generate("tracking", options, {4, 4, 4, 4, 4}, draft);
}

}  // namespace candor::suites
