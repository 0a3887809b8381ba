#include "engine/tokenizer/unicode_classes.h"

#include <unicode/uchar.h>
#include <unicode/uset.h>

#include <algorithm>
#include <map>

#include "data/base/error.h"

namespace candor::engine {
namespace {

constexpr std::size_t kCodePoints = 0x110000;

ClassSet class_of(UCharCategory category) {
  const std::uint32_t mask = U_MASK(category);
  if (mask & (U_GC_LU_MASK | U_GC_LT_MASK)) return kUpper;
  if (mask & U_GC_LL_MASK) return kLower;
  if (mask & (U_GC_LM_MASK | U_GC_LO_MASK)) return kOtherLetter;
  if (mask & U_GC_M_MASK) return kMark;
  if (mask & U_GC_N_MASK) return kNumber;
  if (mask & U_GC_P_MASK) return kPunctuation;
  if (mask & U_GC_S_MASK) return kSymbol;
  return 0;
}

UBool U_CALLCONV add_range(const void* context, UChar32 start, UChar32 limit,
                           UCharCategory category) {
  auto* classes = static_cast<ClassSet*>(const_cast<void*>(context));
  for (UChar32 c = start; c < limit; ++c) classes[c] |= class_of(category);
  return 1;
}

void add_set(const char16_t* pattern, ClassSet bit, std::vector<ClassSet>& classes) {
  UErrorCode status = U_ZERO_ERROR;
  USet* set = uset_openPattern(pattern, -1, &status);
  if (U_FAILURE(status)) fail("tokenizer: ICU has no Unicode properties: {}", u_errorName(status));
  for (std::int32_t i = 0; i < uset_getItemCount(set); ++i) {
    UChar32 first = 0, last = 0;
    UErrorCode ignored = U_ZERO_ERROR;
    uset_getItem(set, i, &first, &last, nullptr, 0, &ignored);
    for (UChar32 c = first; c <= last; ++c) classes[static_cast<std::size_t>(c)] |= bit;
  }
  uset_close(set);
}

}  // namespace

UnicodeClasses::UnicodeClasses() {
  std::vector<ClassSet> classes(kCodePoints);
  u_enumCharTypes(add_range, classes.data());
  add_set(u"[:White_Space:]", kSpace, classes);
  add_set(u"[:Script=Han:]", kHan, classes);
  classes[U'\r'] |= kNewline;
  classes[U'\n'] |= kNewline;

  std::map<Page, std::uint16_t> known;
  for (std::size_t i = 0; i < page_of_.size(); ++i) {
    Page page{};
    std::copy_n(classes.begin() + static_cast<std::ptrdiff_t>(i * page.size()), page.size(),
                page.begin());
    const auto [entry, is_new] = known.emplace(page, static_cast<std::uint16_t>(pages_.size()));
    if (is_new) pages_.push_back(page);
    page_of_[i] = entry->second;
  }
}

const UnicodeClasses& UnicodeClasses::instance() {
  static const UnicodeClasses table;
  return table;
}

}  // namespace candor::engine
