#include "runner/pipeline/plan.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "suites/probes/openings.h"
#include "suites/protocols/protocol.h"

namespace candor::runner {

namespace {

void check(const data::Sampling& sampling, const std::string& suite) {
  if (!(sampling.temperature >= 0) || sampling.temperature > 100) {
    fail_usage("suite {}: temperature {} is not in [0, 100]", suite, sampling.temperature);
  }
  if (!(sampling.top_p > 0) || sampling.top_p > 1) {
    fail_usage("suite {}: top_p {} is not in (0, 1]", suite, sampling.top_p);
  }
  if (!(sampling.min_p >= 0) || sampling.min_p >= 1) {
    fail_usage("suite {}: min_p {} is not in [0, 1)", suite, sampling.min_p);
  }
  if (sampling.top_k < 0) fail_usage("suite {}: top_k {} is negative", suite, sampling.top_k);
  if (sampling.max_tokens < 1) {
    fail_usage("suite {}: max tokens {} is less than 1", suite, sampling.max_tokens);
  }
}

data::Condition condition_for(const suites::Suite& suite, const PlanOptions& options) {
  data::Condition condition = suite.condition;
  // Not where texts are scored: they are what the answer begins with.
  const bool scored = suite.info.name == "knowledge";
  if (options.prefill && !scored) condition.prefill = *options.prefill;
  if (options.forced_start && !scored) condition.prefills = suites::forced_starts();
  data::Sampling& sampling = condition.sampling;
  if (options.temperature) sampling.temperature = *options.temperature;
  if (options.top_p) sampling.top_p = *options.top_p;
  if (options.top_k) sampling.top_k = *options.top_k;
  if (options.min_p) sampling.min_p = *options.min_p;
  for (const std::string& name : {std::string(), suite.info.name}) {
    if (const auto found = options.max_tokens.find(name); found != options.max_tokens.end()) {
      sampling.max_tokens = found->second;
    }
  }
  check(sampling, suite.info.name);
  return condition;
}

// What a model that thinks usually begins its thought with, by the language of the question.
const std::map<std::string, std::string>& thought_starts() {
  static const std::map<std::string, std::string> kStarts = {
      {"en", "\nOkay, so"}, {"zh", "\n嗯，"}, {"zh-Hant", "\n嗯，"}};
  return kStarts;
}

void set_system(data::Condition& condition, const std::string& system) {
  if (system != "default") condition.system = system;
}

void set_thinking(data::Condition& condition, const std::string& thinking) {
  const bool answer_begun = !condition.prefill.empty() || !condition.prefills.empty();
  if (answer_begun && (thinking == "forced" || thinking == "prefilled")) {
    fail_usage(
        "--thinking {} begins the thought and --prefill or --forced-start (or the suite itself) "
        "the answer: choose one",
        thinking);
  }
  if (thinking != "prefilled") {
    condition.thinking = thinking;
    return;
  }
  condition.thinking = "forced";
  condition.prefills = thought_starts();
}

void set_answer_language(data::Condition& condition, const std::string& language) {
  if (language != "same") condition.answer_language = language;
}

// Every condition so far with every one of `values`, the first value first.
template <typename Set>
void combine(std::vector<data::Condition>& conditions, const std::vector<std::string>& values,
             Set set) {
  if (values.empty()) return;
  std::vector<data::Condition> combined;
  for (const std::string& value : values) {
    for (data::Condition condition : conditions) {
      set(condition, value);
      combined.push_back(std::move(condition));
    }
  }
  conditions = std::move(combined);
}

// The first is the one that the figures of the front page are of.
std::vector<data::Condition> conditions_for(const suites::Suite& suite,
                                            const PlanOptions& options) {
  std::vector<data::Condition> conditions = {condition_for(suite, options)};
  const bool scored = suite.info.name == "knowledge";
  combine(conditions, options.thinkings, set_thinking);
  combine(conditions, options.systems, set_system);
  if (!scored) combine(conditions, options.answer_languages, set_answer_language);
  if (scored) conditions.resize(1);  // what is likely is measured under the first one
  std::set<std::string> hashes;
  for (const data::Condition& condition : conditions) {
    if (!hashes.insert(condition.hash()).second) {
      fail_usage("suite {}: the same condition is asked for twice", suite.info.name);
    }
  }
  const bool audited =
      std::all_of(suite.questions.begin(), suite.questions.end(),
                  [](const data::Question& question) { return question.judge == "audit"; });
  if (conditions.size() > 1 && !audited) {
    fail_usage(
        "suite {}: several conditions (--system, --thinking, --answer-language) are for questions "
        "of the audit; run each by itself and compare the runs",
        suite.info.name);
  }
  return conditions;
}

// Every turn has the turn before it among the questions, and no conversation goes in a circle.
void check_turns(const suites::Suite& suite) {
  std::map<std::string, const data::Question*> known;
  for (const data::Question& question : suite.questions) known[question.id] = &question;
  for (const data::Question& question : suite.questions) {
    std::size_t turns = 0;
    for (const data::Question* at = &question; !at->follows.empty();) {
      const auto before = known.find(at->follows);
      if (before == known.end()) {
        fail_usage("suite {}: question {} follows {}, which is not asked: ask all of the suite",
                   suite.info.name, at->id, at->follows);
      }
      at = before->second;
      if (++turns > known.size()) {
        fail_usage("suite {}: the turns before question {} go in a circle", suite.info.name,
                   question.id);
      }
    }
  }
}

}  // namespace

Plan make_plan(const PlanOptions& options) {
  if (options.repeats < 1 || options.repeats > 1'000'000) {
    fail_usage("--repeats (or --samples) {} is not in [1, 1000000]", options.repeats);
  }
  if (options.prefill && options.forced_start) {
    fail_usage("--prefill and --forced-start both begin the answer: choose one");
  }
  Plan plan;
  plan.repeats = options.repeats;
  plan.seed = options.seed;
  plan.protocol = options.suite_options.protocol;
  std::set<std::string> names;
  const auto take = [&](suites::Suite suite) {
    if (!names.insert(suite.info.name).second) {
      fail_usage("suite {} is asked for twice", suite.info.name);
    }
    check_turns(suite);
    PlannedSuite planned;
    std::vector<data::Condition> conditions = conditions_for(suite, options);
    planned.condition = std::move(conditions.front());
    planned.further.assign(std::make_move_iterator(conditions.begin() + 1),
                           std::make_move_iterator(conditions.end()));
    if (suite.info.needs_sandbox && options.sandbox_unavailable) {
      planned.not_run = "no sandbox for model-written code: " + *options.sandbox_unavailable;
    }
    if (!suite.info.not_scored.empty()) planned.not_run = "not scored: " + suite.info.not_scored;
    planned.suite = std::move(suite);
    plan.suites.push_back(std::move(planned));
  };
  for (const std::string& name : options.suites) {
    take(suites::load_suite(name, options.suite_options));
  }
  for (const std::filesystem::path& file : options.suite_files) {
    take(suites::load_suite_file(file, options.suite_options));
  }
  for (const suites::Suite& suite : options.made_suites) take(suite);
  suites::check_suites(options.suite_options.protocol.get(), {names.begin(), names.end()});
  if ((options.prefill || options.forced_start) && names == std::set<std::string>{"knowledge"}) {
    fail_usage(
        "--prefill and --forced-start begin answers, and of the suite knowledge none is generated: "
        "leave them out");
  }
  for (const auto& [name, limit] : options.max_tokens) {
    if (!name.empty() && !names.contains(name)) {
      fail_usage("--max-tokens {}={}: suite {} is not part of this run", name, limit, name);
    }
  }
  for (const PlannedSuite& planned : plan.suites) {
    if (!planned.not_run.empty()) continue;
    for (const data::Question& question : planned.suite.questions) {
      // Scores are the same every time.
      const int repeats = question.judge == "knowledge" ? 1 : plan.repeats;
      for (int repeat = 0; repeat < repeats; ++repeat) {
        plan.asks.push_back({&question, &planned.condition, repeat});
        for (const data::Condition& condition : planned.further) {
          plan.asks.push_back({&question, &condition, repeat});
        }
      }
    }
  }
  if (plan.asks.empty() && plan.suites.empty()) {
    fail_usage("nothing to ask: name a suite (`candor suites`) or a --suite-file");
  }
  return plan;
}

void refuse_equal_samples(const Plan& plan) {
  for (const Ask& ask : plan.asks) {
    if (ask.repeat == 0 || ask.condition->sampling.temperature > 0) continue;
    fail_usage(
        "suite {}: --repeats (or --samples) {} needs a --temperature above 0: at 0 every sample of "
        "a question is the same answer",
        ask.question->suite, plan.repeats);
  }
}

void refuse_several_conditions(const PlanOptions& options, const std::string& command) {
  const auto refuse = [&](const std::vector<std::string>& values, const char* option) {
    if (values.size() > 1) {
      fail_usage("{}: {} is given {} times: one condition a run, run it once for each and compare",
                 command, option, values.size());
    }
  };
  refuse(options.thinkings, "--thinking");
  refuse(options.systems, "--system");
  refuse(options.answer_languages, "--answer-language");
}

std::string plan_text(const Plan& plan) {
  std::string text;
  std::size_t samples = 0;
  std::size_t tokens = 0;
  for (const PlannedSuite& planned : plan.suites) {
    const suites::SuiteInfo& info = planned.suite.info;
    if (!planned.not_run.empty()) {
      text += fmt::format("{}: not run: {}\n", info.name, planned.not_run);
      continue;
    }
    const std::size_t conditions = 1 + planned.further.size();
    std::size_t here = 0;
    std::size_t limit = 0;
    for (const Ask& ask : plan.asks) {
      if (ask.question->suite != info.name) continue;
      ++here;
      limit += static_cast<std::size_t>(
          ask.question->judge == "knowledge" ? 0 : ask.condition->sampling.max_tokens);
    }
    samples += here;
    tokens += limit;
    text += fmt::format("{}: {} questions", info.name, planned.suite.questions.size());
    if (conditions > 1) text += fmt::format(" under {} conditions", conditions);
    if (limit == 0) {
      text += fmt::format(", {} scored, none generated\n", here);
    } else {
      text += fmt::format(", {} answers, at most {} tokens each\n", here,
                          planned.condition.sampling.max_tokens);
    }
  }
  if (plan.suites.size() > 1 || plan.repeats > 1) {
    text += fmt::format("in all {} samples and at most {} tokens to generate\n", samples, tokens);
  }
  return text;
}

void describe_plan(const Plan& plan, data::Manifest& manifest) {
  manifest.seed = plan.seed;
  manifest.repeats = plan.repeats;
  if (plan.protocol) {
    manifest.protocol = plan.protocol->name();
    manifest.protocol_version = plan.protocol->version();
    manifest.protocol_sha256 = plan.protocol->sha256();
  }
  manifest.suites.clear();
  manifest.condition_hashes.clear();
  for (const PlannedSuite& planned : plan.suites) {
    manifest.suites.push_back({planned.suite.info.name, planned.suite.hash(),
                               planned.suite.info.version, planned.suite.questions.size(),
                               planned.not_run});
    manifest.condition_hashes.push_back(planned.condition.hash());
    for (const data::Condition& condition : planned.further) {
      manifest.condition_hashes.push_back(condition.hash());
    }
  }
  std::vector<std::string> keys;
  for (const Ask& ask : plan.asks) {
    keys.push_back(
        fmt::format("{}:{}:{}", ask.question->hash(), ask.condition->hash(), ask.repeat));
  }
  std::sort(keys.begin(), keys.end());
  data::Sha256 hash;
  for (const std::string& key : keys) hash.update(key + "\n");
  manifest.sample_set = hash.hex();
}

}  // namespace candor::runner
