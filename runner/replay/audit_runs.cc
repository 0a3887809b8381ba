#include "runner/replay/audit_runs.h"

#include <algorithm>
#include <limits>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/records/delivery.h"
#include "data/text/unicode.h"
#include "scoring/audit/audit.h"
#include "scoring/audit/delivery.h"
#include "scoring/knowledge/knowledge.h"
#include "suites/suites.h"

namespace candor::runner {

namespace {

constexpr const char* kSuite = "replay";  // of questions that are none of the bank
constexpr const char* kVersion = "1";     // of the way such questions are made
constexpr const char* kBank = "probes";   // of a probe without the name of its suite

// "probes/LEADERS-01/en" -> "probes" and "LEADERS-01".
struct ProbeName {
  std::string suite = kBank;
  std::string id;
  std::string language;  // empty: the name has none
};

ProbeName probe_name(std::string_view written) {
  ProbeName name;
  for (const std::string suite : {"probes", "seed-probes", "knowledge"}) {
    if (written.starts_with(suite + "/")) {
      name.suite = suite;
      written.remove_prefix(suite.size() + 1);
      break;
    }
  }
  for (const std::string_view language : {"en", "zh", "zh-Hant"}) {
    if (written.ends_with("/" + std::string(language))) {
      name.language = language;
      written.remove_suffix(language.size() + 1);
      break;
    }
  }
  name.id = written;
  return name;
}

// Of a session with a chat service the store keeps what was delivered and how, so that the answer
// can be judged again without the session.
void deliver(const AuditRow& row, const data::Question& question, data::Generation& generation) {
  if (!row.shown && !row.sent) return;
  scoring::DeliveryInput input;
  input.question = question.messages.back().content;
  input.answer = row.answer;
  input.language = row.language;
  if (row.shown) input.shown = *row.shown;
  if (row.sent) input.sent = *row.sent;
  input.truncated = row.finish == data::FinishReason::kLength;
  const scoring::Delivery delivery = scoring::find_delivery(input);
  if (!delivery.field.empty()) {
    generation.answer = std::string(delivery.text);
    return;
  }
  generation.answer = row.shown.value_or(row.sent.value_or(""));
  if (data::is_known_delivery(delivery.name)) generation.delivery = delivery.name;
}

data::Generation generation_of(const AuditRow& row, const data::Question& question,
                               const std::string& condition_hash) {
  data::Generation generation;
  generation.sample = {question.hash(), condition_hash, row.repeat};
  generation.prompt = row.prompt.empty() ? question.messages.back().content : row.prompt;
  generation.tokens = row.tokens;
  generation.log_probabilities = row.log_probabilities;
  generation.reasoning = row.reasoning;
  generation.answer = row.answer;
  generation.reasoning_closed = row.reasoning_closed;
  generation.finish = row.finish;
  generation.error = row.error;
  generation.delivery = row.asked.delivery;
  deliver(row, question, generation);
  return generation;
}

const data::Condition& condition_of(const AuditRun& run, const data::Generation& generation) {
  const auto found = std::find_if(run.conditions.begin(), run.conditions.end(),
                                  [&](const AuditCondition& condition) {
                                    return condition.hash == generation.sample.condition_hash;
                                  });
  return found->condition;  // `add` put it there
}

// Rows that do not say their condition's number stand behind those that do.
int place_of(const AuditCondition& condition) {
  return condition.number > 0 ? condition.number : std::numeric_limits<int>::max();
}

data::Verdict judged(const data::Question& question, const data::Generation& generation,
                     const data::Condition& condition) {
  if (question.judge == "knowledge") return scoring::judge_knowledge(question, generation);
  return scoring::judge_audit(question, generation, condition.answer_language);
}

data::Manifest manifest_of(const AuditRun& run, const AuditSource& source) {
  data::Manifest manifest;
  manifest.model_name = run.model;
  manifest.model_sha256 = source.file_sha256;
  manifest.model_path = source.file;
  manifest.reasoning = "think";
  manifest.precision = "replay";
  manifest.engine_version = std::string("replay ") + CANDOR_VERSION;
  manifest.device = "none: answers made elsewhere";
  manifest.command = source.command;
  manifest.seed = 1;
  if (!run.group.empty()) manifest.notices.push_back("group: " + run.group);
  std::map<std::string, std::map<std::string, const data::Question*>> suites;  // by id and hash
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < run.questions.size(); ++i) {
    const data::Question& question = *run.questions[i];
    const data::SampleKey& key = run.generations[i].sample;
    suites[question.suite].emplace(question.id + '\n' + key.question_hash, &question);
    keys.push_back(fmt::format("{}:{}:{}", key.question_hash, key.condition_hash, key.repeat));
    manifest.repeats = std::max(manifest.repeats, key.repeat + 1);
  }
  for (const auto& [name, questions] : suites) {
    data::Sha256 hash;
    for (const auto& [key, question] : questions) hash.update(key.substr(key.find('\n') + 1));
    manifest.suites.push_back({name, hash.hex(), kVersion, questions.size(), ""});
  }
  for (const AuditCondition& condition : run.conditions) {
    manifest.condition_hashes.push_back(condition.hash);
  }
  std::sort(keys.begin(), keys.end());
  data::Sha256 hash;
  for (const std::string& key : keys) hash.update(key + "\n");
  manifest.sample_set = hash.hex();
  return manifest;
}

}  // namespace

AuditRuns::AuditRuns(std::vector<AuditRow> rows, const std::string& unnamed,
                     std::vector<std::string>& errors) {
  // A bank that cannot be read is no matter of a row.
  for (const AuditRow& row : rows) {
    if (!row.probe.empty()) load_bank(probe_name(row.probe).suite);
  }
  for (AuditRow& row : rows) {
    try {
      add(row, unnamed);
    } catch (const Error& error) {
      errors.emplace_back(error.what());
    }
  }
  for (AuditRun& run : runs_) {
    std::stable_sort(
        run.conditions.begin(), run.conditions.end(),
        [](const AuditCondition& a, const AuditCondition& b) { return place_of(a) < place_of(b); });
  }
}

void AuditRuns::load_bank(const std::string& suite) {
  const auto [bank, unread] = banks_.try_emplace(suite);
  if (!unread) return;
  for (data::Question& question : suites::load_suite(suite, {}).questions) {
    std::string id = question.id;
    bank->second.emplace(std::move(id), std::move(question));
  }
}

data::Question AuditRuns::bank_question(const AuditRow& row) {
  const ProbeName name = probe_name(row.probe);
  const std::map<std::string, data::Question>& bank = banks_.at(name.suite);
  if (!name.language.empty() && name.language != row.language) {
    fail("{}: field \"probe\": \"{}\" is of the language {}, field \"language\" says {}", row.place,
         row.probe, name.language, row.language);
  }
  const std::string pair = name.suite + "/" + name.id;
  const auto found = bank.find(pair + "/" + row.language);
  if (found == bank.end()) {
    fail("{}: field \"{}\": the bank has no probe \"{}\" (candor suites show {})", row.place,
         row.prompt.empty() ? "probe" : "question", row.probe, name.suite);
  }
  data::Question question = found->second;
  if (!row.question.empty() &&
      data::trimmed(row.question) != data::trimmed(question.messages.back().content)) {
    question.messages.back().content = row.question;  // the answer is to this text
    ++other_words_;
  }
  return question;
}

const data::Question& AuditRuns::question_of(const AuditRow& row) {
  data::Question question;
  if (!row.probe.empty()) {
    question = bank_question(row);
  } else {
    question.suite = kSuite;
    question.language = row.language;
    question.topic = row.topic;
    question.role = "probe";
    question.judge = "audit";
    question.messages = {{"user", row.question}};
    question.pair = row.pair;
    const std::string name =
        row.pair.empty() ? "text-" + data::sha256_hex(row.question).substr(0, 16) : row.pair;
    question.id = name + "/" + row.language;
  }
  std::string hash = question.hash();
  auto& kept = questions_[std::move(hash)];
  if (!kept) kept = std::make_unique<data::Question>(std::move(question));
  return *kept;
}

void AuditRuns::add(AuditRow& row, const std::string& unnamed) {
  const std::string& model = row.model.empty() ? unnamed : row.model;
  if (const auto said = group_place_.find(model); said != group_place_.end()) {
    const std::string& group = runs_[run_of_.at(model)].group;
    if (group != row.group) {
      fail("{}: field \"group\": \"{}\", but model {} is in \"{}\" at {}", row.place, row.group,
           model, group, said->second);
    }
  }
  const data::Question& question = question_of(row);
  const std::string hash = question.hash();
  const std::string id = question.suite + '\n' + question.id;
  const auto [other, first] = asked_.try_emplace(model + '\n' + id, hash, row.place);
  if (other->second.first != hash) {
    fail("{}: question {} of model {} has another text or topic at {}", row.place, question.id,
         model, other->second.second);
  }
  const data::Condition& condition = row.asked.known();
  const std::string condition_hash = condition.hash();
  const auto [twice, fresh] =
      seen_.emplace(std::pair(model + '\n' + id + '\n' + condition_hash, row.repeat), row.place);
  if (!fresh) {
    fail(
        "{}: question {}, repeat {} of model {} is there already, at {}: number several answers to "
        "one question with the field \"repeat\"",
        row.place, question.id, row.repeat, model, twice->second);
  }
  texts_[id].insert(hash);
  const auto [at, added] = run_of_.emplace(model, runs_.size());
  if (added) {
    runs_.push_back({model, row.group, {}, {}, {}});
    group_place_.emplace(model, row.place);
  }
  AuditRun& run = runs_[at->second];
  run.questions.push_back(&question);
  const bool known =
      std::any_of(run.conditions.begin(), run.conditions.end(),
                  [&](const AuditCondition& met) { return met.hash == condition_hash; });
  if (!known) run.conditions.push_back({condition_hash, condition, row.asked.number});
  run.generations.push_back(generation_of(row, question, condition_hash));
}

std::vector<std::string> AuditRuns::notices() const {
  std::vector<std::string> notices;
  if (other_words_ > 0) {
    notices.push_back(fmt::format(
        "{} answers are to a probe in other words than the bank has today: they are judged with "
        "the bank's facts and the words that were asked",
        other_words_));
  }
  const auto several = std::count_if(texts_.begin(), texts_.end(),
                                     [](const auto& text) { return text.second.size() > 1; });
  if (several > 0) {
    notices.push_back(
        fmt::format("{} questions were not put to all models in the same words", several));
  }
  for (const AuditRun& run : runs_) {
    const auto alone =
        std::count_if(run.questions.begin(), run.questions.end(),
                      [](const data::Question* question) { return question->pair.empty(); });
    if (alone > 0) {
      notices.push_back(fmt::format(
          "{} of the {} answers of {} have no field \"pair\" and are in no gap between languages",
          alone, run.questions.size(), run.model));
    }
    if (run.conditions.size() > 1) {
      notices.push_back(fmt::format(
          "{} was asked under {} conditions: the table is of the first, its own page has all",
          run.model, run.conditions.size()));
    }
  }
  return notices;
}

std::string store_audit_run(data::StoreWriter& store, const AuditRun& run,
                            const AuditSource& source) {
  std::vector<data::Verdict> verdicts;
  for (std::size_t i = 0; i < run.questions.size(); ++i) {
    const data::Generation& generation = run.generations[i];
    verdicts.push_back(judged(*run.questions[i], generation, condition_of(run, generation)));
  }
  const data::Manifest manifest = manifest_of(run, source);
  // Stopped between its start and its one transaction, a run is there without answers.
  const std::optional<data::Run> begun = store.unfinished(manifest.plan_hash());
  const std::string id = begun ? begun->id : store.start(manifest).id;
  if (!begun || store.stored(id).empty()) {
    store.batch([&] {
      for (const AuditCondition& condition : run.conditions) store.put(condition.condition);
      for (std::size_t i = 0; i < run.questions.size(); ++i) {
        store.put(*run.questions[i]);
        store.put(store.put(id, run.generations[i]), verdicts[i]);
      }
    });
  }
  store.set_status(id, "finished");
  return id;
}

}  // namespace candor::runner
