#include "data/text/segments.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <cstdint>
#include <memory>

#include "data/base/error.h"
#include "data/text/unicode.h"

namespace candor::data {

namespace {

bool is_space(std::string_view text) {
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    if (!u_isUWhiteSpace(static_cast<UChar32>(code_point_at(text, at, length)))) return false;
  }
  return true;
}

void check(UErrorCode status) {
  if (U_FAILURE(status)) fail("finding the words of a text failed: {}", u_errorName(status));
}

std::vector<Segment> segments(std::string_view text, icu::BreakIterator& breaks) {
  if (text.size() > INT32_MAX) fail("text of {} bytes is too long to cut into words", text.size());
  UErrorCode status = U_ZERO_ERROR;
  UText opened = UTEXT_INITIALIZER;
  utext_openUTF8(&opened, text.data(), static_cast<std::int64_t>(text.size()), &status);
  const std::unique_ptr<UText, UText* (*)(UText*)> closer(&opened, &utext_close);
  breaks.setText(&opened, status);
  check(status);
  std::vector<Segment> found;
  std::int32_t begin = breaks.first();
  for (std::int32_t end = breaks.next(); end != icu::BreakIterator::DONE; end = breaks.next()) {
    Segment segment{static_cast<std::size_t>(begin), static_cast<std::size_t>(end), false};
    segment.space = is_space(text.substr(segment.begin, segment.end - segment.begin));
    found.push_back(segment);
    begin = end;
  }
  return found;
}

}  // namespace

std::vector<Segment> word_segments(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  check(status);
  std::vector<Segment> joined;
  // White space is one segment, however ICU cuts it (line breaks come one by one).
  for (const Segment& segment : segments(text, *breaks)) {
    if (segment.space && !joined.empty() && joined.back().space) {
      joined.back().end = segment.end;
    } else {
      joined.push_back(segment);
    }
  }
  return joined;
}

std::vector<Segment> character_segments(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  check(status);
  return segments(text, *breaks);
}

}  // namespace candor::data
