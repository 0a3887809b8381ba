// The forward pass on the GPU (or its kernels on the processor) against the reference library's
// float32 results, for every golden checkpoint that a GPU runs, and its refusal of the others.
#include <gtest/gtest.h>

#include <limits>

#include "data/base/error.h"
#include "engine/arch/families.h"
#include "engine/device/cuda/support.h"
#include "engine/files/gguf.h"
#include "engine/files/safetensors.h"
#include "tests/engine/model/golden_checkpoints.h"
#include "tests/engine/model/reference_cases.h"
#include "tests/support/cuda.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

EngineOptions on_gpu(Arithmetic precision) {
  EngineOptions options = reference_options();
  options.precision = precision;
  options.device = DeviceChoice::kCuda;
  options.batch = 8;
  options.kv_bytes = 8 << 20;
  options.open_gpu = [](int) { return tests::open_cuda_backend(); };
  return options;
}

// Why a GPU does not run a checkpoint; empty when it does.
std::string refused(const fs::path& path) {
  if (fs::is_directory(path)) {
    const auto folder = SafetensorsFolder::open(path);
    return unsupported_on_gpu(read_arch_spec(*folder), *folder);
  }
  const auto file = GgufFile::open(path);
  return unsupported_on_gpu(read_arch_spec(*file), *file);
}

void expect_agreement_on_gpu(const fs::path& path, const std::vector<ReferenceCase>& cases) {
  if (const std::string why = refused(path); !why.empty()) {
    try {
      Engine::load(path, on_gpu(Arithmetic::kAuto));
      FAIL() << "ran though " << why;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
    return;
  }
  {
    SCOPED_TRACE("float32");
    expect_agreement(path, cases, on_gpu(Arithmetic::kFloat32));
  }
  // Keys and values of eight bits alone move the logits of these networks, whose random weights
  // make scores of tens, by up to 2% of their norm. Most stay below 3%, one reaches 3.3%.
  SCOPED_TRACE("bf16");
  expect_agreement(path, cases, on_gpu(Arithmetic::kAuto),
                   {.logit = std::numeric_limits<float>::infinity(),
                    .relative = 4e-2,
                    .mean_logprob = 0.1,
                    .margin = 0.1,
                    .margin_of_differences = true});
}

class CudaCheckpoints : public testing::TestWithParam<std::string> {};

TEST_P(CudaCheckpoints, AgreeWithTheReferenceOrAreRefused) {
  const fs::path path = tests::source_path("tests/golden") / GetParam();
  expect_agreement_on_gpu(path, read_reference_cases(tests::expectation_of(path)));
}

INSTANTIATE_TEST_SUITE_P(Golden, CudaCheckpoints, testing::ValuesIn(tests::golden_checkpoints()),
                         [](const auto& parameter) { return tests::golden_name(parameter.param); });

class CudaArchitectures : public testing::TestWithParam<const char*> {};

TEST_P(CudaArchitectures, AgreeWithTheReference) {
  const std::string folder = std::string("golden/architectures/") + GetParam();
  CANDOR_NEEDS_SHARED(folder);
  const auto path = tests::shared_path(folder);
  ASSERT_EQ(refused(path), "");
  expect_agreement_on_gpu(path, read_reference_cases(path / "expected.json"));
}

INSTANTIATE_TEST_SUITE_P(Golden, CudaArchitectures,
                         testing::Values("llama", "llama-tied", "llama3-rope", "mistral", "qwen2",
                                         "qwen3", "gemma3", "ernie45", "seed-oss"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(CudaSupport, AProcessorsPrecisionOnAGpuIsWrongUsage) {
  const fs::path path = tests::source_path("tests/golden/checkpoints/qwen2");
  for (const Arithmetic precision : {Arithmetic::kInt8, Arithmetic::kExact}) {
    try {
      Engine::load(path, on_gpu(precision));
      FAIL() << name(precision);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::kUsage);
      EXPECT_NE(std::string(error.what()).find("is for the processor"), std::string::npos);
    }
  }
}

// What runs on GPUs is decided by what a network has, not by its name.
TEST(CudaSupport, LatentAttentionExpertsAndFp8AreRefusedAndNothingElse) {
  int run = 0;
  for (const std::string& checkpoint : tests::golden_checkpoints()) {
    const std::string why = refused(tests::source_path("tests/golden") / checkpoint);
    const auto has = [&](const char* part) { return checkpoint.find(part) != std::string::npos; };
    const bool latent = has("deepseek") || has("kimi");
    const bool experts = has("moe") || has("gpt-oss");
    if (latent) {
      EXPECT_NE(why.find("latent attention"), std::string::npos) << checkpoint << ": " << why;
    } else if (experts) {
      EXPECT_NE(why.find("mixtures of experts"), std::string::npos) << checkpoint << ": " << why;
    } else {
      EXPECT_EQ(why, "") << checkpoint;
      ++run;
    }
  }
  EXPECT_GE(run, 15);
}

}  // namespace
}  // namespace candor::engine
