// Which kernel computes a product: float32 matrices their own, bf16 and float16 the tensor cores or
// cuBLASLt, quantised ones the kernel that reads their blocks, or for many rows of x the expansion
// to bf16 in slabs, each followed by a product of bf16. Every way gives the same bits.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "kernels/cuda/product_kernels.h"
#include "kernels/cuda/product_library.h"
#include "kernels/cuda/quantized_decode.cuh"

namespace candor::kernels::cuda {
namespace {

// Rows of a quantised matrix are expanded this many bytes, and no more rows, at a time.
constexpr std::uint64_t kSlabBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kMostSlabRows = 8192;

[[noreturn]] void refuse(const char* what) {
  throw std::runtime_error("GPU: matrix product: " + std::string(what));
}

bool is_aligned(const void* memory, std::uintptr_t bytes) {
  return reinterpret_cast<std::uintptr_t>(memory) % bytes == 0;
}

bool is_plain(BlockFormat format) {
  return format == BlockFormat::kBF16 || format == BlockFormat::kF16;
}

class DeviceMemory {
 public:
  explicit DeviceMemory(std::size_t bytes) {
    check_call(cudaMalloc(&memory_, bytes), "memory for matrix products");
  }
  ~DeviceMemory() { cudaFree(memory_); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  void* get() const { return memory_; }

 private:
  void* memory_ = nullptr;
};

class ChosenProducts final : public Products {
 public:
  explicit ChosenProducts(const Queue& queue) : queue_(queue), scratch_(kSlabBytes) {
    allow_tensor_products();
    allow_float_products();
    allow_quantized_products();
    allow_expansions();
    library_ = ProductLibrary::open(queue, library_text_);
  }

  void product(const Product& product) override {
    check_product(product);
    if (product.m == 0 || product.w.rows == 0) return;
    if (product.w.format == BlockFormat::kF32) {
      launch_float_product(product, queue_);
    } else if (is_plain(product.w.format)) {
      plain(product);
    } else if (product.m <= kMostQuantizedRows) {
      launch_quantized_product(product, queue_);
    } else {
      in_slabs(product);
    }
  }

  ProductChoice prepare(std::uint64_t rows, std::uint64_t cols, BlockFormat format,
                        Store store) override {
    ProductChoice choice;
    choice.rows = rows;
    choice.cols = cols;
    if (library_ == nullptr) {
      choice.reason = "no library";
      return choice;
    }
    if (format == BlockFormat::kF32) {
      choice.reason =
          "float32 is multiplied in ascending order, which the library does not promise";
      return choice;
    }
    if (is_plain(format)) return library_->choose(rows, cols, format, store);
    if (rows > slab_rows(cols)) {
      choice.reason = "in several slabs, whose results the library would not write side by side";
      return choice;
    }
    choice = library_->choose(rows, cols, BlockFormat::kBF16, store);
    if (choice.library_from != 0) {
      choice.library_from = std::max(choice.library_from, kMostQuantizedRows + 1);
    }
    return choice;
  }

  double fastest_seconds(const Product& product) override {
    check_product(product);
    if (library_ == nullptr || !is_plain(product.w.format)) return 0;
    return library_->fastest_seconds(product);
  }
  double most_flops_per_s() override {
    return library_ == nullptr ? 0 : library_->most_flops_per_s();
  }
  std::string library() const override { return library_text_; }

 private:
  static std::uint64_t slab_rows(std::uint64_t cols) {
    const std::uint64_t rows = std::min(kMostSlabRows, kSlabBytes / (2 * cols));
    if (rows == 0) refuse("rows of this many values cannot be expanded");
    return rows < 256 ? rows : rows / 256 * 256;
  }

  void plain(const Product& product) {
    if (library_ != nullptr && library_->product(product)) return;
    launch_tensor_product(product, queue_);
  }

  void in_slabs(const Product& product) {
    const DeviceMatrix& w = product.w;
    const std::uint64_t most = slab_rows(w.cols);
    const std::size_t y_bytes = product.store == Store::kBF16 ? 2 : 4;
    for (std::uint64_t first = 0; first < w.rows; first += most) {
      const std::uint64_t count = std::min(most, w.rows - first);
      launch_expand(w, first, count, scratch_.get(), queue_);
      Product slab = product;
      slab.w = {scratch_.get(), BlockFormat::kBF16, count, w.cols, 2 * w.cols};
      slab.y = static_cast<std::byte*>(product.y) + first * y_bytes;
      plain(slab);
    }
  }

  Queue queue_;
  DeviceMemory scratch_;
  std::unique_ptr<ProductLibrary> library_;
  std::string library_text_;
};

}  // namespace

void check_product(const Product& product) {
  const DeviceMatrix& w = product.w;
  constexpr std::uint64_t kMost = 0x7FFFFFFFU;
  if (w.format != BlockFormat::kF32 && !is_plain(w.format) &&
      !is_block_format_on_device(w.format)) {
    refuse("the matrix's format is not kept on the device");
  }
  if (w.rows > kMost || w.cols > kMost || product.m > kMost) refuse("it is too large");
  // The module holds nothing of the processor's kernels: no block_layout here.
  std::uint64_t elements = 1;
  std::uint64_t bytes = w.format == BlockFormat::kF32 ? 4 : 2;
  with_format(w.format, [&](auto tag) {
    elements = Decoder<decltype(tag)::kFormat>::kElements;
    bytes = Decoder<decltype(tag)::kFormat>::kBytes;
  });
  if (w.cols == 0 || w.cols % 8 != 0 || w.cols % elements != 0) {
    refuse("the matrix's columns are no multiple of 8 and of its blocks");
  }
  const std::uint64_t row_bytes = w.cols / elements * bytes;
  if (w.pitch % 16 != 0 || w.pitch < row_bytes || row_bytes > kMost || !is_aligned(w.data, 16)) {
    refuse("the matrix's rows do not begin at multiples of 16 bytes");
  }
  if (product.x_stride % 8 != 0 || product.x_stride < w.cols || !is_aligned(product.x, 16)) {
    refuse("the rows of x do not begin at multiples of 16 bytes");
  }
  if (product.y_stride < w.rows) refuse("the rows of y overlap");
  if (!is_aligned(product.y, product.store == Store::kBF16 ? 2 : 4)) refuse("y is not aligned");
}

std::unique_ptr<Products> Products::make(const Queue& queue) {
  return std::make_unique<ChosenProducts>(queue);
}

}  // namespace candor::kernels::cuda
