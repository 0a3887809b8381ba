// A description: the YAML file that turns the rows of somebody's data files into questions. Its
// fields are documented in suites/README.md; those of the public sets are data/sets/suites/*.yaml.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/records/condition.h"
#include "data/records/question.h"
#include "suites/files/language_texts.h"
#include "suites/files/problems.h"
#include "suites/files/source.h"
#include "suites/files/template_text.h"

namespace candor::suites {

// A reference with templates in it: a text, a list, named parts, or names and values of two lists
// of the row that belong together.
struct ReferenceTemplate {
  struct Zip {
    std::string keys, values;  // fields that hold lists
    std::vector<std::pair<std::string, std::string>>
        words;  // a value as JSON -> what stands for it
  };
  std::vector<TemplateText> text;  // one or none
  std::vector<ReferenceTemplate> list;
  std::vector<std::pair<std::string, ReferenceTemplate>> fields;
  std::optional<Zip> zip;

  boost::json::value fill(const boost::json::object& record) const;
};

// One data file of a set, and what all its rows have in common.
struct DataFile {
  std::string name;                                          // relative to the set's folder
  boost::json::object fields;                                // added to every row
  std::optional<TemplateText> language, topic, pair, level;  // instead of the description's
};

// Rows by the value of a field.
struct RowRule {
  std::string field;
  std::string pattern;  // RE2, on the whole of the field's text ("" where it is missing or null)
  bool keep = false;    // true: rows that do not match are left out, false: those that do
  std::string reason;
};

// How the rows are judged whose field matches; the first that does counts.
struct JudgeCase {
  std::string field, pattern;  // both empty: every row
  std::string judge;
  ReferenceTemplate reference;
};

struct ShotsSource {
  std::string data;    // file with worked examples, of the same fields; empty: the set itself
  std::string text;    // template of the name of a file with a ready text of examples
  std::string behind;  // of that text, what follows this
};

struct Description {
  std::string suite;
  std::string version;
  std::string title;
  std::filesystem::path folder;  // where relative names of data files lie
  std::vector<DataFile> data;
  std::string format;  // empty: by the name of the data file
  std::string rows;    // the field of a JSON object that holds the rows; empty: the file is a list
  std::vector<std::string> columns;
  std::vector<std::string> known_files;   // names by which a data file is recognised
  std::vector<std::string> known_fields;  // fields by which its rows are
  std::vector<RowRule> row_rules;
  data::Condition condition;
  std::optional<Source> source;
  ShotsSource shots;
  std::string not_scored;  // why answers get no verdict; else empty

  // Templates over the fields of a row, `_file` (name of the file without its ending) and `_row`
  // (its number there, from 1).
  TemplateText id{""}, pair{""}, language{""}, level{""}, topic{""};
  // What a protocol puts its own words around, as {{item.question}} and so on; see item.h.
  LanguageTexts question;
  std::vector<TemplateText> options;  // one that gives a list, or one for each option
  TemplateText answer{""}, solution{""};
  // Over the same and `item`.
  LanguageTexts prompt;
  std::vector<JudgeCase> cases;

  bool has_item() const { return !question.empty(); }
};

// Throws Error (usage) that lists every mistake of the description with its line.
Description load_description(const std::filesystem::path& path);
// The bundled ones, data/sets/suites/*.yaml, by name.
std::vector<Description> bundled_descriptions();

// Of difficulty: school years and the five levels of competition sets fit.
inline constexpr int kMaxLevel = 12;

// What is wrong with the messages, role, level or reference of a question, each as one text without
// a place. The judges' needs are those of scoring/README.md.
std::vector<std::string> question_problems(const data::Question& question);

// The names that "judge" may have.
const std::vector<std::string>& judge_names();

}  // namespace candor::suites
