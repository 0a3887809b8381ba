// From a path that a user gives to a suite: a description, a data file that a bundled description
// knows, questions in our own format, or a folder with one of these.
#include <algorithm>
#include <map>
#include <set>

#include "suites/files/described.h"
#include "suites/files/description.h"
#include "suites/files/records.h"
#include "suites/files/selection.h"
#include "suites/protocols/protocol.h"
#include "suites/suites.h"

namespace candor::suites {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

bool is_yaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

bool has_fields(const Record& record, const std::vector<std::string>& fields) {
  return std::all_of(fields.begin(), fields.end(),
                     [&](const std::string& field) { return record.fields.contains(field); });
}

// The first row; empty when the file has none that can be read.
std::vector<Record> first_record(const fs::path& path) {
  Problems ignored;
  return read_records(path, {format_of(path), {}, {}}, ignored, 1);
}

const std::vector<std::string>& own_fields() {
  static const std::vector<std::string> kFields = {"id",       "suite", "language",  "level",
                                                   "topic",    "role",  "pair",      "twin",
                                                   "messages", "judge", "reference", "follows"};
  return kFields;
}

// "name" of ".../name.jsonl.gz".
std::string stem(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.substr(0, name.find('.', 1));
}

Suite own_suite(const fs::path& path, const SuiteOptions& options) {
  Problems problems;
  std::vector<Record> records = read_records(path, {format_of(path), {}, {}}, problems);
  if (records.empty() && problems.count() == 0) {
    problems.add(fmt::format("{}: no questions in it", path.string()));
  }
  Collector collector(problems);
  for (Record& record : records) {
    bool known = true;
    for (const json::key_value_pair& field : record.fields) {
      const std::string name(field.key());
      if (std::find(own_fields().begin(), own_fields().end(), name) != own_fields().end()) continue;
      known = false;
      problems.add(fmt::format("{}: field \"{}\" is not known{}", record.where, printable(name),
                               nearest_hint(name, own_fields())));
    }
    if (!known) continue;
    if (!record.fields.contains("suite")) record.fields["suite"] = stem(path);
    try {
      collector.add(data::question_from_json(record.fields, record.where), record.where);
    } catch (const Error& error) {
      problems.add(error.what());
      continue;
    }
    const std::string& suite = collector.questions.back().suite;
    if (suite != collector.questions.front().suite) {
      problems.add(fmt::format("{}: field \"suite\": \"{}\", but the first question is of \"{}\"",
                               record.where, printable(suite),
                               printable(collector.questions.front().suite)));
    }
  }
  problems.throw_any();
  Suite suite;
  suite.info.name = collector.questions.front().suite;
  suite.info.version = "1";
  suite.info.title = fmt::format("Questions of {}", path.filename().string());
  suite.questions = std::move(collector.questions);
  if (options.protocol) {
    options.protocol->refuse_own_wording(suite.info.name, suite.questions[0].judge);
    options.protocol->apply(suite.info.name, suite.questions[0].judge, suite.condition);
  }
  select_questions(suite, options, path.string());
  return suite;
}

// A data file that a bundled description knows, wherever it lies and whatever its name.
Suite recognised_suite(Description description, const fs::path& file, const SuiteOptions& options) {
  description.source.reset();  // a file of the user's own, whatever its name
  description.folder = file.parent_path();
  description.data = {{file.filename().string(), {}, {}, {}, {}, {}}};
  return described_suite(description, options);
}

Suite data_file_suite(const fs::path& path, const SuiteOptions& options) {
  const std::vector<Record> first = first_record(path);
  std::vector<std::string> known;
  for (const Description& description : bundled_descriptions()) {
    if (description.known_fields.empty()) continue;
    if (!first.empty() && has_fields(first[0], description.known_fields)) {
      return recognised_suite(description, path, options);
    }
    known.push_back(description.suite);
  }
  const bool ours =
      first.empty() || first[0].fields.contains("messages") || first[0].fields.contains("judge");
  if (ours) return own_suite(path, options);
  fail_usage(
      "{}: neither questions in the program's own format nor a known data set ({}); write a "
      "description, a YAML file that says which fields to ask (suites/README.md)",
      path.string(), fmt::join(known, ", "));
}

Suite folder_suite(const fs::path& folder, const SuiteOptions& options) {
  std::vector<fs::path> descriptions, files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    if (is_yaml(entry.path())) descriptions.push_back(entry.path());
    if (is_data_file(entry.path())) files.push_back(entry.path());
  }
  if (descriptions.size() == 1) return load_suite_file(descriptions[0], options);
  std::sort(files.begin(), files.end());
  if (descriptions.empty()) {
    // By name first: a folder may hold small examples with the same fields beside the data.
    for (const Description& description : bundled_descriptions()) {
      for (const fs::path& file : files) {
        const std::string name = file.filename().string();
        const auto& names = description.known_files;
        if (std::find(names.begin(), names.end(), name) != names.end()) {
          return recognised_suite(description, file, options);
        }
      }
    }
    if (files.size() == 1) return data_file_suite(files[0], options);
  }
  std::vector<std::string> found;
  for (const fs::path& path : descriptions) found.push_back(path.filename().string());
  for (const fs::path& path : files) found.push_back(path.filename().string());
  fail_usage("{}: no telling which file of the folder is the suite ({}); name the file itself",
             folder.string(),
             found.empty() ? "none is" : printable(fmt::format("{}", fmt::join(found, ", "))));
}

}  // namespace

Suite load_suite_file(const fs::path& path, const SuiteOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) fail_usage("{}: there is no such file or folder", path.string());
  if (fs::is_directory(status)) return folder_suite(path, options);
  if (!fs::is_regular_file(status)) fail_usage("{}: not a regular file", path.string());
  if (is_yaml(path)) {
    return described_suite(load_description(path), options);
  }
  return data_file_suite(path, options);
}

}  // namespace candor::suites
