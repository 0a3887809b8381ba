#include "kernels/cpu/aligned_buffer.h"

#include <sys/mman.h>

#include <utility>

#include "data/base/error.h"

namespace candor::kernels {

AlignedBuffer::AlignedBuffer(std::size_t bytes) {
  if (bytes == 0) return;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    fail("not enough memory: {} bytes were asked for; use a smaller model or batch", bytes);
  }
#if defined(MADV_HUGEPAGE)
  // Advice: where the system declines, small pages hold the same values.
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  data_ = static_cast<std::byte*>(memory);
  size_ = bytes;
}

AlignedBuffer::AlignedBuffer(std::span<const std::byte> borrowed, std::shared_ptr<const void> owner)
    : data_(const_cast<std::byte*>(borrowed.data())),
      size_(borrowed.size()),
      owner_(std::move(owner)) {}

AlignedBuffer::~AlignedBuffer() {
  if (data_ != nullptr && owner_ == nullptr) munmap(data_, size_);
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      owner_(std::move(other.owner_)) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(owner_, other.owner_);
  return *this;
}

void AlignedBuffer::reserve(std::size_t bytes) {
  if (bytes > size_) *this = AlignedBuffer(bytes);
}

}  // namespace candor::kernels
