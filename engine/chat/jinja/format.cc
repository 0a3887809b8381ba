#include "engine/chat/jinja/format.h"

#include <cmath>

#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

constexpr std::int64_t kWidest = 8 * 1024 * 1024;
constexpr std::int64_t kMostDecimals = 500;

// One field of a format: how its value is shown.
struct Field {
  bool left = false;
  bool center = false;
  bool zeros = false;
  bool alternate = false;
  bool grouped = false;
  char sign = '\0';  // '+' or ' '
  std::string fill = " ";
  std::int64_t width = 0;
  std::int64_t precision = -1;
  char type = 's';
};

// Reads a format from front to back.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  std::size_t at() const { return at_; }
  void to(std::size_t at) { at_ = at; }
  char take() { return text_[at_++]; }
  bool skip(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  std::int64_t number(std::int64_t limit) {
    std::int64_t value = 0;
    while (peek() >= '0' && peek() <= '9') {
      value = value * 10 + (take() - '0');
      if (value > limit) problem("a width or precision in a format is larger than {}", limit);
    }
    return value;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::string with_groups(std::string_view digits) {
  const std::size_t whole = std::min(digits.find('.'), digits.size());
  std::string grouped;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i != 0 && (whole - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  grouped += digits.substr(whole);
  return grouped;
}

std::string whole_number(std::int64_t value, const Field& field) {
  const auto size =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits;
  switch (field.type) {
    case 'x':
      digits = fmt::format("{}{:x}", field.alternate ? "0x" : "", size);
      break;
    case 'X':
      digits = fmt::format("{}{:X}", field.alternate ? "0X" : "", size);
      break;
    case 'o':
      digits = fmt::format("{}{:o}", field.alternate ? "0o" : "", size);
      break;
    case 'b':
      digits = fmt::format("{}{:b}", field.alternate ? "0b" : "", size);
      break;
    default:
      digits = fmt::to_string(size);
  }
  return field.grouped ? with_groups(digits) : digits;
}

std::string real_number(double value, const Field& field) {
  const auto precision = static_cast<int>(field.precision < 0 ? 6 : field.precision);
  const double size = std::abs(value);
  if (!std::isfinite(size)) return std::isnan(size) ? "nan" : "inf";
  switch (field.type) {
    case 'e':
      return fmt::format("{:.{}e}", size, precision);
    case 'E':
      return fmt::format("{:.{}E}", size, precision);
    case 'g':
      return fmt::format("{:.{}g}", size, precision);
    case 'G':
      return fmt::format("{:.{}G}", size, precision);
    case '%':
      return fmt::format("{:.{}f}%", size * 100, precision);
    default: {
      const std::string digits = fmt::format("{:.{}f}", size, precision);
      return field.grouped ? with_groups(digits) : digits;
    }
  }
}

Text padded(Runtime& runtime, const Text& text, const Field& field) {
  const std::int64_t missing = field.width - static_cast<std::int64_t>(text.length());
  if (missing <= 0) return text;
  if (field.center) {  // an odd place more goes to the right, unlike in str.center
    const std::int64_t left_width = field.width - (missing + 1) / 2;
    const Text half = pad(runtime, text, left_width, field.fill, Side::kLeft);
    return pad(runtime, half, field.width, field.fill, Side::kRight);
  }
  const Side side = field.left ? Side::kRight : Side::kLeft;
  return pad(runtime, text, field.width, field.fill, side);
}

Text number_text(Runtime& runtime, const Value& value, const Field& field) {
  const bool whole = std::string_view("dixXob").find(field.type) != std::string_view::npos;
  const bool negative =
      value.floating() != nullptr ? std::signbit(*value.floating()) : value.as_integer() < 0;
  std::string digits;
  if (whole) {
    std::int64_t number = 0;
    if (const double* real = value.floating()) {
      if (!(std::abs(*real) < 9.2e18)) problem("a number in a format is beyond 64 bits");
      number = static_cast<std::int64_t>(*real);
    } else {
      number = value.as_integer();
    }
    digits = whole_number(number, field);
    const auto missing = field.precision - static_cast<std::int64_t>(digits.size());
    if (missing > 0) digits = fmt::format("{:0>{}}", digits, field.precision);
  } else {
    digits = real_number(value.as_double(), field);
  }
  const std::string sign = negative ? "-" : field.sign != '\0' ? std::string(1, field.sign) : "";
  if (field.zeros && !field.left) {
    const auto room = field.width - static_cast<std::int64_t>(sign.size());
    digits = fmt::format("{:0>{}}", digits, std::max<std::int64_t>(room, 0));
  }
  return padded(runtime, make_text(runtime.budget, fmt::format("{}{}", sign, digits), false),
                field);
}

Text string_text(Runtime& runtime, Text text, const Field& field) {
  if (field.precision >= 0) {
    const std::size_t end = byte_offset(text.view(), static_cast<std::size_t>(field.precision));
    text = cut(runtime.budget, text, 0, end);
  }
  return padded(runtime, text, field);
}

Field percent_field(Scanner& scanner) {
  Field field;
  for (;;) {
    if (scanner.skip('-')) {
      field.left = true;
    } else if (scanner.skip('0')) {
      field.zeros = true;
    } else if (scanner.skip('#')) {
      field.alternate = true;
    } else if (scanner.skip('+')) {
      field.sign = '+';
    } else if (scanner.skip(' ')) {
      if (field.sign == '\0') field.sign = ' ';
    } else {
      break;
    }
  }
  field.width = scanner.number(kWidest);
  if (scanner.skip('.')) field.precision = scanner.number(kMostDecimals);
  if (scanner.done()) problem("incomplete format");
  field.type = scanner.take();
  return field;
}

Text percent_value(Runtime& runtime, const Value& value, const Field& field) {
  if (field.type == 's') return string_text(runtime, to_text(runtime, value), field);
  if (field.type == 'r') return string_text(runtime, repr(runtime, value), field);
  if (std::string_view("dixXofFeEgG").find(field.type) == std::string_view::npos) {
    problem("unsupported format character '%{}'",
            is_printable(static_cast<unsigned char>(field.type)) ? field.type : '?');
  }
  if (!value.is_number()) {
    problem("%{} format: a number is required, not {}", field.type, type_name(value));
  }
  return number_text(runtime, value, field);
}

// [[fill]align][sign][#][0][width][,][.precision][type] of format().
Field braces_field(std::string_view spec) {
  Field field;
  field.type = '\0';
  Scanner scanner(spec);
  char align = '\0';
  const std::string_view aligns = "<>^=";
  if (!spec.empty()) {
    const std::size_t first = decode(spec, 0).size;
    if (first < spec.size() && aligns.find(spec[first]) != aligns.npos) {
      field.fill = spec.substr(0, first);
      align = spec[first];
      scanner.to(first + 1);
    } else if (aligns.find(spec[0]) != aligns.npos) {
      align = scanner.take();
    }
  }
  if (scanner.peek() == '+' || scanner.peek() == ' ') {
    field.sign = scanner.take();
  } else {
    scanner.skip('-');
  }
  field.alternate = scanner.skip('#');
  field.zeros = scanner.skip('0') || align == '=';
  field.width = scanner.number(kWidest);
  field.grouped = scanner.skip(',');
  if (scanner.skip('.')) field.precision = scanner.number(kMostDecimals);
  if (!scanner.done()) field.type = scanner.take();
  if (!scanner.done()) problem("invalid format specifier");
  field.left = align == '<';
  field.center = align == '^';
  if (align == '>') field.zeros = false;
  if (align == '\0') field.left = true;  // of texts; a number's own default is set by its writer
  return field;
}

Text braces_value(Runtime& runtime, const Value& value, std::string_view spec, char conversion) {
  if (conversion == 'r') return string_text(runtime, repr(runtime, value), braces_field(spec));
  if (spec.empty() || conversion == 's') {
    return string_text(runtime, to_text(runtime, value), braces_field(spec));
  }
  Field field = braces_field(spec);
  const std::string_view numeric = "dxXobeEfFgG%";
  const bool as_number = value.is_number() && value.boolean() == nullptr;
  if (!as_number || (field.type == '\0' && value.floating() != nullptr && field.precision < 0)) {
    if (field.type != '\0' && field.type != 's') {
      problem("unknown format code '{}' for object of type '{}'", field.type, type_name(value));
    }
    if (as_number && spec.find('<') == spec.npos) field.left = false;
    return string_text(runtime, to_text(runtime, value), field);
  }
  if (field.type == '\0') field.type = value.floating() != nullptr ? 'g' : 'd';
  if (numeric.find(field.type) == numeric.npos ||
      (value.floating() != nullptr && std::string_view("dxXob").find(field.type) != numeric.npos)) {
    problem("unknown format code '{}' for object of type '{}'", field.type, type_name(value));
  }
  if (spec.find('<') == spec.npos) field.left = false;
  return number_text(runtime, value, field);
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

Text format_percent(Runtime& runtime, const Text& format, const Value& values) {
  const std::string_view view = format.view();
  TextBuilder out(runtime.budget);
  Scanner scanner(view);
  List* tuple = values.list() != nullptr ? nullptr : values.sequence();
  const std::size_t given = tuple == nullptr ? 1 : tuple->items.size();
  std::size_t used = 0;
  bool by_name = false;
  while (!scanner.done()) {
    const std::size_t percent = std::min(view.find('%', scanner.at()), view.size());
    out.append(format, scanner.at(), percent);
    scanner.to(percent);
    if (scanner.done()) break;
    runtime.budget.step();
    scanner.take();
    if (scanner.skip('%')) {
      out.append(format, percent, percent + 1);
      continue;
    }
    Value value;
    if (scanner.skip('(')) {
      const std::size_t close = view.find(')', scanner.at());
      if (close == view.npos) problem("incomplete format key");
      Dict* names = values.as<Dict>();
      if (names == nullptr) problem("format requires a mapping");
      const Value* found = names->find(view.substr(scanner.at(), close - scanner.at()));
      if (found == nullptr) problem("a key of the format is not in the mapping");
      value = *found;
      by_name = true;
      scanner.to(close + 1);
    } else {
      if (used == given) problem("not enough arguments for format string");
      value = tuple == nullptr ? values : tuple->items[used];
      ++used;
    }
    const Field field = percent_field(scanner);
    out.append(percent_value(runtime, value, field));
  }
  const bool may_be_left =
      by_name || values.undefined() != nullptr || (tuple == nullptr && values.object() != nullptr);
  if (used < given && !may_be_left) {
    problem("not all arguments converted during string formatting");
  }
  return out.finish();
}

Text format_braces(Runtime& runtime, const Text& format, const Arguments& arguments) {
  const std::string_view view = format.view();
  TextBuilder out(runtime.budget);
  std::size_t next = 0;
  for (std::size_t at = 0; at < view.size();) {
    const std::size_t brace = std::min(view.find_first_of("{}", at), view.size());
    out.append(format, at, brace);
    if (brace == view.size()) break;
    runtime.budget.step();
    if (view.substr(brace + 1, 1) == view.substr(brace, 1)) {
      out.append(format, brace, brace + 1);
      at = brace + 2;
      continue;
    }
    const std::size_t close = view.find('}', brace);
    if (view[brace] == '}' || close == view.npos) problem("single '{}' in a format", view[brace]);
    std::string_view name = view.substr(brace + 1, close - brace - 1);
    if (name.find('{') != name.npos) problem("nested fields in a format are not supported");
    const std::size_t colon = std::min(name.find(':'), name.size());
    const std::string_view spec = colon < name.size() ? name.substr(colon + 1) : "";
    name = name.substr(0, colon);
    char conversion = '\0';
    if (name.size() >= 2 && name[name.size() - 2] == '!') {
      conversion = name.back();
      name.remove_suffix(2);
    }
    const std::size_t end = std::min(name.find_first_of(".["), name.size());
    if (end < name.size()) problem("attributes and items in a format are not supported");
    const Value* value = nullptr;
    if (name.empty() || all_digits(name)) {
      std::size_t index = next++;
      if (!name.empty()) index = static_cast<std::size_t>(Scanner(name).number(1000));
      if (index < arguments.positional.size()) value = &arguments.positional[index];
    } else {
      runtime.budget.step(arguments.named.size() / 16);
      for (const auto& [key, named] : arguments.named) {
        if (key == name) value = &named;
      }
    }
    if (value == nullptr) problem("a field of the format has no argument");
    out.append(braces_value(runtime, *value, spec, conversion));
    at = close + 1;
  }
  return out.finish();
}

}  // namespace candor::engine::jinja
