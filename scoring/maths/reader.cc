#include "scoring/maths/reader.h"

#include "data/text/unicode.h"
#include "scoring/maths/lexer.h"
#include "scoring/maths/parser.h"

namespace candor::scoring::maths {

std::optional<Expression> read_expression(std::string_view text, Budget& budget) {
  try {
    return Parser(tokens_of(text, budget), budget).whole();
  } catch (const Parser::NotRead&) {
    return std::nullopt;
  }
}

std::string plain_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '~' || c == '$';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  constexpr std::string_view kEnds = " .,;:!?*\"'`_";
  const std::size_t begin = out.find_first_not_of(kEnds);
  if (begin == std::string::npos) return {};
  out = out.substr(begin, out.find_last_not_of(kEnds) - begin + 1);
  return out.size() == 1 ? out : data::lower_case(out);
}

}  // namespace candor::scoring::maths
