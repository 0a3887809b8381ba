// A weight by name, wherever it is stored. The bytes are mapped from the file: valid while the
// source lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/block_format.h"

namespace candor::engine {

struct TensorView {
  std::string name;
  kernels::BlockFormat format = kernels::BlockFormat::kF32;
  std::vector<std::size_t> shape;  // slowest first: [out, in] for a linear layer
  std::span<const std::byte> bytes;
};

class WeightSource {
 public:
  virtual ~WeightSource() = default;

  virtual const std::vector<TensorView>& tensors() const = 0;
  // Null when there is none of that name.
  virtual const TensorView* find(std::string_view name) const = 0;
  // Throws Error naming file, tensor and what was expected when it is missing or of another shape.
  const TensorView& need(std::string_view name, std::span<const std::size_t> shape) const;
  // Tells the system that the file's pages of this tensor will not be read again.
  virtual void release(const TensorView& tensor) const = 0;
  virtual const std::string& path() const = 0;
  // The files that hold the weights, in a fixed order, and the bytes of all of them.
  virtual std::vector<std::filesystem::path> files() const = 0;
  virtual std::uint64_t file_bytes() const = 0;
};

}  // namespace candor::engine
