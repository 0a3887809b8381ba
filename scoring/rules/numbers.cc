// Rules that read a number.
#include <fmt/format.h>

#include <cstdlib>

#include "data/text/unicode.h"
#include "scoring/rules/arithmetic.h"
#include "scoring/rules/json_answer.h"
#include "scoring/rules/readers.h"
#include "scoring/rules/text.h"

namespace candor::scoring::rules {

namespace {

std::optional<std::string> trimmed_match(std::string_view text, const RE2& pattern) {
  const auto found = first_match(text, pattern);
  if (!found) return std::nullopt;
  return std::string(stripped(*found));
}

// The last number after the last `prefix`; commas are dropped first, so "1,200" is one number.
std::optional<std::string> after_prefix(std::string_view text, std::string_view prefix) {
  const std::size_t at = text.rfind(prefix);
  if (at == std::string_view::npos) return std::nullopt;
  static const RE2 number(R"(\p{Nd}+\.?\p{Nd}*)");
  const std::vector<std::string> numbers =
      all_matches(without(text.substr(at + prefix.size()), ","), number);
  if (numbers.empty()) return std::nullopt;
  std::string last = numbers.back();
  while (last.ends_with('.')) last.pop_back();
  return last;
}

}  // namespace

std::optional<std::string> gsm8k_strict(std::string_view text, std::string_view) {
  static const RE2 pattern(R"(#### (\-?[0-9\.\,]+))");
  return trimmed_match(text, pattern);
}

// The final "." of the pattern is any character: "72" at the very end of a text loses its 2.
std::optional<std::string> gsm8k_cot_strict(std::string_view text, std::string_view) {
  static const RE2 pattern(R"(The answer is (\-?[0-9\.\,]+).)");
  return trimmed_match(text, pattern);
}

std::optional<std::string> gsm8k_flexible(std::string_view text, std::string_view) {
  static const RE2 pattern(R"((-?[$0-9.,]{2,})|(-?[0-9]+))");
  const std::vector<std::string> numbers = all_matches(text, pattern);
  if (numbers.empty()) return std::nullopt;
  return std::string(stripped(numbers.back()));
}

std::optional<std::string> gsm8k_openai(std::string_view text, std::string_view) {
  const std::size_t at = text.rfind("A: ");
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(stripped(text.substr(at + 3)));
}

std::optional<std::string> mgsm_en(std::string_view text, std::string_view) {
  return after_prefix(text, "Answer");
}

std::optional<std::string> mgsm_zh(std::string_view text, std::string_view) {
  return after_prefix(text, "答案");
}

std::optional<std::string> mgsm_lm_eval_en(std::string_view text, std::string_view) {
  static const RE2 pattern(R"(The answer is (\-?[0-9\.\,]+))");
  return trimmed_match(text, pattern);
}

std::optional<std::string> mgsm_lm_eval_zh(std::string_view text, std::string_view) {
  static const RE2 pattern(R"(答案是 (\-?[0-9\.\,]+)。)");
  return trimmed_match(text, pattern);
}

std::optional<std::string> zeroeval(std::string_view text, std::string_view) {
  return answer_field(text);
}

// Commas, dollar signs, everything up to the last "#### " and one final full stop do not count.
std::string lm_eval_gsm8k_form(std::string_view text) {
  std::string kept = without(text, ",$");
  if (const std::size_t at = kept.rfind("#### "); at != std::string::npos) kept.erase(0, at + 5);
  if (kept.ends_with(".\n")) {
    kept.erase(kept.size() - 2, 1);
  } else if (kept.ends_with('.')) {
    kept.pop_back();
  }
  return data::lower_case(kept);
}

// Case and ASCII punctuation do not count: "-1.5" and "15" are the same there.
std::string lm_eval_mgsm_form(std::string_view text) {
  return data::lower_case(without(text, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"));
}

std::string openai_gsm8k_form(std::string_view text) {
  if (const std::size_t at = text.rfind("A: "); at != std::string_view::npos) {
    text.remove_prefix(at + 3);
  } else if (const std::size_t marked = text.rfind("#### "); marked != std::string_view::npos) {
    text.remove_prefix(marked + 5);
  }
  return without(stripped(text), ",");
}

std::string mgsm_form(std::string_view text) {
  std::string number = without(text, ",");
  if (number.find('.') == std::string::npos) return number;
  while (number.ends_with('0')) number.pop_back();
  while (number.ends_with('.')) number.pop_back();
  return number;
}

// The value of the first number, after fractions became decimals; empty where there is none.
std::string zeroeval_form(std::string_view text) {
  std::string plain = without(text, "$#");
  plain = without(stripped(plain), ",");
  if (plain.find('/') != std::string::npos) {
    if (const auto value = arithmetic_value(plain)) plain = fmt::format("{:.17f}", *value);
  }
  static const RE2 number(R"(-?\p{Nd}+(?:\.\p{Nd}+)?)");
  const auto found = first_match(plain, number);
  if (!found) return {};
  const double value = std::strtod(data::nfkc(*found).c_str(), nullptr);
  return fmt::format("{}", value == 0 ? 0.0 : value);
}

}  // namespace candor::scoring::rules
