#include "runner/replay/json_rows.h"

#include <string_view>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "runner/replay/byte_source.h"
#include "runner/replay/json_stream.h"

namespace candor::runner {

namespace fs = std::filesystem;
namespace json = boost::json;

void each_json_line(const fs::path& path, const TakeRow& take, std::vector<std::string>& errors) {
  const std::string file = path.string();
  const auto bytes = open_bytes(path);
  LineReader lines(*bytes, file);
  for (std::string_view line;;) {
    try {
      if (!lines.next(line)) return;
    } catch (const Error& error) {
      errors.emplace_back(error.what());
      // Only a line that is too long is passed; damaged data ends the file.
      if (std::string_view(error.what()).find("in one line") == std::string_view::npos) return;
      continue;
    }
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const std::string place = fmt::format("{}:{}", file, lines.number());
    try {
      take(data::parse_object(line, place), place);
    } catch (const Error& error) {
      errors.emplace_back(error.what());
    }
  }
}

void each_json_entry(const fs::path& path, const TakeRow& take, std::vector<std::string>& errors) {
  const std::string file = path.string();
  const auto bytes = open_bytes(path);
  std::size_t number = 0;
  JsonStream wanted;
  wanted.elements = JsonStream::Elements::kEntries;
  wanted.on_element = [&](const std::string&, json::value&& value) {
    const std::string place = fmt::format("{}: item {}", file, ++number);
    try {
      if (!value.is_object()) fail("{}: expected an object", place);
      take(value.get_object(), place);
    } catch (const Error& error) {
      errors.emplace_back(error.what());
    }
  };
  try {
    (void)stream_json(*bytes, file, wanted);
  } catch (const Error& error) {
    errors.emplace_back(error.what());
  }
}

void refuse_other_files(const std::string& head, const std::string& file) {
  if (head.starts_with("PAR1")) {
    fail("{}: is a Parquet file: write its rows as JSON lines first", file);
  }
  if (head.starts_with("SQLite format 3")) {
    fail(
        "{}: is a database: export its answers as JSON lines first (`candor runs export` for ours)",
        file);
  }
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
    fail("{}: looks like UTF-16: save it as UTF-8", file);
  }
  if (head.find_first_not_of(" \t\r\n") == std::string::npos) fail("{}: is empty", file);
}

}  // namespace candor::runner
