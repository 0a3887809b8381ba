// Every family, from both containers: what a request gets depends on neither the batch, the
// threads, a shared prefix nor a cache too small for all of the batch, in any precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <random>

#include "engine/arch/families.h"
#include "engine/engine.h"
#include "engine/model/forward.h"
#include "tests/engine/batch/planner_bench.h"
#include "tests/engine/model/golden_checkpoints.h"
#include "tests/engine/model/mixed_requests.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

// Bytes of `pages` pages of keys and values.
std::size_t pages_of(const fs::path& path, Arithmetic precision, std::size_t pages) {
  const ArchSpec spec = fs::is_directory(path) ? read_arch_spec(*SafetensorsFolder::open(path))
                                               : read_arch_spec(*GgufFile::open(path));
  const auto format =
      precision == Arithmetic::kFloat32 ? kernels::KvFormat::kF32 : kernels::KvFormat::kF16;
  return pages * spec.layers.size() * kernels::page_bytes(attention_shape(spec.attention, format));
}

class FamiliesSameBits : public testing::TestWithParam<std::string> {};

TEST_P(FamiliesSameBits, WhateverTheBatchAndTheThreads) {
  const fs::path path = tests::source_path("tests/golden") / GetParam();
  for (const Arithmetic precision : {Arithmetic::kInt8, Arithmetic::kExact, Arithmetic::kFloat32}) {
    EngineOptions options;
    options.precision = precision;
    options.threads = 1;
    options.batch = 1;
    options.kv_bytes = 64 << 20;
    const auto sizes = Engine::load(path, options);
    const std::vector<Request> requests = mixed_requests(sizes->description().vocabulary);
    const std::vector<Completion> alone = completed_apart(path, options, requests);
    options.threads = 3;
    options.batch = 9;
    // A sequence has up to three pages: nine of them do not fit.
    options.kv_bytes = pages_of(path, precision, 7);
    const auto engine = Engine::load(path, options);
    const std::vector<Completion> together = completed(*engine, requests);
    for (const Completion& completion : alone) {
      ASSERT_TRUE(completion.error.empty()) << completion.error;
      ASSERT_FALSE(completion.tokens.empty());
    }
    tests::expect_same(alone, together, name(precision));
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, FamiliesSameBits, testing::ValuesIn(tests::golden_checkpoints()),
                         [](const auto& parameter) { return tests::golden_name(parameter.param); });

}  // namespace
}  // namespace candor::engine
