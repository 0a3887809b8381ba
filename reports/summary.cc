// The report's figures as JSON, and that JSON as a table for the terminal.
#include <fmt/format.h>

#include <cmath>

#include "reports/reports.h"
#include "reports/run_figures.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

json::array score_json(const std::vector<ScoreRow>& rows) {
  json::array array;
  for (const ScoreRow& row : rows) {
    json::object object{{"suite", row.suite}, {"language", row.language}};
    if (row.level != 0) object["level"] = row.level;
    if (!row.topic.empty()) object["topic"] = row.topic;
    object["questions"] = row.questions;
    object["rate"] = row.rate;
    object["low"] = row.interval.low;
    object["high"] = row.interval.high;
    object["standard_error"] = number_or_null(row.standard_error);
    object["detectable"] = number_or_null(row.detectable);
    object["outcomes"] = to_json(row.tally);
    array.push_back(std::move(object));
  }
  return array;
}

std::string text_of(const json::object& object, const char* key) {
  return json::value_to<std::string>(object.at(key));
}

double number_of(const json::object& object, const char* key) {
  return json::value_to<double>(object.at(key));
}

std::int64_t count_of(const json::object& object, const char* key) {
  return json::value_to<std::int64_t>(object.at(key));
}

std::string rate_text(const json::object& row) {
  return fmt::format("{:>6}  ({})", tenths(number_of(row, "rate")),
                     percent(data::Interval{number_of(row, "low"), number_of(row, "high")}));
}

// "right 11 + wrong 20 + truncated 5 = 36": what is nought is left out.
std::string sum_text(const json::object& outcomes) {
  std::string sum;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const std::int64_t count = count_of(outcomes, outcome_name(i));
    if (count == 0) continue;
    sum += fmt::format("{}{} {}", sum.empty() ? "" : " + ", outcome_name(i), count);
  }
  return fmt::format("{} = {}", sum.empty() ? "nothing" : sum, count_of(outcomes, "asked"));
}

std::string estimate_text(const json::object& estimate) {
  return fmt::format(
      "{} ({})", points(number_of(estimate, "value")),
      points(data::Interval{number_of(estimate, "low"), number_of(estimate, "high")}));
}

void append_scores(std::string& out, const json::array& rows) {
  if (rows.empty()) return;
  out += "\nRight, of all asked (95% interval)\n";
  for (const json::value& value : rows) {
    const json::object& row = value.as_object();
    out += fmt::format("  {}{}{}  {}\n", fitted(text_of(row, "suite"), 20),
                       fitted(language_name(text_of(row, "language")), 22),
                       fitted(rate_text(row), 22), sum_text(row.at("outcomes").as_object()));
  }
  out += "\nHow sure: standard error (questions as clusters), and what another run can show\n";
  for (const json::value& value : rows) {
    const json::object& row = value.as_object();
    const json::value& error = row.at("standard_error");
    const json::value& detectable = row.at("detectable");
    out += fmt::format(
        "  {}{}{}{} questions: {}\n", fitted(text_of(row, "suite"), 20),
        fitted(language_name(text_of(row, "language")), 22),
        fitted(error.is_null()
                   ? "± unknown"
                   : fmt::format("± {:.1f} points", 100 * json::value_to<double>(error)),
               16),
        count_of(row, "questions"),
        detectable.is_null() ? "too few to tell any two runs apart"
                             : fmt::format("differences under {} points would mostly be missed",
                                           std::lround(100 * json::value_to<double>(detectable))));
  }
}

void append_parts(std::string& out, const char* head, const char* key, const json::array& rows) {
  if (rows.empty()) return;
  out += fmt::format("\n{}\n", head);
  for (const json::value& value : rows) {
    const json::object& row = value.as_object();
    const json::value& part = row.at(key);
    out += fmt::format(
        "  {}{}{}{}  of {}\n", fitted(text_of(row, "suite"), 20),
        fitted(part.is_string() ? json::value_to<std::string>(part) : json::serialize(part), 28),
        fitted(language_name(text_of(row, "language")), 22), fitted(rate_text(row), 22),
        count_of(row, "questions"));
  }
}

data::Interval interval_of(const json::object& estimate) {
  return {number_of(estimate, "low"), number_of(estimate, "high")};
}

// The one verdict of gaps.h in words.
std::string verdict_text(const json::object& gap, std::int64_t tests) {
  const std::string verdict = text_of(gap, "verdict");
  if (verdict == name(GapVerdict::kMore)) return "it withholds more";
  if (verdict == name(GapVerdict::kLess)) return "it withholds less";
  const bool points = excludes_zero(interval_of(gap.at("difference_in_differences").as_object()));
  if (verdict == name(GapVerdict::kDependsOnScale)) {
    const bool odds =
        excludes_zero(interval_of(gap.at("log_odds_difference_in_differences").as_object()));
    return std::string("it depends on the scale: ") +
           (points && odds ? "points and log-odds point in opposite directions"
            : points       ? "clear in points, not in log-odds"
                           : "clear in log-odds, not in points");
  }
  return points ? fmt::format("no clear difference (not by the test, adjusted for {})", tests)
                : std::string("no clear difference");
}

// "+0.40 (+0.13 to +0.67)"
std::string log_odds_text(const json::object& estimate) {
  const auto number = [&](const char* key) {
    const double value = number_of(estimate, key);
    return fmt::format("{}{:.2f}", value < 0 ? "−" : "+", std::abs(value));
  };
  return fmt::format("{} ({} to {})", number("value"), number("low"), number("high"));
}

void append_estimate(std::string& out, const char* name, const json::object& estimate) {
  if (count_of(estimate, "clusters") == 0) return;
  out += fmt::format("  {}{}  over {}\n", fitted(name, 32), estimate_text(estimate),
                     count_of(estimate, "clusters"));
}

void append_difference(std::string& out, const char* name, const json::object& gap,
                       std::int64_t tests) {
  const json::object& difference = gap.at("difference_in_differences").as_object();
  if (count_of(difference, "clusters") == 0) return;
  append_estimate(out, name, difference);
  const json::value& holm = gap.at("sign_flip_p_holm");
  out += fmt::format("    {}\n    sign-flip test {}{}", verdict_text(gap, tests),
                     p_value(number_of(gap, "sign_flip_p")),
                     holm.is_null() ? std::string()
                                    : fmt::format(", Holm over {} tests {}", tests,
                                                  plain_p(json::value_to<double>(holm))));
  const json::value& odds = gap.at("log_odds_difference_in_differences");
  out += odds.is_null() ? std::string("; log-odds: too near 0% or 100% to judge\n")
                        : fmt::format("; log-odds {}\n", log_odds_text(odds.as_object()));
}

void append_language_gap(std::string& out, const json::object& row, const json::object& audit) {
  const std::int64_t tests = count_of(audit, "tests");
  const std::string language = text_of(row, "language");
  const std::string base = language_name(text_of(row, "base"));
  const std::string other = language_name(language);
  if (count_of(row.at("probes").as_object(), "clusters") == 0) {
    out += fmt::format("\n{} minus {}: no probe could be judged in both\n", other, base);
    return;
  }
  out += fmt::format("\n{} minus {}, share withheld\n", other, base);
  append_estimate(out, "on the probes", row.at("probes").as_object());
  append_estimate(out, "on their twins", row.at("twins").as_object());
  append_difference(out, "difference in differences", row, tests);
  for (const json::value& value : audit.at("fixed_contrasts").as_array()) {
    const json::object& contrast = value.as_object();
    for (const json::value& gap : contrast.at("language_gaps").as_array()) {
      if (text_of(gap.as_object(), "language") != language) continue;
      append_difference(out,
                        text_of(contrast, "whose") == kChina ? "  of China's taboos"
                                                             : "  of other states' taboos",
                        gap.as_object(), tests);
    }
  }
  out += fmt::format(
      "  withheld in {} only: {}, in {} only: {} (exact McNemar of the raw gap, twins not taken "
      "off: {})\n",
      other, count_of(row, "withheld_only_in_language"), base,
      count_of(row, "withheld_only_in_base"), p_value(number_of(row, "raw_gap_mcnemar_p")));
  const auto smallest = [&](const char* what, const char* key) {
    if (row.at(key).is_null()) return;
    out += fmt::format("  the smallest {} this run could have found: {} points\n", what,
                       std::lround(number_of(row, key) * 100));
  };
  smallest("language gap", "detectable_gap");
  smallest("difference in differences", "detectable_difference_in_differences");
}

void append_audit(std::string& out, const json::object& audit) {
  if (audit.at("rates").as_array().empty()) return;
  out += "\nWithheld (refusal, deflection or official line instead of an answer), 95% interval\n";
  for (const json::value& value : audit.at("rates").as_array()) {
    const json::object& row = value.as_object();
    out += fmt::format(
        "  {}{}{}  {} of {} that could be judged, {} asked\n",
        fitted(text_of(row, "role") == "probe" ? "sensitive probes" : "their twins", 20),
        fitted(language_name(text_of(row, "language")), 22),
        row.at("rate").is_null() ? std::string("nothing judged") : rate_text(row),
        count_of(row, "withheld"), count_of(row, "counted"), count_of(row, "asked"));
  }
  std::string cut;
  for (const json::value& value : audit.at("outcomes").as_array()) {
    const json::object& row = value.as_object();
    const std::string role = text_of(row, "role");
    if ((role != "probe" && role != "twin") || count_of(row, "cut_off_at_the_limit") == 0) continue;
    cut += fmt::format("  {}{}{} of {}\n",
                       fitted(role == "probe" ? "sensitive probes" : "their twins", 20),
                       fitted(language_name(text_of(row, "language")), 22),
                       count_of(row, "cut_off_at_the_limit"), count_of(row, "asked"));
  }
  if (!cut.empty()) out += "\nCut off at the token limit\n" + cut;
  for (const json::value& value : audit.at("language_gaps").as_array()) {
    append_language_gap(out, value.as_object(), audit);
  }
}

}  // namespace

json::object summary(data::StoreReader& store, const std::string& run_id) {
  const RunData data = load_run(store, run_id);
  const RunFigures figures = run_figures(data);
  json::array suites;
  for (const data::SuiteUse& suite : data.run.manifest.suites) {
    suites.push_back(json::object{{"name", suite.name},
                                  {"version", suite.version},
                                  {"hash", suite.hash},
                                  {"questions", suite.questions},
                                  {"not_run", suite.not_run}});
  }
  json::array outcomes;
  for (const TallyRow& row : figures.outcomes) {
    json::object object{{"suite", row.suite}, {"language", row.language}, {"role", row.role}};
    for (const json::key_value_pair& field : to_json(row.tally)) {
      object[field.key()] = field.value();
    }
    outcomes.push_back(std::move(object));
  }
  return json::object{{"run", run_json(data)},
                      {"total", to_json(figures.total)},
                      {"suites", std::move(suites)},
                      {"scores", score_json(figures.scores)},
                      {"levels", score_json(figures.levels)},
                      {"topics", score_json(figures.topics)},
                      {"samples", to_json(figures.samples)},
                      {"lengths", to_json(figures.lengths)},
                      {"language_pairs", to_json(figures.languages)},
                      {"judges", to_json(figures.judges)},
                      {"outcomes", std::move(outcomes)},
                      {"audit", to_json(figures.audit)},
                      {"knowledge", to_json(figures.knowledge)}};
}

std::string summary_text(const json::object& summary) {
  const json::object& run = summary.at("run").as_object();
  const json::object& total = summary.at("total").as_object();
  std::string out = fmt::format(
      "run {}  {}  {}\nmodel {} ({}, seed {}, {} sample{} a question)\nprotocol {}\nasked {}: {}\n",
      one_line(text_of(run, "id")), one_line(text_of(run, "status")),
      one_line(text_of(run, "created")), one_line(text_of(run, "model")),
      one_line(text_of(run, "precision")), json::value_to<std::uint64_t>(run.at("seed")),
      count_of(run, "repeats"), count_of(run, "repeats") == 1 ? "" : "s",
      one_line(protocol_text(run.at("protocol"))), count_of(total, "asked"), sum_text(total));
  if (text_of(run, "status") != "finished") {
    out += fmt::format("NOT FINISHED: {} of {} planned samples are stored\n",
                       count_of(total, "asked"), count_of(run, "planned"));
  }
  for (const json::value& value : summary.at("suites").as_array()) {
    const json::object& suite = value.as_object();
    if (text_of(suite, "not_run").empty()) continue;
    out += fmt::format("NOT RUN: {}: {}\n", one_line(text_of(suite, "name")),
                       one_line(text_of(suite, "not_run")));
  }
  append_scores(out, summary.at("scores").as_array());
  append_parts(out, "By level, right (95% interval)", "level", summary.at("levels").as_array());
  append_parts(out, "By topic, right (95% interval)", "topic", summary.at("topics").as_array());
  out += samples_text(summary.at("samples").as_array());
  out += language_pairs_text(summary.at("language_pairs").as_array());
  out += lengths_text(summary.at("lengths").as_array());
  append_audit(out, summary.at("audit").as_object());
  out += knowledge_text(summary.at("knowledge").as_object());
  out += judges_text(summary.at("judges").as_array());
  return out;
}

}  // namespace candor::reports
