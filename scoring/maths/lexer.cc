#include "scoring/maths/lexer.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "data/text/unicode.h"

namespace candor::scoring::maths {

namespace {

using Type = Token::Type;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '~'; }

// Commands that change how a formula looks and not what it says.
const std::unordered_set<std::string_view>& layout_commands() {
  static const auto* set = new std::unordered_set<std::string_view>{
      "left",   "right",    "big",     "Big",    "bigl",  "bigr",   "Bigl",         "Bigr",
      "bigg",   "Bigg",     "biggl",   "biggr",  "quad",  "qquad",  "displaystyle", "textstyle",
      "limits", "nolimits", "phantom", "hspace", "hfill", "middle", "scriptstyle",  "newline"};
  return *set;
}

// One name a meaning.
const std::unordered_map<std::string_view, std::string_view>& command_names() {
  static const auto* map =
      new std::unordered_map<std::string_view, std::string_view>{{"dfrac", "frac"},
                                                                 {"tfrac", "frac"},
                                                                 {"cfrac", "frac"},
                                                                 {"dbinom", "binom"},
                                                                 {"tbinom", "binom"},
                                                                 {"leq", "le"},
                                                                 {"leqslant", "le"},
                                                                 {"geq", "ge"},
                                                                 {"geqslant", "ge"},
                                                                 {"neq", "ne"},
                                                                 {"varnothing", "emptyset"},
                                                                 {"bmatrix", "pmatrix"},
                                                                 {"ast", "times"},
                                                                 {"bullet", "cdot"},
                                                                 {"thickapprox", "approx"},
                                                                 {"doteq", "approx"},
                                                                 {"lvert", "|"},
                                                                 {"rvert", "|"},
                                                                 {"vert", "|"},
                                                                 {"mid", "|"},
                                                                 {"lt", "<"},
                                                                 {"gt", ">"},
                                                                 {"backslash", "setminus"},
                                                                 {"bigcup", "cup"},
                                                                 {"inf", "infty"},
                                                                 {"infinity", "infty"},
                                                                 {"oo", "infty"},
                                                                 {"degree", "circ"},
                                                                 {"degrees", "circ"},
                                                                 {"lbrace", "{"},
                                                                 {"rbrace", "}"},
                                                                 {"percent", "%"},
                                                                 {"pct", "%"},
                                                                 {"asin", "arcsin"},
                                                                 {"acos", "arccos"},
                                                                 {"atan", "arctan"},
                                                                 {"union", "cup"},
                                                                 {"tg", "tan"},
                                                                 {"lg", "log"},
                                                                 {"sh", "sinh"},
                                                                 {"ch", "cosh"},
                                                                 {"ctg", "cot"}};
  return *map;
}

// Words that mean a command when they stand without a backslash.
const std::unordered_set<std::string_view>& bare_commands() {
  static const auto* set = new std::unordered_set<std::string_view>{
      "sin",     "cos",    "tan",      "cot",  "sec",  "csc", "log",     "ln",   "exp",
      "sqrt",    "cbrt",   "sinh",     "cosh", "tanh", "lg",  "gcd",     "lcm",  "arcsin",
      "arccos",  "arctan", "asin",     "acos", "atan", "abs", "floor",   "ceil", "pi",
      "infty",   "inf",    "infinity", "oo",   "or",   "and", "percent", "pct",  "degree",
      "degrees", "theta",  "alpha",    "beta", "union"};
  return *set;
}

// Commands whose group is words, not mathematics.
bool is_text_command(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "text", "mbox", "textbf", "textrm", "mathrm", "textit", "hbox", "operatorname"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Commands around a group that stay in the tree as if they were not there.
bool is_wrapper_command(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "mathbf", "boldsymbol", "mathit", "bm", "mathsf", "fbox", "boxed", "ensuremath", "mathcal"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

class Lexer {
 public:
  Lexer(std::string_view text, Budget& budget) : text_(text), budget_(budget) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) {
      budget_.spend(1);
      step();
    }
    put(Type::kEnd, "");
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool follows(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void put(Type type, std::string text) {
    Token token;
    token.type = type;
    token.text = std::move(text);
    token.space_before = space_;
    out_.push_back(std::move(token));
    space_ = false;
  }

  void step() {
    const char c = peek();
    if (is_space(c) || c == '$') {
      space_ = true;
      ++at_;
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      read_number();
    } else if (is_letter(c)) {
      read_word();
    } else if (c == '\\') {
      read_command();
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      read_foreign_word();
    } else if (c == '*' && peek(1) == '*') {
      at_ += 2;
      put(Type::kMark, "^");
    } else {
      read_mark();
    }
  }

  void read_mark() {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPairs = {
        {{"<=", "le"}, {">=", "ge"}, {"!=", "ne"}, {"==", "="}, {"+-", "pm"}, {"->", "to"}}};
    for (const auto& [spelled, name] : kPairs) {
      if (!follows(spelled)) continue;
      at_ += spelled.size();
      if (name == "=") {
        put(Type::kMark, "=");
      } else {
        put(Type::kCommand, std::string(name));
      }
      return;
    }
    put(Type::kMark, std::string(1, peek()));
    ++at_;
  }

  // The length of a separator at `at` that joins two groups of digits, 0 when there is none.
  std::size_t separator_at(std::size_t at, bool& plain_comma) const {
    static constexpr std::array<std::string_view, 6> kSeparators = {",\\!", "{,}\\!", "{,}",
                                                                    "\\,",  ",",      " "};
    for (const std::string_view separator : kSeparators) {
      if (!text_.substr(at).starts_with(separator)) continue;
      std::size_t next = at + separator.size();
      // "\\!" may be followed by a space that TeX ignores.
      if (separator.ends_with("!")) {
        while (next < text_.size() && text_[next] == ' ') ++next;
      }
      std::size_t digits = 0;
      while (next + digits < text_.size() && is_digit(text_[next + digits])) ++digits;
      if (digits != 3) return 0;
      plain_comma = separator == ",";
      return next - at;
    }
    return 0;
  }

  void read_number() {
    std::string digits;
    bool grouped = false;
    while (is_digit(peek())) digits += text_[at_++];
    if (!digits.empty() && digits.size() <= 3 && digits != "0") {
      // Groups must all have three digits: "1,234,56" is a list, not a number.
      bool plain_comma = false;
      while (const std::size_t length = separator_at(at_, plain_comma)) {
        if (plain_comma && inside_list_of_brackets(digits)) break;
        grouped = grouped || plain_comma;
        digits += text_.substr(at_ + length, 3);
        at_ += length + 3;
      }
    }
    if (points_group(digits)) {
      while (peek() == '.' && is_digit(peek(1))) {
        digits += text_.substr(at_ + 1, 3);
        at_ += 4;
      }
    }
    if (peek() == '.' && (is_digit(peek(1)) || !digits.empty())) {
      // "0.\overline{3}": all the decimals repeat.
      const bool repeats = text_.substr(at_ + 1).starts_with("\\overline") ||
                           text_.substr(at_ + 1).starts_with("\\dot");
      if (is_digit(peek(1)) || repeats) {
        digits += '.';
        ++at_;
        while (is_digit(peek())) digits += text_[at_++];
      } else if (at_ + 1 == text_.size() || is_space(peek(1))) {
        ++at_;  // a full stop after a number
      }
    }
    if ((peek() == 'e' || peek() == 'E') && scientific_exponent()) {
      digits += text_[at_++];
      if (peek() == '+' || peek() == '-') digits += text_[at_++];
      while (is_digit(peek())) digits += text_[at_++];
    }
    put(Type::kNumber, std::move(digits));
    out_.back().grouped = grouped;
  }

  // "1.234.567": points between two groups of three digits or more are separators.
  bool points_group(const std::string& digits) const {
    if (digits.empty() || digits.size() > 3 || digits == "0") return false;
    std::size_t groups = 0;
    std::size_t at = at_;
    while (at < text_.size() && text_[at] == '.') {
      std::size_t count = 0;
      while (at + 1 + count < text_.size() && is_digit(text_[at + 1 + count])) ++count;
      if (count != 3) return count == 0 && groups >= 2;
      at += 4;
      ++groups;
    }
    return groups >= 2;
  }

  bool scientific_exponent() const {
    std::size_t next = 1;
    if (peek(next) == '+' || peek(next) == '-') ++next;
    if (!is_digit(peek(next))) return false;
    while (is_digit(peek(next))) ++next;
    return !is_letter(peek(next));
  }

  // "(46,200)": right after an opening bracket or a comma inside brackets, up to a comma or the
  // closing bracket, a comma separates items.
  bool inside_list_of_brackets(const std::string& digits) const {
    std::size_t begin = at_ - digits.size();
    while (begin > 0 && (is_space(text_[begin - 1]) || text_[begin - 1] == '-')) --begin;
    if (begin == 0) return false;
    const char before = text_[begin - 1];
    const bool opens = before == '(' || before == '[' || before == '{' || before == ',';
    std::size_t end = at_ + 4;
    while (end < text_.size() && is_space(text_[end])) ++end;
    if (!opens || end >= text_.size()) return false;
    const char after = text_[end];
    const bool closes = after == ')' || after == ']' || after == ',' ||
                        text_.substr(end).starts_with("\\}") ||
                        text_.substr(end).starts_with("\\right");
    return closes && depth_of_brackets(begin) > 0;
  }

  int depth_of_brackets(std::size_t end) const {
    int depth = 0;
    const std::size_t first = end > 400 ? end - 400 : 0;  // answers are short: a bounded look back
    for (std::size_t i = first; i < end; ++i) {
      if (text_[i] == '(' || text_[i] == '[' || text_[i] == '{') ++depth;
      if (text_[i] == ')' || text_[i] == ']' || text_[i] == '}') --depth;
    }
    return depth;
  }

  void read_word() {
    std::size_t end = at_;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    std::string_view word = text_.substr(at_, end - at_);
    // "x=1orx=2": a conjunction glued to a number and to one letter.
    const bool glued = word.size() == 3 && word.starts_with("or") && !space_ && !out_.empty() &&
                       out_.back().type == Type::kNumber;
    if (glued) {
      end = at_ + 2;
      word.remove_suffix(1);
    }
    if (!abbreviation(end)) {
      at_ = end;
      if (word.size() == 1) {
        put(Type::kLetter, std::string(word));
      } else if (bare_commands().contains(word)) {
        put_command(word);
        out_.back().bare = true;
      } else {
        put(Type::kWord, std::string(word));
      }
    }
  }

  // "a.m." and "p.m.": one word.
  bool abbreviation(std::size_t end) {
    static constexpr std::string_view kHalves = "aApP";
    if (end - at_ != 1 || kHalves.find(peek()) == std::string_view::npos || peek(1) != '.' ||
        (peek(2) != 'm' && peek(2) != 'M'))
      return false;
    put(Type::kWord, peek() == 'a' || peek() == 'A' ? "am" : "pm");
    at_ += peek(3) == '.' ? 4 : 3;
    return true;
  }

  void read_foreign_word() {
    std::string word;
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80) {
      word += text_[at_++];
    }
    // "3 或 -2": joins the items of a list.
    for (const auto& [joint, name] : {std::pair<std::string_view, const char*>{"或者", "or"},
                                      std::pair<std::string_view, const char*>{"或", "or"},
                                      std::pair<std::string_view, const char*>{"以及", "and"},
                                      std::pair<std::string_view, const char*>{"和", "and"}}) {
      if (word == joint) {
        put(Type::kCommand, name);
        return;
      }
    }
    // "3万", "1.5 亿": the number's own scale.
    if (!out_.empty() && out_.back().type == Type::kNumber) {
      for (const auto& [scale, zeros] :
           {std::pair<std::string_view, std::string_view>{"万", "e4"},
            std::pair<std::string_view, std::string_view>{"亿", "e8"}}) {
        if (!word.starts_with(scale) || out_.back().text.find('e') != std::string::npos) continue;
        out_.back().text += zeros;
        word = word.substr(scale.size());
        break;
      }
    }
    if (!word.empty()) put(Type::kWord, std::move(word));
  }

  void put_command(std::string_view name) {
    const auto found = command_names().find(name);
    if (found != command_names().end()) name = found->second;
    const bool mark = name.size() == 1 && !is_letter(name[0]) && name != "{" && name != "}";
    put(mark ? Type::kMark : Type::kCommand, std::string(name));
  }

  void read_command() {
    ++at_;
    if (at_ >= text_.size()) return;
    if (!is_letter(peek())) {
      const char c = text_[at_++];
      if (c == '{' || c == '}') {
        put(Type::kCommand, std::string(1, c));
      } else if (c == '%' || c == '|') {
        put(Type::kMark, std::string(1, c));
      } else if (c == '\\') {
        put(Type::kCommand, "\\");
      } else {
        space_ = true;  // "\\,", "\\;", "\\!", "\\ ", "\\$", "\\(", "\\]"
      }
      return;
    }
    std::size_t end = at_;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    const std::string_view name = text_.substr(at_, end - at_);
    at_ = end;
    if (layout_commands().contains(name)) {
      space_ = true;
      // "\\left." and "\\right." are invisible brackets.
      if ((name == "left" || name == "right") && peek() == '.') ++at_;
    } else if (is_text_command(name)) {
      read_text_group();
    } else if (!is_wrapper_command(name)) {
      put_command(name);
    }
  }

  void read_text_group() {
    while (is_space(peek())) ++at_;
    if (peek() != '{') return;
    int depth = 0;
    std::size_t end = at_;
    for (; end < text_.size(); ++end) {
      if (text_[end] == '{') ++depth;
      if (text_[end] == '}' && --depth == 0) break;
    }
    std::string inside(text_.substr(at_ + 1, end - at_ - 1));
    at_ = std::min(end + 1, text_.size());
    // "\operatorname{lcm}", "\mathrm{lg}": a name of a function, not words.
    static const std::unordered_set<std::string_view> kFunctions = {
        "lcm",    "gcd",    "max",    "min",  "sin",  "cos",  "tan", "cot", "sec", "csc",
        "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln",  "log", "lg",  "exp"};
    if (kFunctions.contains(inside)) {
      put_command(inside);
      return;
    }
    put(Type::kText, std::move(inside));
  }

  std::string_view text_;
  Budget& budget_;
  std::size_t at_ = 0;
  bool space_ = false;
  std::vector<Token> out_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text, Budget& budget) {
  return Lexer(text, budget).run();
}

}  // namespace candor::scoring::maths
