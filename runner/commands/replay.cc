// `candor replay`: transcripts made elsewhere, judged. With a suite they are stored as a run and
// reported like one; by a published rule: replay_rule.cc; as an audit: replay_audit.cc.
#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/records/json_fields.h"
#include "data/records/option_scores.h"
#include "data/text/unicode.h"
#include "reports/reports.h"
#include "reports/text.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/commands/replay_parts.h"
#include "runner/pipeline/execute.h"
#include "runner/replay/audit_rows.h"
#include "runner/replay/byte_source.h"
#include "runner/replay/json_rows.h"
#include "runner/replay/question_index.h"
#include "runner/replay/replay_provider.h"
#include "runner/terminal/interrupt.h"

namespace candor::runner {

namespace json = boost::json;

void say_errors(const std::vector<std::string>& errors) {
  constexpr std::size_t kMost = 20;
  for (std::size_t i = 0; i < std::min(errors.size(), kMost); ++i) {
    fmt::print(stderr, "not read: {}\n", reports::one_line(errors[i]));
  }
  if (errors.size() > kMost) fmt::print(stderr, "and {} more\n", errors.size() - kMost);
}

std::string hash_of(const std::vector<std::filesystem::path>& files) {
  if (files.size() == 1) return data::sha256_file(files[0]);
  std::string hashes;
  for (const std::filesystem::path& file : files) hashes += data::sha256_file(file) + "\n";
  return data::sha256_hex(hashes);
}

// What the file's own grader said, as means by its names: another's figures, never mixed with ours.
json::object marks_json(const Transcripts& transcripts) {
  std::map<std::string, std::pair<double, std::int64_t>> sums;
  for (const Transcript& row : transcripts.rows) {
    for (const auto& [name, mark] : row.marks) {
      sums[name].first += mark;
      ++sums[name].second;
    }
  }
  json::object marks;
  for (const auto& [name, sum] : sums) {
    marks[name] =
        json::object{{"mean", sum.first / static_cast<double>(sum.second)}, {"rows", sum.second}};
  }
  return marks;
}

void say_notices(const Transcripts& transcripts) {
  for (const std::string& notice : transcripts.notices) {
    fmt::print(stderr, "note: {}\n", reports::one_line(notice));
  }
  for (const auto& mark : marks_json(transcripts)) {
    const json::object& value = mark.value().as_object();
    fmt::print(stderr, "the file's own figure, {}: {:.2f}% of {}\n",
               reports::one_line(std::string(mark.key())), 100 * value.at("mean").as_double(),
               value.at("rows").as_int64());
  }
}

// Why no question was found, with what the user's own choice may have to do with it.
std::string unmatched(const ReplayOptions& options, const std::string& why) {
  const bool drawn =
      options.suite_options.max_questions > 0 || !options.suite_options.languages.empty();
  return drawn ? why + ", of those that --limit and --languages leave" : why;
}

Plan plan_of(const ReplayOptions& options) {
  PlanOptions plan;
  plan.suites = options.suites;
  plan.suite_files = options.suite_files;
  plan.suite_options = options.suite_options;
  return make_plan(plan);
}

namespace {

// Why the row's answer is none to this question, or nothing.
std::string mismatch(const data::Question& question, Transcript& row) {
  if (row.finish == data::FinishReason::kError) return {};
  if (question.judge != "likelihood") {
    if (row.scores.empty()) return {};
    return fmt::format(
        "log-probabilities of options, and {} asks for an answer in words: add a "
        "--protocol that scores options (lm-eval)",
        question.id);
  }
  if (row.scores.empty()) {
    try {
      row.scores = data::option_scores(row.answer, row.place);
    } catch (const Error&) {
      return fmt::format(
          "an answer in words, and the options of {} are scored: leave out the "
          "--protocol",
          question.id);
    }
  }
  const std::size_t options = data::continuations(question).size();
  if (row.scores.size() == options) return {};
  return fmt::format("{} scored options, and {} has {}", row.scores.size(), question.id, options);
}

// The audit's page where every question is of the audit.
void write_report(const Plan& plan, data::StoreReader& reader, const std::string& run_id,
                  const std::filesystem::path& target) {
  const bool audit = std::all_of(plan.asks.begin(), plan.asks.end(),
                                 [](const Ask& ask) { return ask.question->judge == "audit"; });
  if (audit) {
    reports::write_html_audit(reader, run_id, target);
  } else {
    reports::write_html_report(reader, run_id, target);
  }
  fmt::print(stderr, "report: {}\n", std::filesystem::absolute(target).string());
}

// Asked is what the transcripts hold, as they say that it was asked; questions of the suite that
// nobody asked are no failures. Returns the number of questions.
std::size_t ask_what_is_there(Plan& plan, const ReplayProvider::Answers& answers) {
  plan.asks.clear();
  std::size_t questions = 0;
  for (PlannedSuite& planned : plan.suites) {
    const auto each_answer = [&](const auto& take) {
      for (const data::Question& question : planned.suite.questions) {
        const std::string hash = question.hash();
        for (auto it = answers.lower_bound({hash, "", 0});
             it != answers.end() && std::get<0>(it->first) == hash; ++it) {
          take(question, it->first, *it->second);
        }
      }
    };
    std::map<std::string, std::pair<int, const data::Condition*>> numbers;  // by hash
    each_answer([&](const data::Question&, const auto& key, const Transcript& row) {
      // Rows that do not say the number stand behind those that do.
      const int number = row.asked.number > 0 ? row.asked.number : std::numeric_limits<int>::max();
      auto& kept = numbers.try_emplace(std::get<1>(key), number, &row.asked.known()).first->second;
      kept.first = std::min(kept.first, number);
    });
    std::map<std::pair<int, std::string>, const data::Condition*> conditions;
    for (const auto& [hash, numbered] : numbers) {
      conditions[{numbered.first, hash}] = numbered.second;
    }
    planned.further.clear();
    for (auto it = conditions.begin(); it != conditions.end(); ++it) {
      if (it == conditions.begin()) {
        planned.condition = *it->second;
      } else {
        planned.further.push_back(*it->second);
      }
    }
    std::map<std::string, const data::Condition*> by_hash{
        {planned.condition.hash(), &planned.condition}};
    for (const data::Condition& condition : planned.further) {
      by_hash.emplace(condition.hash(), &condition);
    }
    const data::Question* last = nullptr;
    each_answer([&](const data::Question& question, const auto& key, const Transcript&) {
      plan.asks.push_back({&question, by_hash.at(std::get<1>(key)), std::get<2>(key)});
      questions += last == &question ? 0 : 1;
      last = &question;
    });
  }
  return questions;
}

int replay_with_suite(const ReplayOptions& options, Transcripts transcripts) {
  stop_requested();
  Plan plan = plan_of(options);
  const QuestionIndex index(plan);
  ReplayProvider::Answers answers;
  int repeats = 1;
  for (Transcript& row : transcripts.rows) {
    std::string why;
    const data::Question* question = index.find(row, why);
    why = question != nullptr ? mismatch(*question, row) : unmatched(options, why);
    if (!why.empty()) {
      transcripts.errors.push_back(fmt::format("{}: {}", row.place, why));
    } else if (row.repeat < 0 || row.repeat > 999'999) {
      transcripts.errors.push_back(
          fmt::format("{}: repeat {} is not in [0, 999999]", row.place, row.repeat));
    } else if (!answers
                    .emplace(std::tuple(question->hash(), row.asked.known().hash(), row.repeat),
                             &row)
                    .second) {
      transcripts.errors.push_back(fmt::format("{}: question {}, repeat {} is there twice",
                                               row.place, question->id, row.repeat));
    } else {
      repeats = std::max(repeats, row.repeat + 1);
    }
  }
  std::size_t other_words = 0;
  for (const auto& [key, row] : answers) {
    std::string unused;
    const std::string& asked = row->asked.text;
    other_words +=
        !asked.empty() && data::trimmed(asked) !=
                              data::trimmed(index.find(*row, unused)->messages.back().content)
            ? 1
            : 0;
  }
  const std::size_t questions = ask_what_is_there(plan, answers);
  plan.repeats = repeats;
  say_notices(transcripts);
  if (other_words > 0) {
    fmt::print(stderr,
               "note: {} answers are to other words than the suite has today, and are judged as "
               "answers to these\n",
               other_words);
  }
  say_errors(transcripts.errors);
  const std::string first = options.files.front().string();
  if (plan.asks.empty()) fail("{}: no row belongs to a question of the suite", first);

  const std::string model = !options.model.empty()       ? options.model
                            : !transcripts.model.empty() ? transcripts.model
                                                         : options.files[0].filename().string();
  const std::filesystem::path path = store_path(options.store);
  const Judges judges;
  std::string run_id;
  std::size_t taken = 0;
  {
    const auto store = data::StoreWriter::open(path);
    ReplayProvider provider(answers, model, hash_of(options.files),
                            std::filesystem::absolute(options.files[0]).string());
    const Executed executed =
        execute(plan, provider, *store, judges, {"replay " + first, true, false});
    run_id = executed.run.id;
    taken = executed.found + executed.generated;
    if (executed.not_started > 0) {
      fmt::print(stderr, "interrupted: run {} has {} of {} answers; the same command goes on\n",
                 run_id, taken, plan.asks.size());
      return interrupt_exit_status() != 0 ? interrupt_exit_status() : 3;
    }
  }
  fmt::print(stderr, "run {}: {} answers to {} questions, {} rows could not be used\n", run_id,
             taken, questions, transcripts.errors.size());
  const auto reader = data::StoreReader::open(path);
  if (options.report) write_report(plan, *reader, run_id, *options.report);
  json::object summary = reports::summary(*reader, run_id);
  if (options.json) {
    summary["replay"] = json::object{{"format", transcripts.format},
                                     {"file", first},
                                     {"files", options.files.size()},
                                     {"not_read", transcripts.errors.size()},
                                     {"marks", marks_json(transcripts)}};
    print_json_line(summary);
  } else {
    fmt::print("{}", reports::summary_text(summary));
  }
  return 0;
}

}  // namespace

int replay_command(const ReplayOptions& options) {
  const bool suite = !options.suites.empty() || !options.suite_files.empty();
  for (const std::filesystem::path& file : options.files) {
    refuse_other_files(head_of(file, std::size_t{1} << 16), file.string());
  }
  if (options.rule.empty() && !suite) {
    if (options.audit || holds_audit_rows(options.files.front())) return replay_audit(options);
    fail_usage(
        "replay: {}: name a --suite or --suite-file to judge by, or a --rule; the first row of an "
        "audit has the fields question (or probe), answer and language",
        options.files.front().string());
  }
  if (options.audit) {
    fail_usage("replay: --audit judges by the rows' own questions: leave out --suite and --rule");
  }
  Transcripts transcripts = read_transcripts(options.files, options.format, options.fields);
  if (!options.rule.empty()) return replay_by_rule(options, std::move(transcripts));
  return replay_with_suite(options, std::move(transcripts));
}

}  // namespace candor::runner