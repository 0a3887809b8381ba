// The one database: runs, questions, conditions, generations, verdicts. SQLite in WAL mode with
// synchronous=FULL; schema in data/store/schema.sql, described in data/store/README.md. One writer
// at a time (a lock file beside the database names its process); readers never block.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/records/condition.h"
#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/run.h"
#include "data/records/verdict.h"

namespace candor::data {

// `--store`, else $CANDOR_STORE, else ${XDG_DATA_HOME:-~/.local/share}/candor/candor.db.
std::filesystem::path default_store_path();

// Everything about one sample of a run, for reports and for scoring again.
struct SampleRow {
  std::int64_t generation_id = 0;
  Question question;
  Condition condition;
  Generation generation;          // `prompt_tokens`, `tokens`, `log_probabilities` are filled
  std::vector<Verdict> verdicts;  // the newest of each judge
};

class StoreReader {
 public:
  // Read-only; Error when the file is missing, not ours (application id) or of a newer schema.
  static std::unique_ptr<StoreReader> open(const std::filesystem::path& path);
  virtual ~StoreReader() = default;

  virtual std::vector<Run> runs() = 0;  // newest first
  // A full id, a unique beginning of one, or "latest". Error naming what there is.
  virtual Run run(const std::string& id) = 0;
  virtual std::int64_t generations_stored(const std::string& run_id) = 0;
  // In the order of suite, question id, condition, repeat.
  virtual void samples(const std::string& run_id,
                       const std::function<void(const SampleRow&)>& visit) = 0;
};

class StoreWriter {
 public:
  // Creates the file and its folders when missing; migrates an older schema in one transaction.
  // Error: "in use by process N" when another writer holds it, read-only folder, newer schema.
  static std::unique_ptr<StoreWriter> open(const std::filesystem::path& path);
  virtual ~StoreWriter() = default;

  // The unfinished run of the same plan, if there is one.
  virtual std::optional<Run> unfinished(const std::string& plan_hash) = 0;
  virtual Run start(const Manifest& manifest) = 0;  // a new run, status "running"
  virtual void set_status(const std::string& run_id, const std::string& status) = 0;

  virtual void put(const Question& question) = 0;  // by hash, once
  virtual void put(const Condition& condition) = 0;
  // Which samples of the run are stored already, as "question:condition:repeat".
  virtual std::vector<SampleKey> stored(const std::string& run_id) = 0;
  // What was answered to a sample of the run; none: it is not stored.
  virtual std::optional<Generation> generation(const std::string& run_id,
                                               const SampleKey& sample) = 0;
  // Mean number of tokens of the stored answers to each question (by hash), all runs together.
  virtual std::map<std::string, double> answer_lengths() = 0;
  // Committed when it returns. Returns the generation's id. A sample stored twice is an Error.
  virtual std::int64_t put(const std::string& run_id, const Generation& generation) = 0;
  // The newest verdict of a judge counts, older ones stay; the newest one again changes nothing.
  virtual void put(std::int64_t generation_id, const Verdict& verdict) = 0;
  // Generations of the run that lack a verdict of their question's judge; with `judge` and
  // `version`, those that lack a verdict of that judge at that version. The visitor may put
  // verdicts.
  virtual void unjudged(const std::string& run_id,
                        const std::function<void(const SampleRow&)>& visit) = 0;
  virtual void unjudged(const std::string& run_id, const std::string& judge,
                        const std::string& version,
                        const std::function<void(const SampleRow&)>& visit) = 0;
  // One transaction around many puts: what is inside is committed together when it returns, or not
  // at all when `body` throws. May be called from any thread; writers' calls are serialised.
  virtual void batch(const std::function<void()>& body) = 0;
};

}  // namespace candor::data
