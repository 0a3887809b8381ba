#include "suites/files/records.h"

#include "data/records/json_fields.h"
#include "suites/files/strict_json.h"
#include "suites/files/text_data.h"

namespace candor::suites {

namespace json = boost::json;

namespace {

std::string base_name(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name;
}

void read_json_lines(const std::string& file, std::string_view text, Problems& problems,
                     std::size_t limit, std::vector<Record>& records) {
  int line = 0;
  while (!text.empty() && (limit == 0 || records.size() < limit)) {
    const std::size_t end = text.find('\n');
    std::string_view row = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line;
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (row.find_first_not_of(" \t") == std::string_view::npos) continue;
    Record record{{}, fmt::format("{}:{}", file, line)};
    try {
      record.fields = strict_object(row, record.where);
      records.push_back(std::move(record));
    } catch (const Error& error) {
      problems.add(error.what());
    }
  }
}

// "; its field … is a list: say `rows: …`"
std::string lists_of(const json::value& root) {
  const json::object* object = root.if_object();
  if (object == nullptr) return {};
  std::vector<std::string> names;
  for (const auto& field : *object) {
    if (field.value().is_array()) names.push_back(printable(field.key()));
  }
  if (names.empty()) return ", and no field of this object is a list";
  return fmt::format(
      "; it is an object with the lists {}: name the right one in a description, "
      "`rows: {}`",
      fmt::join(names, ", "), names[0]);
}

void read_json_array(const std::string& file, std::string_view text, const std::string& rows,
                     Problems& problems, std::size_t limit, std::vector<Record>& records) {
  json::value root;
  try {
    root = strict_value(text, file);
  } catch (const Error& error) {
    problems.add(error.what());
    return;
  }
  for (std::size_t at = 0; !rows.empty() && at <= rows.size();) {
    const std::size_t end = std::min(rows.find('.', at), rows.size());
    json::value* found =
        root.is_object() ? root.get_object().if_contains(rows.substr(at, end - at)) : nullptr;
    if (found == nullptr) {
      problems.add(fmt::format("{}: expected an object with the field \"{}\"", file, rows));
      return;
    }
    json::value inner = std::move(*found);
    root = std::move(inner);
    at = end + 1;
  }
  if (!root.is_array()) {
    problems.add(fmt::format("{}: expected an array of objects{}", file, lists_of(root)));
    return;
  }
  int number = 0;
  for (json::value& value : root.get_array()) {
    if (limit != 0 && records.size() == limit) return;
    const std::string where = fmt::format("{}: item {}", file, ++number);
    if (value.is_object()) {
      records.push_back({std::move(value.get_object()), where});
    } else {
      problems.add(where + ": expected an object");
    }
  }
}

// One row of a table; `text` moves behind it and `line` counts the lines passed.
class TableReader {
 public:
  TableReader(std::string_view text, bool quoting, char separator)
      : text_(text), quoting_(quoting), separator_(separator) {}

  bool more() const { return !text_.empty(); }
  // Whether the next row is a line with nothing on it, not even quotes.
  bool blank() const { return text_.starts_with('\n') || text_.starts_with("\r\n"); }
  int line() const { return line_; }  // of the row that row() gives next

  // Throws Error (without place) on a quote that does not close, or text behind one that does. A
  // quote inside a plain cell is a character like any other.
  std::vector<std::string> row() {
    std::vector<std::string> cells;
    ++line_;
    for (;;) {
      const bool quoted = quoting_ && text_.starts_with('"');
      cells.push_back(quoted ? quoted_cell() : plain_cell());
      if (text_.starts_with(separator_)) {
        text_.remove_prefix(1);
        continue;
      }
      if (text_.starts_with("\r\n")) text_.remove_prefix(1);
      if (!text_.empty() && text_[0] != '\n') {
        skip_line();
        fail("text after the closing quote of a cell");
      }
      if (!text_.empty()) text_.remove_prefix(1);
      return cells;
    }
  }

 private:
  std::string plain_cell() {
    std::size_t end = text_.find_first_of(std::string{separator_, '\n'});
    if (end == std::string_view::npos) end = text_.size();
    std::string cell(text_.substr(0, end));
    text_.remove_prefix(end);
    const bool last = text_.empty() || text_[0] == '\n';
    if (last && cell.ends_with('\r')) cell.pop_back();
    return cell;
  }

  std::string quoted_cell() {
    std::string cell;
    text_.remove_prefix(1);
    for (;;) {
      const std::size_t quote = text_.find('"');
      if (quote == std::string_view::npos) {
        text_ = {};
        fail("a quoted cell does not end");
      }
      const std::string_view part = text_.substr(0, quote);
      cell += part;
      for (const char c : part) line_ += c == '\n' ? 1 : 0;
      text_.remove_prefix(quote + 1);
      if (!text_.starts_with('"')) return cell;
      cell += '"';
      text_.remove_prefix(1);
    }
  }

  void skip_line() {
    const std::size_t end = text_.find('\n');
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
  }

  std::string_view text_;
  bool quoting_;
  char separator_;
  int line_ = 0;
};

void read_table(const std::string& file, std::string_view text, bool csv,
                std::vector<std::string> columns, Problems& problems, std::size_t limit,
                std::vector<Record>& records) {
  TableReader reader(text, csv, csv ? ',' : '\t');
  while (reader.more() && (limit == 0 || records.size() < limit)) {
    const std::string where = fmt::format("{}:{}", file, reader.line() + 1);
    const bool blank = reader.blank();
    std::vector<std::string> cells;
    try {
      cells = reader.row();
    } catch (const Error& error) {
      problems.add(fmt::format("{}: {}", where, error.what()));
      continue;
    }
    if (blank) continue;
    if (columns.empty()) {
      std::vector<std::string> sorted = cells;
      std::sort(sorted.begin(), sorted.end());
      const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
      if (twice != sorted.end()) {
        problems.add(fmt::format("{}: column \"{}\" is there twice", where, printable(*twice)));
        return;
      }
      columns = std::move(cells);
      continue;
    }
    if (cells.size() != columns.size()) {
      problems.add(fmt::format("{}: {} cells where there are {} columns", where, cells.size(),
                               columns.size()));
      continue;
    }
    Record record{{}, where};
    bool good = true;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (invalid_utf8(cells[i]) != std::string_view::npos ||
          cells[i].find('\0') != std::string::npos) {
        problems.add(
            fmt::format("{}: column \"{}\" is not valid UTF-8 text", where, printable(columns[i])));
        good = false;
      } else {
        record.fields[columns[i]] = cells[i];
      }
    }
    if (good) records.push_back(std::move(record));
  }
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (lines.back().ends_with('\r')) lines.back().remove_suffix(1);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

void read_blocks(const std::string& file, std::string_view text,
                 const std::vector<std::string>& columns, Problems& problems, std::size_t limit,
                 std::vector<Record>& records) {
  if (columns.empty()) {
    problems.add(file + ": a file of blocks needs \"columns\", a name for each line of a block");
    return;
  }
  const std::vector<std::string_view> lines = lines_of(text);
  for (std::size_t begin = 0; begin < lines.size(); begin += columns.size()) {
    if (limit != 0 && records.size() == limit) return;
    Record record{{}, fmt::format("{}:{}", file, begin + 1)};
    if (lines.size() - begin < columns.size()) {
      problems.add(fmt::format("{}: the last block has {} lines, not {}", record.where,
                               lines.size() - begin, columns.size()));
      return;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string_view line = lines[begin + i];
      const bool blank = line.find_first_not_of(" \t") == std::string_view::npos;
      if (blank != columns[i].empty()) {
        // One line too many or too few shifts all that follow: there is no use in going on.
        problems.add(columns[i].empty()
                         ? fmt::format("{}:{}: expected an empty line", file, begin + i + 1)
                         : fmt::format("{}:{}: \"{}\" is empty", file, begin + i + 1,
                                       printable(columns[i])));
        return;
      }
      if (invalid_utf8(line) != std::string_view::npos || line.find('\0') != line.npos) {
        problems.add(fmt::format("{}:{}: not valid UTF-8 text", file, begin + i + 1));
        return;
      }
      if (!columns[i].empty()) record.fields[columns[i]] = line;
    }
    records.push_back(std::move(record));
  }
}

}  // namespace

Format format_by_name(const std::string& name) {
  if (name == "jsonl") return Format::kJsonLines;
  if (name == "json") return Format::kJson;
  if (name == "csv") return Format::kCsv;
  if (name == "tsv") return Format::kTsv;
  if (name == "lines") return Format::kLines;
  fail_usage("format \"{}\" is not known; it is one of jsonl, json, csv, tsv, lines",
             printable(name));
}

namespace {

// What an ending says of a file that is none of ours, with what to do; else empty.
std::string other_kind(const std::string& extension) {
  if (extension == ".parquet" || extension == ".arrow" || extension == ".feather") {
    return "is a table of columns (" + extension.substr(1) +
           "), which is not read here: write its rows as JSON lines first (pandas: "
           "read_parquet(…).to_json(…, orient=\"records\", lines=True, force_ascii=False))";
  }
  if (extension == ".xlsx" || extension == ".xls" || extension == ".ods") {
    return "is a spreadsheet: save it as CSV first";
  }
  if (extension == ".zip" || extension == ".tar" || extension == ".tgz" || extension == ".zst") {
    return "is an archive: unpack it first";
  }
  return {};
}

}  // namespace

bool is_data_file(const std::filesystem::path& path) {
  const std::string extension = std::filesystem::path(base_name(path)).extension().string();
  return extension == ".jsonl" || extension == ".ndjson" || extension == ".json" ||
         extension == ".csv" || extension == ".tsv";
}

Format format_of(const std::filesystem::path& path) {
  const std::string extension = std::filesystem::path(base_name(path)).extension().string();
  if (extension == ".ndjson") return Format::kJsonLines;
  if (is_data_file(path)) return format_by_name(extension.substr(1));
  if (const std::string other = other_kind(extension); !other.empty()) {
    fail_usage("{}: {}", path.string(), other);
  }
  fail_usage("{}: the name does not say its format; rename it or give \"format\" in a description",
             path.string());
}

std::vector<Record> read_records(const std::filesystem::path& path, const Layout& layout,
                                 Problems& problems, std::size_t limit) {
  const std::string text = read_text(path);
  std::vector<Record> records;
  switch (layout.format) {
    case Format::kJsonLines:
      read_json_lines(path.string(), text, problems, limit, records);
      break;
    case Format::kJson:
      read_json_array(path.string(), text, layout.rows, problems, limit, records);
      break;
    case Format::kCsv:
    case Format::kTsv:
      read_table(path.string(), text, layout.format == Format::kCsv, layout.columns, problems,
                 limit, records);
      break;
    case Format::kLines:
      read_blocks(path.string(), text, layout.columns, problems, limit, records);
      break;
  }
  return records;
}

}  // namespace candor::suites
