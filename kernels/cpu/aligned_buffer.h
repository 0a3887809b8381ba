// Memory for packed weights and activations: zero-filled, aligned to cache lines, in huge pages
// where the system offers them (a weight matrix is streamed once per step: the fewer page walks the
// better).
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace candor::kernels {

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t bytes);  // throws Error when there is not enough memory
  // Somebody else's memory, which is not to be written to; `owner` keeps it alive.
  AlignedBuffer(std::span<const std::byte> borrowed, std::shared_ptr<const void> owner);
  ~AlignedBuffer();
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;

  std::byte* data() { return data_; }  // of borrowed memory: to read only
  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }

  // At least `bytes`; the content is undefined afterwards.
  void reserve(std::size_t bytes);

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::shared_ptr<const void> owner_;  // of borrowed memory
};

}  // namespace candor::kernels
