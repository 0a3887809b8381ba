// The rows of a data file as JSON objects: JSON Lines, a JSON array, CSV (RFC 4180) or TSV (no
// quoting). It knows nothing of questions.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "suites/files/problems.h"

namespace candor::suites {

struct Record {
  boost::json::object fields;
  std::string where;  // "suite.jsonl:7", for messages
};

enum class Format { kJsonLines, kJson, kCsv, kTsv };

// "jsonl", "json", "csv", "tsv". Throws Error (usage) for another name.
Format format_by_name(const std::string& name);
// By the file's name, with or without ".gz". Throws Error (usage) when that does not say.
Format format_of(const std::filesystem::path& path);
bool is_data_file(const std::filesystem::path& path);

// `columns` names the fields of CSV and TSV; empty: the first row does. Bad rows are noted in
// `problems` and left out: not JSON or not an object, twice the same key, numbers too long to be
// exact, NUL characters, bad UTF-8, too many bytes, a wrong number of columns. At most `limit` rows
// are read (0: all).
std::vector<Record> read_records(const std::filesystem::path& path, Format format,
                                 const std::vector<std::string>& columns, Problems& problems,
                                 std::size_t limit = 0);

}  // namespace candor::suites
