#include "suites/files/problems.h"

#include <algorithm>
#include <cstdint>

#include "suites/files/text_data.h"

namespace candor::suites {

void Problems::add(std::string text) {
  ++count_;
  if (shown_.size() < kShown) shown_.push_back(std::move(text));
}

void Problems::throw_any(Error::Kind kind) const {
  if (count_ == 0) return;
  std::string text = fmt::format("{}", fmt::join(shown_, "\n"));
  if (count_ > shown_.size()) text += fmt::format("\n… and {} more", count_ - shown_.size());
  throw Error(text, kind);
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLimit = 80;
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < kLimit) {
    const std::size_t begin = at;
    const std::int32_t c = next_code_point(text, at);
    // C0, DEL, C1, the marks that turn the direction of writing, and what is not UTF-8.
    const bool hidden = c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
                        (c >= 0x2066 && c <= 0x2069);
    const std::string_view bytes = text.substr(begin, at - begin);
    if (!hidden) out += bytes;
    for (const char byte : hidden ? bytes : std::string_view()) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return at == text.size() ? out : out + "…";
}

namespace {

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_hint(std::string_view word, const std::vector<std::string>& known) {
  std::size_t best = 3;
  std::string nearest;
  if (word.size() > 64) return nearest;
  for (const std::string& candidate : known) {
    const std::size_t distance = edits(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", nearest);
}

}  // namespace candor::suites
