// The answer-reading rules of published harnesses, by name: what each would have read in a text and
// whether it would have called it right. They are kept as they were published, with their faults,
// so that a figure from here can be put beside a published one. They are not our judges: those read
// what an answer means (scoring/maths, scoring/choice).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace candor::scoring {

struct Rule {
  std::string name;    // "gsm8k-flexible"
  std::string source;  // the harness, and the file and setting in it
  std::string reads;   // what it takes for the answer, in one line
  // What the harness writes down where it found nothing: "[invalid]", "", or none.
  std::optional<std::string> nothing;
  bool letters = false;  // reads a list of letters, one character each ("ABD")
  bool choices = false;  // reads option letters, not numbers
};

// All rules, sorted by name.
const std::vector<Rule>& published_rules();

// By name; '_' is taken for '-', case does not matter, and "mgsm" becomes that of `language`.
// Error (usage) that names the rules when there is none.
const Rule& published_rule(std::string_view name, std::string_view language = "en");

struct RuleReading {
  bool found = false;
  std::string extracted;   // as the harness has it; empty where nothing was found
  std::string normalised;  // what it compares with the gold answer
};

// `options`: the letters there are, for the rules that ask for them.
RuleReading read_by_rule(const Rule& rule, std::string_view text,
                         std::string_view options = "ABCD");

// Whether the harness counts the reading as right. `gold` as the harness's data set has it ("####
// 18" and "1,234" included).
bool right_by_rule(const Rule& rule, const RuleReading& reading, std::string_view gold);

}  // namespace candor::scoring
