// Makes, recognises and migrates the database file: everything between "a path" and "a database
// whose tables are exactly ours". Rows are read and written in rows.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "data/store/sqlite.h"

namespace candor::data {

constexpr std::uint32_t kApplicationId = 0x43414e44;  // "CAND", in the file's header
constexpr int kSchemaVersion = 2;

struct Migration {
  int to;  // from the version just below
  const char* sql;
};

// The steps from version 1 to kSchemaVersion.
std::span<const Migration> migrations();

// Reads the header alone. Throws Error when there is no file, it is no regular file, no SQLite
// database, not ours, or of a newer schema; the file is not touched.
void check_header(const std::filesystem::path& path);

// Makes a complete database beside `path` and renames it into place: a crash leaves no half one.
void create_database(const std::filesystem::path& path);

// Brings an older schema up to the newest step in one transaction, after keeping a copy beside it
// as PATH.schema-N.backup. Does nothing when it is there already.
void migrate(Database& database, std::span<const Migration> steps);

// Throws Error unless the version is one that this program knows, every table, index and view of
// that version is there as it was made, and no trigger is. Readers read every version as it is;
// writers migrate first.
void check_schema(Database& database);

}  // namespace candor::data
