// Readers of LaTeX answers: MATH and AIME in lm-eval, MATH in simple-evals; what each compares.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "data/text/unicode.h"
#include "scoring/rules/readers.h"
#include "scoring/rules/text.h"

namespace candor::scoring::rules {

namespace {

// What lm-eval's strip_string raises an error for is compared as it stands; this byte keeps it
// apart from all that is read.
constexpr char kAsItStands = '\x01';

// "\boxed{…}" with its braces, from the last "\boxed" or, where there is none, the last "\fbox";
// "\boxed " up to the next dollar sign goes before both.
std::optional<std::string> last_box(std::string_view text) {
  if (const std::size_t at = text.rfind("\\boxed "); at != std::string_view::npos) {
    const std::string_view rest = text.substr(at);
    return std::string(rest.substr(0, rest.find('$')));
  }
  std::size_t begin = text.rfind("\\boxed");
  if (begin == std::string_view::npos) begin = text.rfind("\\fbox");
  if (begin == std::string_view::npos) return std::nullopt;
  int depth = 0;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return std::string(text.substr(begin, at + 1 - begin));
  }
  return std::nullopt;
}

// None where the harness finds no box it can open.
std::optional<std::string> box_content(std::string_view text) {
  const auto box = last_box(text);
  if (!box) return std::nullopt;
  constexpr std::string_view kBare = "\\boxed ";
  constexpr std::string_view kBraced = "\\boxed{";
  if (box->find(kBare) != std::string::npos) {
    return box->starts_with(kBare) ? std::optional(box->substr(kBare.size())) : std::nullopt;
  }
  if (!box->starts_with(kBraced)) return std::nullopt;
  return box->substr(kBraced.size(), box->size() - kBraced.size() - 1);
}

std::string between_dollars(std::string_view text) {
  const std::size_t first = text.find('$');
  const std::size_t last = text.rfind('$');
  if (first == last) return std::string(text);
  return std::string(text.substr(first + 1, last - first - 1));
}

std::vector<std::string> parts(std::string_view text, std::string_view mark) {
  std::vector<std::string> list;
  while (true) {
    const std::size_t at = text.find(mark);
    list.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return list;
    text.remove_prefix(at + mark.size());
  }
}

std::string_view first_sign(std::string_view text) {
  std::size_t length = 0;
  data::code_point_at(text, 0, length);
  return text.substr(0, length);
}

std::size_t signs_in(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length, ++count) {
    data::code_point_at(text, at, length);
  }
  return count;
}

// "\sqrt3" as "\sqrt{3}". False where nothing follows.
bool brace_roots(std::string& text) {
  const auto list = parts(text, "\\sqrt");
  std::string out = list[0];
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (list[i].empty()) return false;
    const std::string_view sign = first_sign(list[i]);
    out += "\\sqrt";
    out += sign == "{" ? std::string(sign) : "{" + std::string(sign) + "}";
    out += list[i].substr(sign.size());
  }
  text = std::move(out);
  return true;
}

// "\frac12" as "\frac{1}{2}". False where nothing follows; unchanged where one sign does.
bool brace_fractions(std::string& text) {
  const auto list = parts(text, "\\frac");
  std::string out = list[0];
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (list[i].empty()) return false;
    out += "\\frac";
    if (list[i][0] == '{') {
      out += list[i];
      continue;
    }
    const std::string_view top = first_sign(list[i]);
    const std::string_view rest = std::string_view(list[i]).substr(top.size());
    if (rest.empty()) return true;
    const std::string_view bottom = first_sign(rest);
    out += "{" + std::string(top) + "}";
    out += bottom == "{" ? std::string(bottom) : "{" + std::string(bottom) + "}";
    out += rest.substr(bottom.size());
  }
  text = std::move(out);
  return true;
}

// "3/4" as a fraction. False where a part is no integer.
bool fraction_of_slash(std::string& text) {
  const auto list = parts(text, "/");
  if (list.size() != 2) return true;
  static const RE2 integer(R"([+-]?\p{Nd}+(?:_\p{Nd}+)*)");
  static const RE2 canonical(R"(0|-?[1-9][0-9]*)");
  bool plain = true;
  for (const std::string& part : list) {
    if (!RE2::FullMatch(part, integer)) return false;
    plain = plain && RE2::FullMatch(part, canonical);
  }
  if (plain) text = "\\frac{" + list[0] + "}{" + list[1] + "}";
  return true;
}

std::string gold_of(std::string_view text) { return box_content(text).value_or(std::string(text)); }

}  // namespace

std::optional<std::string> hendrycks_math(std::string_view text, std::string_view) {
  return between_dollars(text);
}

std::optional<std::string> lm_eval_aime(std::string_view text, std::string_view) {
  if (auto box = box_content(text)) return box;
  return between_dollars(text);
}

std::optional<std::string> minerva_math(std::string_view text, std::string_view) {
  static const RE2 captured("Final Answer: The final answer is(.*?). I hope it is correct.");
  std::string whole(text);
  whole += "I hope it is correct.";
  re2::StringPiece said;
  if (!RE2::PartialMatch(whole, captured, &said)) return std::nullopt;
  return std::string(stripped({said.data(), said.size()}));
}

std::optional<std::string> simple_evals_math(std::string_view text, std::string_view) {
  static const RE2 pattern("(?i)ANSWER[" CANDOR_RULE_SPACE "]*:[" CANDOR_RULE_SPACE "]*([^\\n]+)");
  return first_match(text, pattern);
}

// lm-eval's strip_string (lm_eval/tasks/hendrycks_math/utils.py), step by step.
std::string hendrycks_form(std::string_view raw) {
  const std::string error = kAsItStands + std::string(raw);
  std::string text(raw);
  for (const auto& [what, with] :
       {std::pair("\n", ""), std::pair("\\!", ""), std::pair("\\\\", "\\"),
        std::pair("tfrac", "frac"), std::pair("dfrac", "frac"), std::pair("\\left", ""),
        std::pair("\\right", ""), std::pair("^{\\circ}", ""), std::pair("^\\circ", ""),
        std::pair("\\$", "")}) {
    text = replaced(text, what, with);
  }
  const auto unit = parts(text, "\\text{ ");
  if (unit.size() > 2) return error;
  text = replaced(unit[0], "\\%", "");
  text = replaced(text, " .", " 0.");
  text = replaced(text, "{.", "{0.");
  if (text.empty()) return text;
  if (text[0] == '.') text.insert(0, 1, '0');
  if (const auto sides = parts(text, "="); sides.size() == 2 && signs_in(sides[0]) <= 2) {
    text = sides[1];
  }
  if (!brace_roots(text)) return error;
  text = replaced(text, " ", "");
  if (!brace_fractions(text)) return error;
  if (text == "0.5") text = "\\frac{1}{2}";
  if (!fraction_of_slash(text)) return error;
  return text;
}

std::string hendrycks_gold_form(std::string_view text) { return hendrycks_form(gold_of(text)); }

// The normal form of A. Lewkowycz et al., "Solving quantitative reasoning problems with language
// models" (2022), appendix D, as lm-eval has it (lm_eval/tasks/minerva_math/utils.py).
std::string minerva_form(std::string_view raw) {
  std::string text(raw.substr(raw.rfind('=') == std::string_view::npos ? 0 : raw.rfind('=') + 1));
  for (const auto& [what, with] :
       {std::pair("an ", ""), std::pair("a ", ""), std::pair(".$", "$"), std::pair("\\$", ""),
        std::pair("\\ ", ""), std::pair(" ", ""), std::pair("mbox", "text"),
        std::pair(",\\text{and}", ","), std::pair("\\text{and}", ","),
        std::pair("\\text{m}", "\\text{}")}) {
    text = replaced(text, what, with);
  }
  for (const char* word : {"square",       "ways",
                           "integers",     "dollars",
                           "mph",          "inches",
                           "ft",           "hours",
                           "km",           "units",
                           "\\ldots",      "sue",
                           "points",       "feet",
                           "minutes",      "digits",
                           "cents",        "degrees",
                           "cm",           "gm",
                           "pounds",       "meters",
                           "meals",        "edges",
                           "students",     "childrentickets",
                           "multiples",    "\\text{s}",
                           "\\text{.}",    "\\text{\ns}",
                           "\\text{}^2",   "\\text{}^3",
                           "\\text{\n}",   "\\text{}",
                           "\\mathrm{th}", "^\\circ",
                           "^{\\circ}",    "\\;",
                           ",\\!",         "{,}",
                           "\"",           "\\dots"}) {
    text = replaced(text, word, "");
  }
  static const RE2 formula(R"((.*?)(\$)(.*?)(\$)(.*))");
  static const RE2 words(R"((\\text\{)(.*?)(\}))");
  static const RE2 bold(R"((\\textbf\{)(.*?)(\}))");
  static const RE2 bar(R"((\\overline\{)(.*?)(\}))");
  static const RE2 box(R"((\\boxed\{)(.*)(\}))");
  static const RE2 fraction(R"((frac)([^{])(.))");
  static const RE2 root(R"((sqrt)([^{]))");
  RE2::GlobalReplace(&text, formula, R"($\3$)");
  for (const RE2* around : {&words, &bold, &bar, &box}) RE2::GlobalReplace(&text, *around, R"(\2)");
  RE2::GlobalReplace(&text, fraction, R"(frac{\2}{\3})");
  RE2::GlobalReplace(&text, root, R"(sqrt{\2})");
  text = replaced(text, "$", "");
  const std::string digits = replaced(text, ",", "");
  static const RE2 all_digits(R"(\p{Nd}+)");
  return RE2::FullMatch(digits, all_digits) ? digits : text;
}

std::string minerva_gold_form(std::string_view text) { return minerva_form(gold_of(text)); }

}  // namespace candor::scoring::rules
