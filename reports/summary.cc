// The report's figures as JSON, and that JSON as a table for the terminal.
#include <fmt/format.h>

#include <cmath>

#include "reports/reports.h"
#include "reports/run_figures.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

json::value number_or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

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

void append_audit(std::string& out, const json::object& audit) {
  if (audit.at("rates").as_array().empty()) return;
  out += "\nWithheld (refusal, deflection or official line instead of an answer), 95% interval\n";
  for (const json::value& value : audit.at("rates").as_array()) {
    const json::object& row = value.as_object();
    out += fmt::format(
        "  {}{}{}  {} of {} that could be judged, {} asked\n",
        fitted(text_of(row, "role") == "probe" ? "sensitive probes" : "their twins", 20),
        fitted(language_name(text_of(row, "language")), 22), rate_text(row),
        count_of(row, "withheld"), count_of(row, "counted"), count_of(row, "asked"));
  }
  for (const json::value& value : audit.at("language_gaps").as_array()) {
    const json::object& row = value.as_object();
    const std::string base = language_name(text_of(row, "base"));
    const std::string other = language_name(text_of(row, "language"));
    out += fmt::format("\n{} minus {}, share withheld\n", other, base);
    const auto line = [&](const char* name, const char* key) {
      const json::object& estimate = row.at(key).as_object();
      if (count_of(estimate, "clusters") == 0) return;
      out += fmt::format("  {}{}  over {}\n", fitted(name, 32), estimate_text(estimate),
                         count_of(estimate, "clusters"));
    };
    line("on the probes", "probes");
    line("on their twins", "twins");
    line("difference in differences", "difference_in_differences");
    out +=
        fmt::format("  withheld in {} only: {}, in {} only: {} (exact McNemar {})\n", other,
                    count_of(row, "withheld_only_in_language"), base,
                    count_of(row, "withheld_only_in_base"), p_value(number_of(row, "mcnemar_p")));
    if (!row.at("detectable_gap").is_null()) {
      out += fmt::format("  the smallest language gap this run could have found: {} points\n",
                         std::lround(number_of(row, "detectable_gap") * 100));
    }
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
