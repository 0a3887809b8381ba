#include "engine/files/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/files/file_error.h"

namespace candor::engine {

const TensorView& WeightSource::need(std::string_view name,
                                     std::span<const std::size_t> shape) const {
  const std::string field = fmt::format("tensor '{}'", name);
  const TensorView* tensor = find(name);
  if (tensor == nullptr) {
    fail_in_file(path(), field,
                 fmt::format("is missing (expected shape [{}])", fmt::join(shape, ", ")));
  }
  if (!std::ranges::equal(tensor->shape, shape)) {
    fail_in_file(path(), field,
                 fmt::format("has shape [{}], expected [{}]", fmt::join(tensor->shape, ", "),
                             fmt::join(shape, ", ")));
  }
  return *tensor;
}

}  // namespace candor::engine
