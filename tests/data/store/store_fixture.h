// A folder of its own for each test, and records in which every field is set to something unusual.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <limits>
#include <string>

#include "data/base/error.h"
#include "data/store/store.h"

namespace candor::tests {

using namespace std::string_literals;

class StoreFolder : public ::testing::Test {
 protected:
  StoreFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "candor-store-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "candor.db";
  }
  ~StoreFolder() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

// The message of the Error that `body` throws; empty, and a test failure, when it throws none.
template <typename Body>
std::string error_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return "";
}

inline data::Question odd_question(int number = 0) {
  data::Question question;
  question.id = "odd/" + std::to_string(number) + "/zh";
  question.suite = "odd";
  question.language = "zh";
  question.level = 3;
  question.topic = "天安门\0after a NUL"s;
  question.role = "probe";
  question.pair = "odd/" + std::to_string(number);
  question.twin = "odd/twin";
  if (number % 2 == 1) question.follows = "odd/0/zh";
  question.messages = {{"system", "be 'exact' \"\\\n\t"},
                       {"user", "broken \xff\xfe UTF-8 \xe4\xb8"}};
  question.judge = "audit";
  // 0.94311…: Boost.JSON's own parser brings another double back.
  question.reference = {{"third", 1.0 / 3},
                        {"inexact", 0.49431128204553837},
                        {"tiny", 5e-324},
                        {"big", std::numeric_limits<std::uint64_t>::max()},
                        {"whole", 2.0},
                        {"negative zero", -0.0},
                        {"nested", {{"z", 1}, {"a", nullptr}, {"list", {1, "二", true}}}}};
  return question;
}

inline data::Condition odd_condition() {
  data::Condition condition;
  condition.system = "";
  condition.shots = {{"user", "1+1?"}, {"assistant", "2"}};
  condition.thinking = "forced";
  condition.prefill = "<think>\nOkay, so";
  condition.sampling = {.temperature = 0.11935319286735585,
                        .top_p = 0.9303381542885225,
                        .top_k = 40,
                        .min_p = 1e-7,
                        .max_tokens = 96,
                        .stop = {"\n\n", "终"}};
  return condition;
}

inline data::Generation odd_generation(const data::Question& question,
                                       const data::Condition& condition, int repeat = 0) {
  data::Generation generation;
  generation.sample = {question.hash(), condition.hash(), repeat};
  generation.prompt = "<|im_start|>user\nNUL \0 inside<|im_end|>\n"s;
  generation.reasoning = "<script>alert(1)</script> \x1b[31m";
  generation.answer = "答案 \xf0\x9f\x90\xbc \xed\xa0\x80 end\0"s;
  generation.reasoning_closed = false;
  generation.finish = data::FinishReason::kLength;
  generation.delivery = "host_text";
  generation.error = "none, really";
  generation.prompt_tokens = {0, 151643, -1, std::numeric_limits<std::int32_t>::max()};
  generation.tokens = {1, 256, 65536, std::numeric_limits<std::int32_t>::min()};
  generation.log_probabilities = {-0.0F, -1e-30F, -std::numeric_limits<float>::infinity(), -0.1F};
  generation.seconds = 0.1 + 0.2;
  return generation;
}

inline data::Verdict odd_verdict(const std::string& judge = "audit",
                                 const std::string& version = "1") {
  data::Verdict verdict;
  verdict.judge = judge;
  verdict.version = version;
  verdict.outcome = data::Outcome::kAnswered;
  verdict.truncated = true;
  verdict.value = 1.0 / 3;
  verdict.extracted = "官方\0line"s;
  verdict.reason = "it says \"never\"";
  verdict.delivery = "answered";
  verdict.content = "official_line";
  verdict.parts = {{"coverage", 0.49431128204553837}, {"facts", {1, 2}}};
  verdict.spans = {{"answer", 0, 6, "line"}, {"reasoning", 3, 9, "fact"}};
  return verdict;
}

inline data::Manifest odd_manifest(const std::string& model = "model") {
  data::Manifest manifest;
  manifest.model_name = model;
  manifest.model_sha256 = "aa";
  manifest.template_sha256 = "bb";
  manifest.tokenizer_sha256 = "cc";
  manifest.precision = "int8";
  manifest.seed = std::numeric_limits<std::uint64_t>::max();
  manifest.repeats = 5;
  manifest.suites = {{"odd", "dd", "1", 12, ""}, {"code", "ee", "2", 0, "no sandbox: bwrap"}};
  manifest.condition_hashes = {odd_condition().hash()};
  manifest.sample_set = "ff";
  manifest.engine_version = "0.1.0";
  manifest.template_text = "{% for m in messages %}\0{% endfor %}"s;
  manifest.device = "a processor";
  manifest.isa = "avx2";
  manifest.batch = 32;
  manifest.threads = 2;
  manifest.command = "candor run --model 'x y'";
  manifest.model_path = "/models/\xff.gguf";
  return manifest;
}

}  // namespace candor::tests
