// `candor replay --rule`: each row is a line, read as a published rule reads it, with our own judge
// beside it.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "data/base/error.h"
#include "data/stats/stats.h"
#include "data/text/unicode.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/replay_parts.h"
#include "runner/replay/question_index.h"
#include "scoring/choice/choice.h"
#include "scoring/maths/maths.h"
#include "scoring/rules/rules.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

// What a data set writes around its gold answer ("… #### 18", "A: 18") is no part of the answer.
std::string bare_gold(const std::string& gold) {
  std::string_view text = gold;
  for (const std::string_view mark : {std::string_view("#### "), std::string_view("\nA: ")}) {
    if (const std::size_t at = text.rfind(mark); at != std::string_view::npos) {
      text.remove_prefix(at + mark.size());
    }
  }
  while (text.starts_with('#')) text.remove_prefix(1);
  return std::string(data::trimmed(text));
}

// Our own judge on the same row: numbers by the maths judge, letters by the choice judge.
struct OwnFinding {
  std::string read;
  bool right = false;
};

OwnFinding own_judge(bool letters, const std::string& answer, const std::string& options,
                     const std::vector<std::string>& golds) {
  OwnFinding finding;
  for (const std::string& written : golds) {
    const std::string gold = bare_gold(written);
    if (letters) {
      const auto choice = scoring::read_choice(answer, options);
      finding.read = choice.value_or("");
      finding.right = finding.right || (choice.has_value() && *choice == gold);
    } else {
      const scoring::MathsVerdict verdict = scoring::judge_maths(answer, gold);
      finding.read = verdict.extracted;
      finding.right = finding.right || verdict.verdict == "equal";
    }
  }
  return finding;
}

json::object rate_json(std::int64_t right, std::int64_t asked) {
  const data::Interval interval = data::wilson(right, asked);
  return json::object{
      {"right", right},
      {"rate", asked == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(asked)},
      {"low", interval.low},
      {"high", interval.high}};
}

std::string rate_text(std::int64_t right, std::int64_t asked) {
  const data::Interval interval = data::wilson(right, asked);
  const double whole = asked == 0 ? 1 : static_cast<double>(asked);
  return fmt::format("{} of {} right, {:.2f}% ({:.2f}-{:.2f}%)", right, asked,
                     100 * static_cast<double>(right) / whole, 100 * interval.low,
                     100 * interval.high);
}

// What a rule is asked about a row.
struct RuleCase {
  std::vector<std::string> golds;
  std::string options;
  std::string language;  // empty: not known
};

// Throws Error (without place) where the row has nothing that a rule could judge.
RuleCase rule_case(const Transcript& row, const data::Question* question) {
  if (row.finish == data::FinishReason::kError) {
    fail("no answer but an error: {}",
         row.error.empty() ? "the file does not say which" : row.error);
  }
  if (!row.scores.empty()) {
    fail(
        "log-probabilities, in which a rule has nothing to read: judge them with --suite and "
        "--protocol");
  }
  RuleCase asked{row.golds, row.options, row.language};
  if (question != nullptr) {
    asked.language = question->language;
    const json::value* options = question->reference.if_contains("options");
    if (options != nullptr && options->is_string()) {
      asked.options = json::value_to<std::string>(*options);
    }
    const json::value* answer = question->reference.if_contains("answer");
    if (asked.golds.empty() && answer != nullptr && answer->is_string()) {
      asked.golds = {json::value_to<std::string>(*answer)};
    }
    if (asked.golds.empty()) {
      fail("question {} has no answer in one text that a rule could compare: add a field \"gold\"",
           question->id);
    }
  }
  if (asked.golds.empty()) fail("field \"gold\" is missing: add it, or name the --suite");
  return asked;
}

// The rule of that name for the row's language, where it has one for each.
const scoring::Rule& rule_for(const std::string& name, const std::string& language) {
  const scoring::Rule& english = scoring::published_rule(name, "en");
  const scoring::Rule& chinese = scoring::published_rule(name, "zh");
  if (english.name != chinese.name && language.empty()) {
    fail(
        "{} reads each language by another rule, and the row's is not known: add a field "
        "\"language\", name the --suite, or say --rule {} or {}",
        name, english.name, chinese.name);
  }
  return language.starts_with("zh") ? chinese : english;
}

// A gold answer of an option rule as its letter, or letters: "(B)" and "b" are B. A number could
// count from 0 or from 1. Throws Error (without place).
std::string letter_gold(const std::string& gold, bool several) {
  std::string letters;
  for (const char c : bare_gold(gold)) {
    if (c >= '0' && c <= '9') {
      fail("gold \"{}\": no telling whether options count from 0 or from 1: write its letter",
           gold);
    }
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (letter) {
      letters += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    } else if (std::string_view(" ().,;:[]").find(c) == std::string_view::npos) {
      return gold;
    }
  }
  // A word is no list of options: each stands there once.
  std::string sorted = letters;
  std::sort(sorted.begin(), sorted.end());
  const bool twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  return letters.empty() || twice || (letters.size() > 1 && !several) ? gold : letters;
}

// The rows that a rule can judge, each question and repeat once.
class RowsOnce {
 public:
  // Throws Error (without place) where it is there already.
  void add(const Transcript& row, const data::Question* question) {
    if (question == nullptr && row.id.empty()) return;
    const std::string key = question != nullptr
                                ? "question " + question->id
                                : fmt::format("id {} of file {}", row.id, row.file + 1);
    const auto [found, added] = seen_.emplace(std::pair(key, row.repeat), row.place);
    if (!added) fail("{}, repeat {} is there already, at {}", key, row.repeat, found->second);
  }

 private:
  std::map<std::pair<std::string, int>, std::string> seen_;
};

// Figures of one rule over all rows.
struct RuleCounts {
  std::int64_t asked = 0, right = 0, found = 0, own_right = 0, differ = 0;
  std::set<std::string> rules;

  void add(const ReplayOptions& options, const Transcript& row, const RuleCase& asked_of);
};

void RuleCounts::add(const ReplayOptions& options, const Transcript& row,
                     const RuleCase& asked_of) {
  const scoring::Rule& rule = rule_for(options.rule, asked_of.language);
  std::vector<std::string> golds = asked_of.golds;
  if (rule.choices) {
    for (std::string& gold : golds) gold = letter_gold(gold, rule.letters);
  }
  // A harness reads the whole text, its reasoning too; our judge what stands behind it.
  const std::string& text = row.written.empty() ? row.answer : row.written;
  const scoring::RuleReading reading = scoring::read_by_rule(rule, text, asked_of.options);
  const bool is_right = std::any_of(golds.begin(), golds.end(), [&](const std::string& gold) {
    return scoring::right_by_rule(rule, reading, gold);
  });
  const OwnFinding own = own_judge(rule.choices, row.answer, asked_of.options, golds);
  rules.insert(rule.name);
  ++asked;
  right += is_right ? 1 : 0;
  found += reading.found ? 1 : 0;
  own_right += own.right ? 1 : 0;
  differ += own.right != is_right ? 1 : 0;
  if (options.differences && own.right == is_right) return;
  print_json_line(
      json::object{{"id", row.id},
                   {"place", row.place},
                   {"repeat", row.repeat},
                   {"gold", fmt::format("{}", fmt::join(golds, " | "))},
                   {"extracted", reading.found ? json::value(json::string(reading.extracted))
                                               : json::value(nullptr)},
                   {"right", is_right},
                   {"own_extracted", own.read},
                   {"own_right", own.right}});
}

}  // namespace

int replay_by_rule(const ReplayOptions& options, Transcripts transcripts) {
  scoring::published_rule(options.rule);  // an unknown name before any work
  std::optional<Plan> plan;
  std::optional<QuestionIndex> index;
  if (!options.suites.empty() || !options.suite_files.empty()) {
    plan = plan_of(options);
    index.emplace(*plan);
  }
  RuleCounts counts;
  RowsOnce once;
  for (const Transcript& row : transcripts.rows) {
    try {
      std::string why;
      const data::Question* question = index ? index->find(row, why) : nullptr;
      if (index && question == nullptr) fail("{}", unmatched(options, why));
      const RuleCase asked_of = rule_case(row, question);
      once.add(row, question);
      counts.add(options, row, asked_of);
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::kUsage) throw;
      transcripts.errors.push_back(fmt::format("{}: {}", row.place, error.what()));
    }
  }
  if (counts.asked == 0) {
    say_errors(transcripts.errors);
    fail("{}: no row could be judged by {}", options.files.front().string(), options.rule);
  }
  json::object by_rule = rate_json(counts.right, counts.asked);
  by_rule["unread"] = counts.asked - counts.found;
  print_json_line(json::object{
      {"summary", json::object{{"rule", fmt::format("{}", fmt::join(counts.rules, ", "))},
                               {"format", transcripts.format},
                               {"asked", counts.asked},
                               {"not_read", transcripts.errors.size()},
                               {"by_rule", std::move(by_rule)},
                               {"own", rate_json(counts.own_right, counts.asked)},
                               {"differ", counts.differ},
                               {"marks", marks_json(transcripts)}}}});
  say_notices(transcripts);
  say_errors(transcripts.errors);
  fmt::print(stderr, "{}: {}; {} without an answer it could read\n", fmt::join(counts.rules, ", "),
             rate_text(counts.right, counts.asked), counts.asked - counts.found);
  fmt::print(stderr, "own judge: {}; {} rows differ\n", rate_text(counts.own_right, counts.asked),
             counts.differ);
  if (!transcripts.errors.empty()) {
    fmt::print(stderr, "{} rows could not be read and are in no figure\n",
               transcripts.errors.size());
  }
  return 0;
}

}  // namespace candor::runner
