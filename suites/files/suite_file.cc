// From a path that a user gives to a suite: a description, a data file that a bundled description
// knows, questions in our own format, or a folder with one of these.
#include <algorithm>
#include <map>
#include <set>

#include "suites/files/description.h"
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
  return read_records(path, format_of(path), {}, ignored, 1);
}

// Checks that hold for all questions of a file, whatever its format.
class Collector {
 public:
  explicit Collector(Problems& problems) : problems_(problems) {}

  void add(data::Question question, const std::string& where) {
    for (const std::string& problem : question_problems(question)) {
      problems_.add(fmt::format("{}: {}", where, problem));
    }
    const auto [first, added] = places_.emplace(question.id, where);
    if (!added) {
      problems_.add(fmt::format("{}: field \"id\": \"{}\" is there already, at {}", where,
                                printable(question.id), first->second));
    }
    questions.push_back(std::move(question));
  }

  std::vector<data::Question> questions;

 private:
  Problems& problems_;
  std::map<std::string, std::string> places_;
};

// What the options leave of the questions, and what is known once all are read.
Suite finished(Suite suite, std::vector<data::Question> questions, const SuiteOptions& options,
               const fs::path& path) {
  std::set<std::string> languages;
  for (const data::Question& question : questions) languages.insert(question.language);
  for (const std::string& language : options.languages) {
    if (!languages.contains(language)) {
      fail_usage("{}: no question in \"{}\"; its languages: {}", path.string(), language,
                 fmt::join(languages, ", "));
    }
  }
  if (!options.languages.empty()) {
    std::erase_if(questions, [&](const data::Question& question) {
      return std::find(options.languages.begin(), options.languages.end(), question.language) ==
             options.languages.end();
    });
  }
  if (options.max_questions < 0) {
    fail_usage("{}: the number of questions is {}, it must not be negative", path.string(),
               options.max_questions);
  }
  const auto most = static_cast<std::size_t>(options.max_questions);
  if (most > 0 && questions.size() > most) questions.resize(most);
  suite.info.languages.assign(languages.begin(), languages.end());
  suite.info.needs_sandbox = std::any_of(questions.begin(), questions.end(),
                                         [](const auto& q) { return q.judge == "code"; });
  suite.questions = std::move(questions);
  return suite;
}

void need_questions(const fs::path& path, const std::vector<Record>& records, Problems& problems) {
  if (records.empty() && problems.count() == 0)
    problems.add(fmt::format("{}: no questions in it", path.string()));
}

Suite described_suite(const Description& description, const fs::path& data,
                      const SuiteOptions& options) {
  Problems problems;
  const Format format =
      description.format.empty() ? format_of(data) : format_by_name(description.format);
  const std::vector<Record> records = read_records(data, format, description.columns, problems);
  need_questions(data, records, problems);
  Collector collector(problems);
  for (std::size_t i = 0; i < records.size(); ++i) {
    try {
      collector.add(description.question(records[i], i + 1), records[i].where);
    } catch (const Error& error) {
      problems.add(error.what());
    }
  }
  problems.throw_any();
  Suite suite;
  suite.info = {description.suite, description.version, description.title, {}, false};
  suite.condition = description.condition;
  return finished(std::move(suite), std::move(collector.questions), options, data);
}

const std::vector<std::string>& own_fields() {
  static const std::vector<std::string> kFields = {"id",       "suite", "language", "level",
                                                   "topic",    "role",  "pair",     "twin",
                                                   "messages", "judge", "reference"};
  return kFields;
}

// "name" of ".../name.jsonl.gz".
std::string stem(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.substr(0, name.find('.', 1));
}

Suite own_suite(const fs::path& path, const SuiteOptions& options) {
  Problems problems;
  std::vector<Record> records = read_records(path, format_of(path), {}, problems);
  need_questions(path, records, problems);
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
  return finished(std::move(suite), std::move(collector.questions), options, path);
}

Suite data_file_suite(const fs::path& path, const SuiteOptions& options) {
  const std::vector<Record> first = first_record(path);
  std::vector<std::string> known;
  for (const Description& description : bundled_descriptions()) {
    if (!first.empty() && has_fields(first[0], description.known_fields)) {
      return described_suite(description, path, options);
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
          return described_suite(description, file, options);
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
    const Description description = load_description(path);
    if (description.data.empty()) {
      fail_usage("{}: a description for known data files; give the data file itself",
                 path.string());
    }
    return described_suite(description, description.data, options);
  }
  return data_file_suite(path, options);
}

}  // namespace candor::suites
