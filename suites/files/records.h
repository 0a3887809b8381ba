// The rows of a data file as JSON objects: JSON Lines, a JSON array, CSV (RFC 4180), TSV (no
// quoting), or blocks of lines. It knows nothing of questions.
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

enum class Format { kJsonLines, kJson, kCsv, kTsv, kLines };

struct Layout {
  Format format = Format::kJsonLines;
  // The fields of CSV and TSV (empty: the first row names them), and of the lines of a block, where
  // an empty name is an empty line.
  std::vector<std::string> columns;
  std::string rows;  // JSON: the field of the object that holds the rows; empty: a list of rows
};

// "jsonl", "json", "csv", "tsv", "lines". Throws Error (usage) for another name.
Format format_by_name(const std::string& name);
// By the file's name, with or without ".gz". Throws Error (usage) when that does not say.
Format format_of(const std::filesystem::path& path);
bool is_data_file(const std::filesystem::path& path);

// Bad rows are noted in `problems` and left out: not JSON or not an object, twice the same key,
// numbers too long to be exact, NUL characters, bad UTF-8, too many bytes, a wrong number of
// columns or lines. At most `limit` rows are read (0: all).
std::vector<Record> read_records(const std::filesystem::path& path, const Layout& layout,
                                 Problems& problems, std::size_t limit = 0);

}  // namespace candor::suites
