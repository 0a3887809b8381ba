// What a device can do at most, and what it costs that a row's bits never depend on the batch: as
// the device itself measures it. The rates of a model are measured by the runner (runner/bench).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace candor::engine {

// One product of the model with m rows.
struct ProductReport {
  std::uint64_t rows = 0, cols = 0;  // of the matrix
  std::uint64_t matrices = 1;        // how many of this shape a token goes through
  std::uint64_t m = 0;
  double ours_s = 0;               // as the engine computes it
  double fastest_s = 0;            // the library's fastest for this m, whatever its bits; 0: none
  std::uint64_t library_from = 0;  // batches from here on go to the library; 0: none do
  std::string reason;              // why: "equal bits, 1.8 times faster", "other bits"
};

struct DeviceReport {
  double copy_bytes_per_s = 0;     // device to device, bytes read plus bytes written
  double product_flops_per_s = 0;  // bf16 8192 x 8192 x 8192, the library's fastest; 0: not known
  std::vector<ProductReport> products;
};

}  // namespace candor::engine
