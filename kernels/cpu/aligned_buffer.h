// Memory for packed weights and activations: zero-filled, aligned to cache lines, in huge pages
// where the system offers them (a weight matrix is streamed once per step: the fewer page walks the
// better).
#pragma once

#include <cstddef>

namespace candor::kernels {

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t bytes);  // throws Error when there is not enough memory
  ~AlignedBuffer();
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }

  // At least `bytes`; the content is undefined afterwards.
  void reserve(std::size_t bytes);

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace candor::kernels
