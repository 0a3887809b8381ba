// The judge of answers that are a fixed text ("valid", "] }", a sorted list of words) or a Python
// value. No arithmetic, no synonyms: for these there are the other judges.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"

namespace candor::scoring {

// What an answer gives as its last word: the content of the last \boxed{…}, else the rest of the
// last line that begins with "answer:" (答案：), else what follows the last "answer is" (答案是,
// 答案为) in its line, else the only line there is. Markdown emphasis, quotes that enclose all of
// it and a final full stop are taken off; of "**yes**, since …" the emphasis is the answer. Empty:
// none of these.
std::optional<std::string> read_exact(std::string_view answer);

// The same places, with a last fenced block before the only line, for the Python literal that
// stands there; behind "==" where an assertion is repeated. As it is written. Empty: there is none.
std::optional<std::string> read_python_literal(std::string_view answer);

// Letter case and the amount of white space do not count.
bool same_text(std::string_view read, std::string_view gold);

// Reference: answer; form ("text" or "python", "text" when missing): a Python value is compared as
// `==` does, whatever its spelling (python_literal.h). Throws Error for a mistake in it.
data::Verdict judge_exact(const data::Question& question, const data::Generation& generation);

}  // namespace candor::scoring
