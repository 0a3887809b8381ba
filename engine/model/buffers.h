// Buffers of the forward pass that are used again from step to step.
#pragma once

#include <cstddef>
#include <vector>

namespace candor::engine {

// Grows only: the contents need not survive.
template <typename T>
void ensure(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

}  // namespace candor::engine
