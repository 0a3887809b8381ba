#include "data/store/schema.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "data/base/error.h"

namespace candor::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSchema =
#include "data/store/schema.sql"
    ;
constexpr const char* kSchema2 =
#include "data/store/schema_2.sql"
    ;

// The database header, sqlite.org/fileformat2.html section 1.3.
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;
constexpr std::string_view kMagic("SQLite format 3\0", 16);

std::uint32_t big_endian(const std::array<char, kHeaderBytes>& header, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(header[at + i]);
  return value;
}

void refuse_newer(const fs::path& path, std::int64_t version) {
  if (version <= kSchemaVersion) return;
  fail(
      "{}: its schema is version {}, this program knows {}: use a newer Candor for this store, or "
      "choose another one with --store",
      path.string(), version, kSchemaVersion);
}

// A rename survives a power cut only once its folder is on disk.
void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done) fail("{}: cannot be flushed to disk: {}", folder.string(), std::strerror(reason));
}

std::map<std::string, std::string> objects(const Database& database) {
  Statement list(database, "SELECT type, name, coalesce(sql, '') FROM sqlite_schema");
  std::map<std::string, std::string> found;
  while (list.step()) found[list.bytes(0) + " " + list.bytes(1)] = list.bytes(2);
  return found;
}

}  // namespace

std::span<const Migration> migrations() {
  static constexpr std::array kSteps = {Migration{2, kSchema2}};
  return kSteps;
}

void check_header(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    fail("{}: there is no store: run something first, or name one with --store", path.string());
  }
  if (!fs::is_regular_file(status)) {
    fail("{}: is not a file: name a database file with --store", path.string());
  }
  std::array<char, kHeaderBytes> header{};
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("{}: cannot be read: {}", path.string(), std::strerror(errno));
  file.read(header.data(), kHeaderBytes);
  const auto size = static_cast<std::size_t>(file.gcount());
  if (size < kHeaderBytes || std::string_view(header.data(), kMagic.size()) != kMagic) {
    fail("{}: is not a database ({}): choose another store with --store", path.string(),
         size == 0 ? "the file is empty" : "it does not begin as an SQLite file does");
  }
  const std::uint32_t id = big_endian(header, kApplicationIdAt);
  if (id != kApplicationId) {
    fail(
        "{}: is a database of another program (application id {:#010x}, Candor's is {:#010x}): "
        "choose another store with --store",
        path.string(), id, kApplicationId);
  }
  refuse_newer(path, big_endian(header, kUserVersionAt));
}

void create_database(const fs::path& path) {
  for (const char* suffix : {"-wal", "-journal"}) {
    // SQLite would take a log left by another database for this one's and replay it.
    if (fs::exists(path.string() + suffix)) {
      fail("{}{}: a log without its database is here: put the database back, or move the log away",
           path.string(), suffix);
    }
  }
  const fs::path fresh = path.string() + ".new";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(fresh.string() + suffix);
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    fail("{}: cannot be created: {}: the store's folder must be writable", fresh.string(),
         std::strerror(errno));
  }
  ::close(descriptor);
  {
    Database database(fresh, Access::kWrite);
    database.run("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
    database.run(kSchema);
    for (const Migration& step : migrations()) database.run(step.sql);
    database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT",
                             kApplicationId, kSchemaVersion)
                     .c_str());
  }
  fs::rename(fresh, path);
  sync_folder(path.parent_path());
}

void migrate(Database& database, std::span<const Migration> steps) {
  const auto version = static_cast<int>(database.integer("PRAGMA user_version"));
  const int newest = steps.empty() ? version : steps.back().to;
  if (version >= newest) return;
  const std::string backup = fmt::format("{}.schema-{}.backup", database.path().string(), version);
  fs::remove(backup);
  Statement(database, "VACUUM INTO ?").bind(1, backup).execute();
  Transaction transaction(database, "BEGIN IMMEDIATE");
  for (const Migration& step : steps) {
    if (step.to <= version) continue;
    database.run(step.sql);
    database.run(fmt::format("PRAGMA user_version = {}", step.to).c_str());
  }
  transaction.commit();
}

void check_schema(Database& database) {
  const std::int64_t version = database.integer("PRAGMA user_version");
  refuse_newer(database.path(), version);
  if (version < 1) {
    fail("{}: its schema is version {}, which no program of ours wrote (this one's is {})",
         database.path().string(), version, kSchemaVersion);
  }
  Database reference({}, Access::kCreate);
  reference.run(kSchema);
  for (const Migration& step : migrations()) {
    if (step.to <= version) reference.run(step.sql);
  }
  const std::map<std::string, std::string> found = objects(database);
  for (const auto& [name, sql] : objects(reference)) {
    const auto there = found.find(name);
    if (there != found.end() && there->second == sql) continue;
    fail("{}: its {} {} schema version {}: the file was changed by another program; use a backup",
         database.path().string(), name,
         there == found.end() ? "is missing from" : "is not that of", version);
  }
  for (const auto& [name, sql] : found) {
    if (name.starts_with("trigger ")) {
      fail("{}: holds a {}, which no store of ours does: the file was changed by another program",
           database.path().string(), name);
    }
  }
}

}  // namespace candor::data
