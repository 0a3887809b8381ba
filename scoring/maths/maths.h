// The maths judge: whether an answer in words, LaTeX or both states the same thing as the gold
// answer. Exact where it says "equal" (rational arithmetic and identities, never floating point), a
// 50-digit refutation or an exact difference where it says "unequal", and "undecided" where neither
// is reached within a fixed number of steps. See README.md for the rules of policy (units, per
// cent, decimals). It is not a computer algebra system: it proves what answers need.
#pragma once

#include <string>
#include <string_view>

#include "scoring/maths/tolerance.h"

namespace candor::scoring {

struct MathsVerdict {
  std::string verdict;    // "equal", "unequal" or "undecided"
  std::string extracted;  // the final answer as it was read out of the text; empty: none found
  std::string reason;     // one sentence
};

// `answer` is a whole answer text or just the expression, without the chain of thought; `gold` the
// expression (a whole solution with \boxed{} is read too). Never throws on any text; bounded time.
// Numbers may be off by as much as `tolerance` states; the reason says so where that decided.
MathsVerdict judge_maths(std::string_view answer, std::string_view gold,
                         const Tolerance& tolerance = {});

namespace maths {

// The final answer in a text: the "answer" of a JSON object or <answer> tag, the last \boxed{}
// group, "####", "answer is" / "答案是", the whole text where it is an expression, else the last
// formula or number. Empty when there is none. The letter of an option before or behind a value
// ("(B) 17") is no part of it.
std::string extract(std::string_view answer);

// That letter ("B"), also where it stands alone; empty when there is none.
std::string option_letter(std::string_view answer);

// Whether the text marks its final answer: a field, a \boxed{}, "####", "answer is". Where it does
// not, extract() falls back on the last value, which in a text that was cut off is no answer.
bool has_marked_answer(std::string_view answer);

// The rational number that an expression is, in lowest terms ("1/2" for "0.5" and "\frac12"), else
// its text with single blanks: what equal answers share, for counting them.
std::string value_of(std::string_view expression);

// Two expressions, without any search for them in a text. `extracted` is `expression`.
MathsVerdict equivalent(std::string_view expression, std::string_view gold,
                        const Tolerance& tolerance = {});

}  // namespace maths
}  // namespace candor::scoring
