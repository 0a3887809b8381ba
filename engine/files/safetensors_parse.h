// The header of one safetensors file, read from its bytes: a pure function, so that tests and
// fuzzers need no file. Where SafetensorsFolder gets its tensors from.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "engine/files/weights.h"

namespace candor::engine {

// The tensors in the order of their data, views into `bytes`. Throws Error. As the format demands:
// the data section is covered without holes or overlaps, and nothing follows it.
std::vector<TensorView> parse_safetensors(std::string_view file, std::span<const std::byte> bytes);

}  // namespace candor::engine
