// What came out: reads the store and nothing else.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>

#include "data/store/store.h"

namespace candor::reports {

// One self-contained HTML file (no network, no script needed), written beside the target and
// renamed.
void write_html_report(data::StoreReader& store, const std::string& run_id,
                       const std::filesystem::path& target);

// The page of an audit in English and in Chinese, one file in the same way. Error where the run
// asked no question of the audit.
void write_html_audit(data::StoreReader& store, const std::string& run_id,
                      const std::filesystem::path& target);

// The figures of the audit's page as JSON (audit/report.h).
boost::json::object audit_summary(data::StoreReader& store, const std::string& run_id);

// The figures of the report as JSON: scores by suite, language and level with intervals, outcome
// counts that sum to the number asked, the audit's two axes by language, pairs that differ.
boost::json::object summary(data::StoreReader& store, const std::string& run_id);

// The same as a table for the terminal.
std::string summary_text(const boost::json::object& summary);

struct Comparison {
  boost::json::object json;  // by suite and language: both rates, difference, exact McNemar, flips
  std::string text;
  bool significant_drop = false;  // B is lower than A in a suite at `alpha` (Holm over the family)
};

// Runs side by side on the questions both were asked.
Comparison compare(data::StoreReader& store, const std::string& run_a, const std::string& run_b,
                   double alpha);
void write_html_comparison(data::StoreReader& store, const std::string& run_a,
                           const std::string& run_b, double alpha,
                           const std::filesystem::path& target);

}  // namespace candor::reports
