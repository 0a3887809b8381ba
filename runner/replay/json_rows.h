// The rows of a file of JSON objects, one after another: lines, or the entries of an array. A row
// that is none, or that its taker refuses, is an error with its place, and the rows behind it are
// read all the same.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace candor::runner {

// Throws Error for a row that it cannot take. `place`: "answers.jsonl:7", "answers.json: item 7".
using TakeRow = std::function<void(const boost::json::object& row, const std::string& place)>;

// gzip is unpacked. Data that is damaged ends the file, with an error of its own.
void each_json_line(const std::filesystem::path& path, const TakeRow& take,
                    std::vector<std::string>& errors);
void each_json_entry(const std::filesystem::path& path, const TakeRow& take,
                     std::vector<std::string>& errors);

// Throws Error, with what to do, for a file that is empty or that its first bytes show to be of
// another kind: Parquet, a database, UTF-16.
void refuse_other_files(const std::string& head, const std::string& file);

}  // namespace candor::runner
