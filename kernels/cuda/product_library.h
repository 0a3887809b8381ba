// cuBLASLt for products with bf16 and float16 matrices, found with dlopen when the device is opened
// and never linked: it is 500 MB, and not needed. A product is given to it only by an algorithm
// that was seen to give the bits of our own kernel in every value (choose), so results never depend
// on whether it is there. Not the own kernels: product.cu.
#pragma once

#include <memory>
#include <string>

#include "kernels/cuda/launchers.h"

namespace candor::kernels::cuda {

class ProductLibrary {
 public:
  // Null where there is none. `text` becomes its name and version, or why there is none. Takes 32
  // MiB of device memory for what its algorithms need.
  static std::unique_ptr<ProductLibrary> open(const Queue& queue, std::string& text);
  virtual ~ProductLibrary() = default;

  // Compares and times algorithms for matrices of this shape, kBF16 or kF16, and remembers the one
  // that product() then uses. Takes memory while it runs, and waits for the stream.
  virtual ProductChoice choose(std::uint64_t rows, std::uint64_t cols, BlockFormat format,
                               Store store) = 0;
  // Queues the product if a choice was made for its shape and it has enough rows; else false.
  virtual bool product(const Product& product) = 0;

  // As Backend::fastest_product_seconds, for kBF16 and kF16; what y holds then is undefined.
  virtual double fastest_seconds(const Product& product) = 0;
  virtual double most_flops_per_s() = 0;
};

}  // namespace candor::kernels::cuda
