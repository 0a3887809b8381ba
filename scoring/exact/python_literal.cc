#include "scoring/exact/python_literal.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "data/text/unicode.h"

namespace candor::scoring {

namespace {

using Kind = PythonValue::Kind;

constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxParts = 100'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<PythonValue> value(int depth) {
    skip_space();
    if (depth > kMaxDepth || ++parts_ > kMaxParts || at_ >= text_.size()) return std::nullopt;
    const char c = text_[at_];
    if (c == '[') return sequence(Kind::kList, ']', depth);
    if (c == '(') return sequence(Kind::kTuple, ')', depth);
    if (c == '{') return braces(depth);
    if (c == '-' || c == '+' || c == '.' || is_digit(c)) return number();
    if (starts_text()) return joined_texts();
    return word();
  }
  std::size_t at() const { return at_; }

 private:
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<PythonValue> sequence(Kind kind, char close, int depth) {
    PythonValue result;
    result.kind = kind;
    ++at_;
    bool comma = false;
    while (!take(close)) {
      if (!result.items.empty() && !comma) return std::nullopt;
      auto item = value(depth + 1);
      if (!item) return std::nullopt;
      result.items.push_back(std::move(*item));
      comma = take(',');
    }
    // (1) is 1; (1,) is a tuple.
    if (kind == Kind::kTuple && result.items.size() == 1 && !comma) {
      return std::move(result.items.front());
    }
    return result;
  }

  std::optional<PythonValue> braces(int depth) {
    PythonValue result;
    result.kind = Kind::kDict;
    ++at_;
    bool comma = true;
    while (!take('}')) {
      if (!comma) return std::nullopt;
      auto key = value(depth + 1);
      if (!key || !hashable(*key)) return std::nullopt;
      const bool pair = take(':');
      if (result.items.empty()) result.kind = pair ? Kind::kDict : Kind::kSet;
      if (pair != (result.kind == Kind::kDict)) return std::nullopt;
      const std::size_t step = pair ? 2 : 1;
      std::size_t known = 0;
      while (known < result.items.size() && !(result.items[known] == *key)) known += step;
      if (known == result.items.size()) {
        result.items.push_back(std::move(*key));
        if (pair) result.items.emplace_back();
      }
      if (pair) {
        auto item = value(depth + 1);
        if (!item) return std::nullopt;
        result.items[known + 1] = std::move(*item);  // of two equal keys the later counts
      }
      comma = take(',');
    }
    return result;
  }

  static bool hashable(const PythonValue& value) {
    return value.kind != Kind::kList && value.kind != Kind::kDict && value.kind != Kind::kSet &&
           std::all_of(value.items.begin(), value.items.end(), hashable);
  }

  std::optional<PythonValue> number() {
    std::string digits;
    bool negative = false;
    while (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) {
      negative = negative != (text_[at_++] == '-');
      skip_space();
    }
    const std::size_t begin = at_;
    bool is_float = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const bool exponent =
          (c == 'e' || c == 'E') && at_ > begin && at_ + 1 < text_.size() &&
          (is_digit(text_[at_ + 1]) || ((text_[at_ + 1] == '-' || text_[at_ + 1] == '+') &&
                                        at_ + 2 < text_.size() && is_digit(text_[at_ + 2])));
      if (c == '_' && at_ > begin && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) continue;
      if (exponent) {
        is_float = true;
        digits += c;
        if (!is_digit(text_[at_ + 1])) digits += text_[++at_];
      } else if (c == '.' && digits.find_first_of(".eE") == std::string::npos && !ends_sentence()) {
        is_float = true;
        digits += c;
      } else if (is_digit(c)) {
        digits += c;
      } else {
        break;
      }
    }
    if (digits.find_first_of("0123456789") == std::string::npos) {
      // -inf, as float's repr writes it
      auto named = digits.empty() ? word() : std::nullopt;
      if (!named || named->kind != Kind::kFloat) return std::nullopt;
      if (negative) named->number = -named->number;
      return named;
    }
    if (at_ < text_.size() && is_word(text_[at_])) return std::nullopt;  // 12abc, 0x10
    PythonValue result;
    if (is_float) {
      result.kind = Kind::kFloat;
      result.number = (negative ? -1 : 1) * std::strtod(digits.c_str(), nullptr);
      return result;
    }
    const std::size_t first = digits.find_first_not_of('0');
    result.kind = Kind::kInteger;
    result.text = first == std::string::npos ? "0" : (negative ? "-" : "") + digits.substr(first);
    return result;
  }

  // "The answer is 12." ends with a full stop, "12.5" and "12.]" do not.
  bool ends_sentence() const {
    return at_ + 1 >= text_.size() || text_[at_ + 1] == ' ' || text_[at_ + 1] == '\n' ||
           text_[at_ + 1] == '\r' || text_[at_ + 1] == '*' || text_[at_ + 1] == '`';
  }

  bool starts_text() const {
    std::size_t i = at_;
    while (i < text_.size() && i < at_ + 2 &&
           std::string_view("rRbBuU").find(text_[i]) != std::string_view::npos) {
      ++i;
    }
    return i < text_.size() && (text_[i] == '\'' || text_[i] == '"');
  }

  // Texts that stand one after another are one.
  std::optional<PythonValue> joined_texts() {
    auto first = one_text();
    while (first) {
      const std::size_t before = at_;
      skip_space();
      if (at_ >= text_.size() || !starts_text() ||
          text_.substr(before, at_ - before).find('\n') != std::string_view::npos) {
        at_ = before;
        break;
      }
      auto next = one_text();
      if (!next || next->kind != first->kind) {
        at_ = before;
        break;
      }
      first->text += next->text;
    }
    return first;
  }

  std::optional<PythonValue> one_text() {
    bool raw = false;
    PythonValue result;
    result.kind = Kind::kText;
    for (; text_[at_] != '\'' && text_[at_] != '"'; ++at_) {
      if (text_[at_] == 'r' || text_[at_] == 'R') raw = true;
      if (text_[at_] == 'b' || text_[at_] == 'B') result.kind = Kind::kBytes;
    }
    const char quote = text_[at_];
    const std::string three(3, quote);
    const bool is_long = text_.substr(at_, 3) == three;
    const std::string close = is_long ? three : std::string(1, quote);
    at_ += close.size();
    while (text_.substr(at_, close.size()) != close) {
      if (at_ >= text_.size() || (text_[at_] == '\n' && !is_long)) return std::nullopt;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        if (raw) {
          result.text += text_[at_++];
          result.text += text_[at_++];
        } else {
          ++at_;
          escape(result);
        }
      } else {
        result.text += text_[at_++];
      }
    }
    at_ += close.size();
    return result;
  }

  // `at_` stands behind the backslash.
  void escape(PythonValue& result) {
    static constexpr std::string_view kNames = "\\'\"abfnrtv";
    static constexpr std::string_view kBytes = "\\'\"\a\b\f\n\r\t\v";
    const char c = text_[at_++];
    if (c == '\n') return;  // the line goes on
    if (const std::size_t i = kNames.find(c); i != std::string_view::npos) {
      result.text += kBytes[i];
      return;
    }
    if (c >= '0' && c <= '7') {
      char32_t code = static_cast<char32_t>(c - '0');
      for (int i = 0; i < 2 && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7'; ++i) {
        code = code * 8 + static_cast<char32_t>(text_[at_++] - '0');
      }
      append(result, code);
      return;
    }
    const std::size_t wanted = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    char32_t code = 0;
    std::size_t got = 0;
    for (; got < wanted && at_ + got < text_.size(); ++got) {
      const int digit = hex_value(text_[at_ + got]);
      if (digit < 0) break;
      code = code * 16 + static_cast<char32_t>(digit);
    }
    if (wanted > 0 && got == wanted) {
      at_ += got;
      append(result, code);
      return;
    }
    result.text += '\\';  // an unknown escape stays as it is written
    result.text += c;
  }

  static void append(PythonValue& result, char32_t code) {
    if (result.kind == Kind::kBytes) {
      result.text += static_cast<char>(static_cast<unsigned char>(code & 0xffU));
    } else {
      data::append_utf8(result.text, code);
    }
  }

  std::optional<PythonValue> word() {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string_view name = text_.substr(at_, end - at_);
    PythonValue result;
    if (name == "True" || name == "False") {
      result.kind = Kind::kInteger;  // bool is an int, and True == 1
      result.text = name == "True" ? "1" : "0";
    } else if (name == "inf" || name == "nan") {
      result.kind = Kind::kFloat;
      result.number = name == "inf" ? HUGE_VAL : std::nan("");
    } else if (name == "set" && text_.substr(end, 2) == "()") {
      result.kind = Kind::kSet;
      end += 2;
    } else if (name != "None") {
      return std::nullopt;
    }
    at_ = end;
    return result;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t parts_ = 0;
};

bool same_number(const PythonValue& a, const PythonValue& b) {
  if (a.kind == Kind::kInteger && b.kind == Kind::kInteger) return a.text == b.text;
  if (a.kind == Kind::kFloat && b.kind == Kind::kFloat) return a.number == b.number;
  const PythonValue& whole = a.kind == Kind::kInteger ? a : b;
  const double number = a.kind == Kind::kFloat ? a.number : b.number;
  if (!std::isfinite(number) || std::floor(number) != number) return false;
  std::string digits(400, '\0');
  const int length = std::snprintf(digits.data(), digits.size(), "%.0f", number);
  digits.resize(static_cast<std::size_t>(length));
  return whole.text == (digits == "-0" ? "0" : digits);
}

bool same_items(const PythonValue& a, const PythonValue& b, std::size_t step) {
  if (a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); i += step) {
    std::size_t j = 0;
    while (j < b.items.size() && !(b.items[j] == a.items[i])) j += step;
    if (j >= b.items.size()) return false;
    if (step == 2 && !(a.items[i + 1] == b.items[j + 1])) return false;
  }
  return true;
}

}  // namespace

std::optional<PythonValue> parse_python(std::string_view text, std::size_t& length) {
  Parser parser(text);
  auto value = parser.value(0);
  length = parser.at();
  return value;
}

bool operator==(const PythonValue& a, const PythonValue& b) {
  const auto is_number = [](const PythonValue& value) {
    return value.kind == Kind::kInteger || value.kind == Kind::kFloat;
  };
  if (is_number(a) && is_number(b)) return same_number(a, b);
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::kDict) return same_items(a, b, 2);
  if (a.kind == Kind::kSet) return same_items(a, b, 1);
  return a.text == b.text && a.items == b.items;
}

}  // namespace candor::scoring
