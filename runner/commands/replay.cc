// `candor replay`: transcripts made elsewhere, judged. With a suite they are stored as a run and
// reported like one; with a published rule each row is a line, with our own judge beside it.
#include <algorithm>
#include <map>
#include <set>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/stats/stats.h"
#include "data/text/unicode.h"
#include "reports/reports.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/pipeline/execute.h"
#include "runner/replay/replay_provider.h"
#include "runner/terminal/interrupt.h"
#include "scoring/choice/choice.h"
#include "scoring/maths/maths.h"
#include "scoring/rules/rules.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

// A question by its id, else by its text: equal to what was asked, or inside the whole prompt.
class QuestionIndex {
 public:
  explicit QuestionIndex(const Plan& plan) {
    for (const PlannedSuite& planned : plan.suites) {
      for (const data::Question& question : planned.suite.questions) {
        by_id_.emplace(question.id, &question);
        by_text_[text_of(question)].push_back(&question);
      }
    }
  }

  // None, with the reason in `why`.
  const data::Question* find(const Transcript& row, std::string& why) const {
    if (const auto found = by_id_.find(row.id); found != by_id_.end()) return found->second;
    const std::string asked(data::trimmed(row.question));
    auto found = by_text_.find(asked);
    if (found == by_text_.end() && !asked.empty()) {
      // A prompt with a chat template or shots around the question: the last one in it is asked.
      std::size_t last = 0;
      for (auto it = by_text_.begin(); it != by_text_.end(); ++it) {
        const std::size_t at = asked.rfind(it->first);
        if (it->first.empty() || at == std::string::npos || at + 1 <= last) continue;
        last = at + 1;
        found = it;
      }
    }
    if (found == by_text_.end()) {
      why = fmt::format("no question of the suite has the id \"{}\" or this text", row.id);
      return nullptr;
    }
    if (found->second.size() > 1) {
      why = "several questions of the suite have this text: give their ids";
      return nullptr;
    }
    return found->second.front();
  }

 private:
  static std::string text_of(const data::Question& question) {
    return std::string(data::trimmed(question.messages.back().content));
  }

  std::map<std::string, const data::Question*> by_id_;
  std::map<std::string, std::vector<const data::Question*>> by_text_;
};

void say_errors(const std::vector<std::string>& errors) {
  constexpr std::size_t kMost = 20;
  for (std::size_t i = 0; i < std::min(errors.size(), kMost); ++i) {
    fmt::print(stderr, "not read: {}\n", errors[i]);
  }
  if (errors.size() > kMost) fmt::print(stderr, "and {} more\n", errors.size() - kMost);
}

Plan plan_of(const ReplayOptions& options) {
  PlanOptions plan;
  plan.suites = options.suites;
  plan.suite_files = options.suite_files;
  plan.suite_options = options.suite_options;
  return make_plan(plan);
}

// Our own judge on the same row: numbers by the maths judge, letters by the choice judge.
struct OwnFinding {
  std::string read;
  bool right = false;
};

OwnFinding own_judge(bool letters, const Transcript& row, const std::string& gold) {
  if (letters) {
    const auto choice = scoring::read_choice(row.answer, row.options);
    return {choice.value_or(""), choice.has_value() && *choice == gold};
  }
  const scoring::MathsVerdict verdict = scoring::judge_maths(row.answer, gold);
  return {verdict.extracted, verdict.verdict == "equal"};
}

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

int replay_by_rule(const ReplayOptions& options, Transcripts transcripts) {
  scoring::published_rule(options.rule);  // an unknown name before any work
  std::optional<Plan> plan;
  std::optional<QuestionIndex> index;
  if (!options.suites.empty() || !options.suite_files.empty()) {
    plan = plan_of(options);
    index.emplace(*plan);
  }
  std::int64_t asked = 0, right = 0, found = 0, own_right = 0, differ = 0;
  std::string rule_name;
  for (const Transcript& row : transcripts.rows) {
    std::optional<std::string> gold = row.gold;
    if (!gold && index) {
      std::string why;
      if (const data::Question* question = index->find(row, why)) {
        gold = data::JsonFields(question->reference, row.place).text("answer");
      } else {
        transcripts.errors.push_back(fmt::format("{}: {}", row.place, why));
        continue;
      }
    }
    if (!gold) {
      transcripts.errors.push_back(
          fmt::format("{}: field \"gold\" is missing: add it, or name the --suite", row.place));
      continue;
    }
    const scoring::Rule& rule = scoring::published_rule(options.rule, row.language);
    rule_name = rule.name;
    const scoring::RuleReading reading = scoring::read_by_rule(rule, row.answer, row.options);
    const bool is_right = scoring::right_by_rule(rule, reading, *gold);
    const OwnFinding own = own_judge(rule.choices, row, bare_gold(*gold));
    ++asked;
    right += is_right ? 1 : 0;
    found += reading.found ? 1 : 0;
    own_right += own.right ? 1 : 0;
    differ += own.right != is_right ? 1 : 0;
    if (options.differences && own.right == is_right) continue;
    print_json_line(
        json::object{{"id", row.id},
                     {"place", row.place},
                     {"repeat", row.repeat},
                     {"gold", *gold},
                     {"extracted", reading.found ? json::value(json::string(reading.extracted))
                                                 : json::value(nullptr)},
                     {"right", is_right},
                     {"own_extracted", own.read},
                     {"own_right", own.right}});
  }
  json::object by_rule = rate_json(right, asked);
  by_rule["unread"] = asked - found;
  print_json_line(json::object{{"summary", json::object{{"rule", rule_name},
                                                        {"format", transcripts.format},
                                                        {"asked", asked},
                                                        {"not_read", transcripts.errors.size()},
                                                        {"by_rule", std::move(by_rule)},
                                                        {"own", rate_json(own_right, asked)},
                                                        {"differ", differ}}}});
  say_errors(transcripts.errors);
  fmt::print(stderr, "{}: {}; {} without an answer it could read\n", options.rule,
             rate_text(right, asked), asked - found);
  fmt::print(stderr, "own judge: {}; {} rows differ\n", rate_text(own_right, asked), differ);
  if (!transcripts.errors.empty()) {
    fmt::print(stderr, "{} rows could not be read and are in no figure\n",
               transcripts.errors.size());
  }
  return asked == 0 ? 3 : 0;
}

int replay_with_suite(const ReplayOptions& options, Transcripts transcripts) {
  stop_requested();
  Plan plan = plan_of(options);
  const QuestionIndex index(plan);
  ReplayProvider::Answers answers;
  int repeats = 1;
  for (const Transcript& row : transcripts.rows) {
    std::string why;
    const data::Question* question = index.find(row, why);
    if (question == nullptr) {
      transcripts.errors.push_back(fmt::format("{}: {}", row.place, why));
    } else if (row.repeat < 0 || row.repeat > 999'999) {
      transcripts.errors.push_back(
          fmt::format("{}: repeat {} is not in [0, 999999]", row.place, row.repeat));
    } else if (!answers.emplace(std::pair(question->hash(), row.repeat), &row).second) {
      transcripts.errors.push_back(fmt::format("{}: question {}, repeat {} is there twice",
                                               row.place, question->id, row.repeat));
    } else {
      repeats = std::max(repeats, row.repeat + 1);
    }
  }
  // Asked is what the transcripts hold; questions of the suite that nobody asked are no failures.
  plan.asks.clear();
  plan.repeats = repeats;
  std::size_t questions = 0;
  for (const PlannedSuite& planned : plan.suites) {
    for (const data::Question& question : planned.suite.questions) {
      const std::string hash = question.hash();
      bool any = false;
      for (auto it = answers.lower_bound({hash, 0}); it != answers.end() && it->first.first == hash;
           ++it) {
        plan.asks.push_back({&question, &planned.condition, it->first.second});
        any = true;
      }
      questions += any ? 1 : 0;
    }
  }
  say_errors(transcripts.errors);
  if (plan.asks.empty())
    fail("{}: no row belongs to a question of the suite", options.file.string());

  const std::string model = !options.model.empty()       ? options.model
                            : !transcripts.model.empty() ? transcripts.model
                                                         : options.file.filename().string();
  const std::filesystem::path path = store_path(options.store);
  const Judges judges;
  std::string run_id;
  {
    const auto store = data::StoreWriter::open(path);
    ReplayProvider provider(answers, model, data::sha256_file(options.file),
                            std::filesystem::absolute(options.file).string());
    const Executed executed =
        execute(plan, provider, *store, judges, {"replay " + options.file.string(), true});
    run_id = executed.run.id;
  }
  fmt::print(stderr, "run {}: {} answers to {} questions, {} rows could not be used\n", run_id,
             plan.asks.size(), questions, transcripts.errors.size());
  const auto reader = data::StoreReader::open(path);
  json::object summary = reports::summary(*reader, run_id);
  if (options.json) {
    summary["replay"] = json::object{{"format", transcripts.format},
                                     {"file", options.file.string()},
                                     {"not_read", transcripts.errors.size()}};
    print_json_line(summary);
  } else {
    fmt::print("{}", reports::summary_text(summary));
  }
  return 0;
}

}  // namespace

int replay_command(const ReplayOptions& options) {
  const bool suite = !options.suites.empty() || !options.suite_files.empty();
  if (options.rule.empty() && !suite) {
    fail_usage("replay: name a --suite or --suite-file to judge by, or a --rule");
  }
  Transcripts transcripts = read_transcripts(options.file, options.format, options.fields);
  if (!options.rule.empty()) return replay_by_rule(options, std::move(transcripts));
  return replay_with_suite(options, std::move(transcripts));
}

}  // namespace candor::runner
