// Memory on the device that is given back with its owner. It knows nothing of what is in it.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "kernels/cuda/backend.h"

namespace candor::engine {

class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  // Throws std::bad_alloc when the device has not enough. The backend must outlive this.
  DeviceBuffer(kernels::cuda::Backend& backend, std::size_t bytes)
      : backend_(&backend), data_(backend.allocate(bytes)), bytes_(bytes) {}
  ~DeviceBuffer() {
    if (data_ != nullptr) backend_->release(data_);
  }
  DeviceBuffer(DeviceBuffer&& other) noexcept { *this = std::move(other); }
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  kernels::cuda::Backend* backend_ = nullptr;
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

// The same of the host, in memory that the device copies without a stop.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  PinnedBuffer(kernels::cuda::Backend& backend, std::size_t bytes)
      : backend_(&backend), data_(backend.allocate_pinned(bytes)), bytes_(bytes) {}
  ~PinnedBuffer() {
    if (data_ != nullptr) backend_->release_pinned(data_);
  }
  PinnedBuffer(PinnedBuffer&& other) noexcept { *this = std::move(other); }
  PinnedBuffer& operator=(PinnedBuffer&& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  std::byte* data() const { return static_cast<std::byte*>(data_); }
  std::size_t bytes() const { return bytes_; }

 private:
  kernels::cuda::Backend* backend_ = nullptr;
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace candor::engine
