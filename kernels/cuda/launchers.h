// What the files of kernels of this folder give to module.cu: one function an operation, which
// queues its kernels on a stream. They throw std::runtime_error (check_launch) when a launch is
// refused. Scratch memory, where an operation needs some, belongs to `Products`.
#pragma once

#include <memory>

#include "kernels/cuda/backend.h"
#include "kernels/cuda/language.cuh"

namespace candor::kernels::cuda {

struct Queue {
  cudaStream_t stream = nullptr;
  int processors = 1;  // multiprocessors of the device
};

// Throws with the name of the operation when the last launch, or a call, failed. In module.cu.
void check_launch(const char* what);
void check_call(cudaError_t status, const char* what);

void launch(const Embed& embed, const Queue& queue);          // embed.cu
void launch(const NormAdd& norm, const Queue& queue);         // norm.cu
void launch(const Gather& gather, const Queue& queue);        // norm.cu
void launch(const RopeAngles& angles, const Queue& queue);    // rope.cu
void launch(const RopeStore& store, const Queue& queue);      // rope.cu
void launch(const Activate& activate, const Queue& queue);    // activate.cu
void launch(const FinishLogits& finish, const Queue& queue);  // choose.cu
void launch(const Choose& choose, const Queue& queue);        // choose.cu
void launch(const CopyPage& copy, const Queue& queue);        // rope.cu
void launch(const Attention& attention, const Queue& queue);  // attention.cu
// Expands `count` rows from `first` on to bf16 [count, w.cols]. `out` is aligned to 16.
void launch_expand(const DeviceMatrix& w, std::uint64_t first, std::uint64_t count, void* out,
                   const Queue& queue);  // quantized.cu

// Matrix products: own kernels, and cuBLASLt where its bits are the same (product.cu,
// product_library.cu). Owns its scratch memory from the start, so that products can be recorded.
class Products {
 public:
  virtual ~Products() = default;
  static std::unique_ptr<Products> make(const Queue& queue);

  virtual void product(const Product& product) = 0;
  virtual ProductChoice prepare(std::uint64_t rows, std::uint64_t cols, BlockFormat format,
                                Store store) = 0;
  virtual double fastest_seconds(const Product& product) = 0;
  // bf16 8192^3 at its fastest; 0: no library.
  virtual double most_flops_per_s() = 0;
  virtual std::string library() const = 0;  // for DeviceInfo
};

}  // namespace candor::kernels::cuda
