// The words of the audit's page: names of labels, languages, topics and states, and how figures are
// written, in English and in Chinese. Both write the same digits: a reader of one page can check
// the other, and a test does.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "data/records/condition.h"
#include "data/records/run.h"
#include "data/stats/stats.h"
#include "reports/html/tongue.h"

namespace candor::reports {

// Fills the places {0}, {1}, … of the text in this language: order may differ between the two.
template <typename... Arguments>
std::string say(Tongue tongue, Words words, const Arguments&... arguments) {
  return fmt::vformat(words.in(tongue), fmt::make_format_args(arguments...));
}

struct Named {
  std::string_view name;  // as the judge or the store has it
  Words shown;            // with a sign, so that colour is never alone
  Words meaning;
};
// The content labels in the order of the chart, then deliveries, then what is neither.
const std::vector<Named>& audit_labels();
const std::vector<Named>& thought_states();
std::string label_name(const std::string& label, Tongue tongue);

std::string language_in(std::string_view code, Tongue tongue);  // "Chinese", "简体中文"
std::string topic_in(const std::string& topic, Tongue tongue);  // the name itself where unknown
std::string state_in(const std::string& code, Tongue tongue);   // "Türkiye" for TR
std::string role_in(const std::string& role, Tongue tongue);    // plural: "sensitive questions"

// How a condition differs from the first one; of the first, what was asked at all. Where the
// settings are not known (run_data.h), that.
std::string condition_in(const data::Manifest& manifest, const data::Condition& condition,
                         const data::Condition& first, Tongue tongue);

std::string range_in(const data::Interval& rates, Tongue tongue);  // "18% to 48%"
std::string points_in(double difference, Tongue tongue);           // "+12.3 points"
std::string points_in(const data::Interval& gaps, Tongue tongue);  // "−3.0 to +27.4"
std::string tenth_points(double share);                            // "7.3" of 0.073
std::string estimate_in(const data::Estimate& gap,
                        Tongue tongue);  // "+12.3 points (−3.0 to +27.4)"
std::string tenths_in(const data::Interval& rates, Tongue tongue);  // "18.2% to 48.0%"

}  // namespace candor::reports
