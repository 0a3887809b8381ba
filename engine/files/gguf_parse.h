// The header of a GGUF file (versions 2 and 3), read from its bytes: a pure function, so that tests
// and fuzzers need no file. Where GgufFile gets its contents from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/gguf.h"

namespace candor::engine {

struct GgufEntry {
  std::string key;
  GgufValue value;
  std::uint64_t offset = 0;  // of the key in the file, for messages
};

// What a file says about being one part of a model (keys split.…).
struct GgufSplit {
  std::uint64_t number = 0;  // from 0 on
  std::uint64_t count = 1;
  std::optional<std::uint64_t> tensors;  // of all parts together
};

struct GgufContents {
  std::vector<GgufEntry> entries;   // in the order of the file, keys unique
  std::vector<TensorView> tensors;  // in the order of the file, names unique; views into `bytes`
  GgufSplit split;
};

// Throws Error. Whatever the file claims, no more than about kGgufMemory bytes are allocated.
GgufContents parse_gguf(std::string_view file, std::span<const std::byte> bytes);

// Vocabularies of 260,000 tokens with their merges take about 40 MiB.
inline constexpr std::uint64_t kGgufMemory = std::uint64_t{96} << 20;

}  // namespace candor::engine
