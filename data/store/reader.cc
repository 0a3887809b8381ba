#include "data/base/error.h"
#include "data/store/rows.h"
#include "data/store/schema.h"
#include "data/store/store.h"

namespace candor::data {

namespace fs = std::filesystem;

namespace {

class Reader final : public StoreReader {
 public:
  explicit Reader(const fs::path& path) : database_(path, Access::kRead) {
    check_schema(database_);
  }

  std::vector<Run> runs() override { return read_runs(database_, "ORDER BY number DESC", ""); }

  Run run(const std::string& id) override {
    std::vector<Run> all = runs();
    if (all.empty()) fail_usage("{}: holds no run yet", database_.path().string());
    if (id == "latest") return std::move(all.front());
    std::vector<Run> matches;
    for (Run& candidate : all) {
      if (candidate.id == id) return std::move(candidate);
      if (!id.empty() && candidate.id.starts_with(id)) matches.push_back(candidate);
    }
    if (matches.size() == 1) return std::move(matches.front());
    std::string known;
    const std::vector<Run>& shown = matches.empty() ? all : matches;
    for (std::size_t i = 0; i < shown.size() && i < 10; ++i) {
      if (!shown[i].id.empty()) known += (known.empty() ? "" : ", ") + shown[i].id;
    }
    fail_usage("{}: {} run \"{}\": {}: {}", database_.path().string(),
               matches.empty() ? "there is no" : "more than one", id,
               matches.empty() ? "the newest are" : "write more of one of", known);
  }

  std::int64_t generations_stored(const std::string& run_id) override {
    Statement count(database_, "SELECT count(*) FROM generations WHERE run = ?");
    count.bind(1, run_number(database_, run_id));
    count.step();
    return count.integer(0);
  }

  void samples(const std::string& run_id,
               const std::function<void(const SampleRow&)>& visit) override {
    // One transaction: a report of a run that is still growing is of one moment.
    Transaction moment(database_, "BEGIN");
    SampleRows rows(database_);
    for (const std::int64_t id :
         generation_ids(database_, run_number(database_, run_id), Which::kAll, "", "")) {
      visit(rows.read(id));
    }
    moment.commit();
  }

 private:
  Database database_;
};

}  // namespace

fs::path default_store_path() {
  if (const char* named = std::getenv("CANDOR_STORE"); named != nullptr && *named != '\0') {
    return named;
  }
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    return fs::path(data) / "candor" / "candor.db";
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    fail_usage("neither $CANDOR_STORE, $XDG_DATA_HOME nor $HOME is set: name a store with --store");
  }
  return fs::path(home) / ".local" / "share" / "candor" / "candor.db";
}

std::unique_ptr<StoreReader> StoreReader::open(const fs::path& path) {
  check_header(path);
  return std::make_unique<Reader>(fs::canonical(path));
}

}  // namespace candor::data
