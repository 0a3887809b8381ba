// Unicode normalisation form C, which some tokenizers apply to a text before they cut it.
#pragma once

#include <string>
#include <string_view>

namespace candor::engine {

// In NFC, except for bytes that are not UTF-8, which stay as they are.
std::string to_nfc(std::string_view text);

// A quick look that only says yes when it is sure: text below U+0300 has no combining mark and no
// character that decomposes canonically to another.
bool is_surely_nfc(std::string_view text);

}  // namespace candor::engine
