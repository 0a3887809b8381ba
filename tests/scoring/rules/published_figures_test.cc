// The rules against rows that were read by the harnesses themselves, and against the accuracies
// that were published.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <boost/json.hpp>
#include <fstream>

#include "scoring/rules/rules.h"
#include "tests/support/shared.h"

namespace candor::scoring {
namespace {

namespace json = boost::json;

std::vector<json::object> rows_of(const char* relative) {
  // gzread passes plain files through.
  gzFile file = gzopen(tests::shared_path(relative).c_str(), "rb");
  EXPECT_NE(file, nullptr) << relative;
  std::string text;
  char buffer[65536];
  for (int n = 0; (n = gzread(file, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  gzclose(file);
  std::vector<json::object> rows;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) rows.push_back(json::parse(text.substr(at, end - at)).as_object());
    at = end + 1;
  }
  return rows;
}

json::object expected_of(const char* relative) {
  std::ifstream file(tests::shared_path(relative));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return json::parse(text).as_object();
}

std::string text_of(const json::object& row, const char* key) {
  return json::value_to<std::string>(row.at(key));
}

std::string percent(std::size_t part, std::size_t whole) {
  return fmt::format("{:.2f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

// As the harness writes it down.
json::value written(const Rule& rule, const RuleReading& reading) {
  if (rule.letters) {
    json::array letters;
    for (const char c : reading.extracted) letters.push_back(json::string(1, c));
    return letters;
  }
  if (reading.found) return json::string(reading.extracted);
  return rule.nothing ? json::value(json::string(*rule.nothing)) : json::value(nullptr);
}

TEST(RuleConformance, Gsm8kRowsAreReadAsTheHarnessReadThem) {
  CANDOR_NEEDS_SHARED("conformance/extract_gsm8k.jsonl");
  const auto rows = rows_of("conformance/extract_gsm8k.jsonl");
  for (const json::object& row : rows) {
    const std::string text = text_of(row, "text");
    for (const auto& [name, key] : {std::pair("gsm8k-strict", "strict_match_gsm8k"),
                                    std::pair("gsm8k-cot-strict", "strict_match_gsm8k_cot"),
                                    std::pair("gsm8k-flexible", "flexible_extract")}) {
      const Rule& rule = published_rule(name);
      EXPECT_EQ(written(rule, read_by_rule(rule, text)), row.at(key)) << name << ": " << text;
    }
    const RuleReading reading = read_by_rule(published_rule("gsm8k-flexible"), text);
    if (!reading.found) continue;
    EXPECT_EQ(reading.normalised, text_of(row, "norm_flexible")) << text;
  }
  EXPECT_EQ(rows.size(), 480U);
}

TEST(RuleConformance, MgsmRowsAreReadAndScoredAsTheHarnessDid) {
  CANDOR_NEEDS_SHARED("conformance/extract_mgsm.jsonl");
  const auto rows = rows_of("conformance/extract_mgsm.jsonl");
  for (const json::object& row : rows) {
    const Rule& rule = published_rule("mgsm", text_of(row, "lang"));
    const RuleReading reading = read_by_rule(rule, text_of(row, "text"));
    EXPECT_EQ(written(rule, reading), row.at("ref_pred")) << row.at("text");
    EXPECT_EQ(right_by_rule(rule, reading, text_of(row, "gold")), row.at("ref_correct").as_bool())
        << row.at("text");
  }
  EXPECT_FALSE(rows.empty());
}

TEST(RuleConformance, OptionRowsAreReadAsTheHarnessesReadThem) {
  CANDOR_NEEDS_SHARED("conformance/options.jsonl");
  const auto rows = rows_of("conformance/options.jsonl");
  for (const json::object& row : rows) {
    for (const char* name :
         {"simple_evals_mc", "simple_evals_multilingual", "mmlu_pro_l1", "mmlu_pro_l2",
          "opencompass_first_option", "opencompass_nonreasoning", "opencompass_first_capital",
          "opencompass_last_option", "agieval_zeroshot_first_capital", "agieval_fewshot_en",
          "agieval_fewshot_zh", "agieval_multi"}) {
      const Rule& rule = published_rule(name);
      const RuleReading reading = read_by_rule(rule, text_of(row, "text"), text_of(row, "options"));
      EXPECT_EQ(written(rule, reading), row.at("ref").as_object().at(name))
          << name << ": " << row.at("text");
    }
  }
  EXPECT_FALSE(rows.empty());
}

TEST(PublishedAccuracy, OpenAiGsm8k2021) {
  CANDOR_NEEDS_SHARED("generations/gsm8k_openai_2021");
  const auto rows = rows_of("generations/gsm8k_openai_2021/outputs.jsonl.gz");
  const Rule& rule = published_rule("gsm8k-openai-2021");
  for (const auto& [system, figures] : expected_of("generations/gsm8k_openai_2021/expected.json")) {
    std::size_t right = 0;
    for (const json::object& row : rows) {
      const json::object& answer = row.at(system).as_object();
      const bool is_right = right_by_rule(rule, read_by_rule(rule, text_of(answer, "solution")),
                                          text_of(row, "ground_truth"));
      EXPECT_EQ(is_right, answer.at("is_correct").as_bool()) << system << " " << row.at("i");
      right += is_right ? 1 : 0;
    }
    const json::object& published = figures.as_object();
    EXPECT_EQ(rows.size(), published.at("n").to_number<std::size_t>());
    EXPECT_EQ(right, published.at("is_correct_total").to_number<std::size_t>()) << system;
    EXPECT_EQ(percent(right, rows.size()), fmt::format("{:.2f}", published.at("acc").as_double()));
  }
}

void zeroeval_is_exact(const std::string& folder) {
  const Rule& rule = published_rule("zeroeval");
  for (const auto& [model, figures] : expected_of((folder + "/expected.json").c_str())) {
    const auto rows = rows_of((folder + "/" + std::string(model) + ".jsonl.gz").c_str());
    std::size_t right = 0;
    std::size_t none = 0;
    for (const json::object& row : rows) {
      const RuleReading reading = read_by_rule(rule, text_of(row, "output"));
      const bool is_right = right_by_rule(rule, reading, text_of(row, "gold"));
      EXPECT_EQ(written(rule, reading), row.at("ref_pred")) << model << " " << row.at("id");
      EXPECT_EQ(is_right, row.at("ref_correct").as_bool()) << model << " " << row.at("id");
      right += is_right ? 1 : 0;
      none += reading.found ? 0 : 1;
    }
    const json::object& published = figures.as_object();
    EXPECT_EQ(percent(right, rows.size()), text_of(published, "published_acc")) << model;
    EXPECT_EQ(percent(none, rows.size()), text_of(published, "published_no_answer")) << model;
  }
}

TEST(PublishedAccuracy, ZeroEvalGsm) {
  CANDOR_NEEDS_SHARED("generations/zeroeval_gsm");
  zeroeval_is_exact("generations/zeroeval_gsm");
}

TEST(PublishedAccuracy, ZeroEvalMathLevel5) {
  CANDOR_NEEDS_SHARED("generations/zeroeval_math_l5");
  zeroeval_is_exact("generations/zeroeval_math_l5");
}

TEST(PublishedAccuracy, MmluProWithoutItsRandomGuess) {
  CANDOR_NEEDS_SHARED("generations/mmlu_pro");
  for (const auto& [model, figures] : expected_of("generations/mmlu_pro/expected.json")) {
    const auto rows = rows_of(("generations/mmlu_pro/" + std::string(model) + ".jsonl.gz").c_str());
    const json::object& published = figures.as_object();
    for (const auto& [name, key, accuracy, nothing] :
         {std::tuple("mmlu-pro-l1", "l1", "acc_l1_no_guess", "none_l1"),
          std::tuple("mmlu-pro-l2", "l2", "acc_l2_no_guess", "none_l2")}) {
      const Rule& rule = published_rule(name);
      std::size_t right = 0;
      std::size_t none = 0;
      for (const json::object& row : rows) {
        const RuleReading reading = read_by_rule(rule, text_of(row, "output"), "ABCDEFGHIJ");
        EXPECT_EQ(written(rule, reading), row.at(key)) << name << " " << row.at("question_id");
        right += right_by_rule(rule, reading, text_of(row, "gold")) ? 1 : 0;
        none += reading.found ? 0 : 1;
      }
      EXPECT_EQ(percent(right, rows.size()),
                fmt::format("{:.2f}", published.at(accuracy).as_double()));
      EXPECT_EQ(none, published.at(nothing).to_number<std::size_t>());
    }
    EXPECT_EQ(fmt::format("{:.2f}", published.at("acc_repo_pred").as_double()),
              fmt::format("{:.2f}", published.at("acc_l1_no_guess").as_double()));
  }
}

}  // namespace
}  // namespace candor::scoring
