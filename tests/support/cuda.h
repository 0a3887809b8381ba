// The GPU for tests: the kernels on the processor (kernels/cuda/shim), or with CANDOR_CUDA_MODULE
// the real module on a real device. Every test of kernels/cuda goes through it, so that the same
// tests prove both.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "kernels/cuda/backend.h"

namespace candor::tests {

// One for the whole test program, opened when first asked for. The test program ends with a
// sentence where CANDOR_CUDA_MODULE names a module that cannot be used.
kernels::cuda::Backend& cuda_backend();
// Another one, for tests that need a backend of their own.
std::unique_ptr<kernels::cuda::Backend> open_cuda_backend();
// The module they come from.
const kernels::cuda::Module& cuda_module();
// Whether it is a real device: tests that are too large for the shim ask.
bool cuda_is_real();

// An array on the device. Made with a size alone it holds a pattern that is NaN in every format, so
// that what is read before it was written shows.
template <typename T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t count)
      : DeviceArray(std::vector<T>(count), true) {}
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values, false) {}
  ~DeviceArray() { cuda_backend().release(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() { return static_cast<T*>(data_); }
  const T* data() const { return static_cast<const T*>(data_); }
  std::size_t size() const { return count_; }
  std::vector<T> values() const {
    std::vector<T> out(count_);
    cuda_backend().download(out.data(), data_, count_ * sizeof(T));
    return out;
  }
  void assign(const std::vector<T>& values) {
    cuda_backend().upload(data_, values.data(), values.size() * sizeof(T));
  }

 private:
  DeviceArray(std::vector<T> values, bool poison) : count_(values.size()) {
    if (poison && count_ > 0) std::memset(static_cast<void*>(values.data()), 0xFF, count_ * sizeof(T));
    data_ = cuda_backend().allocate(count_ * sizeof(T) + 16);
    if (count_ > 0) cuda_backend().upload(data_, values.data(), count_ * sizeof(T));
  }

  std::size_t count_;
  void* data_ = nullptr;
};

}  // namespace candor::tests
