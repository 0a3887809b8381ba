// Products with matrices of bf16, float16 and float32. On the processor every value is compared
// with the definition of the bits (operations.h); everywhere with float64, and with itself in other
// batches.
#include <gtest/gtest.h>

#include <array>

#include "kernels/cuda/operations.h"
#include "kernels/cuda/scalars.cuh"
#include "tests/kernels/kernels_testing.h"
#include "tests/support/cuda.h"

namespace candor::kernels::cuda {
namespace {

using candor::tests::cuda_backend;
using candor::tests::cuda_is_real;
using candor::tests::DeviceArray;
using kernels::testing::same_bits;

constexpr BlockFormat kPlainFormats[] = {BlockFormat::kBF16, BlockFormat::kF16, BlockFormat::kF32};
constexpr Store kStores[] = {Store::kF32, Store::kAddF32, Store::kBF16};

// A value of the format as bytes, and what it stands for.
void put(BlockFormat format, float value, std::byte* at) {
  if (format == BlockFormat::kF32) {
    std::memcpy(at, &value, 4);
  } else {
    const std::uint16_t bits =
        format == BlockFormat::kF16 ? to_f16(value).bits : to_bf16(value).bits;
    std::memcpy(at, &bits, 2);
  }
}
float get(BlockFormat format, const std::byte* at) {
  if (format == BlockFormat::kF32) {
    float value = 0;
    std::memcpy(&value, at, 4);
    return value;
  }
  std::uint16_t bits = 0;
  std::memcpy(&bits, at, 2);
  return format == BlockFormat::kF16 ? to_float(F16{bits}) : to_float(Bf16{bits});
}

// Rows of values, and the same on the device with room between the rows that holds NaN.
class Rows {
 public:
  Rows(BlockFormat format, std::size_t rows, std::size_t cols, std::size_t stride,
       std::mt19937& rng)
      : format_(format),
        cols_(cols),
        stride_(stride),
        size_(format == BlockFormat::kF32 ? 4 : 2),
        bytes_(rows * stride * size_, std::byte{0xFF}) {
    const std::vector<float> values = kernels::testing::random_floats(rows * cols, rng);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < cols; ++c) {
        put(format, values[r * cols + c], bytes_.data() + (r * stride + c) * size_);
      }
    }
  }
  float at(std::size_t row, std::size_t col) const {
    return get(format_, bytes_.data() + (row * stride_ + col) * size_);
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }
  std::size_t row_bytes() const { return stride_ * size_; }
  std::size_t stride() const { return stride_; }
  std::size_t cols() const { return cols_; }

 private:
  BlockFormat format_;
  std::size_t cols_, stride_, size_;
  std::vector<std::byte> bytes_;
};

struct Case {
  BlockFormat format = BlockFormat::kBF16;
  std::size_t m = 1, rows = 1, cols = 8;
  std::size_t x_extra = 0, w_extra = 0, y_extra = 0;  // elements between rows
  Store store = Store::kF32;
};

// Of y, before and after, with everything between and behind the rows.
struct Output {
  std::vector<float> before, after;
  std::size_t stride = 0;
};

constexpr std::size_t kBehind = 64;  // elements behind the last row of y

Output multiply(const Case& c, const Rows& w, const Rows& x, std::mt19937& rng) {
  DeviceArray<std::byte> w_device(w.bytes());
  DeviceArray<std::byte> x_device(x.bytes());
  Output out;
  out.stride = c.rows + c.y_extra;
  out.before = kernels::testing::random_floats(c.m * out.stride + kBehind, rng);
  Product product;
  product.w = {w_device.data(), c.format, c.rows, c.cols, w.row_bytes()};
  product.x = x_device.data();
  product.x_stride = x.stride();
  product.m = c.m;
  product.y_stride = out.stride;
  product.store = c.store;
  if (c.store == Store::kBF16) {
    std::vector<std::uint16_t> bits(out.before.size());
    for (std::size_t i = 0; i < bits.size(); ++i) {
      bits[i] = to_bf16(out.before[i]).bits;
      out.before[i] = to_float(Bf16{bits[i]});
    }
    DeviceArray<std::uint16_t> y(bits);
    product.y = y.data();
    cuda_backend().product(product);
    for (const std::uint16_t value : y.values()) out.after.push_back(to_float(Bf16{value}));
  } else {
    DeviceArray<float> y(out.before);
    product.y = y.data();
    cuda_backend().product(product);
    out.after = y.values();
  }
  return out;
}

// The definition: an accumulator that takes 16 products an instruction; the instruction adds its
// products to it in float64, in ascending k, and rounds once (shim/warp.h).
float defined_sum(BlockFormat format, const Rows& w, const Rows& x, std::size_t row,
                  std::size_t m) {
  float sum = 0;
  if (format == BlockFormat::kF32) {
    for (std::size_t k = 0; k < w.cols(); ++k) sum = std::fma(x.at(m, k), w.at(row, k), sum);
    return sum;
  }
  for (std::size_t first = 0; first < w.cols(); first += 16) {
    double exact = static_cast<double>(sum);
    for (std::size_t k = first; k < std::min(first + 16, w.cols()); ++k) {
      exact += static_cast<double>(x.at(m, k)) * static_cast<double>(w.at(row, k));
    }
    sum = static_cast<float>(exact);
  }
  return sum;
}

float stored(Store store, float before, float sum) {
  if (store == Store::kAddF32) return before + sum;
  return store == Store::kBF16 ? to_float(to_bf16(sum)) : sum;
}

void expect_product(const Case& c, std::mt19937& rng) {
  SCOPED_TRACE(::testing::Message()
               << kernels::testing::format_name(c.format) << " m " << c.m << " rows " << c.rows
               << " cols " << c.cols << " store " << static_cast<int>(c.store));
  const Rows w(c.format, c.rows, c.cols, c.cols + c.w_extra, rng);
  const Rows x(c.format, c.m, c.cols, c.cols + c.x_extra, rng);
  const Output out = multiply(c, w, x, rng);
  for (std::size_t m = 0; m < c.m; ++m) {
    for (std::size_t n = 0; n < out.stride; ++n) {
      const std::size_t at = m * out.stride + n;
      if (n >= c.rows) {
        ASSERT_TRUE(same_bits(out.after[at], out.before[at])) << "between the rows, " << m;
        continue;
      }
      double exact = 0;
      double size = 0;
      for (std::size_t k = 0; k < c.cols; ++k) {
        const double term = static_cast<double>(x.at(m, k)) * static_cast<double>(w.at(n, k));
        exact += term;
        size += std::fabs(term);
      }
      // Each addition of a chain of at most cols errs by at most an ulp of the running sum, which
      // tensor cores may truncate; what is stored is rounded once more.
      double tolerance = static_cast<double>(c.cols + 1) * 0x1p-23 * size;
      if (c.store == Store::kAddF32) {
        exact += static_cast<double>(out.before[at]);
        tolerance += 0x1p-23 * (std::fabs(exact) + size);
      }
      if (c.store == Store::kBF16) tolerance += 0x1p-8 * std::fabs(exact);
      ASSERT_NEAR(static_cast<double>(out.after[at]), exact, tolerance) << m << " " << n;
      if (!cuda_is_real()) {
        ASSERT_TRUE(same_bits(out.after[at],
                              stored(c.store, out.before[at], defined_sum(c.format, w, x, n, m))))
            << m << " " << n;
      }
    }
  }
  for (std::size_t at = c.m * out.stride; at < out.after.size(); ++at) {
    ASSERT_TRUE(same_bits(out.after[at], out.before[at])) << "behind the rows";
  }
}

TEST(CudaProduct, IsTheDefinedSumForEveryFormatAndStore) {
  std::mt19937 rng(81);
  for (const BlockFormat format : kPlainFormats) {
    for (const Store store : kStores) {
      expect_product({.format = format, .m = 5, .rows = 40, .cols = 136, .store = store}, rng);
      expect_product({.format = format, .m = 70, .rows = 72, .cols = 64, .store = store}, rng);
    }
  }
}

TEST(CudaProduct, TakesEveryNumberOfColumns) {
  std::mt19937 rng(82);
  for (const BlockFormat format : kPlainFormats) {
    for (const std::size_t cols :
         {8U, 16U, 24U, 32U, 40U, 56U, 64U, 72U, 120U, 128U, 144U, 200U, 256U, 904U}) {
      expect_product({.format = format, .m = 3, .rows = 9, .cols = cols}, rng);
      if (cols <= 200) {
        expect_product({.format = format, .m = 18, .rows = 9, .cols = cols}, rng);
        expect_product({.format = format, .m = 34, .rows = 9, .cols = cols}, rng);
        expect_product({.format = format, .m = 66, .rows = 9, .cols = cols}, rng);
      }
    }
  }
}

TEST(CudaProduct, TakesEveryNumberOfRows) {
  std::mt19937 rng(83);
  for (const BlockFormat format : {BlockFormat::kBF16, BlockFormat::kF32}) {
    for (const std::size_t rows : {1U, 2U, 7U, 8U, 31U, 32U, 33U, 63U, 65U, 129U}) {
      for (const std::size_t m : {1U, 9U, 40U}) {
        expect_product({.format = format, .m = m, .rows = rows, .cols = 72}, rng);
      }
    }
  }
}

TEST(CudaProduct, LeavesAloneWhatIsBetweenTheRows) {
  std::mt19937 rng(84);
  for (const BlockFormat format : kPlainFormats) {
    for (const Store store : kStores) {
      for (const std::size_t y_extra : {1U, 2U, 24U}) {
        expect_product({.format = format,
                        .m = 17,
                        .rows = 33,
                        .cols = 40,
                        .x_extra = 16,
                        .w_extra = 24,
                        .y_extra = y_extra,
                        .store = store},
                       rng);
      }
    }
  }
}

// Of these sizes each of the wide tiles computes some, on few multiprocessors and on many.
TEST(CudaProduct, WideTilesComputeTheDefinedSum) {
  std::mt19937 rng(85);
  for (const BlockFormat format : {BlockFormat::kBF16, BlockFormat::kF16}) {
    expect_product({.format = format, .m = 128, .rows = 900, .cols = 72}, rng);
    expect_product({.format = format, .m = 200, .rows = 72, .cols = 136}, rng);
    expect_product({.format = format, .m = 300, .rows = 72, .cols = 136}, rng);
  }
  if (!cuda_is_real()) return;
  for (const std::size_t m : {48U, 130U, 256U}) {
    expect_product({.format = BlockFormat::kBF16, .m = m, .rows = 9000, .cols = 200}, rng);
  }
}

TEST(CudaProduct, EveryTileGivesTheSameBits) {
  std::mt19937 rng(85);
  const std::size_t cols = 72;
  const std::size_t rows = cuda_is_real() ? 40000 : 900;
  const Rows w(BlockFormat::kBF16, rows, cols, cols, rng);
  const std::size_t most = 300;
  const Rows x(BlockFormat::kBF16, most, cols, cols, rng);
  std::vector<std::vector<float>> results;
  const std::size_t sizes[] = {1, 16, 32, 64, 128, 200, most};
  for (const std::size_t m : sizes) {
    const Case c{.format = BlockFormat::kBF16, .m = m, .rows = rows, .cols = cols};
    results.push_back(multiply(c, w, x, rng).after);
  }
  for (std::size_t i = 0; i < std::size(sizes); ++i) {
    for (std::size_t at = 0; at < sizes[i] * rows; ++at) {
      ASSERT_TRUE(same_bits(results[i][at], results.back()[at])) << sizes[i] << " " << at;
    }
  }
}

TEST(CudaProduct, ARowHasTheSameBitsInEveryBatch) {
  std::mt19937 rng(86);
  for (const BlockFormat format : kPlainFormats) {
    SCOPED_TRACE(kernels::testing::format_name(format));
    const std::size_t rows = 70;
    const std::size_t cols = 328;
    const Rows w(format, rows, cols, cols, rng);
    const std::size_t most = 200;
    const Rows x(format, most, cols, cols, rng);
    const std::vector<float> all =
        multiply({.format = format, .m = most, .rows = rows, .cols = cols}, w, x, rng).after;
    for (const std::size_t m : {1U, 3U, 8U, 16U, 17U, 32U, 64U, 65U, 128U, 129U}) {
      const std::vector<float> some =
          multiply({.format = format, .m = m, .rows = rows, .cols = cols}, w, x, rng).after;
      for (std::size_t i = 0; i < m * rows; ++i) {
        ASSERT_TRUE(same_bits(some[i], all[i])) << m << " " << i;
      }
    }
  }
}

// NaN and infinities of one row of x, and of one row of w, stay in theirs.
TEST(CudaProduct, OtherRowsDoNotReachARow) {
  std::mt19937 rng(87);
  for (const BlockFormat format : kPlainFormats) {
    for (const std::size_t m : {4U, 20U, 40U, 80U}) {
      const std::size_t rows = 20;
      const std::size_t cols = 40;
      Rows w(format, rows, cols, cols, rng);
      Rows x(format, m, cols, cols, rng);
      const Case c{.format = format, .m = m, .rows = rows, .cols = cols};
      const std::vector<float> good = multiply(c, w, x, rng).after;
      auto spoil = [&](Rows& of, std::size_t row) {
        auto& bytes = const_cast<std::vector<std::byte>&>(of.bytes());
        for (std::size_t k = 0; k < of.row_bytes(); ++k) {
          bytes[row * of.row_bytes() + k] = std::byte{0xFF};
        }
      };
      spoil(w, 9);
      spoil(x, 2);
      const std::vector<float> bad = multiply(c, w, x, rng).after;
      for (std::size_t i = 0; i < m * rows; ++i) {
        if (i / rows == 2 || i % rows == 9) {
          ASSERT_TRUE(std::isnan(bad[i])) << i;
        } else {
          ASSERT_TRUE(same_bits(bad[i], good[i])) << i;
        }
      }
    }
  }
}

TEST(CudaProduct, APartOfAMatrixGivesItsRows) {
  std::mt19937 rng(88);
  const std::size_t rows = 90;
  const std::size_t cols = 80;
  const std::size_t m = 6;
  const Rows w(BlockFormat::kBF16, rows, cols, cols + 8, rng);
  const Rows x(BlockFormat::kBF16, m, cols, cols, rng);
  const std::vector<float> all =
      multiply({.format = BlockFormat::kBF16, .m = m, .rows = rows, .cols = cols}, w, x, rng).after;
  DeviceArray<std::byte> w_device(w.bytes());
  DeviceArray<std::byte> x_device(x.bytes());
  for (const auto& [first, count] :
       {std::pair<std::size_t, std::size_t>{0, 90}, {13, 40}, {89, 1}}) {
    DeviceArray<float> y(m * count);
    Product product;
    product.w = DeviceMatrix{w_device.data(), BlockFormat::kBF16, rows, cols, w.row_bytes()}.part(
        first, count);
    product.x = x_device.data();
    product.x_stride = cols;
    product.m = m;
    product.y = y.data();
    product.y_stride = count;
    cuda_backend().product(product);
    const std::vector<float> part = y.values();
    for (std::size_t i = 0; i < part.size(); ++i) {
      ASSERT_TRUE(same_bits(part[i], all[i / count * rows + first + i % count])) << i;
    }
  }
}

TEST(CudaProduct, ARecordedProductReadsWhatIsThereWhenItRuns) {
  std::mt19937 rng(89);
  const std::size_t rows = 24;
  const std::size_t cols = 48;
  const Rows w(BlockFormat::kBF16, rows, cols, cols, rng);
  const Rows first(BlockFormat::kBF16, 2, cols, cols, rng);
  const Rows second(BlockFormat::kBF16, 2, cols, cols, rng);
  const Case c{.format = BlockFormat::kBF16, .m = 2, .rows = rows, .cols = cols};
  DeviceArray<std::byte> w_device(w.bytes());
  DeviceArray<std::byte> x_device(first.bytes());
  DeviceArray<float> y(2 * rows);
  Product product;
  product.w = {w_device.data(), BlockFormat::kBF16, rows, cols, w.row_bytes()};
  product.x = x_device.data();
  product.x_stride = cols;
  product.m = 2;
  product.y = y.data();
  product.y_stride = rows;
  cuda_backend().begin_graph();
  cuda_backend().product(product);
  const auto graph = cuda_backend().end_graph();
  for (const Rows* x : {&first, &second}) {
    x_device.assign(x->bytes());
    cuda_backend().launch(*graph);
    const std::vector<float> expected = multiply(c, w, *x, rng).after;
    const std::vector<float> values = y.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_TRUE(same_bits(values[i], expected[i])) << i;
    }
  }
}

// On a device with cuBLASLt this compares its products with those of our own kernels.
TEST(CudaProduct, PreparingChangesNoBit) {
  std::mt19937 rng(92);
  const std::size_t rows = cuda_is_real() ? 1536 : 40;
  const std::size_t cols = cuda_is_real() ? 1024 : 64;
  for (const BlockFormat format : kPlainFormats) {
    for (const Store store : kStores) {
      SCOPED_TRACE(::testing::Message() << kernels::testing::format_name(format) << " store "
                                        << static_cast<int>(store));
      const Rows w(format, rows, cols, cols, rng);
      const std::size_t most = cuda_is_real() ? 1100 : 70;
      const Rows x(format, most, cols, cols, rng);
      const std::size_t sizes[] = {20, 70, most / 2, most};
      std::vector<std::vector<float>> own;
      const std::mt19937 before = rng;
      const auto product = [&](std::size_t m) {
        rng = before;  // the same values to add to
        return multiply({.format = format, .m = m, .rows = rows, .cols = cols, .store = store}, w,
                        x, rng)
            .after;
      };
      for (const std::size_t m : sizes) own.push_back(product(m));
      const ProductChoice choice = cuda_backend().prepare_product(rows, cols, format, store);
      EXPECT_EQ(choice.rows, rows);
      EXPECT_EQ(choice.cols, cols);
      EXPECT_FALSE(choice.reason.empty());
      if (!cuda_is_real()) {
        EXPECT_EQ(choice.library_from, 0U);
      }
      for (std::size_t s = 0; s < std::size(sizes); ++s) {
        const std::vector<float> prepared = product(sizes[s]);
        for (std::size_t i = 0; i < sizes[s] * rows; ++i) {
          ASSERT_TRUE(same_bits(own[s][i], prepared[i])) << choice.reason << " " << sizes[s];
        }
      }
    }
  }
}

TEST(CudaProduct, NothingIsDoneForNoRows) {
  std::mt19937 rng(90);
  const Rows w(BlockFormat::kBF16, 8, 16, 16, rng);
  DeviceArray<std::byte> w_device(w.bytes());
  DeviceArray<float> y(std::vector<float>{1, 2});
  Product product;
  product.w = {w_device.data(), BlockFormat::kBF16, 8, 16, w.row_bytes()};
  product.x = w_device.data();
  product.x_stride = 16;
  product.y = y.data();
  product.y_stride = 8;
  cuda_backend().product(product);
  EXPECT_EQ(y.values(), (std::vector<float>{1, 2}));
}

TEST(CudaProduct, RefusesWhatItsKernelsCannotRead) {
  std::mt19937 rng(91);
  const Rows w(BlockFormat::kBF16, 8, 32, 32, rng);
  DeviceArray<std::byte> w_device(w.bytes());
  DeviceArray<float> y(64);
  Product good;
  good.w = {w_device.data(), BlockFormat::kBF16, 8, 16, w.row_bytes()};
  good.x = w_device.data();
  good.x_stride = 32;
  good.m = 2;
  good.y = y.data();
  good.y_stride = 8;
  EXPECT_NO_THROW(cuda_backend().product(good));
  const auto refused = [&](auto change) {
    Product bad = good;
    change(bad);
    EXPECT_THROW(cuda_backend().product(bad), std::runtime_error);
  };
  refused([](Product& p) { p.w.cols = 12; });
  refused([](Product& p) { p.w.pitch = 24; });
  refused([](Product& p) { p.w.pitch = 16; });
  refused([](Product& p) { p.w.data = static_cast<const std::byte*>(p.w.data) + 2; });
  refused([](Product& p) { p.x = static_cast<const std::byte*>(p.x) + 4; });
  refused([](Product& p) { p.x_stride = 20; });
  refused([](Product& p) { p.x_stride = 8; });
  refused([](Product& p) { p.y_stride = 7; });
  refused([](Product& p) { p.w.format = BlockFormat::kIQ1_S; });
  refused([](Product& p) {
    p.w.format = BlockFormat::kQ4_K;  // blocks of 256
    p.w.cols = 32;
  });
}

}  // namespace
}  // namespace candor::kernels::cuda
