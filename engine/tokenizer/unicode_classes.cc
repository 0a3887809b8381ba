#include "engine/tokenizer/unicode_classes.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <map>

namespace candor::engine {
namespace {

ClassSet classes_of(UChar32 c) {
  ClassSet set = 0;
  const std::uint32_t category = U_GET_GC_MASK(c);
  if (category & (U_GC_LU_MASK | U_GC_LT_MASK)) set |= kUpper;
  if (category & U_GC_LL_MASK) set |= kLower;
  if (category & (U_GC_LM_MASK | U_GC_LO_MASK)) set |= kOtherLetter;
  if (category & U_GC_M_MASK) set |= kMark;
  if (category & U_GC_N_MASK) set |= kNumber;
  if (category & U_GC_P_MASK) set |= kPunctuation;
  if (category & U_GC_S_MASK) set |= kSymbol;
  if (u_hasBinaryProperty(c, UCHAR_WHITE_SPACE)) set |= kSpace;
  if (c == '\r' || c == '\n') set |= kNewline;
  UErrorCode status = U_ZERO_ERROR;
  if (uscript_getScript(c, &status) == USCRIPT_HAN) set |= kHan;
  return set;
}

}  // namespace

UnicodeClasses::UnicodeClasses() {
  std::map<Page, std::uint16_t> known;
  for (std::size_t page = 0; page < page_of_.size(); ++page) {
    Page classes{};
    for (std::size_t i = 0; i < classes.size(); ++i) {
      classes[i] = classes_of(static_cast<UChar32>(page << 8 | i));
    }
    const auto [entry, is_new] = known.emplace(classes, static_cast<std::uint16_t>(pages_.size()));
    if (is_new) pages_.push_back(classes);
    page_of_[page] = entry->second;
  }
}

const UnicodeClasses& UnicodeClasses::instance() {
  static const UnicodeClasses table;
  return table;
}

}  // namespace candor::engine
