#include "reports/run_data.h"

#include <algorithm>

namespace candor::reports {

namespace {

constexpr const char* kScored = "knowledge";  // the judge and the suite of texts that are scored

}  // namespace

RunData load_run(data::StoreReader& store, const std::string& run_id) {
  RunData data;
  data.run = store.run(run_id);
  store.samples(data.run.id, [&](const data::SampleRow& row) {
    const data::Generation& generation = row.generation;
    Sample sample;
    sample.question = row.question;
    sample.key = generation.sample;
    sample.reasoning = generation.reasoning;
    sample.answer = generation.answer;
    sample.reasoning_closed = generation.reasoning_closed;
    sample.finish = generation.finish;
    sample.error = generation.error;
    sample.tokens = generation.tokens.size();
    sample.seconds = generation.seconds;
    for (const data::Verdict& verdict : row.verdicts) {
      if (verdict.judge != row.question.judge) continue;
      sample.verdict = verdict;
      // The largest version named, so that the answer does not hang on the order of samples.
      std::string& version = data.judges[verdict.judge];
      if (version < verdict.version) version = verdict.version;
    }
    const bool scored = row.question.judge == kScored;
    if (!scored) data.conditions.try_emplace(sample.key.condition_hash, row.condition);
    (scored ? data.knowledge : data.samples).push_back(std::move(sample));
  });
  return data;
}

bool is_replay(const data::Manifest& manifest) { return manifest.precision == "replay"; }

bool settings_known(const data::Manifest& manifest, const data::Condition& condition) {
  if (condition.is_unknown()) return false;
  if (!is_replay(manifest)) return true;
  // Several samples of the likeliest token are one: such a suite's own condition was never asked.
  if (manifest.repeats > 1 && condition.sampling.temperature == 0) return false;
  return condition.hash() != data::Condition().hash();
}

boost::json::value settings_json(const data::Manifest& manifest, const data::Condition& condition) {
  if (!settings_known(manifest, condition)) return nullptr;
  return to_json(condition);
}

bool is_audit(const data::Question& question) { return question.judge == "audit"; }

bool has_right_answer(const data::Question& question) {
  return !is_audit(question) && question.judge != "panel";
}

std::string pair_key(const data::Question& question) {
  return question.suite + '\n' + (question.pair.empty() ? question.id : question.pair);
}

boost::json::value protocol_json(const data::Manifest& manifest) {
  if (manifest.protocol.empty()) return nullptr;
  return boost::json::object{{"name", manifest.protocol},
                             {"version", manifest.protocol_version},
                             {"sha256", manifest.protocol_sha256}};
}

std::string protocol_text(const boost::json::value& protocol) {
  if (protocol.is_null()) return "none: each suite in its own way";
  const auto field = [&](const char* key) {
    return boost::json::value_to<std::string>(protocol.at(key));
  };
  // Runs of before the version was kept have its hash alone.
  const std::string version = field("version").empty() ? "" : ", version " + field("version");
  return field("name") + version + ", SHA-256 " + field("sha256");
}

std::size_t planned_answers(const RunData& data) {
  const data::Manifest& manifest = data.run.manifest;
  if (manifest.precision == "replay") return data.samples.size();
  // The manifest lists the conditions of one suite after the other: one of the scored suite, and of
  // the others equally many (several only where all is of the audit).
  std::size_t questions = 0;
  std::size_t suites = 0;
  std::size_t hashes = manifest.condition_hashes.size();
  for (const data::SuiteUse& suite : manifest.suites) {
    if (suite.name == kScored) {
      hashes -= std::min<std::size_t>(hashes, 1);
      continue;
    }
    ++suites;
    if (suite.not_run.empty()) questions += suite.questions;
  }
  const std::size_t conditions = suites == 0 ? 1 : std::max<std::size_t>(1, hashes / suites);
  return questions * conditions * static_cast<std::size_t>(std::max(1, manifest.repeats));
}

boost::json::object run_json(const RunData& data) {
  const data::Manifest& manifest = data.run.manifest;
  return boost::json::object{{"id", data.run.id},
                             {"status", data.run.status},
                             {"created", data.run.created_utc},
                             {"finished", data.run.finished_utc},
                             {"model", manifest.model_name},
                             {"model_sha256", manifest.model_sha256},
                             {"precision", manifest.precision},
                             {"seed", manifest.seed},
                             {"repeats", manifest.repeats},
                             {"planned", planned_answers(data)},
                             {"plan_hash", manifest.plan_hash()},
                             {"protocol", protocol_json(manifest)},
                             {"engine_version", manifest.engine_version}};
}

}  // namespace candor::reports
