#include "reports/lengths.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "data/stats/stats.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

Spread spread_of(const std::vector<double>& values) {
  if (values.empty()) return {};
  return {static_cast<std::int64_t>(values.size()), *data::quantile(values, 0.5),
          *data::quantile(values, 0.9), *std::max_element(values.begin(), values.end())};
}

json::object to_json(const Spread& spread) {
  return {{"replies", spread.replies},
          {"median", spread.median},
          {"ninth_decile", spread.ninth_decile},
          {"greatest", spread.greatest}};
}

std::string spread_text(const json::value& spread) {
  if (json::value_to<std::int64_t>(spread.at("replies")) == 0) return "none";
  return fmt::format("{}, {}", std::lround(json::value_to<double>(spread.at("median"))),
                     std::lround(json::value_to<double>(spread.at("ninth_decile"))));
}

}  // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::vector<LengthRow> length_rows(const RunData& data) {
  struct Group {
    LengthRow row;
    std::vector<double> tokens, answer, reasoning;
  };
  std::map<std::tuple<std::string, std::string>, Group> groups;
  for (const Sample& sample : data.samples) {
    if (sample.finish == data::FinishReason::kError ||
        sample.finish == data::FinishReason::kBlock) {
      continue;
    }
    Group& group = groups[{sample.question.suite, sample.question.language}];
    ++group.row.replies;
    if (sample.tokens > 0) group.tokens.push_back(static_cast<double>(sample.tokens));
    group.answer.push_back(static_cast<double>(characters(sample.answer)));
    if (!sample.reasoning.empty()) {
      group.reasoning.push_back(static_cast<double>(characters(sample.reasoning)));
    }
    if (!sample.reasoning_closed) ++group.row.unclosed;
    if (sample.finish == data::FinishReason::kLength) ++group.row.at_limit;
  }
  std::vector<LengthRow> rows;
  for (auto& [key, group] : groups) {
    std::tie(group.row.suite, group.row.language) = key;
    group.row.tokens = spread_of(group.tokens);
    group.row.answer = spread_of(group.answer);
    group.row.reasoning = spread_of(group.reasoning);
    rows.push_back(group.row);
  }
  return rows;
}

json::array to_json(const std::vector<LengthRow>& rows) {
  json::array array;
  for (const LengthRow& row : rows) {
    array.push_back(json::object{{"suite", row.suite},
                                 {"language", row.language},
                                 {"replies", row.replies},
                                 {"tokens", to_json(row.tokens)},
                                 {"answer_characters", to_json(row.answer)},
                                 {"reasoning_characters", to_json(row.reasoning)},
                                 {"reasoning_not_closed", row.unclosed},
                                 {"at_limit", row.at_limit}});
  }
  return array;
}

std::string lengths_text(const json::array& rows) {
  if (rows.empty()) return "";
  std::string out =
      fmt::format("\nLengths: median, ninth decile\n  {:42}{:16}{:22}{:22}{}\n", "", "tokens",
                  "answer characters", "reasoning characters", "at the token limit");
  for (const json::value& row : rows) {
    out += fmt::format(
        "  {}{}{:16}{:22}{:22}{} of {}\n", fitted(json::value_to<std::string>(row.at("suite")), 20),
        fitted(language_name(json::value_to<std::string>(row.at("language"))), 22),
        json::value_to<std::int64_t>(row.at("tokens").at("replies")) == 0
            ? "not known"
            : spread_text(row.at("tokens")),
        spread_text(row.at("answer_characters")), spread_text(row.at("reasoning_characters")),
        json::value_to<std::int64_t>(row.at("at_limit")),
        json::value_to<std::int64_t>(row.at("replies")));
  }
  return out;
}

}  // namespace candor::reports
