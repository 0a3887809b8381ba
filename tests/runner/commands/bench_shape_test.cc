// `candor bench --shape`: published shapes with random weights, whole queues and the comparison of
// answers by batch; and the arithmetic over what a device reports. No speed is asserted.
#include <gmock/gmock.h>

#include <fstream>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "engine/arch/families.h"
#include "engine/model/memory_plan.h"
#include "reports/bench.h"
#include "runner/bench/device_figures.h"
#include "runner/bench/shapes.h"
#include "tests/runner/commands/tiny_program.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::Finished;
using tests::read_file;

engine::ArchSpec spec_of(const Shape& shape) {
  return engine::read_arch_spec(*engine::SafetensorsFolder::of_config(shape.name, shape.config));
}

TEST(Shapes, HaveThePublishedNumbersOfParameters) {
  // In thousands of millions, as the models' makers state them (R1's distills: as the models that
  // they are made of).
  const std::map<std::string, double> published = {{"qwen2.5-0.5b", 0.49},
                                                   {"qwen2.5-1.5b", 1.54},
                                                   {"qwen2.5-3b", 3.09},
                                                   {"qwen2.5-7b", 7.62},
                                                   {"qwen2.5-14b", 14.77},
                                                   {"qwen2.5-32b", 32.76},
                                                   {"r1-distill-qwen-1.5b", 1.78},
                                                   {"r1-distill-qwen-7b", 7.62},
                                                   {"r1-distill-qwen-14b", 14.77},
                                                   {"r1-distill-qwen-32b", 32.76},
                                                   {"r1-distill-llama-8b", 8.03},
                                                   {"llama-3.2-1b", 1.24},
                                                   {"llama-3.2-3b", 3.21},
                                                   {"qwen3-0.6b", 0.60},
                                                   {"qwen3-1.7b", 1.72},
                                                   {"qwen3-4b", 4.02},
                                                   {"qwen3-8b", 8.19},
                                                   {"qwen3-14b", 14.77},
                                                   {"qwen3-32b", 32.76}};
  std::size_t found = 0;
  for (const Shape& shape : load_shapes()) {
    ASSERT_TRUE(published.contains(shape.name)) << shape.name;
    const double billions =
        static_cast<double>(engine::count_parameters(spec_of(shape)).total) / 1e9;
    EXPECT_NEAR(billions, published.at(shape.name), 0.006) << shape.name;
    EXPECT_FALSE(shape.title.empty());
    ++found;
  }
  EXPECT_EQ(found, published.size());
}

TEST(Shapes, AWrongTableIsNamedWithItsLine) {
  const tests::TempFolder folder;
  const auto message = [&](const std::string& text) -> std::string {
    try {
      load_shapes(folder.write("shapes.yaml", text));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message("shapes:\n  - name: a\n    title: b\n"),
              HasSubstr(R"(shapes.yaml:2: field "config": expected a text)"));
  EXPECT_THAT(message("shapes:\n  - {name: a, title: b, config: c}\n"
                      "  - {name: a, title: b, config: c}\n"),
              HasSubstr(R"(shapes.yaml:3: shape "a" is there twice)"));
  EXPECT_THAT(message("shapes: []\n"), HasSubstr("has no shapes"));
  EXPECT_THAT(message("shapes: [\n"), HasSubstr("shapes.yaml:"));
}

constexpr const char* kTiny = R"({"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2",
  "hidden_act": "silu", "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
  "max_position_embeddings": 512, "hidden_size": 64, "intermediate_size": 96,
  "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 300,
  "tie_word_embeddings": false})";

class BenchShapeTest : public tests::TinyProgram {
 protected:
  Finished bench(std::vector<std::string> words) const {
    words.insert(words.begin(), {"bench", "--shape", shape_, "--memory", "64", "--device", "cpu"});
    return candor(words);
  }
  json::object figures(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const Finished done = bench(std::move(words));
    EXPECT_EQ(done.status, 0) << done.errors;
    return done.status == 0 ? data::parse_object(done.output, "bench") : json::object{};
  }

  std::string shape_ = folder_.write("tiny/config.json", kTiny).string();
};

TEST_F(BenchShapeTest, MeasuresAModelWithoutAFile) {
  const std::string page = (folder_.path() / "bench.html").string();
  const json::object found = figures({"--batch", "4", "--report", page});
  EXPECT_EQ(found.at("model").as_string(), "tiny");
  EXPECT_EQ(found.at("device").as_string(), "cpu");
  for (const char* key : {"load_s", "prefill_tokens_per_s", "peak_bytes"}) {
    EXPECT_GT(found.at(key).to_number<double>(), 0) << key;
  }
  EXPECT_EQ(found.at("decode_tokens_per_s").as_object().size(), 3U);
  for (const char* key : {"queues", "same_tokens", "gpu", "invariance"}) {
    EXPECT_FALSE(found.contains(key)) << key;
  }
  EXPECT_THAT(read_file(page), HasSubstr("</html>"));
}

TEST_F(BenchShapeTest, QueuesAreTwiceAsLongAsTheirStreams) {
  const json::object found = figures({"--streams", "2,6", "--in", "20", "--out", "12"});
  const json::array& queues = found.at("queues").as_array();
  ASSERT_EQ(queues.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const json::object& queue = queues[i].as_object();
    const std::int64_t streams = i == 0 ? 2 : 6;
    EXPECT_EQ(queue.at("streams").as_int64(), streams);
    EXPECT_EQ(queue.at("requests").to_number<std::int64_t>(), 2 * streams);
    EXPECT_EQ(queue.at("in").to_number<std::int64_t>(), 20);
    EXPECT_EQ(queue.at("out").to_number<std::int64_t>(), 12);
    const double seconds = queue.at("seconds").as_double();
    EXPECT_GT(seconds, 0);
    EXPECT_THAT(queue.at("output_tokens_per_s").as_double() * seconds,
                DoubleNear(static_cast<double>(2 * streams * 12), 1e-6));
  }
}

TEST_F(BenchShapeTest, OnlyTheQueuesWhereNothingElseIsWanted) {
  const json::object found =
      figures({"--streams", "2", "--in", "20", "--out", "12", "--only-queues"});
  EXPECT_EQ(found.at("queues").as_array().size(), 1U);
  EXPECT_FALSE(found.contains("prefill_tokens_per_s"));
  EXPECT_THAT(bench({"--streams", "2", "--in", "20", "--out", "12", "--only-queues"}).output,
              AllOf(HasSubstr("queue, 2 streams"), testing::Not(HasSubstr("prefill"))));
  EXPECT_EQ(bench({"--only-queues"}).status, 2) << "without --streams";
}

TEST_F(BenchShapeTest, AnswersAreComparedInEveryBatch) {
  const json::object found = figures({"--same-tokens", "--batch", "8"});
  const json::object& same = found.at("same_tokens").as_object();
  EXPECT_TRUE(same.at("same").as_bool());
  EXPECT_EQ(json::serialize(same.at("batches")), "[1,8]");
  EXPECT_EQ(same.at("answers").to_number<int>(), 16);
  EXPECT_EQ(same.at("tokens").to_number<int>(), 16 * 48);
  EXPECT_EQ(same.at("different").to_number<int>(), 0);
  EXPECT_EQ(same.at("other_log_probabilities").to_number<int>(), 0);
  EXPECT_FALSE(same.contains("first_difference"));
}

TEST_F(BenchShapeTest, TheTextSaysTheSame) {
  const Finished done =
      bench({"--same-tokens", "--batch", "8", "--streams", "8", "--in", "16", "--out", "8"});
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, AllOf(HasSubstr("queue, 8 streams"), HasSubstr("16 of 16 in, 8 out"),
                                 HasSubstr("same in every batch"), HasSubstr("yes")));
}

TEST_F(BenchShapeTest, WhatCannotBeMeasuredIsRefused) {
  EXPECT_THAT(candor({"bench", "--shape", "qwen2.5-8b"}).errors,
              AllOf(HasSubstr("unknown shape \"qwen2.5-8b\""), HasSubstr("qwen2.5-7b")));
  EXPECT_EQ(candor({"bench", "--shape", "qwen2.5-8b"}).status, 2);
  EXPECT_EQ(candor({"bench", model_.string(), "--shape", shape_}).status, 2);
  EXPECT_EQ(bench({"--in", "16"}).status, 2) << "without --streams";
  EXPECT_EQ(bench({"--streams", "0"}).status, 2);
  const Finished wide = bench({"--batch", "4", "--streams", "8"});
  EXPECT_EQ(wide.status, 2);
  EXPECT_THAT(wide.errors, HasSubstr("8 streams: the batch is 4"));
  const Finished deep = bench({"--batch", "4", "--streams", "2", "--in", "500", "--out", "13"});
  EXPECT_EQ(deep.status, 2);
  EXPECT_THAT(deep.errors, HasSubstr("the context is 512"));
  EXPECT_EQ(bench({"--pack-cache"}).status, 2);
  EXPECT_EQ(bench({"--streams", "2", "--job", shape_}).status, 2);
}

TEST_F(BenchShapeTest, TheListHasTheConfigurations) {
  const Finished done = candor({"bench", "--shapes", "--json"});
  ASSERT_EQ(done.status, 0) << done.errors;
  const json::object listed = data::parse_object(done.output, "shapes");
  bool found = false;
  for (const json::value& value : listed.at("shapes").as_array()) {
    if (value.at("name").as_string() != "qwen2.5-7b") continue;
    found = true;
    EXPECT_EQ(value.at("config").at("hidden_size").as_int64(), 3584);
  }
  EXPECT_TRUE(found);
  EXPECT_THAT(candor({"bench", "--shapes"}).output, HasSubstr("r1-distill-llama-8b"));
}

engine::ModelDescription described() {
  engine::ModelDescription model;
  model.layers = 2;
  model.width = 64;
  model.heads = 4;
  model.kv_heads = 2;
  model.head_dim = 16;
  model.ffn_width = 96;
  model.vocabulary = 320;
  model.parameters = 2 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96) + 320 * 64;
  model.weight_bytes = 1000;
  model.precision = "bf16";
  return model;
}

engine::DeviceReport reported() {
  engine::DeviceReport report;
  report.copy_bytes_per_s = 8e6;
  report.product_flops_per_s = 1e9;
  report.products = {{.rows = 64,
                      .cols = 64,
                      .matrices = 3,
                      .m = 1,
                      .ours_s = 2e-3,
                      .fastest_s = 1e-3,
                      .library_from = 0,
                      .reason = "other bits"},
                     {.rows = 96,
                      .cols = 64,
                      .matrices = 1,
                      .m = 1,
                      .ours_s = 1e-3,
                      .fastest_s = 1e-3,
                      .library_from = 1,
                      .reason = "equal bits"},
                     {.rows = 5,
                      .cols = 64,
                      .matrices = 1,
                      .m = 1,
                      .ours_s = 9,
                      .fastest_s = 0,
                      .library_from = 0,
                      .reason = "no library"},
                     {.rows = 64,
                      .cols = 64,
                      .matrices = 3,
                      .m = 7,
                      .ours_s = 2e-3,
                      .fastest_s = 3e-3,
                      .library_from = 0,
                      .reason = "other bits"}};
  return report;
}

TEST(DeviceFigures, SharesAreOfWhatTheDeviceCopiesAndMultiplies) {
  // 1,000 bytes of weights, and of each of 10 tokens 2 layers of keys and values of 2 heads of 16.
  EXPECT_EQ(decode_bytes(described(), 10), 1000 + 10.0 * 2 * 2 * 2 * 16 * 2);
  engine::ModelDescription wide = described();
  wide.precision = "float32";
  EXPECT_EQ(decode_bytes(wide, 10), 1000 + 10.0 * 2 * 2 * 2 * 16 * 4);
  const std::vector<DecodeSpeed> decode = {{1, 500, 10}};
  const ChunkSpeed prefill{2048, 2000};
  const json::object shares = device_shares(described(), reported(), prefill, decode);
  EXPECT_THAT(shares.at("decode_of_copy").as_double(),
              DoubleEq(decode_bytes(described(), 10) * 500 / 8e6));
  EXPECT_THAT(shares.at("prefill_of_product").as_double(),
              DoubleEq(2.0 * 2 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96) * 2000 / 1e9));
  EXPECT_TRUE(device_shares(described(), {}, prefill, decode).empty()) << "nothing was measured";
}

TEST(DeviceFigures, CostIsWeightedByMatricesAndLeavesOutWhatHasNoLibrary) {
  const json::array costs =
      invariance_json(reported(), {2048, 1e5}, std::vector<DecodeSpeed>{{1, 100, 10}});
  ASSERT_EQ(costs.size(), 2U);
  const json::object& one = costs[0].as_object();
  EXPECT_EQ(one.at("m").to_number<int>(), 1);
  EXPECT_THAT(one.at("ours_s").as_double(), DoubleEq(7e-3));
  EXPECT_THAT(one.at("fastest_s").as_double(), DoubleEq(4e-3));
  EXPECT_THAT(one.at("cost_of_products").as_double(), DoubleNear(0.75, 1e-12));
  // A step of 10 ms would take 7 with the fastest.
  EXPECT_THAT(one.at("cost_of_step").as_double(), DoubleNear(10.0 / 7 - 1, 1e-12));
  const json::object& seven = costs[1].as_object();
  EXPECT_LT(seven.at("cost_of_products").as_double(), 0) << "ours is the faster one";
  EXPECT_FALSE(seven.contains("cost_of_step")) << "no step of 7 rows was measured";
}

TEST(DeviceFigures, ThePageShowsTheDeviceAndItsShares) {
  const tests::TempFolder folder;
  json::object figures{
      {"model", "m"},
      {"processor", "p"},
      {"device", "NVIDIA H100"},
      {"isa", "cuda sm_90"},
      {"threads", 2},
      {"batch", 256},
      {"precision", "bf16"},
      {"load_s", 1.5},
      {"prefill_tokens_per_s", 40000.0},
      {"decode_tokens_per_s", json::object{{"1", 100.0}, {"8", 700.0}}},
      {"peak_bytes", 1 << 30},
      {"machine", json::object{{"read_bytes_per_s", 2e10}, {"int8_ops_per_s", 6e11}}},
      {"shares", json::object{{"decode_of_copy", 0.77}, {"prefill_of_product", 0.55}}},
      {"gpu", device_json(reported())},
      {"invariance", json::array{}},
      {"queues", json::array{queue_json({64, 128, 1024, 1024, 30.0, 4000.0, 5000.0})}},
      {"same_tokens", same_tokens_json({})}};
  const std::filesystem::path page = folder.path() / "bench.html";
  reports::write_html_bench(figures, page);
  EXPECT_THAT(read_file(page),
              AllOf(HasSubstr("NVIDIA H100"), HasSubstr("77% of copying on the device"),
                    HasSubstr("55% of the device"), HasSubstr("</html>")));
  figures["device"] = "cpu";
  figures.erase("gpu");
  reports::write_html_bench(figures, page);
  EXPECT_THAT(read_file(page), testing::Not(HasSubstr("Device")));
}

TEST(DeviceFigures, ADifferenceIsNotTheSame) {
  SameTokens result;
  result.widths = {1, 8};
  result.answers = 3;
  result.different = 1;
  result.first_difference = "request 2, batch 8: from token 5 on";
  const json::object object = same_tokens_json(result);
  EXPECT_FALSE(object.at("same").as_bool());
  EXPECT_EQ(object.at("first_difference").as_string(), result.first_difference);
}

}  // namespace
}  // namespace candor::runner
