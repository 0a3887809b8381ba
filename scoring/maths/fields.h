// The answer that a text gives in a field of its own: a JSON object's "answer", an <answer> tag.
// Helpers of extract(); what the field holds is read there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace candor::scoring::maths {

struct Field {
  std::size_t end = 0;  // behind the field's value in the text
  std::string content;
};

// The value of the key "answer", "final_answer" or "答案" of a JSON object, or of what was meant as
// one: quotes of either kind, LaTeX with single backslashes, line breaks inside strings. The
// outermost such key counts, the last of several. A text, a number, or a list ("1, 2"); objects and
// values that are never closed are none.
std::optional<Field> json_field(std::string_view text);

// What stands in the last <answer>…</answer> (also <final_answer>). A tag that is never closed
// holds the rest of its line.
std::optional<Field> tagged_field(std::string_view text);

}  // namespace candor::scoring::maths
