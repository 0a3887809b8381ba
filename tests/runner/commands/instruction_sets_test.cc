// The instruction set is chosen once a process, so this starts the program once for each: quantised
// weights give the same bytes with all of them, whatever the batch and the threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "tests/runner/commands/tiny_program.h"
#include "tests/support/chosen_isa.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;
using kernels::BlockFormat;
using tests::ChosenIsa;
using tests::Finished;
using tests::TinyShape;

struct Setting {
  const char* name;
  const char* precision;
  TinyShape shape;
};

void PrintTo(const Setting& setting, std::ostream* out) { *out << setting.name; }

// Rows of 96 and 192 values: not whole groups of 128.
TinyShape broken_groups() {
  return {.width = 96,
          .ffn = 192,
          .formats = {BlockFormat::kQ5_0, BlockFormat::kQ4_1, BlockFormat::kQ8_0,
                      BlockFormat::kQ4_0, BlockFormat::kQ5_1}};
}

// The rows of 96 in blocks of 32, those of the last matrix of a layer in super-blocks.
TinyShape mixed_blocks() {
  return {.layers = 3,
          .width = 96,
          .ffn = 256,
          .heads = 3,
          .kv_heads = 1,
          .formats = {BlockFormat::kQ4_K, BlockFormat::kQ5_0, BlockFormat::kQ6_K,
                      BlockFormat::kQ8_0, BlockFormat::kQ4_1, BlockFormat::kQ5_K}};
}

TinyShape super_blocks() {
  return {
      .width = 256,
      .ffn = 512,
      .formats = {BlockFormat::kQ4_K, BlockFormat::kQ6_K, BlockFormat::kQ5_0, BlockFormat::kQ5_K}};
}

class InstructionSets : public tests::TinyProgram, public testing::WithParamInterface<Setting> {
 protected:
  InstructionSets() : weights_(write_model("weights.gguf", GetParam().shape)) {}

  // Those of this processor; of the others the program says that they are lacking.
  std::vector<std::string> supported() const {
    std::vector<std::string> names;
    for (const char* name : {"portable", "avx2", "avx512vnni", "amx"}) {
      const ChosenIsa isa(name);
      const Finished done = logits("{\"input_ids\":[1]}\n");
      if (done.status == 0) {
        names.emplace_back(name);
      } else {
        EXPECT_THAT(done.errors, testing::HasSubstr("this processor lacks it"));
      }
    }
    return names;
  }

  Finished logits(const std::string& input) const {
    return candor({"inspect", "logits", weights_.string(), "--precision", GetParam().precision},
                  input);
  }

  // What a run stored, greedy or sampled.
  std::string answers(bool greedy, const std::string& batch, const std::string& threads) const {
    static int count = 0;
    const std::string store = (folder_.path() / ("run" + std::to_string(++count) + ".db")).string();
    std::vector<std::string> words = {"run",
                                      "arithmetic",
                                      "logic",
                                      "--count",
                                      "4",
                                      "--model",
                                      weights_.string(),
                                      "--store",
                                      store,
                                      "--seed",
                                      "11",
                                      "--precision",
                                      GetParam().precision,
                                      "--max-tokens",
                                      "20",
                                      "--batch",
                                      batch,
                                      "--threads",
                                      threads,
                                      "-q"};
    for (const char* word :
         {"--temperature", greedy ? "0" : "0.7", "--top-p", greedy ? "1" : "0.9"})
      words.emplace_back(word);
    const Finished run = candor(words);
    EXPECT_EQ(run.status, 0) << run.errors;
    const Finished exported = candor({"runs", "export", "latest", "--store", store});
    EXPECT_EQ(exported.status, 0) << exported.errors;
    return exported.output;
  }

  fs::path weights_;
};

TEST_P(InstructionSets, GiveTheSameLogits) {
  // Few rows and many, and many generated tokens after them.
  std::string input = "{\"input_ids\":[5,6],\"greedy\":3}\n{\"input_ids\":[5";
  for (int i = 0; i < 150; ++i) input += "," + std::to_string((i * i + 7) % 260);
  input += "],\"greedy\":40}\n";
  std::optional<std::string> expected;
  for (const std::string& name : supported()) {
    const ChosenIsa isa(name);
    const Finished done = logits(input);
    ASSERT_EQ(done.status, 0) << done.errors;
    ASSERT_THAT(done.output, testing::HasSubstr("last_logits"));
    ASSERT_THAT(done.output, testing::Not(testing::HasSubstr("null")));
    if (!expected) expected = done.output;
    EXPECT_EQ(*expected == done.output, true) << name << " gives other logits";
  }
}

TEST_P(InstructionSets, GiveTheSameAnswersForAnyBatchAndThreads) {
  for (const bool greedy : {true, false}) {
    std::optional<std::string> expected;
    int place = greedy ? 0 : 1;
    for (const std::string& name : supported()) {
      const ChosenIsa isa(name);
      // One set with every batch, the others with one: they have to agree with all of them.
      std::vector<const char*> batches = {"7"};
      if (!expected) batches = {"1", "7", "64"};
      for (const char* batch : batches) {
        const std::string found = answers(greedy, batch, ++place % 2 == 0 ? "1" : "2");
        if (!expected) expected = found;
        ASSERT_EQ(found == *expected, true)
            << name << ", batch " << batch << (greedy ? ", greedy" : ", sampled");
      }
    }
    EXPECT_GT(std::count(expected->begin(), expected->end(), '\n'), 3);
  }
}

INSTANTIATE_TEST_SUITE_P(Weights, InstructionSets,
                         testing::Values(Setting{"Int8BrokenGroups", "int8", broken_groups()},
                                         Setting{"Int8MixedBlocks", "int8", mixed_blocks()},
                                         Setting{"Int8SuperBlocks", "int8", super_blocks()},
                                         Setting{"ExactBrokenGroups", "exact", broken_groups()},
                                         Setting{"ExactMixedBlocks", "exact", mixed_blocks()},
                                         Setting{"ExactSuperBlocks", "exact", super_blocks()}),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace candor::runner
