#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "data/base/error.h"
#include "tests/engine/model/tiny_model.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::HasSubstr;

class EngineTest : public testing::Test {
 protected:
  std::filesystem::path write(const tests::GgufWriter& file) {
    const auto path = folder_.path() / "tiny.gguf";
    file.write(path);
    return path;
  }

  static std::string error(const std::filesystem::path& path, const EngineOptions& options) {
    try {
      Engine::load(path, options);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  static EngineOptions small() {
    EngineOptions options;
    options.threads = 1;
    options.kv_bytes = 16 << 20;
    return options;
  }

  tests::TempFolder folder_;
};

TEST_F(EngineTest, DescribesTheModel) {
  tests::GgufWriter file = tests::tiny_llama();
  file.text("general.name", "Tiny");
  const auto path = write(file);
  double progress = 0;
  EngineOptions options = small();
  options.progress = [&](double share) {
    EXPECT_GE(share, progress);
    progress = share;
  };
  const auto engine = Engine::load(path, options);
  EXPECT_EQ(progress, 1.0);
  const ModelDescription& description = engine->description();
  EXPECT_EQ(description.name, "Tiny");
  EXPECT_EQ(description.family, "llama");
  EXPECT_EQ(description.path, path.string());
  EXPECT_EQ(description.file_bytes, std::filesystem::file_size(path));
  EXPECT_EQ(description.layers, 2U);
  EXPECT_EQ(description.width, 64U);
  EXPECT_EQ(description.heads, 4U);
  EXPECT_EQ(description.kv_heads, 2U);
  EXPECT_EQ(description.head_dim, 16U);
  EXPECT_EQ(description.ffn_width, 96U);
  EXPECT_EQ(description.vocabulary, 320U);
  EXPECT_EQ(description.context_length, 1024U);
  // Two tables, and per layer q, o, k, v, gate, up, down and two norms; one norm at the end.
  EXPECT_EQ(description.parameters,
            2U * 320 * 64 + 2U * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 96 * 64 + 2 * 64) + 64U);
  EXPECT_EQ(description.formats,
            (std::vector<std::pair<std::string, std::size_t>>{{"F32", 5}, {"Q8_0", 2 + 2 * 7}}));
  EXPECT_EQ(engine->tokenizer(), nullptr);
  EXPECT_EQ(engine->chat_template(), nullptr);
}

TEST_F(EngineTest, GeneratesAndScores) {
  const auto engine = Engine::load(write(tests::tiny_llama()), small());
  Request request;
  request.prompt = {1, 2, 3};
  request.ignore_stops = true;
  request.sampling.max_tokens = 5;
  const std::atomic<bool> stop{false};
  Completion completion;
  engine->run(
      std::span(&request, 1), [&](std::size_t, Completion&& c) { completion = std::move(c); },
      stop);
  ASSERT_EQ(completion.tokens.size(), 5U);
  std::vector<TokenId> ids = request.prompt;
  ids.insert(ids.end(), completion.tokens.begin(), completion.tokens.end() - 1);
  const ScoredTokens scored = engine->score(ids);
  const auto best = std::max_element(scored.last_logits.begin(), scored.last_logits.end());
  EXPECT_EQ(best - scored.last_logits.begin(), completion.tokens.back());
  EXPECT_EQ(scored.log_probabilities.back(), completion.log_probabilities[3]);
  EXPECT_EQ(engine->counters().generated_tokens, 5U);
}

TEST_F(EngineTest, ATemplateThatCannotBeReadHindersNothingButChats) {
  tests::GgufWriter file = tests::tiny_llama();
  file.text("tokenizer.chat_template", "{% for %}");
  const auto engine = Engine::load(write(file), small());
  EXPECT_EQ(engine->score(std::vector<TokenId>{1, 2}).log_probabilities.size(), 1U);
  EXPECT_THROW(engine->chat_template(), Error);
}

TEST_F(EngineTest, AbsurdOptionsAreRefused) {
  const auto path = write(tests::tiny_llama());
  EngineOptions options = small();
  options.batch = -1;
  EXPECT_THAT(error(path, options), HasSubstr("batch of -1"));
  options = small();
  options.threads = -1;
  EXPECT_THAT(error(path, options), HasSubstr("-1 threads"));
  options = small();
  options.kv_bytes = 100;
  EXPECT_THAT(error(path, options), HasSubstr("do not hold one page"));
}

TEST_F(EngineTest, MissingAndMisshapenWeightsAreNamed) {
  EXPECT_THAT(error(folder_.path() / "absent.gguf", small()), HasSubstr("absent.gguf"));

  tests::GgufWriter file;
  file.text("general.architecture", "llama")
      .integer("llama.block_count", 1)
      .integer("llama.embedding_length", 64)
      .integer("llama.feed_forward_length", 96)
      .integer("llama.attention.head_count", 4)
      .integer("llama.context_length", 64)
      .number("llama.attention.layer_norm_rms_epsilon", 1e-5F);
  file.tensor_f32("token_embd.weight", {10, 64}, std::vector<float>(640));
  EXPECT_THAT(error(write(file), small()), HasSubstr("blk.0.attn_norm.weight"));
  file.tensor_f32("blk.0.attn_norm.weight", {32}, std::vector<float>(32));
  EXPECT_THAT(error(write(file), small()), HasSubstr("blk.0.attn_norm.weight"));
}

TEST_F(EngineTest, NanWeightsEndARequestAndNothingElse) {
  tests::GgufWriter file = tests::tiny_llama();
  std::string bytes = file.bytes();
  // The head stands last and needs no padding; its last block's scale becomes NaN.
  ASSERT_EQ(std::size_t{320} * 64 / 32 * 34 % 32, 0U);
  const std::size_t scale = bytes.size() - 34;
  bytes[scale] = '\xFF';
  bytes[scale + 1] = '\x7F';
  const auto path = folder_.write("nan.gguf", bytes);
  const auto engine = Engine::load(path, small());
  Request request;
  request.prompt = {1};
  request.ignore_stops = true;
  request.sampling.max_tokens = 3;
  const std::atomic<bool> stop{false};
  Completion completion;
  engine->run(
      std::span(&request, 1), [&](std::size_t, Completion&& c) { completion = std::move(c); },
      stop);
  EXPECT_EQ(completion.finish, data::FinishReason::kError);
  EXPECT_EQ(completion.error, "non-finite logits (step 1)");
  EXPECT_THROW(engine->score(std::vector<TokenId>{1, 2}), Error);
}

}  // namespace
}  // namespace candor::engine
