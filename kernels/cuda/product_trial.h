// Operands of random values on the device, a clock, and the comparison of results bit by bit: what
// algorithms of matrix products are chosen by (product_library.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/launchers.h"

namespace candor::kernels::cuda {

// Device memory for a comparison; null where there is not enough.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes) : bytes_(bytes) {
    if (cudaMalloc(&memory_, bytes) != cudaSuccess) {
      cudaGetLastError();
      memory_ = nullptr;
    }
  }
  ~Buffer() { cudaFree(memory_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  void* get() const { return memory_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_;
};

// Fills it with values that depend on the seed alone: normal-like, times a power of two for each
// 32, of many sizes as weights are, so that the order of additions shows.
void fill_random(const Buffer& buffer, Scalar scalar, std::uint64_t seed, const Queue& queue);

class Timer {
 public:
  explicit Timer(cudaStream_t stream) : stream_(stream) {
    check_call(cudaEventCreate(&begin_), "making an event");
    check_call(cudaEventCreate(&end_), "making an event");
  }
  ~Timer() {
    cudaEventDestroy(begin_);
    if (end_ != nullptr) cudaEventDestroy(end_);
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // The fastest of three runs of four, after one that is not timed.
  template <typename Work>
  double seconds(const Work& work) {
    work();
    double best = 0;
    for (int run = 0; run < 3; ++run) {
      check_call(cudaEventRecord(begin_, stream_), "recording an event");
      for (int i = 0; i < 4; ++i) work();
      check_call(cudaEventRecord(end_, stream_), "recording an event");
      check_call(cudaEventSynchronize(end_), "timing a matrix product");
      float milliseconds = 0;
      check_call(cudaEventElapsedTime(&milliseconds, begin_, end_), "timing a matrix product");
      const double seconds = static_cast<double>(milliseconds) * 1e-3 / 4;
      if (run == 0 || seconds < best) best = seconds;
    }
    return best;
  }

 private:
  cudaStream_t stream_;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

// Operands and results of a shape, for up to `most` rows of x.
struct Trial {
  Trial(std::uint64_t rows, std::uint64_t cols, BlockFormat format, Store store, std::uint64_t most)
      : w(rows * cols * 2),
        x(most * cols * 2),
        own(rows * most * (store == Store::kBF16 ? 2 : 4)),
        other(own.bytes()),
        differ(sizeof(std::uint32_t)) {
    product.w = {w.get(), format, rows, cols, 2 * cols};
    product.x = x.get();
    product.x_stride = cols;
    product.m = most;
    product.y = own.get();
    product.y_stride = rows;
    product.store = store;
  }
  bool has_memory() const {
    return w.get() != nullptr && x.get() != nullptr && own.get() != nullptr &&
           other.get() != nullptr && differ.get() != nullptr;
  }
  Product of(std::uint64_t m, const Buffer& y) const {
    Product p = product;
    p.m = m;
    p.y = y.get();
    return p;
  }

  // Whether the results of m rows, own and other, are the same in every bit. Waits for the stream.
  bool equal(std::uint64_t m, const Queue& queue) const;

  Buffer w, x, own, other, differ;
  Product product;
};

}  // namespace candor::kernels::cuda
