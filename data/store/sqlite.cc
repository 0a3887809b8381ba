#include "data/store/sqlite.h"

#include "data/base/error.h"
#include "data/store/lock_file.h"

namespace candor::data {

namespace {

constexpr int kLockWaitMs = 5000;
constexpr int kMaxLengthBytes = 512 << 20;  // of one text or row: a damaged file may claim more
constexpr int kMaxColumns = 64;

// A file URI, so that a name with '?' or '%' is a name and nothing else.
std::string uri(const std::filesystem::path& path, const char* query) {
  std::string text = "file:";
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x21 || byte > 0x7e || c == '%' || c == '?' || c == '#') {
      text += fmt::format("%{:02x}", byte);
    } else {
      text += c;
    }
  }
  return text + query;
}

// A reader may meet a store on read-only media, where SQLite can make no shared-memory file. With
// no write-ahead log beside it the file is complete and nobody can be writing it.
bool is_still(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path.string() + "-wal", error);
  return error || size == 0;
}

}  // namespace

Database::Database(const std::filesystem::path& path, Access access) : path_(path) {
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE |
                    (access == Access::kRead    ? SQLITE_OPEN_READONLY
                     : access == Access::kWrite ? SQLITE_OPEN_READWRITE
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const auto open = [&](const char* query) {
    sqlite3* handle = nullptr;
    const std::string name = path.empty() ? ":memory:" : uri(path, query);
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) fail_with(code, "opening the store");
    sqlite3_busy_timeout(handle, kLockWaitMs);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kMaxLengthBytes);
    sqlite3_limit(handle, SQLITE_LIMIT_COLUMN, kMaxColumns);
    // One: the copy that is made before a migration attaches its target.
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, access == Access::kRead ? 0 : 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    // The schema is read by the first statement, which is when an unreadable file shows.
    return sqlite3_exec(handle, "PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema",
                        nullptr, nullptr, nullptr);
  };
  int code = open("");
  const int primary = code & 0xff;
  if (access == Access::kRead && is_still(path) &&
      (primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY)) {
    code = open("?immutable=1");
  }
  if (code != SQLITE_OK) fail_with(code, "opening the store");
}

void Database::run(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_with(code, "using the store");
}

std::int64_t Database::integer(const char* sql) {
  Statement statement(*this, sql);
  statement.step();
  return statement.integer(0);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle()); }

void Database::fail_with(int code, std::string_view doing) const {
  const std::string file = path_.empty() ? "(memory)" : path_.string();
  const std::string what = handle_ ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: {
      const long holder = database_lock_holder(path_);
      fail("{}: {}: in use by {}: wait until it has finished, or end it", file, doing,
           holder > 0 ? fmt::format("process {}", holder) : "another process");
    }
    case SQLITE_FULL:
      fail(
          "{}: {}: no space left on the disk; nothing that was stored is lost: free some space and "
          "give the same command again",
          file, doing);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      fail("{}: {}: {}: check that the file and its folder may be read and written", file, doing,
           what);
    case SQLITE_IOERR:
      fail(
          "{}: {}: the disk reports an error ({}); what was acknowledged before is kept, check the "
          "disk before going on",
          file, doing, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      fail(
          "{}: {}: the file is damaged ({}): use a backup, or save what can be read with "
          "`sqlite3 FILE .recover`",
          file, doing, what);
    default:
      fail("{}: {}: {} (SQLite {})", file, doing, what, code);
  }
}

Statement::Statement(const Database& database, std::string_view sql) : database_(database) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) database.fail_with(code, "reading the store");
}

Statement& Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL; an empty text is a text.
  const char* data = text.data() == nullptr ? "" : text.data();
  const int code =
      sqlite3_bind_text64(handle_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail_with(code, "storing a text");
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), index, value);
  return *this;
}

Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(handle_.get(), index, value);
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  const int code = sqlite3_bind_blob64(handle_.get(), index, data, bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) database_.fail_with(code, "storing a blob");
  return *this;
}

Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(handle_.get(), index);
  return *this;
}

int Statement::try_step() noexcept { return sqlite3_step(handle_.get()); }

bool Statement::step() {
  const int code = try_step();
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  reset();
  database_.fail_with(code, "using the store");
}

void Statement::reset() noexcept { sqlite3_reset(handle_.get()); }

void Statement::execute() {
  step();
  reset();
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(handle_.get(), column); }

std::string Statement::bytes(int column) const {
  // sqlite3_column_blob before sqlite3_column_bytes, and no conversion: the bytes as stored.
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

Transaction::Transaction(Database& database, const char* begin)
    : database_(database), open_(!database.in_transaction()) {
  if (open_) database_.run(begin);
}

Transaction::~Transaction() {
  // SQLite itself rolls back on some failures; then there is nothing left to end.
  if (open_ && database_.in_transaction()) {
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  if (open_) database_.run("COMMIT");
  open_ = false;
}

}  // namespace candor::data
