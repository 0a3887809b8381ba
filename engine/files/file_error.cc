#include "engine/files/file_error.h"

#include "data/base/error.h"
#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

constexpr std::size_t kPathLimit = 1024;
constexpr std::size_t kFieldLimit = 400;

// Characters that a terminal or a browser acts upon instead of showing: zero width, direction
// marks, line and paragraph separators, the byte order mark.
bool is_invisible(char32_t c) {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (out.size() >= limit) return out + "…";
    const auto [c, length, cut] = decode_utf8(text, i);
    const std::string_view bytes = text.substr(i, length);
    i += length;
    if (c == kBadUtf8 || c < 0x20 || (c >= 0x7F && c < 0xA0)) {
      for (const char byte : bytes) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
      }
    } else if (is_invisible(c)) {
      out += fmt::format("<U+{:04X}>", static_cast<unsigned>(c));
    } else {
      out += bytes;
    }
  }
  return out;
}

void fail_in_file(std::string_view file, std::string_view field, std::string_view what) {
  fail("{}: {}: {}", printable(file, kPathLimit), printable(field, kFieldLimit), what);
}

void fail_at(std::string_view file, std::string_view field, std::string_view what,
             std::uint64_t offset) {
  fail("{}: {}: {} (offset {})", printable(file, kPathLimit), printable(field, kFieldLimit), what,
       offset);
}

}  // namespace candor::engine
