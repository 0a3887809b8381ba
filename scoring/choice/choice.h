// The choice judge's reader: which option letters an answer settles on. It reads the answer only,
// never the chain of thought, and says nothing rather than guess: "both A and B are plausible" is
// no choice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace candor::scoring {

// `options`: the letters there are, "ABCD" or "ABCDEFGHIJ". Returns one letter ("B"), several in
// their order ("BD"), or nothing. English and Chinese phrases, full-width letters, LaTeX (\boxed,
// \text), Markdown. The last statement of an answer counts.
std::optional<std::string> read_choice(std::string_view answer, std::string_view options);

}  // namespace candor::scoring
