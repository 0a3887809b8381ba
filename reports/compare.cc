// The comparison as JSON and as a table for the terminal; the page is in html/comparison.cc.
#include <fmt/format.h>

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
        {"mcnemar_p_holm", row.p_holm},
        {"detectable", row.detectable ? json::value(*row.detectable) : json::value(nullptr)}});
  }
  return array;
}

json::array flips_json(const std::vector<Flip>& flips) {
  json::array array;
  for (const Flip& flip : flips) {
    array.push_back(json::object{{"suite", flip.a->question.suite},
                                 {"id", flip.a->question.id},
                                 {"language", flip.a->question.language},
                                 {"a", label_of(*flip.a)},
                                 {"b", label_of(*flip.b)}});
  }
  return array;
}

std::string row_text(const PairedRow& row, const std::string& name) {
  return fmt::format(
      "  {}{}{:>5} {:>5}   {}  {}\n", fitted(name, 20), fitted(language_name(row.language), 22),
      percent(row.rate_a), percent(row.rate_b),
      fitted(fmt::format("{} ({})", points(row.difference.value), points(row.difference.interval)),
             38),
      fmt::format("{} questions, {} only in A, {} only in B, {} (Holm {})", row.questions,
                  row.only_a, row.only_b, p_value(row.p), p_value(row.p_holm)));
}

std::string flip_text(const Flip& flip) {
  return fmt::format("  {}{} -> {}\n", fitted(flip.a->question.id, 40), label_of(*flip.a),
                     label_of(*flip.b));
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
  if (paired.only_in_a + paired.only_in_b > 0) {
    out += fmt::format("left out: {} questions only A was asked, {} only B\n", paired.only_in_a,
                       paired.only_in_b);
  }
  if (!paired.scores.empty()) {
    out += fmt::format("\nRight, on the questions both were asked{:>15} {:>5}   {}\n", "A", "B",
                       "difference (95% interval)");
    for (const PairedRow& row : paired.scores) out += row_text(row, row.suite);
  }
  for (const auto& [head, flips] : {std::pair("lost: right in A and not in B", &paired.lost),
                                    std::pair("gained: right in B and not in A", &paired.gained)}) {
    if (flips->empty()) continue;
    out += fmt::format("\n{} ({})\n", head, flips->size());
    for (const Flip& flip : *flips) out += flip_text(flip);
  }
  if (!paired.audit.empty()) {
    out += fmt::format("\nWithheld, on the probes both were asked{:>15} {:>5}   {}\n", "A", "B",
                       "difference (95% interval)");
    for (const PairedRow& row : paired.audit) {
      out += row_text(row, row.suite == "probe" ? "sensitive probes" : "their twins");
    }
  }
  if (!paired.changed.empty()) {
    out += fmt::format("\nprobes and twins labelled differently ({})\n", paired.changed.size());
    for (const Flip& flip : paired.changed) out += flip_text(flip);
  }
  if (!paired.scores.empty()) {
    out += fmt::format("\n{} at alpha {} (exact McNemar, Holm over {} rows)\n",
                       paired.significant_drop ? "B IS SIGNIFICANTLY LOWER than A"
                                               : "no significant drop from A to B",
                       alpha, paired.scores.size());
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
  Comparison comparison;
  comparison.json = json::object{{"a", run_json(a)},
                                 {"b", run_json(b)},
                                 {"alpha", alpha},
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
