// SQLite behind two small types that own their handles and turn every failure into one Error with
// the file's name and a remedy. Not a query builder: statements are written out where they are
// used.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace candor::data {

enum class Access { kRead, kWrite, kCreate };

class Database {
 public:
  // kCreate makes the file when missing. An empty path is a private database in memory.
  // Hardened in every case: foreign keys on, untrusted schema, defensive mode, checked cells; waits
  // up to 5 s for a lock that another process holds.
  Database(const std::filesystem::path& path, Access access);

  void run(const char* sql);              // any number of statements without results
  std::int64_t integer(const char* sql);  // the first column of the first row
  bool in_transaction() const;
  std::int64_t last_row() const;
  // Throws the Error for the last failure. `doing`: "storing a generation".
  [[noreturn]] void fail_with(int code, std::string_view doing) const;

  sqlite3* handle() const { return handle_.get(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// One prepared statement. Parameters are numbered from 1, columns from 0. Bound text must stay
// alive until the statement was stepped.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const std::string& text) {
    return bind(index, std::string_view(text));
  }
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, double value);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  bool step();              // true: a row is there; false: done. Throws Error.
  int try_step() noexcept;  // the SQLite result code, extended
  void reset() noexcept;
  // Steps a statement without rows and resets it.
  void execute();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string bytes(int column) const;  // text or blob, NUL bytes included
  bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  const Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// Begins on construction unless one is open already; rolls back unless committed.
class Transaction {
 public:
  Transaction(Database& database, const char* begin);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_;
};

}  // namespace candor::data
