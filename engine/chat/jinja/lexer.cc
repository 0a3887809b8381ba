#include "engine/chat/jinja/lexer.h"

#include <algorithm>
#include <array>

#include "engine/chat/jinja/limits.h"
#include "engine/chat/jinja/string_literal.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

bool is_name_byte(char c) {
  return is_decimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string with_plain_newlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      out += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      out += source[i];
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

// The length of `text` without the white space at its end.
std::size_t stripped_size(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    const Character last = decode_back(text, end);
    if (!is_space(last.code)) break;
    end -= last.size;
  }
  return end;
}

class Lexer {
 public:
  explicit Lexer(std::string source) : source_(std::move(source)) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) read_data();
    add(Token::Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  bool next_is(std::string_view text) const { return source_.compare(at_, text.size(), text) == 0; }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  void add(Token::Kind kind, std::string text) {
    tokens_.push_back({kind, std::move(text), line_});
  }

  void advance_to(std::size_t end) {
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }

  void skip_space() {
    std::size_t end = at_;
    while (end < source_.size()) {
      const Character character = decode(source_, end);
      if (!is_space(character.code)) break;
      end += character.size;
    }
    advance_to(end);
  }

  // Plain text up to `tag`, whose sign and kind decide how much white space before it stays.
  void add_data(std::size_t tag, char sign, bool is_print) {
    std::string_view text = std::string_view(source_).substr(at_, tag - at_);
    if (sign == '-') {
      text = text.substr(0, stripped_size(text));
    } else if (sign != '+' && !is_print) {
      const std::size_t newline = text.rfind('\n');
      const bool line_begins = at_ == 0 || source_[at_ - 1] == '\n';
      const std::size_t line_start = newline == text.npos ? 0 : newline + 1;
      if ((line_start > 0 || line_begins) && stripped_size(text.substr(line_start)) == 0) {
        text = text.substr(0, line_start);
      }
    }
    if (!text.empty()) add(Token::Kind::kData, std::string(text));
    advance_to(tag);
  }

  void read_data() {
    std::size_t tag = source_.find('{', at_);
    while (tag != source_.npos &&
           (tag + 1 >= source_.size() ||
            (source_[tag + 1] != '{' && source_[tag + 1] != '%' && source_[tag + 1] != '#'))) {
      tag = source_.find('{', tag + 1);
    }
    if (tag == source_.npos) {
      add(Token::Kind::kData, source_.substr(at_));
      advance_to(source_.size());
      return;
    }
    const char kind = source_[tag + 1];
    const char after = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    const char sign = after == '-' || after == '+' ? after : '\0';
    add_data(tag, sign, kind == '{');
    const std::size_t inside = tag + (sign == '\0' ? 2 : 3);
    if (kind == '#') {
      read_comment(inside);
    } else if (kind == '%' && keyword_tag(inside, "raw", false) != source_.npos) {
      read_raw(keyword_tag(inside, "raw", false));
    } else {
      add(kind == '%' ? Token::Kind::kBlockBegin : Token::Kind::kPrintBegin, "");
      advance_to(inside);
      read_tag(kind == '%');
    }
  }

  // The closing delimiter is at `close`; goes past it and the white space it takes along.
  void leave(std::size_t close, char sign, bool trims_newline) {
    advance_to(close + 2);
    if (sign == '-') {
      skip_space();
    } else if (sign != '+' && trims_newline && peek() == '\n') {
      advance_to(at_ + 1);
    }
  }

  void read_comment(std::size_t inside) {
    const std::size_t close = source_.find("#}", inside);
    if (close == source_.npos) problem_at(line_, "this comment is not closed");
    leave(close, close > inside ? source_[close - 1] : '\0', true);
  }

  // For `{% raw %}`: where the closing delimiter of a tag that holds just `word` begins, or npos.
  std::size_t keyword_tag(std::size_t inside, std::string_view word, bool allow_plus) const {
    const auto skip = [&](std::size_t at) {
      while (at < source_.size() && is_space(decode(source_, at).code)) {
        at += decode(source_, at).size;
      }
      return at;
    };
    std::size_t at = skip(inside);
    if (source_.compare(at, word.size(), word) != 0) return source_.npos;
    at = skip(at + word.size());
    if (at < source_.size() && (source_[at] == '-' || (allow_plus && source_[at] == '+'))) ++at;
    return source_.compare(at, 2, "%}") == 0 ? at : source_.npos;
  }

  void read_raw(std::size_t close) {
    const int opened = line_;
    leave(close, source_[close - 1], false);
    for (std::size_t tag = source_.find("{%", at_); tag != source_.npos;
         tag = source_.find("{%", tag + 2)) {
      const char after = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      const char sign = after == '-' || after == '+' ? after : '\0';
      const std::size_t end = keyword_tag(tag + (sign == '\0' ? 2 : 3), "endraw", true);
      if (end == source_.npos) continue;
      add_data(tag, sign, false);
      leave(end, source_[end - 1], true);
      return;
    }
    problem_at(opened, "this raw block is not closed");
  }

  void read_tag(bool block) {
    const int opened = line_;
    const std::string_view delimiter = block ? "%}" : "}}";
    std::string open;  // the brackets that are open, innermost last
    for (;;) {
      skip_space();
      if (at_ >= source_.size()) {
        problem_at(opened, "this tag is not closed: '{}' is missing", delimiter);
      }
      if (open.empty()) {
        const char sign = peek() == '-' || (block && peek() == '+') ? peek() : '\0';
        const std::size_t close = at_ + (sign == '\0' ? 0 : 1);
        if (source_.compare(close, 2, delimiter) == 0) {
          add(block ? Token::Kind::kBlockEnd : Token::Kind::kPrintEnd, "");
          leave(close, sign, block);
          return;
        }
      }
      read_token(open);
    }
  }

  void read_token(std::string& open) {
    const char c = peek();
    if (is_decimal(c)) {
      read_number();
    } else if (is_name_byte(c)) {
      std::size_t end = at_;
      while (end < source_.size() && is_name_byte(source_[end])) {
        const Character character = decode(source_, end);
        if (is_space(character.code)) break;  // U+3000 and the like end a name
        end += character.size;
      }
      add(Token::Kind::kName, source_.substr(at_, end - at_));
      at_ = end;
    } else if (c == '\'' || c == '"') {
      read_string(c);
    } else {
      read_operator(open);
    }
  }

  std::size_t digits_end(std::size_t at) const {
    while (at < source_.size() &&
           (is_decimal(source_[at]) ||
            (source_[at] == '_' && at + 1 < source_.size() && is_decimal(source_[at + 1])))) {
      ++at;
    }
    return at;
  }

  void read_number() {
    const auto add_number = [&](Token::Kind kind, std::size_t end) {
      std::string text = source_.substr(at_, end - at_);
      std::erase(text, '_');
      add(kind, std::move(text));
      at_ = end;
    };
    const char letter = static_cast<char>(peek(1) | 0x20);
    if (peek() == '0' && (letter == 'x' || letter == 'o' || letter == 'b')) {
      std::size_t end = at_ + 2;
      while (end < source_.size() && is_name_byte(source_[end])) ++end;
      return add_number(Token::Kind::kInteger, end);
    }
    const bool may_be_float = at_ == 0 || source_[at_ - 1] != '.';  // a.0.1 has no number 0.1
    const std::size_t whole = digits_end(at_);
    std::size_t end = whole;
    const auto decimal_at = [&](std::size_t at) {
      return at < source_.size() && is_decimal(source_[at]);
    };
    if (may_be_float && end < source_.size() && source_[end] == '.' && decimal_at(end + 1)) {
      end = digits_end(end + 1);
    }
    if (may_be_float && end < source_.size() && (source_[end] | 0x20) == 'e') {
      const std::size_t sign = end + 1;
      const bool has_sign = sign < source_.size() && (source_[sign] == '+' || source_[sign] == '-');
      if (decimal_at(sign + (has_sign ? 1 : 0))) end = digits_end(sign + (has_sign ? 1 : 0));
    }
    add_number(end == whole ? Token::Kind::kInteger : Token::Kind::kFloat, end);
  }

  void read_string(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) problem_at(line_, "this string is not closed: {} is missing", quote);
    add(Token::Kind::kString,
        resolve_escapes(std::string_view(source_).substr(at_ + 1, end - at_ - 1), line_));
    advance_to(end + 1);
  }

  void read_operator(std::string& open) {
    static constexpr std::array<std::string_view, 6> kPairs = {"//", "**", "==", "!=", ">=", "<="};
    static constexpr std::string_view kSingles = "+-/*%~[](){}><=.:|,;";
    for (const std::string_view pair : kPairs) {
      if (next_is(pair)) {
        add(Token::Kind::kOperator, std::string(pair));
        at_ += 2;
        return;
      }
    }
    const char c = peek();
    if (kSingles.find(c) == kSingles.npos) {
      problem_at(line_, "unexpected character '{}'",
                 is_printable(static_cast<unsigned char>(c)) ? c : '?');
    }
    if (c == '(' || c == '[' || c == '{') {
      open += c == '(' ? ')' : c == '[' ? ']' : '}';
    } else if (c == ')' || c == ']' || c == '}') {
      if (open.empty()) problem_at(line_, "unexpected '{}'", c);
      if (open.back() != c) problem_at(line_, "unexpected '{}', expected '{}'", c, open.back());
      open.pop_back();
    }
    add(Token::Kind::kOperator, std::string(1, c));
    ++at_;
  }

  const std::string source_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
  if (source.size() > kLimits.source) {
    problem_at(1, "a template of {} bytes is larger than the {} bytes allowed", source.size(),
               kLimits.source);
  }
  return Lexer(with_plain_newlines(source)).run();
}

std::string describe(const Token& token) {
  switch (token.kind) {
    case Token::Kind::kData:
      return "text";
    case Token::Kind::kPrintBegin:
      return "'{{'";
    case Token::Kind::kPrintEnd:
      return "'}}'";
    case Token::Kind::kBlockBegin:
      return "'{%'";
    case Token::Kind::kBlockEnd:
      return "'%}'";
    case Token::Kind::kString:
      return "a string";
    case Token::Kind::kEnd:
      return "the end of the template";
    default:
      return fmt::format("'{}'", token.text.substr(0, 60));
  }
}

}  // namespace candor::engine::jinja
