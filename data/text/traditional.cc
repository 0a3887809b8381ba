#include "data/text/traditional.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>

#include "data/base/error.h"

namespace candor::data {

namespace {

// Made once a thread: making it takes longer than a thousand questions.
const icu::Transliterator& transform() {
  thread_local const std::unique_ptr<icu::Transliterator> made = [] {
    constexpr const char* kId = "Simplified-Traditional";
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> transliterator(
        icu::Transliterator::createInstance(kId, UTRANS_FORWARD, status));
    if (U_FAILURE(status) != 0 || transliterator == nullptr) {
      fail("ICU has no transliterator {} ({}): install ICU with its full data", kId,
           u_errorName(status));
    }
    return transliterator;
  }();
  return *made;
}

}  // namespace

std::string to_traditional(std::string_view simplified) {
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(simplified.data(), static_cast<std::int32_t>(simplified.size())));
  transform().transliterate(text);
  std::string traditional;
  text.toUTF8String(traditional);
  return traditional;
}

}  // namespace candor::data
