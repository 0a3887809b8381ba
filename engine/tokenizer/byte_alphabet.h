// The alphabet in which byte-level vocabularies are written: each byte as one printable character,
// so that a vocabulary is text (GPT-2). Inside the program tokens are plain bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace candor::engine {

// The bytes that a vocabulary entry stands for; nothing when it holds a character that is not of
// the alphabet. "Ġthe" -> " the".
std::optional<std::string> from_byte_alphabet(std::string_view token);

}  // namespace candor::engine
