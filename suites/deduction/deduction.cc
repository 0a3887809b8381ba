#include "suites/deduction/deduction.h"

#include "suites/bundled.h"

namespace candor::suites {
namespace {

Draft draft(int level, std::size_t kind, Random& random) {
  return kind == 0 ? conditions_puzzle(level, random) : clubs_puzzle(level, random);
}

}  // namespace

void ask_whether(Draft& draft, const Bilingual& claim, Answer answer, Random& random) {
  draft.prompt += both("Does this hold: {0}\n", "由此判断：{0}\n", claim);
  std::vector<std::pair<Answer, Bilingual>> options = {
      {Answer::kTrue, {"It must be true.", "一定为真。"}},
      {Answer::kFalse, {"It must be false.", "一定为假。"}},
      {Answer::kUnknown, {"It may be true or false.", "可能为真，也可能为假。"}}};
  random.shuffle(options);
  char letter = 'A';
  std::string right;
  for (const auto& [option, text] : options) {
    draft.prompt += both("{0}. {1}\n", "{0}. {1}\n", letter, text);
    if (option == answer) right = std::string(1, letter);
    ++letter;
  }
  draft.prompt +=
      {"Think it through in a few short sentences and end with the line \"Answer: X\", where X is "
       "the "
       "letter of the right option.",
       "请用几句话推理，最后一行写“答案：X”，X为正确选项的字母。"};
  draft.judge = "choice";
  draft.reference_en = {{"options", "ABC"}, {"answer", right}};
  draft.reference_zh = draft.reference_en;
}

std::vector<data::Question> deduction_questions(const SuiteOptions& options) {
  return generate("deduction", options, {2, 2, 2, 2, 2}, draft);
}

}  // namespace candor::suites
