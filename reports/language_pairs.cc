#include "reports/language_pairs.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "reports/audit_figures.h"
#include "reports/figures.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kBootstrapSeed = 20'241'101;

using Asked = std::map<std::string, Tally>;                         // by language
using Pairs = std::map<std::string, std::map<std::string, Asked>>;  // by suite and pair

double share_right(const Tally& tally) {
  return static_cast<double>(tally.right()) / static_cast<double>(tally.asked());
}

LanguagePairs pairs_of(const std::string& suite, const std::string& base,
                       const std::string& language, const std::map<std::string, Asked>& pairs) {
  LanguagePairs row;
  row.suite = suite;
  row.base = base;
  row.language = language;
  std::vector<double> differences;
  for (const auto& [name, asked] : pairs) {
    const auto first = asked.find(base);
    const auto second = asked.find(language);
    if (first == asked.end() || second == asked.end()) continue;
    const double a = share_right(first->second);
    const double b = share_right(second->second);
    const bool right_a = a > 0.5;
    const bool right_b = b > 0.5;
    ++(right_a && right_b ? row.both
       : right_a          ? row.only_base
       : right_b          ? row.only_language
                          : row.neither);
    row.rate_base += a;
    row.rate_language += b;
    differences.push_back(b - a);
  }
  row.pairs = static_cast<std::int64_t>(differences.size());
  if (row.pairs == 0) return row;
  const double size = static_cast<double>(row.pairs);
  row.rate_base /= size;
  row.rate_language /= size;
  row.difference = data::cluster_bootstrap(differences, {.seed = kBootstrapSeed});
  row.p = data::mcnemar_exact(row.only_base, row.only_language);
  row.detectable = data::detectable_paired_difference(
      row.pairs, static_cast<double>(row.only_base + row.only_language) / size);
  return row;
}

}  // namespace

std::vector<LanguagePairs> language_pairs(const RunData& data) {
  Pairs suites;
  std::map<std::string, std::map<std::string, bool>> languages;  // of each suite
  for (const Sample& sample : data.samples) {
    const data::Question& question = sample.question;
    if (!has_right_answer(question)) continue;
    suites[question.suite][pair_key(question)][question.language].add(sample);
    languages[question.suite][question.language] = true;
  }
  std::vector<LanguagePairs> rows;
  std::vector<double> p;
  for (const auto& [suite, pairs] : suites) {
    const auto& spoken = languages.at(suite);
    const std::string base = spoken.contains("en") ? "en" : spoken.begin()->first;
    for (const auto& [language, is_asked] : spoken) {
      if (language == base) continue;
      LanguagePairs row = pairs_of(suite, base, language, pairs);
      if (row.pairs == 0) continue;
      p.push_back(row.p);
      rows.push_back(std::move(row));
    }
  }
  const std::vector<double> adjusted = data::holm(p);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].p_holm = adjusted[i];
  return rows;
}

json::array to_json(const std::vector<LanguagePairs>& rows) {
  json::array array;
  for (const LanguagePairs& row : rows) {
    array.push_back(json::object{
        {"suite", row.suite},
        {"base", row.base},
        {"language", row.language},
        {"pairs", row.pairs},
        {"both_right", row.both},
        {"only_base", row.only_base},
        {"only_language", row.only_language},
        {"neither", row.neither},
        {"rate_base", row.rate_base},
        {"rate_language", row.rate_language},
        {"difference", to_json(row.difference)},
        {"mcnemar_p", row.p},
        {"mcnemar_p_holm", row.p_holm},
        {"detectable", row.detectable ? json::value(*row.detectable) : json::value(nullptr)}});
  }
  return array;
}

std::string language_pairs_text(const json::array& rows) {
  if (rows.empty()) return "";
  std::string out = "\nThe same questions in two languages\n";
  for (const json::value& row : rows) {
    const auto count = [&](const char* key) { return json::value_to<std::int64_t>(row.at(key)); };
    const auto number = [&](const char* key) { return json::value_to<double>(row.at(key)); };
    const auto name = [&](const char* key) {
      return language_name(json::value_to<std::string>(row.at(key)));
    };
    const json::value& difference = row.at("difference");
    const auto bound = [&](const char* key) { return json::value_to<double>(difference.at(key)); };
    out +=
        fmt::format("  {}{} pairs: right in both {}, only in {} {}, only in {} {}, in neither {}\n",
                    fitted(json::value_to<std::string>(row.at("suite")), 20), count("pairs"),
                    count("both_right"), name("base"), count("only_base"), name("language"),
                    count("only_language"), count("neither"));
    out += fmt::format("  {:20}{} minus {}: {} ({}), exact McNemar {} (Holm {})\n", "",
                       name("language"), name("base"), points(bound("value")),
                       points(data::Interval{bound("low"), bound("high")}),
                       p_value(number("mcnemar_p")), p_value(number("mcnemar_p_holm")));
    if (!row.at("detectable").is_null()) {
      out += fmt::format("  {:20}the smallest difference these pairs could have shown: {} points\n",
                         "", std::lround(100 * number("detectable")));
    }
  }
  return out;
}

}  // namespace candor::reports
