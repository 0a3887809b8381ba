#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <mutex>
#include <random>

#include "data/base/error.h"
#include "data/store/exact_json.h"
#include "data/store/lock_file.h"
#include "data/store/rows.h"
#include "data/store/schema.h"
#include "data/store/store.h"

namespace candor::data {

namespace fs = std::filesystem;

namespace {

constexpr int kWriterWaitMs = 5000;

std::string utc(const char* format) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts = {};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, format, &parts);
  return std::string(text, size);
}

// The folders are private to the user: prompts and answers may be confidential.
void make_folders(const fs::path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  make_folders(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    fail("{}: cannot be created: {}: choose another store with --store", folder.string(),
         std::strerror(errno));
  }
}

// Links are followed, so that two names of one database share one lock.
fs::path prepare(const fs::path& path) {
  const fs::path whole = fs::weakly_canonical(fs::absolute(path));
  make_folders(whole.parent_path());
  return whole;
}

class Writer final : public StoreWriter {
 public:
  explicit Writer(const fs::path& path)
      : lock_(path.string() + ".lock", kWriterWaitMs), database_(open_database(path)) {}

  std::optional<Run> unfinished(const std::string& plan_hash) override {
    const std::lock_guard hold(mutex_);
    std::vector<Run> found = read_runs(
        database_, "WHERE plan_hash = ? AND status <> 'finished' ORDER BY number DESC LIMIT 1",
        plan_hash);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  }

  Run start(const Manifest& manifest) override {
    const std::lock_guard hold(mutex_);
    Run run;
    run.manifest = manifest;
    run.status = "running";
    run.created_utc = utc("%Y-%m-%dT%H:%M:%SZ");
    const std::string text = serialize_exact(to_json(manifest), "manifest");
    const std::string plan = manifest.plan_hash();
    Statement insert(database_,
                     "INSERT INTO runs (id, plan_hash, status, created_utc, finished_utc, manifest)"
                     " VALUES (?, ?, 'running', ?, '', ?) ON CONFLICT (id) DO NOTHING");
    std::random_device random;
    do {
      run.id = utc("%Y%m%d-%H%M%S") + fmt::format("-{:04x}", random() & 0xffffU);
      insert.reset();
      insert.bind(1, run.id).bind(2, plan).bind(3, run.created_utc).bind(4, text);
      execute(insert);
    } while (sqlite3_changes(database_.handle()) == 0);
    return run;
  }

  void set_status(const std::string& run_id, const std::string& status) override {
    const std::lock_guard hold(mutex_);
    const std::int64_t number = run_number(database_, run_id);
    if (status != "running" && status != "interrupted" && status != "finished") {
      fail("run {}: \"{}\" is no status of a run", run_id, status);
    }
    const std::string finished = status == "finished" ? utc("%Y-%m-%dT%H:%M:%SZ") : "";
    Statement update(database_,
                     "UPDATE runs SET status = ?, finished_utc = ?"
                     " WHERE number = ? AND status <> 'finished'");
    update.bind(1, status).bind(2, finished).bind(3, number);
    execute(update);
    if (sqlite3_changes(database_.handle()) == 0 && status != "finished") {
      fail("run {}: is finished and stays so", run_id);
    }
  }

  void put(const Question& question) override {
    const std::lock_guard hold(mutex_);
    usable();
    insert_question(database_, question);
  }

  void put(const Condition& condition) override {
    const std::lock_guard hold(mutex_);
    usable();
    insert_condition(database_, condition);
  }

  std::vector<SampleKey> stored(const std::string& run_id) override {
    const std::lock_guard hold(mutex_);
    Statement list(database_,
                   "SELECT q.hash, c.hash, g.repeat FROM generations AS g"
                   " JOIN questions AS q ON q.number = g.question"
                   " JOIN conditions AS c ON c.number = g.condition WHERE g.run = ? ORDER BY g.id");
    list.bind(1, run_number(database_, run_id));
    std::vector<SampleKey> keys;
    while (list.step()) {
      keys.push_back({list.bytes(0), list.bytes(1), static_cast<int>(list.integer(2))});
    }
    return keys;
  }

  std::optional<Generation> generation(const std::string& run_id,
                                       const SampleKey& sample) override {
    const std::lock_guard hold(mutex_);
    Statement find(database_,
                   "SELECT g.id FROM generations AS g JOIN questions AS q ON q.number = g.question"
                   " JOIN conditions AS c ON c.number = g.condition"
                   " WHERE g.run = ? AND q.hash = ? AND c.hash = ? AND g.repeat = ?");
    find.bind(1, run_number(database_, run_id))
        .bind(2, sample.question_hash)
        .bind(3, sample.condition_hash)
        .bind(4, sample.repeat);
    if (!find.step()) return std::nullopt;
    return SampleRows(database_).read(find.integer(0)).generation;
  }

  std::map<std::string, double> answer_lengths() override {
    const std::lock_guard hold(mutex_);
    Statement list(database_,
                   "SELECT q.hash, avg(length(g.tokens) / 4.0) FROM generations AS g"
                   " JOIN questions AS q ON q.number = g.question"
                   " WHERE g.finish IN ('stop', 'length') GROUP BY q.hash");
    std::map<std::string, double> lengths;
    while (list.step()) lengths.emplace(list.bytes(0), list.real(1));
    return lengths;
  }

  std::int64_t put(const std::string& run_id, const Generation& generation) override {
    const std::lock_guard hold(mutex_);
    const SampleKey& sample = generation.sample;
    const std::int64_t run = run_number(database_, run_id);
    const std::int64_t question = number_of("questions", sample.question_hash);
    const std::int64_t condition = number_of("conditions", sample.condition_hash);
    if (!std::isfinite(generation.seconds)) {
      fail("run {}: question {}: the time it took is not a finite number", run_id,
           sample.question_hash);
    }
    const std::string prompt_tokens = pack(generation.prompt_tokens);
    const std::string tokens = pack(generation.tokens);
    const std::string log_probabilities = pack(generation.log_probabilities);
    const std::string check = digest(run, generation);
    Statement insert(database_,
                     "INSERT INTO generations (run, question, condition, repeat, prompt, reasoning,"
                     " answer, reasoning_closed, finish, delivery, error, prompt_tokens, tokens,"
                     " log_probabilities, seconds, digest)"
                     " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                     " ON CONFLICT (run, question, condition, repeat) DO NOTHING");
    insert.bind(1, run)
        .bind(2, question)
        .bind(3, condition)
        .bind(4, sample.repeat)
        .bind(5, generation.prompt)
        .bind(6, generation.reasoning)
        .bind(7, generation.answer)
        .bind(8, generation.reasoning_closed ? 1 : 0)
        .bind(9, name(generation.finish))
        .bind(10, generation.delivery)
        .bind(11, generation.error)
        .bind_blob(12, prompt_tokens)
        .bind_blob(13, tokens)
        .bind_blob(14, log_probabilities)
        .bind(15, generation.seconds)
        .bind(16, check);
    execute(insert);
    if (sqlite3_changes(database_.handle()) == 0) {
      fail(
          "run {}: question {}, condition {}, repeat {} is stored already: an answer is never"
          " replaced",
          run_id, sample.question_hash, sample.condition_hash, sample.repeat);
    }
    return database_.last_row();
  }

  void put(std::int64_t generation_id, const Verdict& verdict) override {
    const std::lock_guard hold(mutex_);
    if (verdict.value && !std::isfinite(*verdict.value)) {
      fail("verdict of {} on generation {}: its value is not a finite number", verdict.judge,
           generation_id);
    }
    const std::string where =
        fmt::format("verdict of {} on generation {}", verdict.judge, generation_id);
    const std::string parts = serialize_exact(verdict.parts, where);
    const std::string spans = serialize_exact(to_json(verdict.spans), where);
    const std::string check = digest(generation_id, verdict);
    // The same finding again is not a newer one.
    if (newest_digest(database_, generation_id, verdict.judge) == check) return;
    Statement insert(database_,
                     "INSERT INTO verdicts (generation, judge, version, outcome, truncated, value,"
                     " extracted, reason, delivery, content, parts, spans, digest)"
                     " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(1, generation_id)
        .bind(2, verdict.judge)
        .bind(3, verdict.version)
        .bind(4, name(verdict.outcome))
        .bind(5, verdict.truncated ? 1 : 0)
        .bind(7, verdict.extracted)
        .bind(8, verdict.reason)
        .bind(9, verdict.delivery)
        .bind(10, verdict.content)
        .bind(11, parts)
        .bind(12, spans)
        .bind(13, check);
    if (verdict.value) {
      insert.bind(6, *verdict.value);
    } else {
      insert.bind_null(6);
    }
    execute(insert);
  }

  void unjudged(const std::string& run_id,
                const std::function<void(const SampleRow&)>& visit) override {
    visit_each(run_id, Which::kLackOwnJudge, "", "", visit);
  }

  void unjudged(const std::string& run_id, const std::string& judge, const std::string& version,
                const std::function<void(const SampleRow&)>& visit) override {
    visit_each(run_id, Which::kLackJudge, judge, version, visit);
  }

  void batch(const std::function<void()>& body) override {
    const std::lock_guard hold(mutex_);
    usable();
    Transaction together(database_, "BEGIN IMMEDIATE");
    body();
    try {
      together.commit();
    } catch (...) {
      broken_ = true;
      throw;
    }
  }

 private:
  // A function of its own: its statement must be gone before a migration copies the file.
  static void check_pages(Database& database, const fs::path& path) {
    Statement check(database, "PRAGMA quick_check(1)");
    if (check.step() && check.bytes(0) != "ok") {
      fail(
          "{}: the file is damaged ({}): use a backup, or save what can be read with"
          " `sqlite3 FILE .recover`",
          path.string(), check.bytes(0));
    }
  }

  static Database open_database(const fs::path& path) {
    if (!fs::exists(path)) create_database(path);
    check_header(path);
    if (::access(path.c_str(), W_OK) != 0) {
      fail("{}: cannot be written: {}: choose another store with --store", path.string(),
           std::strerror(errno));
    }
    Database database(path, Access::kWrite);
    // FULL: a commit is on the disk when it returns, and survives a power cut.
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    check_pages(database, path);
    migrate(database, migrations());
    check_schema(database);
    return database;
  }

  void visit_each(const std::string& run_id, Which which, const std::string& judge,
                  const std::string& version, const std::function<void(const SampleRow&)>& visit) {
    const std::lock_guard hold(mutex_);
    SampleRows rows(database_);
    // The list first: the visitor may store verdicts, which must not change what is visited.
    for (const std::int64_t id :
         generation_ids(database_, run_number(database_, run_id), which, judge, version)) {
      visit(rows.read(id));
    }
  }

  std::int64_t number_of(const char* table, const std::string& hash) {
    Statement find(database_, fmt::format("SELECT number FROM {} WHERE hash = ?", table));
    find.bind(1, hash);
    if (!find.step()) {
      fail("{}: no {} with hash {}: store it before its generations", database_.path().string(),
           std::string_view(table).substr(0, std::string_view(table).size() - 1), hash);
    }
    return find.integer(0);
  }

  void usable() const {
    if (!broken_) return;
    fail("{}: an earlier write failed; what was acknowledged is kept: give the same command again",
         database_.path().string());
  }

  // After a failed write or flush nothing may be assumed about the pages in memory: this writer
  // takes no more, a new one reads what is really on the disk.
  void execute(Statement& statement) {
    usable();
    const int code = statement.try_step();
    if (code == SQLITE_DONE) {
      statement.reset();
      return;
    }
    const int primary = code & 0xff;
    broken_ = primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
    database_.fail_with(code, "writing to the store");
  }

  LockFile lock_;
  Database database_;
  std::recursive_mutex mutex_;  // a batch's body puts from within
  bool broken_ = false;
};

}  // namespace

std::unique_ptr<StoreWriter> StoreWriter::open(const fs::path& path) {
  return std::make_unique<Writer>(prepare(path));
}

}  // namespace candor::data
