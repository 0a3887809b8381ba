// The judge of answers that are a fixed text: "valid", "] }", a sorted list of words, a Python
// literal. No arithmetic, no synonyms: for these there are the other judges.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"

namespace candor::scoring {

// What an answer gives as its last word: the rest of the line behind the last "answer is" or
// "answer:" (答案是, 答案：, 答案为), else the content of the last \boxed{…}, else the only line
// there is. Markdown emphasis, quotes that enclose all of it and a final full stop are taken off.
// Empty: none of these.
std::optional<std::string> read_exact(std::string_view answer);

enum class ExactForm {
  kText,    // letter case and the amount of white space do not count
  kPython,  // white space outside of texts and the kind of quotes do not count
};

bool same_exact(std::string_view read, std::string_view gold, ExactForm form);

// Reference: answer; form ("text" or "python", "text" when missing). Throws Error for a mistake in
// it.
data::Verdict judge_exact(const data::Question& question, const data::Generation& generation);

}  // namespace candor::scoring
