// The comparison as JSON and as a table for the terminal; the page is in html/comparison.cc.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/paired.h"
#include "reports/reports.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

json::array rows_json(const std::vector<PairedRow>& rows, const char* name) {
  json::array array;
  for (const PairedRow& row : rows) {
    array.push_back(json::object{
        {name, row.suite},
        {"language", row.language},
        {"questions", row.questions},
        {"a",
         json::object{
             {"rate", row.rate_a}, {"low", row.interval_a.low}, {"high", row.interval_a.high}}},
        {"b",
         json::object{
             {"rate", row.rate_b}, {"low", row.interval_b.low}, {"high", row.interval_b.high}}},
        {"difference", to_json(row.difference)},
        {"only_a", row.only_a},
        {"only_b", row.only_b},
        {"mcnemar_p", row.p},
        {"resampled_p", row.p_resampled},
        {"any_time_p", row.p_any_time},
        {"holm_p", row.p_holm},
        {"detectable", row.detectable ? json::value(*row.detectable) : json::value(nullptr)}});
  }
  return array;
}

// What became of a question in one of the runs, with the answer that shows it.
json::object side_json(const Sample& sample, std::size_t right, std::size_t asked) {
  json::object object{{"label", label_of(sample)}};
  if (!is_audit(sample.question)) {
    object["right"] = right;
    object["asked"] = asked;
  }
  object["read"] = sample.verdict ? sample.verdict->extracted : "";
  object["answer"] = sample.answer;
  return object;
}

json::array flips_json(const std::vector<Flip>& flips) {
  json::array array;
  for (const Flip& flip : flips) {
    array.push_back(json::object{{"suite", flip.a->question.suite},
                                 {"id", flip.a->question.id},
                                 {"language", flip.a->question.language},
                                 {"a", side_json(*flip.a, flip.right_a, flip.asked_a)},
                                 {"b", side_json(*flip.b, flip.right_b, flip.asked_b)}});
  }
  return array;
}

std::string row_text(const PairedRow& row, const std::string& name, bool sequential) {
  std::string out = fmt::format(
      "  {}{}{:>6} {:>6}   {}  {} questions, {} only in A, {} only in B\n", fitted(name, 20),
      fitted(language_name(row.language), 22), tenths(row.rate_a), tenths(row.rate_b),
      fitted(fmt::format("{} ({})", points(row.difference.value), points(row.difference.interval)),
             38),
      row.questions, row.only_a, row.only_b);
  out += fmt::format(
      "    exact McNemar {}, resampling questions {}{}; {}Holm {}; {}\n", p_value(row.p),
      p_value(row.p_resampled),
      sequential ? fmt::format(", at any time {}", p_value(row.p_any_time)) : std::string(),
      sequential ? "the last with " : "the first with ", p_value(row.p_holm),
      row.detectable ? fmt::format("could have shown {} points", std::lround(*row.detectable * 100))
                     : std::string("too few to show anything"));
  return out;
}

// What was read from both answers, where the judge reads one.
std::string flip_text(const Flip& flip) {
  // A program that was read is no short answer: its first words say nothing.
  const auto short_answer = [](const Sample& sample) {
    return !sample.verdict || sample.verdict->extracted.find('\n') == std::string::npos;
  };
  const bool says = !is_audit(flip.a->question) && short_answer(*flip.a) && short_answer(*flip.b);
  const auto read = [](const Sample& sample) {
    return sample.verdict && !sample.verdict->extracted.empty()
               ? "\"" + shortened(sample.verdict->extracted, 24) + "\""
               : std::string("nothing");
  };
  return fmt::format("  {}{}{}\n", fitted(flip.a->question.id, 40), fitted(flip.change("->"), 34),
                     says ? fmt::format("read {} -> {}", read(*flip.a), read(*flip.b)) : "");
}

std::string flips_text(const char* head, const std::vector<Flip>& flips) {
  if (flips.empty()) return "";
  constexpr std::size_t kMost = 40;
  std::string out = fmt::format("\n{} ({})\n", head, flips.size());
  for (std::size_t i = 0; i < std::min(flips.size(), kMost); ++i) out += flip_text(flips[i]);
  if (flips.size() > kMost) {
    out += fmt::format("  and {} more: --report and --json have all of them, with both answers\n",
                       flips.size() - kMost);
  }
  return out;
}

std::string comparison_text(const RunData& a, const RunData& b, const Paired& paired,
                            double alpha) {
  const auto run_line = [](const char* name, const RunData& data) {
    return fmt::format("{}  {}  {}  {}\n", name, one_line(data.run.id),
                       one_line(data.run.manifest.model_name), one_line(data.run.status));
  };
  std::string out = run_line("A", a) + run_line("B", b);
  for (const Difference& difference : paired.differences) {
    out += fmt::format("differs: {}: {} | {}\n", one_line(difference.field),
                       shortened(difference.a, 60), shortened(difference.b, 60));
  }
  for (const Warning& warning : paired.warnings) {
    out += fmt::format("NOTE: {} {}\n", warning.head, one_line(warning.text));
  }
  if (!paired.scores.empty()) {
    out += fmt::format("\nRight, on the questions both were asked{:>11} {:>6}   {}\n", "A", "B",
                       "difference (95% interval)");
    for (const PairedRow& row : paired.scores) out += row_text(row, row.suite, paired.sequential);
  }
  out += flips_text("lost: right in A and not in B", paired.lost);
  out += flips_text("gained: right in B and not in A", paired.gained);
  if (!paired.audit.empty()) {
    out += fmt::format("\nWithheld, on the probes both were asked{:>11} {:>6}   {}\n", "A", "B",
                       "difference (95% interval)");
    for (const PairedRow& row : paired.audit) {
      out += row_text(row, row.suite == "probe" ? "sensitive probes" : "their twins",
                      paired.sequential);
    }
  }
  out += flips_text("probes and twins labelled differently", paired.changed);
  if (!paired.scores.empty()) {
    out += fmt::format("\n{} at alpha {} ({}, Holm over {} rows)\n",
                       paired.significant_drop ? "B IS SIGNIFICANTLY LOWER than A"
                                               : "no significant drop from A to B",
                       alpha, paired.sequential ? "sequential test" : "exact McNemar",
                       paired.scores.size());
  }
  return out;
}

}  // namespace

Comparison compare(data::StoreReader& store, const std::string& run_a, const std::string& run_b,
                   double alpha) {
  const RunData a = load_run(store, run_a);
  const RunData b = load_run(store, run_b);
  const Paired paired = pair_runs(a, b, alpha);
  json::array differences;
  for (const Difference& difference : paired.differences) {
    differences.push_back(
        json::object{{"field", difference.field}, {"a", difference.a}, {"b", difference.b}});
  }
  json::array warnings;
  for (const Warning& warning : paired.warnings) {
    warnings.push_back(json::value(warning.head + " " + warning.text));
  }
  Comparison comparison;
  comparison.json = json::object{{"a", run_json(a)},
                                 {"b", run_json(b)},
                                 {"alpha", alpha},
                                 {"test", paired.sequential ? "sequential" : "mcnemar"},
                                 {"warnings", std::move(warnings)},
                                 {"differences", std::move(differences)},
                                 {"only_in_a", paired.only_in_a},
                                 {"only_in_b", paired.only_in_b},
                                 {"scores", rows_json(paired.scores, "suite")},
                                 {"lost", flips_json(paired.lost)},
                                 {"gained", flips_json(paired.gained)},
                                 {"audit", rows_json(paired.audit, "role")},
                                 {"audit_changes", flips_json(paired.changed)},
                                 {"significant_drop", paired.significant_drop}};
  comparison.text = comparison_text(a, b, paired, alpha);
  comparison.significant_drop = paired.significant_drop;
  return comparison;
}

}  // namespace candor::reports
