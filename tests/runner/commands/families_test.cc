// The instruction set is chosen once a process, so this starts the program once for each: every
// family with quantised weights gives the same bytes with all of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/runner/commands/tiny_program.h"
#include "tests/support/chosen_isa.h"
#include "tests/support/shared.h"

namespace candor::runner {
namespace {

class FamiliesOnInstructionSets : public tests::TinyProgram,
                                  public testing::WithParamInterface<const char*> {};

TEST_P(FamiliesOnInstructionSets, GiveTheSameLogits) {
  std::string input = "{\"input_ids\":[5,6],\"greedy\":3}\n{\"input_ids\":[5";
  for (int i = 0; i < 100; ++i) input += "," + std::to_string((i * i + 7) % 250);
  input += "],\"greedy\":12}\n";
  const std::string model = tests::source_path(GetParam()).string();
  for (const char* precision : {"int8", "exact", "float32"}) {
    std::optional<std::string> expected;
    for (const char* name : {"portable", "avx2", "avx512vnni", "amx"}) {
      const tests::ChosenIsa isa(name);
      const tests::Finished done =
          candor({"inspect", "logits", model, "--precision", precision}, input);
      if (done.status != 0) {
        ASSERT_THAT(done.errors, testing::HasSubstr("this processor lacks it"));
        continue;
      }
      ASSERT_THAT(done.output, testing::HasSubstr("last_logits"));
      ASSERT_THAT(done.output, testing::Not(testing::HasSubstr("null")));
      if (!expected) expected = done.output;
      EXPECT_EQ(*expected == done.output, true)
          << name << ", " << precision << " gives other logits";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, FamiliesOnInstructionSets,
                         testing::Values("tests/golden/gguf/deepseek-v3.q8_0.gguf",
                                         "tests/golden/gguf/deepseek-v2-lite.old-form.gguf",
                                         "tests/golden/gguf/ernie45-moe.q8_0.gguf",
                                         "tests/golden/gguf/qwen3.q8_0.gguf",
                                         "tests/golden/gguf/smollm2.q5.gguf",
                                         "tests/golden/checkpoints/deepseek-v3-fp8",
                                         "tests/golden/checkpoints/gpt-oss-mxfp4",
                                         "tests/golden/gguf/gemma3-wrapped.f16.gguf"));

}  // namespace
}  // namespace candor::runner
