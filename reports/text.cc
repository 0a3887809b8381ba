#include "reports/text.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cmath>

#include "data/text/unicode.h"

namespace candor::reports {

namespace {

// Characters that show nothing themselves but change what others show, or act on a terminal.
bool is_hidden(char32_t c) {
  const auto category = u_charType(static_cast<UChar32>(c));
  return category == U_CONTROL_CHAR || category == U_FORMAT_CHAR || c == 0x2028 || c == 0x2029 ||
         c == 0xFFFE || c == 0xFFFF;
}

// Zero-width joiners hold emoji and Indic letters together and are harmless.
bool is_joiner(char32_t c) { return c == 0x200C || c == 0x200D; }

template <typename Break>
std::string shown(std::string_view text, Break&& line_break) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const char32_t c = data::code_point_at(text, at, length);
    if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    if (c == '\n' || c == '\t' || c == '\r') {
      line_break(out, c);
    } else if (is_hidden(c) && !is_joiner(c)) {
      out += fmt::format("⟨U+{:04X}⟩", static_cast<std::uint32_t>(c));
    } else {
      data::append_utf8(out, c);
    }
  }
  return out;
}

std::string signed_points(double difference) {
  const long rounded = std::lround(difference * 100);
  return fmt::format("{}{}", rounded > 0 ? "+" : rounded < 0 ? "−" : "", std::labs(rounded));
}

}  // namespace

std::string visible(std::string_view text) {
  return shown(text, [](std::string& out, char32_t c) { out += c == '\t' ? '\t' : '\n'; });
}

std::string one_line(std::string_view text) {
  return shown(text, [](std::string& out, char32_t c) {
    out += c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r";
  });
}

std::string shortened(std::string_view text, std::size_t characters) {
  const std::string line = shown(text, [](std::string& out, char32_t) { out += ' '; });
  std::size_t at = 0;
  for (std::size_t count = 0, length = 0; at < line.size(); at += length, ++count) {
    data::code_point_at(line, at, length);
    if (count == characters) return line.substr(0, at) + "…";
  }
  return line;
}

std::size_t columns(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const auto c = static_cast<UChar32>(data::code_point_at(text, at, length));
    const int kind = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    if (u_getCombiningClass(c) != 0) continue;
    width += kind == U_EA_WIDE || kind == U_EA_FULLWIDTH ? 2 : 1;
  }
  return width;
}

std::string fitted(std::string_view text, std::size_t width) {
  std::string line = one_line(text);
  if (columns(line) > width) {
    std::size_t keep = width;
    do {
      line = shortened(text, keep == 0 ? 0 : --keep);
    } while (columns(line) > width && keep > 0);
  }
  return line + std::string(width - std::min(width, columns(line)), ' ');
}

std::string percent(double rate) { return fmt::format("{}%", std::lround(rate * 100)); }

std::string tenths(double rate) { return fmt::format("{:.1f}%", rate * 100); }

std::string percent(const data::Interval& interval) {
  return percent(interval.low) + " to " + percent(interval.high);
}

std::string points(double difference) { return signed_points(difference) + " points"; }

std::string points(const data::Interval& interval) {
  return signed_points(interval.low) + " to " + signed_points(interval.high) + " points";
}

std::string point_tenths(double difference) {
  const long tenths_of = std::lround(difference * 1000);
  if (tenths_of == 0) return "0.0";
  return fmt::format("{}{}.{}", tenths_of < 0 ? "−" : "+", std::labs(tenths_of) / 10,
                     std::labs(tenths_of) % 10);
}

std::string p_value(double p) {
  return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.{}f}", p, p < 0.1 ? 3 : 2);
}

std::string plain_p(double p) { return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p); }

std::string language_name(std::string_view code) {
  if (code == "en") return "English";
  if (code == "zh" || code == "zh-Hans") return "Chinese";
  if (code == "zh-Hant") return "Chinese (Traditional)";
  return visible(code);
}

}  // namespace candor::reports
