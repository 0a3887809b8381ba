// A description: the YAML file that turns the rows of somebody's data file into questions. Its
// fields are documented in suites/README.md.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/records/condition.h"
#include "data/records/question.h"
#include "suites/files/problems.h"
#include "suites/files/records.h"
#include "suites/files/template_text.h"

namespace candor::suites {

// A reference with templates in it: a text, a list, or named parts.
struct ReferenceTemplate {
  std::vector<TemplateText> text;  // one or none
  std::vector<ReferenceTemplate> list;
  std::vector<std::pair<std::string, ReferenceTemplate>> fields;

  boost::json::value fill(const boost::json::object& record) const;
};

struct Description {
  std::string suite;
  std::string version;
  std::string title;
  std::filesystem::path data;  // resolved; empty in a bundled description
  std::string format;          // empty: by the name of the data file
  std::vector<std::string> columns;
  std::vector<std::string> known_files;   // names by which a data file is recognised
  std::vector<std::string> known_fields;  // fields by which its rows are
  data::Condition condition;

  // Templates.
  TemplateText id{""}, pair{""}, language{""}, level{""}, topic{""}, prompt{""};
  std::string judge;
  ReferenceTemplate reference;

  // `number` counts the rows from 1 and names those without an id. Throws Error with the row's
  // place.
  data::Question question(const Record& record, std::size_t number) const;
};

// Throws Error (usage) that lists every mistake of the description with its line.
Description load_description(const std::filesystem::path& path);
// The bundled ones, data/sets/*.yaml with a field "recognise".
std::vector<Description> bundled_descriptions();

// What is wrong with the messages, role, level or reference of a question, each as one text without
// a place. The judges' needs are those of scoring/README.md.
std::vector<std::string> question_problems(const data::Question& question);

}  // namespace candor::suites
