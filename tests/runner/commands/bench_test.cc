// `candor bench` on a small random model: the fields that scripts read, jobs whose answers do not
// depend on the batch, and what is said of lines that are wrong. No speed is asserted.
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "data/base/hash.h"
#include "data/records/json_fields.h"
#include "runner/bench/accuracy.h"
#include "runner/bench/measure.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using tests::Finished;
using tests::read_file;

class BenchTest : public tests::TinyProgram {
 protected:
  Finished bench(std::vector<std::string> words) const {
    words.insert(words.begin(), {"bench", model_.string(), "--memory", "64"});
    return candor(words);
  }
  json::object figures(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const Finished done = bench(std::move(words));
    EXPECT_EQ(done.status, 0) << done.errors;
    return done.status == 0 ? data::parse_object(done.output, "bench") : json::object{};
  }
  std::string file(const char* name, const std::string& text) const {
    return folder_.write(name, text).string();
  }
};

std::set<std::string> keys(const json::object& object) {
  std::set<std::string> all;
  for (const json::key_value_pair& field : object) all.insert(std::string(field.key()));
  return all;
}

constexpr const char* kJob =
    "{\"prompt\":\"low lower\",\"max_tokens\":6,\"ignore_stops\":true}\n"
    "\n"
    "{\"prompt_ids\":[1,2,3],\"max_tokens\":4,\"ignore_stops\":true,\"repeats\":3,"
    "\"temperature\":0.9,\"top_p\":0.9,\"seed\":7}\n"
    "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":5}\n";

TEST_F(BenchTest, SpeedHasTheFieldsThatScriptsRead) {
  const std::string page = (folder_.path() / "bench.html").string();
  const json::object found = figures({"--batch", "4", "--threads", "1", "--report", page});
  for (const char* key : {"load_s", "prefill_tokens_per_s", "peak_bytes"}) {
    EXPECT_GT(found.at(key).to_number<double>(), 0) << key;
  }
  EXPECT_FALSE(found.at("isa").as_string().empty());
  EXPECT_FALSE(found.at("processor").as_string().empty());
  EXPECT_EQ(found.at("threads").as_int64(), 1);
  EXPECT_THAT(keys(found.at("decode_tokens_per_s").as_object()),
              testing::ElementsAre("1", "2", "4"));
  for (const json::key_value_pair& speed : found.at("decode_tokens_per_s").as_object()) {
    EXPECT_GT(speed.value().as_double(), 0);
  }
  for (const char* key : {"read_bytes_per_s", "int8_ops_per_s"}) {
    EXPECT_GT(found.at("machine").at(key).as_double(), 1e6) << key;
  }
  EXPECT_FALSE(found.contains("growth"));
  EXPECT_THAT(read_file(page), AllOf(HasSubstr("</html>"), HasSubstr("Decode by number")));
}

TEST_F(BenchTest, GrowthCoversTheQueueAndTheContext) {
  const std::string page = (folder_.path() / "bench.html").string();
  const json::object found = figures({"--growth", "--batch", "16", "--report", page});
  EXPECT_THAT(read_file(page), AllOf(HasSubstr("Seconds a prompt by number of prompts"),
                                     HasSubstr("Milliseconds a token by tokens of context")));
  const json::array& queue = found.at("growth").at("prompts").as_array();
  ASSERT_EQ(queue.size(), 4U);
  EXPECT_EQ(queue.back().at("prompts").as_int64(), 1024);
  for (const json::value& cost : queue) {
    EXPECT_GT(cost.at("seconds_per_prompt").as_double(), 0);
  }
  const json::array& context = found.at("growth").at("context").as_array();
  ASSERT_EQ(context.size(), 4U) << "this model's context ends before 8,192";
  for (const json::value& cost : context) {
    EXPECT_GT(cost.at("prefill_ms_per_token").as_double(), 0);
    EXPECT_GT(cost.at("decode_ms_per_token").as_double(), 0);
  }
}

TEST_F(BenchTest, JobCountsAndHashesWhatItWrites) {
  const std::string out = (folder_.path() / "answers.jsonl").string();
  const json::object found = figures({"--job", file("job.jsonl", kJob), "--outputs", out});
  EXPECT_EQ(found.at("answers").as_int64(), 5);
  const std::string answers = read_file(out);
  EXPECT_EQ(found.at("answers_sha256").as_string(), data::sha256_hex(answers));
  std::istringstream lines(answers);
  std::int64_t generated = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> origins;
  for (std::string line; std::getline(lines, line);) {
    const json::object answer = data::parse_object(line, out);
    generated += static_cast<std::int64_t>(answer.at("tokens").as_array().size());
    origins.emplace_back(answer.at("line").as_int64(), answer.at("repeat").as_int64());
  }
  const std::vector<std::pair<std::int64_t, std::int64_t>> expected = {
      {1, 0}, {3, 0}, {3, 1}, {3, 2}, {4, 0}};
  EXPECT_EQ(origins, expected);
  EXPECT_EQ(found.at("generated_tokens").as_int64(), generated);
  // "low", " low" and "er"; three tokens thrice; "<|im_start|>", "user: hi" by bytes, "<|end|>" and
  // "<|im_start|>".
  EXPECT_GT(found.at("prompt_tokens").as_int64(), 3 * 3 + 4);
  for (const char* key : {"load_s", "seconds", "tokens_per_s", "generated_tokens_per_s"}) {
    EXPECT_GT(found.at(key).as_double(), 0) << key;
  }
}

TEST_F(BenchTest, JobAnswersDoNotDependOnBatchAndThreads) {
  const std::string job = file("job.jsonl", kJob);
  const json::object one = figures({"--job", job, "--batch", "1", "--threads", "1"});
  const json::object many = figures({"--job", job, "--batch", "32", "--threads", "2"});
  EXPECT_EQ(one.at("answers_sha256"), many.at("answers_sha256"));
  const json::object part = figures({"--job", job, "--limit", "1"});
  EXPECT_EQ(part.at("answers").as_int64(), 1);
  EXPECT_NE(one.at("answers_sha256"), part.at("answers_sha256"));
}

TEST_F(BenchTest, WrongLinesAreNamedWithPlaceAndField) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"not json", "job.jsonl:2: not valid JSON"},
      {"[1]", "job.jsonl:2: expected a JSON object"},
      {R"({"prompt":"a"})", R"(job.jsonl:2: field "max_tokens" is missing)"},
      {R"({"prompt":"a","max_tokens":0})", R"(job.jsonl:2: field "max_tokens": 0 is not in)"},
      {R"({"prompt":"","max_tokens":1})", R"(job.jsonl:2: field "prompt": has no tokens)"},
      {R"({"max_tokens":1})", "job.jsonl:2: expected exactly one of"},
      {R"({"prompt":"a","prompt_ids":[1],"max_tokens":1})", "job.jsonl:2: expected exactly one of"},
      {R"({"prompt_ids":[1,99999],"max_tokens":1})",
       R"(job.jsonl:2: field "prompt_ids": 99999 is not a token id)"},
      {R"({"prompt_ids":"a","max_tokens":1})", R"(job.jsonl:2: field "prompt_ids": expected)"},
      {R"({"messages":[{"role":"user"}],"max_tokens":1})",
       R"(job.jsonl:2: field "content" is missing)"},
      {R"({"prompt":"a","max_tokens":1,"temperature":-1})", "job.jsonl:2: temperature"},
      {R"({"prompt":"a","max_tokens":1,"seed":-1})", R"(job.jsonl:2: field "seed")"},
      {R"({"prompt":"a","max_tokens":1,"repeats":0})", R"(job.jsonl:2: field "repeats")"},
      {R"({"prompt":"a","max_tokens":1,"colour":1})", R"(job.jsonl:2: unknown field "colour")"},
  };
  for (const auto& [line, message] : wrong) {
    const Finished done =
        bench({"--job", file("job.jsonl", "{\"prompt\":\"a\",\"max_tokens\":1}\n" + line + "\n")});
    EXPECT_EQ(done.status, 3) << line;
    EXPECT_THAT(done.errors, HasSubstr(message)) << line;
    EXPECT_EQ(done.output, "") << line;
  }
  EXPECT_THAT(bench({"--job", file("empty.jsonl", "\n \n")}).errors, HasSubstr("no line"));
  EXPECT_EQ(bench({"--job", "/no/such.jsonl"}).status, 2);
}

TEST_F(BenchTest, APromptThatFailsFailsTheJob) {
  std::string ids;
  for (int i = 0; i < 5000; ++i) ids += i == 0 ? "1" : ",1";
  const Finished done =
      bench({"--job", file("job.jsonl", "{\"prompt_ids\":[" + ids + "],\"max_tokens\":1}\n")});
  EXPECT_EQ(done.status, 3);
  EXPECT_THAT(done.errors, AllOf(HasSubstr("job.jsonl:1: prompt of 5000"), HasSubstr("context")));
}

TEST_F(BenchTest, OptionsThatDoNotGoTogetherAreRefused) {
  const std::string job = file("job.jsonl", kJob);
  EXPECT_EQ(bench({"--job", job, "--growth"}).status, 2);
  EXPECT_EQ(bench({"--job", job, "--accuracy", job}).status, 2);
  EXPECT_EQ(bench({"--outputs", "x"}).status, 2);
  EXPECT_EQ(bench({"--limit", "3"}).status, 2);
  EXPECT_EQ(bench({"--job", job, "--precision", "int7"}).status, 2);
}

constexpr const char* kTexts =
    "{\"prompt\":\"low\",\"continuation\":\" lower than low\"}\n"
    "{\"prompt\":[1,2,3],\"continuation\":[4,5,6,7,8]}\n"
    "{\"prompt\":\"new\",\"continuation\":[9]}\n";

TEST_F(BenchTest, Float32AgreesWithItself) {
  const json::object found =
      figures({"--accuracy", file("texts.jsonl", kTexts), "--precision", "float32"});
  EXPECT_EQ(found.at("lines").as_int64(), 3);
  EXPECT_GT(found.at("tokens").as_int64(), 8);
  EXPECT_EQ(found.at("mean_logprob"), found.at("mean_logprob_float32"));
  EXPECT_LT(found.at("mean_logprob").as_double(), 0);
  EXPECT_EQ(found.at("difference").at("value").as_double(), 0);
  EXPECT_EQ(found.at("top1_agreement").at("value").as_double(), 1);
}

TEST_F(BenchTest, AccuracySeesThatPrecisionsDiffer) {
  const std::string texts = file("texts.jsonl", kTexts);
  const json::object found = figures({"--accuracy", texts});
  const json::object& difference = found.at("difference").as_object();
  EXPECT_NEAR(difference.at("value").as_double(),
              found.at("mean_logprob").as_double() - found.at("mean_logprob_float32").as_double(),
              1e-9);
  EXPECT_NE(difference.at("value").as_double(), 0);
  EXPECT_LE(difference.at("low").as_double(), difference.at("value").as_double());
  EXPECT_GE(difference.at("high").as_double(), difference.at("value").as_double());
  EXPECT_EQ(figures({"--accuracy", texts, "--limit", "1"}).at("lines").as_int64(), 1);
}

TEST_F(BenchTest, WrongTextsAreNamedWithPlaceAndField) {
  for (const auto& [line, message] : std::vector<std::pair<std::string, std::string>>{
           {R"({"prompt":"a"})", R"(texts.jsonl:1: field "continuation" is missing)"},
           {R"({"prompt":"a","continuation":""})", R"(field "continuation": has no tokens)"},
           {R"({"prompt":1,"continuation":"a"})", R"(field "prompt": expected a text or)"},
           {R"({"prompt":[-1],"continuation":"a"})", R"(field "prompt": -1 is not a token id)"}}) {
    const Finished done = bench({"--accuracy", file("texts.jsonl", line)});
    EXPECT_EQ(done.status, 3) << line;
    EXPECT_THAT(done.errors, HasSubstr(message)) << line;
  }
}

TEST(MeanOverTokens, IsTheMeanOfAllTokensAndResamplesLines) {
  const data::Estimate estimate = mean_over_tokens({1.0, 9.0}, {1, 3}, {0, 5});
  EXPECT_DOUBLE_EQ(estimate.value, 10.0 / 4);
  EXPECT_LT(estimate.interval.low, estimate.value);
  EXPECT_GT(estimate.interval.high, estimate.value);
  // Lines that all have the mean leave nothing to resample but what so few could have missed.
  EXPECT_GT(mean_over_tokens({2.0, 6.0}, {1, 3}, {0, 5}).interval.high, 2.0);
  EXPECT_EQ(estimate.clusters, 2U);
}

TEST(LayerOps, AreCountedOnlyWhereTheShapesExplainTheParameters) {
  engine::ModelDescription model;
  model.layers = 2;
  model.width = 64;
  model.heads = 4;
  model.kv_heads = 2;
  model.head_dim = 16;
  model.ffn_width = 96;
  model.vocabulary = 320;
  const double layers = 2.0 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96);
  model.parameters = static_cast<std::uint64_t>(layers) + 320 * 64 + 5 * 64;
  ASSERT_TRUE(layer_ops_per_token(model).has_value());
  EXPECT_EQ(*layer_ops_per_token(model), 2 * layers);
  model.parameters += 320 * 64;  // an output table of its own
  EXPECT_EQ(layer_ops_per_token(model), std::optional(2 * layers));
  model.parameters *= 4;  // experts, say
  EXPECT_FALSE(layer_ops_per_token(model).has_value());
}

}  // namespace
}  // namespace candor::runner
