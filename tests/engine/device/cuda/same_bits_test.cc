// What a request gets on the GPU does not depend on how the queue was worked off: alone or in a
// batch, from a shared prefix or computed anew, in chunks, from a recorded graph, after having been
// put off for want of pages.
#include <gtest/gtest.h>

#include "engine/arch/families.h"
#include "engine/device/cuda/cuda_forward.h"
#include "engine/files/gguf.h"
#include "engine/files/safetensors.h"
#include "tests/engine/batch/planner_bench.h"
#include "tests/engine/device/cuda/counting_backend.h"
#include "tests/engine/model/golden_checkpoints.h"
#include "tests/engine/model/mixed_requests.h"
#include "tests/support/cuda.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

std::size_t pages_of(const fs::path& path, bool float32, std::size_t pages) {
  const ArchSpec spec = fs::is_directory(path) ? read_arch_spec(*SafetensorsFolder::open(path))
                                               : read_arch_spec(*GgufFile::open(path));
  return pages * spec.layers.size() * CudaPages::of(spec, float32).page_bytes;
}

class CudaSameBits : public testing::TestWithParam<const char*> {};

TEST_P(CudaSameBits, WhateverTheBatch) {
  const fs::path path = tests::source_path("tests/golden") / GetParam();
  for (const Arithmetic precision : {Arithmetic::kBF16, Arithmetic::kFloat32}) {
    SCOPED_TRACE(name(precision));
    EngineOptions options;
    options.precision = precision;
    options.device = DeviceChoice::kCuda;
    int launched = 0;  // graphs
    options.open_gpu = [&launched](int) {
      return std::make_unique<tests::CountingBackend>(tests::open_cuda_backend(), &launched);
    };
    options.threads = 1;
    options.batch = 1;
    options.kv_bytes = 4 << 20;
    const auto sizes = Engine::load(path, options);
    const std::vector<Request> requests = mixed_requests(sizes->description().vocabulary);
    const std::vector<Completion> alone = completed_apart(path, options, requests);
    options.batch = 9;
    // A sequence has up to three pages: nine of them do not fit.
    options.kv_bytes = pages_of(path, precision == Arithmetic::kFloat32, 7);
    const auto engine = Engine::load(path, options);
    for (const char* const round : {"first", "again"}) {
      launched = 0;
      const std::vector<Completion> together = completed(*engine, requests);
      EXPECT_GT(launched, 5) << round;
      for (const Completion& completion : alone) {
        ASSERT_TRUE(completion.error.empty()) << completion.error;
        ASSERT_FALSE(completion.tokens.empty());
      }
      tests::expect_same(alone, together, round);
    }
  }
}

// Biases, head norms, windows and sandwich norms, quantised weights.
INSTANTIATE_TEST_SUITE_P(Golden, CudaSameBits,
                         testing::Values("checkpoints/qwen2", "checkpoints/qwen3",
                                         "checkpoints/gemma3", "gguf/qwen2-wide.k.gguf"),
                         [](const auto& parameter) { return tests::golden_name(parameter.param); });

}  // namespace
}  // namespace candor::engine
