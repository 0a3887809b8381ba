#include "scoring/rules/arithmetic.h"

#include <cmath>
#include <cstdlib>
#include <string>

namespace candor::scoring::rules {

namespace {

constexpr int kDeepest = 100;

bool digit(char c) { return c >= '0' && c <= '9'; }

// Recursive descent; precedence: + and -, then * / // %, then a sign, then ** (which binds to its
// right first).
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<double> whole() {
    const double value = sum(0);
    skip();
    if (failed_ || at_ != text_.size() || !std::isfinite(value)) return std::nullopt;
    return value;
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  bool take(std::string_view token) {
    skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  double fail() {
    failed_ = true;
    return 0;
  }

  double sum(int depth) {
    double value = product(depth);
    while (!failed_) {
      if (take("+")) {
        value += product(depth);
      } else if (take("-")) {
        value -= product(depth);
      } else {
        break;
      }
    }
    return value;
  }

  double product(int depth) {
    double value = signed_power(depth);
    while (!failed_) {
      skip();
      if (text_.substr(at_).starts_with("**")) return fail();
      if (take("*")) {
        value *= signed_power(depth);
        continue;
      }
      const bool floor = take("//");
      const bool remainder = !floor && take("%");
      if (!floor && !remainder && !take("/")) break;
      const double by = signed_power(depth);
      if (by == 0) return fail();
      if (remainder) {
        value -= std::floor(value / by) * by;
      } else {
        value = floor ? std::floor(value / by) : value / by;
      }
    }
    return value;
  }

  double signed_power(int depth) {
    if (depth > kDeepest) return fail();
    if (take("-")) return -signed_power(depth + 1);
    if (take("+")) return signed_power(depth + 1);
    const double base = atom(depth);
    if (!failed_ && take("**")) return std::pow(base, signed_power(depth + 1));
    return base;
  }

  double atom(int depth) {
    if (take("(")) {
      const double value = sum(depth + 1);
      return take(")") ? value : fail();
    }
    skip();
    const std::size_t start = at_;
    while (at_ < text_.size() && digit(text_[at_])) ++at_;
    const std::size_t whole = at_ - start;
    const bool point = at_ < text_.size() && text_[at_] == '.';
    std::size_t fraction = 0;
    if (point) {
      for (++at_; at_ < text_.size() && digit(text_[at_]); ++at_) ++fraction;
    }
    if (whole + fraction == 0) return fail();
    bool exponent = false;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      std::size_t end = at_ + 1;
      if (end < text_.size() && (text_[end] == '+' || text_[end] == '-')) ++end;
      const std::size_t digits = end;
      while (end < text_.size() && digit(text_[end])) ++end;
      if (end == digits) return fail();
      at_ = end;
      exponent = true;
    }
    const std::string number(text_.substr(start, at_ - start));
    // An integer with a leading zero is no number there, unless it is nought.
    if (!point && !exponent && whole > 1 && number[0] == '0' &&
        number.find_first_not_of('0') != std::string::npos) {
      return fail();
    }
    return std::strtod(number.c_str(), nullptr);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<double> arithmetic_value(std::string_view text) { return Reader(text).whole(); }

}  // namespace candor::scoring::rules
