// The launches of matrix products by our own kernels, between the files of kernels that compute
// them and `Products`, which chooses. Each refuses by std::runtime_error what it cannot compute.
#pragma once

#include "kernels/cuda/launchers.h"
#include "kernels/cuda/product_args.cuh"

namespace candor::kernels::cuda {

// Kernels whose shared memory is beyond 48 KB must be allowed it, once for a device, and all are
// loaded by that, which must not happen while a graph is recorded. For the current device.
void allow_tensor_products();     // product.cu
void allow_float_products();      // product_float.cu
void allow_quantized_products();  // quantized.cu
void allow_expansions();          // quantized_expand.cu

// What a launch may assume of a product: throws where the product breaks its contract.
void check_product(const Product& product);  // products.cu

void launch_tensor_product(const Product& product, const Queue& queue);     // product.cu: bf16, f16
void launch_float_product(const Product& product, const Queue& queue);      // product_float.cu: F32
void launch_quantized_product(const Product& product, const Queue& queue);  // quantized.cu

// Batches up to here are multiplied with quantised matrices as they are; for larger ones the matrix
// is expanded first.
inline constexpr std::uint64_t kMostQuantizedRows = 64;

inline ProductArgs product_args(const Product& product, std::uint32_t block_m,
                                std::uint32_t block_n) {
  const auto up = [](std::uint64_t count, std::uint32_t block) {
    return static_cast<std::uint32_t>((count + block - 1) / block);
  };
  ProductArgs args = {};
  args.w = static_cast<const unsigned char*>(product.w.data);
  args.x = static_cast<const unsigned char*>(product.x);
  args.y = product.y;
  args.w_pitch = product.w.pitch;
  args.x_pitch = product.x_stride * scalar_bytes(input_scalar(product.w.format));
  args.y_stride = product.y_stride;
  args.rows = static_cast<std::uint32_t>(product.w.rows);
  args.cols = static_cast<std::uint32_t>(product.w.cols);
  args.m = static_cast<std::uint32_t>(product.m);
  args.row_tiles = up(product.w.rows, block_n);
  args.m_tiles = up(product.m, block_m);
  args.store = product.store;
  const std::uint64_t size = product.store == Store::kBF16 ? 2 : 4;
  const auto together = [&](std::uint64_t count) {
    return product.y_stride % count == 0 &&
           reinterpret_cast<std::uintptr_t>(product.y) % (count * size) == 0;
  };
  args.pairs = together(2);
  args.quads = together(4);
  return args;
}

}  // namespace candor::kernels::cuda
