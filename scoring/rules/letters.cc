// Rules that read option letters.
#include <unicode/uchar.h>

#include "data/text/unicode.h"
#include "scoring/rules/readers.h"
#include "scoring/rules/text.h"

namespace candor::scoring::rules {

namespace {

// LaTeX and Markdown that simple-evals takes away before it reads, in its order.
std::string simple_evals_plain(std::string_view text) {
  std::string plain(text);
  for (const char* mark : {"**", "$\\boxed{", "}$", "\\$", "$\\text{", "$", "\\mathrm{", "\\{",
                           "\\text", "\\(", "\\mathbf{", "{", "\\boxed"}) {
    plain = replaced(plain, mark, "");
  }
  return plain;
}

std::optional<std::string> last_of(std::string_view text, std::string_view letters) {
  const std::size_t at = text.find_last_of(letters);
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(1, text[at]);
}

std::string_view last_line(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t at = rest.rfind('\n');
    const std::string_view line = at == std::string_view::npos ? rest : rest.substr(at + 1);
    if (!stripped(line).empty()) return line;
    if (at == std::string_view::npos) break;
    rest = rest.substr(0, at);
  }
  return text;
}

}  // namespace

std::optional<std::string> simple_evals_choice(std::string_view text, std::string_view) {
  static const RE2 pattern(R"((?i)Answer[ \t]*:[ \t]*\$?([A-D])\$?)");
  return first_match(text, pattern);
}

std::optional<std::string> simple_evals_multilingual(std::string_view text, std::string_view) {
  // Of the words for "answer" in its table, those of English and Chinese; the first word of the
  // table that is found decides, not the first place.
#define SPACES "[" CANDOR_RULE_SPACE "]*"
#define LETTER "[ \\t]*([A-DＡ-Ｄ])"
  static const RE2* const kPatterns[] = {
      new RE2("(?i)Answer" SPACES ":" LETTER), new RE2("(?i)答案" SPACES "：" LETTER),
      new RE2("(?i)答案" SPACES ":" LETTER),   new RE2("(?i)答" SPACES "：" LETTER),
      new RE2("(?i)答" SPACES ":" LETTER),     new RE2("(?i)答复" SPACES "：" LETTER),
      new RE2("(?i)答曰" SPACES "：" LETTER),  new RE2("(?i)回答" SPACES ":" LETTER),
      new RE2("(?i)回答" SPACES "：" LETTER),  new RE2("(?i)解答" SPACES ":" LETTER)};
#undef SPACES
#undef LETTER
  const std::string plain = simple_evals_plain(text);
  for (const RE2* pattern : kPatterns) {
    // Small full-width letters fit the pattern and stay as they are; the wide capitals become
    // plain.
    if (const auto found = first_match(plain, *pattern)) {
      const std::string letter = data::nfkc(*found);
      return letter[0] >= 'A' && letter[0] <= 'D' ? letter : *found;
    }
  }
  return std::nullopt;
}

std::optional<std::string> mmlu_pro_level1(std::string_view text, std::string_view) {
  static const RE2 pattern(R"(answer is \(?([A-J])\)?)");
  return first_match(text, pattern);
}

std::optional<std::string> mmlu_pro_level2(std::string_view text, std::string_view options) {
  if (auto found = mmlu_pro_level1(text, options)) return found;
  static const RE2 pattern(R"(.*[aA]nswer:[)" CANDOR_RULE_SPACE R"(]*([A-J]))");
  if (auto found = first_match(text, pattern)) return found;
  for (std::size_t at = text.size(); at-- > 0;) {
    const bool letter = text[at] >= 'A' && text[at] <= 'J';
    if (letter && !word_before(text, at) && !word_at(text, at + 1)) return std::string(1, text[at]);
  }
  return std::nullopt;
}

std::optional<std::string> first_capital(std::string_view text, std::string_view) {
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const char32_t c = data::code_point_at(text, at, length);
    if (u_isUUppercase(static_cast<UChar32>(c)) != 0) return std::string(text.substr(at, length));
  }
  return std::nullopt;
}

std::optional<std::string> last_option(std::string_view text, std::string_view options) {
  return last_of(text, options);
}

std::optional<std::string> agieval_zero_shot(std::string_view text, std::string_view) {
  const std::size_t at = text.find_first_of("ABCDEF");
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(1, text[at]);
}

std::optional<std::string> agieval_few_shot_en(std::string_view text, std::string_view) {
  static const RE2 pattern("answer is .*?([A-G])");
  return first_match(last_line(text), pattern);
}

std::optional<std::string> agieval_few_shot_zh(std::string_view text, std::string_view) {
  static const RE2 pattern("答案是.*?([A-G])");
  return first_match(last_line(text), pattern);
}

std::optional<std::string> agieval_several(std::string_view text, std::string_view) {
  std::string letters;
  for (const char c : text) {
    if (c >= 'A' && c <= 'F') letters += c;
  }
  if (letters.empty()) return std::nullopt;
  return letters;
}

std::string letter_form(std::string_view text) { return std::string(stripped(text)); }

}  // namespace candor::scoring::rules
