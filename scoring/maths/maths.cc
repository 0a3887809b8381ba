#include "scoring/maths/maths.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>

#include "data/text/unicode.h"
#include "scoring/maths/algebra.h"
#include "scoring/maths/compare.h"
#include "scoring/maths/lexer.h"
#include "scoring/maths/reader.h"

namespace candor::scoring {

namespace maths {

namespace {

// Steps of one verdict. Ordinary answers take some hundreds; this is some 30 ms.
constexpr long kSteps = 100'000;
constexpr std::size_t kLongest = 20'000;  // bytes of an expression that are compared

std::string one_space(std::string_view text) {
  std::string out;
  for (const char c : data::trimmed(text)) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

// What is left to compare when a side is not understood: its words and signs without layout.
std::string bare_form(std::string_view text) {
  static const RE2 layout(
      R"(\\(text|mbox|mathrm|textbf|left|right|displaystyle)\b|\\[,;!: ]|[${}\s])");
  std::string out(text);
  RE2::GlobalReplace(&out, layout, "");
  return plain_words(out);
}

bool has_mathematics(std::string_view text) {
  return text.find_first_of("0123456789=<>+^\\_") != std::string_view::npos;
}

bool is_option(const std::string& gold) {
  static const RE2 letter(R"(\s*(?:\\(?:text(?:bf)?|mathrm)\{)?[(（]?[A-J][)）]?\}?\s*)");
  return RE2::FullMatch(gold, letter);
}

std::optional<Expression> read_side(std::string_view text, Budget& budget) {
  return read_expression(text, budget);
}

bool is_collection(const Expression& e) { return e.kind == Kind::kList || e.kind == Kind::kSet; }

// Other readings of commas, tried where the other side calls for them: "70,110" is a list beside a
// list, "1,22" is a decimal beside "1.22".
std::string other_commas(const std::string& text, const std::optional<Expression>& other,
                         const std::string& other_text) {
  static const RE2 grouped(R"(-?[0-9]{1,3}(?:,[0-9]{3})+)");
  static const RE2 comma_decimal(R"(-?[0-9]+,(?:[0-9]{2}|[0-9]{4,}))");
  static const RE2 point_decimal(R"(-?[0-9]+\.[0-9]+)");
  std::string out = text;
  if (other && is_collection(*other) && RE2::FullMatch(text, grouped)) {
    RE2::GlobalReplace(&out, ",", ", ");
  } else if (RE2::FullMatch(text, comma_decimal) && RE2::FullMatch(other_text, point_decimal)) {
    RE2::GlobalReplace(&out, ",", ".");
  }
  return out;
}

std::string reason_of_equality(const Comparison& comparison, const Tolerance& tolerance) {
  if (comparison.by_tolerance()) {
    return fmt::format("equal within the stated tolerance of {}", described(tolerance));
  }
  if (comparison.by_agreement()) {
    return "the values agree to 300 digits at every point tried (ball arithmetic; no proof)";
  }
  if (comparison.by_root_bound()) return "equal by ball arithmetic below the root bound";
  return "the exact values or statements agree";
}

MathsVerdict decide(const std::string& a, const std::string& b, const Tolerance& tolerance) {
  MathsVerdict result;
  if (a.empty() || b.empty()) {
    return {
        "unequal", {}, a.empty() ? "there is no answer to compare" : "the gold answer is empty"};
  }
  if (one_space(a) == one_space(b)) return {"equal", {}, "written the same"};
  if (a.size() > kLongest || b.size() > kLongest) {
    return {"undecided", {}, "an expression that is too long to compare"};
  }
  Budget budget(kSteps);
  try {
    std::optional<Expression> left = read_side(a, budget);
    std::optional<Expression> right = read_side(b, budget);
    if (const std::string again = other_commas(a, right, b); again != a) {
      left = read_side(again, budget);
    }
    if (const std::string again = other_commas(b, left, a); again != b) {
      right = read_side(again, budget);
    }
    if (left && right) {
      Comparison comparison(budget, tolerance);
      switch (comparison.same(*left, *right)) {
        case Same::kYes:
          return {"equal", {}, reason_of_equality(comparison, tolerance)};
        case Same::kNo:
          return {"unequal", {}, "the values or statements differ"};
        case Same::kUnknown:
          return {"undecided", {}, "neither equality nor difference could be proven"};
      }
    }
    if (bare_form(a) == bare_form(b)) return {"equal", {}, "written the same but for layout"};
    const bool words_against_value =
        (!left && !has_mathematics(a)) || (!right && !has_mathematics(b));
    if (words_against_value) return {"unequal", {}, "words that are not those of the gold answer"};
    return {"undecided",
            {},
            fmt::format("{} could not be read", left ? "the gold answer" : "the answer")};
  } catch (const Budget::Exhausted& limit) {
    if (bare_form(a) == bare_form(b)) return {"equal", {}, "written the same but for layout"};
    return {"undecided", {}, limit.what};
  }
}

}  // namespace

std::string value_of(std::string_view expression) {
  const std::string text = plain_notation(data::trimmed(expression));
  if (text.size() > kLongest) return one_space(text);
  Budget budget(kSteps);
  try {
    const std::optional<Expression> read = read_side(text, budget);
    if (read) {
      Algebra algebra(budget, {});
      const Fraction value = algebra.evaluate(*read);
      if (Algebra::is_constant(value.top) && Algebra::is_constant(value.bottom)) {
        const Rational quotient =
            Algebra::constant_of(value.top) / Algebra::constant_of(value.bottom);
        return quotient.str();
      }
    }
  } catch (const Budget::Exhausted&) {
  } catch (const Algebra::NotArithmetic&) {
  }
  return one_space(text);
}

MathsVerdict equivalent(std::string_view expression, std::string_view gold,
                        const Tolerance& tolerance) {
  MathsVerdict result = decide(plain_notation(data::trimmed(expression)),
                               plain_notation(data::trimmed(gold)), tolerance);
  result.extracted = std::string(expression);
  return result;
}

}  // namespace maths

MathsVerdict judge_maths(std::string_view answer, std::string_view gold,
                         const Tolerance& tolerance) {
  if (maths::one_space(answer) == maths::one_space(gold) && answer.size() < maths::kLongest &&
      !data::trimmed(answer).empty()) {
    return {"equal", maths::extract(answer), "written the same"};
  }
  const std::string wanted = maths::extract(gold);
  // Where the gold answer is the letter of an option, the letter counts: "(B) 17" for "B".
  if (maths::is_option(wanted)) {
    if (std::string letter = maths::option_letter(answer); !letter.empty()) {
      return maths::equivalent(letter, wanted);
    }
  }
  return maths::equivalent(maths::extract(answer), wanted, tolerance);
}

}  // namespace candor::scoring
