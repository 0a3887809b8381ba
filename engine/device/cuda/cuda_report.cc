#include "engine/device/cuda/cuda_report.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <tuple>
#include <vector>

#include "engine/sample/philox.h"

namespace candor::engine {

namespace cuda = kernels::cuda;

namespace {

constexpr std::uint64_t kRows[] = {1, 8, 64, 256, 2048};
constexpr std::uint64_t kHeadRows = 256;  // more are never multiplied with the head at once
constexpr int kWarmUp = 3;
// As the library's algorithms are timed (kernels/cuda/product_trial.h): the fastest of so many runs
// of so many. One launch between two marks would be the host's time too, and several are 10 us.
constexpr int kRuns = 3;
constexpr int kProducts = 4;

struct Kind {
  cuda::DeviceMatrix matrix;
  cuda::Store store;
  std::uint64_t matrices = 0;
  std::uint64_t most_rows = 2048;
};

// The products that a token goes through, each shape once.
std::vector<Kind> kinds_of(const CudaModel& model) {
  std::map<std::tuple<std::uint64_t, std::uint64_t, kernels::BlockFormat, cuda::Store>, Kind> kinds;
  const auto count = [&](const CudaLinear& linear, cuda::Store store, std::uint64_t most_rows) {
    for (const CudaLinear::Part& part : linear.parts) {
      const cuda::DeviceMatrix& w = part.weights.matrix;
      Kind& kind = kinds[{w.rows, w.cols, w.format, store}];
      kind.matrix = w;
      kind.store = store;
      kind.most_rows = most_rows;
      ++kind.matrices;
    }
  };
  const bool float32 = model.is_float32();
  const cuda::Store out = float32 ? cuda::Store::kF32 : cuda::Store::kBF16;
  const cuda::Store back = model.spec().sandwich_norms ? cuda::Store::kF32 : cuda::Store::kAddF32;
  for (const CudaLayer& layer : model.layers()) {
    count(layer.qkv, cuda::Store::kF32, kRows[4]);
    count(layer.output, back, kRows[4]);
    count(layer.gate_up, out, kRows[4]);
    count(layer.down, back, kRows[4]);
  }
  count(model.head(), cuda::Store::kF32, kHeadRows);
  std::vector<Kind> list;
  for (const auto& [key, kind] : kinds) list.push_back(kind);
  return list;
}

// Random values between -1 and 1, never zeros: a card multiplies those faster.
std::vector<std::byte> random_rows(cuda::Scalar scalar, std::size_t count) {
  std::vector<std::byte> bytes(count * cuda::scalar_bytes(scalar));
  for (std::size_t i = 0; i < count; ++i) {
    const PhiloxCounter counter = {static_cast<std::uint32_t>(i), 0, 0, 0};
    const auto value = static_cast<float>(2 * unit_interval(philox(counter, {1, 2})) - 1);
    if (scalar == cuda::Scalar::kF32) {
      std::memcpy(bytes.data() + 4 * i, &value, 4);
      continue;
    }
    // The exponents of float16 and bf16 differ; what matters is that no bit pattern is special.
    const auto wide = std::bit_cast<std::uint32_t>(value);
    const auto bits = static_cast<std::uint16_t>(
        scalar == cuda::Scalar::kBF16 ? wide >> 16 : 0x3000U | (wide >> 16 & 0x8BFFU));
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  return bytes;
}

double seconds_of(cuda::Backend& backend, const cuda::Product& product) {
  for (int i = 0; i < kWarmUp; ++i) backend.product(product);
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto begin = backend.mark();
    for (int i = 0; i < kProducts; ++i) backend.product(product);
    const auto end = backend.mark();
    const double seconds = backend.seconds_between(*begin, *end) / kProducts;
    if (run == 0 || seconds < best) best = seconds;
  }
  return best;
}

}  // namespace

DeviceReport measure_device(cuda::Backend& backend, const CudaModel& model,
                            std::span<const cuda::ProductChoice> choices) {
  DeviceReport report;
  const cuda::DeviceLimits limits = backend.measure_limits();
  report.copy_bytes_per_s = limits.copy_bytes_per_s;
  report.product_flops_per_s = limits.product_flops_per_s;
  for (const Kind& kind : kinds_of(model)) {
    const cuda::Scalar scalar = cuda::input_scalar(kind.matrix.format);
    const std::vector<std::byte> host = random_rows(scalar, kind.most_rows * kind.matrix.cols);
    const DeviceBuffer x(backend, host.size());
    const DeviceBuffer y(backend, kind.most_rows * kind.matrix.rows * sizeof(float));
    backend.upload(x.as<void>(), host.data(), host.size());
    backend.fill_zero(y.as<void>(), y.bytes());
    for (const std::uint64_t m : kRows) {
      if (m > kind.most_rows) continue;
      const cuda::Product product = {.w = kind.matrix,
                                     .x = x.as<void>(),
                                     .x_stride = kind.matrix.cols,
                                     .m = m,
                                     .y = y.as<void>(),
                                     .y_stride = kind.matrix.rows,
                                     .store = kind.store};
      ProductReport line;
      line.rows = kind.matrix.rows;
      line.cols = kind.matrix.cols;
      line.matrices = kind.matrices;
      line.m = m;
      line.ours_s = seconds_of(backend, product);
      line.fastest_s = backend.fastest_product_seconds(product);
      const auto choice = std::find_if(choices.begin(), choices.end(), [&](const auto& c) {
        return c.rows == line.rows && c.cols == line.cols;
      });
      if (choice != choices.end()) {
        line.library_from = choice->library_from;
        line.reason = choice->reason;
      }
      report.products.push_back(std::move(line));
    }
  }
  return report;
}

}  // namespace candor::engine
