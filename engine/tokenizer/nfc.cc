#include "engine/tokenizer/nfc.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>

#include "data/base/error.h"
#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) fail("tokenizer: ICU has no NFC data: {}", u_errorName(status));
  return *instance;
}

void append_nfc(std::string_view text, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&out);
  nfc().normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                      sink, nullptr, status);
  if (U_FAILURE(status)) fail("tokenizer: NFC normalisation failed: {}", u_errorName(status));
}

}  // namespace

std::string to_nfc(std::string_view text) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    if (c.value == kBadUtf8) {
      append_nfc(text.substr(begin, i - begin), out);
      out += text.substr(i, c.length);
      begin = i + c.length;
    }
    i += c.length;
  }
  append_nfc(text.substr(begin), out);
  return out;
}

bool is_surely_nfc(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0xCC; });
}

}  // namespace candor::engine
