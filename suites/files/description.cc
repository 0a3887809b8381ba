#include "suites/files/description.h"

#include <re2/re2.h>

#include <algorithm>

#include "data/base/data_dir.h"
#include "suites/files/condition_fields.h"
#include "suites/files/filters.h"
#include "suites/files/lm_eval_names.h"
#include "suites/files/text_data.h"
#include "suites/files/yaml_fields.h"

namespace candor::suites {

namespace json = boost::json;

namespace {

const json::array& list_of(const json::object& record, const std::string& field) {
  const json::value* value = record.if_contains(field);
  if (value == nullptr || !value->is_array()) {
    fail("field \"{}\": expected a list", printable(field));
  }
  return value->get_array();
}

json::object zipped(const ReferenceTemplate::Zip& zip, const json::object& record) {
  const json::array& keys = list_of(record, zip.keys);
  const json::array& values = list_of(record, zip.values);
  if (keys.size() != values.size()) {
    fail("fields \"{}\" and \"{}\" have {} and {} entries", zip.keys, zip.values, keys.size(),
         values.size());
  }
  json::object object;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string word = plain_text(values[i]);
    if (!zip.words.empty()) {
      const auto found = std::find_if(zip.words.begin(), zip.words.end(),
                                      [&](const auto& pair) { return pair.first == word; });
      if (found == zip.words.end()) {
        fail("field \"{}\": \"{}\" has no word", zip.values, printable(word));
      }
      word = found->second;
    }
    object[plain_text(keys[i])] = word;
  }
  return object;
}

}  // namespace

json::value ReferenceTemplate::fill(const json::object& record) const {
  if (!text.empty()) return text[0].value(record);
  if (zip) return zipped(*zip, record);
  if (!list.empty()) {
    json::array array;
    for (const ReferenceTemplate& item : list) array.push_back(item.fill(record));
    return array;
  }
  json::object object;
  for (const auto& [name, part] : fields) object[name] = part.fill(record);
  return object;
}

namespace {

ReferenceTemplate::Zip zip_of(const YamlFields& fields, const std::string& key,
                              const YAML::Node& node) {
  ReferenceTemplate::Zip zip;
  const auto text = [&](const char* name) -> std::string {
    if (node.IsMap() && node[name] && node[name].IsScalar()) return node[name].Scalar();
    fields.problem(key, fmt::format("\"zip\" needs \"{}\", the name of a field", name));
    return {};
  };
  zip.keys = text("keys");
  zip.values = text("values");
  if (node.IsMap() && node["words"] && node["words"].IsMap()) {
    for (const auto& word : node["words"]) {
      zip.words.emplace_back(word.first.Scalar(), word.second.Scalar());
    }
  }
  return zip;
}

ReferenceTemplate reference_of(const YamlFields& fields, const std::string& key,
                               const YAML::Node& node, int depth = 0) {
  ReferenceTemplate reference;
  if (depth > 8) {
    fields.problem(key, "is nested too deeply");
  } else if (node.IsScalar()) {
    reference.text.push_back(template_of(fields, key, node.Scalar()));
  } else if (node.IsSequence()) {
    for (const YAML::Node& item : node) {
      reference.list.push_back(reference_of(fields, key, item, depth + 1));
    }
  } else if (node.IsMap() && node["zip"]) {
    reference.zip = zip_of(fields, key, node["zip"]);
  } else if (node.IsMap()) {
    for (const auto& field : node) {
      reference.fields.emplace_back(field.first.IsScalar() ? field.first.Scalar() : "",
                                    reference_of(fields, key, field.second, depth + 1));
    }
  } else {
    fields.problem(key, "expected a text, a list or named parts");
  }
  return reference;
}

data::Condition condition_of(const YamlFields& root) {
  data::Condition condition;
  if (root.has("system")) condition.system = root.text_or("system", "");
  if (root.has("condition")) set_condition(root.map("condition"), condition);
  const std::string chat = root.text_or("template", "chat");
  if (chat != "chat" && chat != "none") root.problem("template", "expected chat or none");
  condition.raw = chat == "none";
  return condition;
}

std::optional<TemplateText> optional_template(const YamlFields& fields, const std::string& key) {
  if (!fields.has(key)) return std::nullopt;
  return template_of(fields, key, fields.text_or(key, ""));
}

std::vector<DataFile> data_files(const YamlFields& root) {
  std::vector<DataFile> files;
  if (!root.has("data")) return files;
  if (root.node("data").IsScalar()) {
    files.push_back({root.text("data"), {}, {}, {}, {}, {}});
    return files;
  }
  for (const YamlFields& item : root.items("data")) {
    item.only({"file", "set", "language", "topic", "pair", "level"});
    DataFile file;
    file.name = item.text("file");
    if (item.has("set")) {
      const YamlFields set = item.map("set");
      for (const std::string& key : set.keys()) file.fields[key] = set.text_or(key, "");
    }
    file.language = optional_template(item, "language");
    file.topic = optional_template(item, "topic");
    file.pair = optional_template(item, "pair");
    file.level = optional_template(item, "level");
    files.push_back(std::move(file));
  }
  if (files.empty()) root.problem("data", "names no file");
  return files;
}

std::string pattern_of(const YamlFields& fields, const std::string& key) {
  const std::string pattern = fields.text(key);
  if (!RE2(pattern, RE2::Quiet).ok()) fields.problem(key, "is not a regular expression");
  return pattern;
}

std::vector<RowRule> row_rules(const YamlFields& root) {
  std::vector<RowRule> rules;
  for (const bool keep : {true, false}) {
    for (const YamlFields& item : root.items(keep ? "only" : "skip")) {
      item.only({"field", "matches", "reason"});
      rules.push_back({item.text("field"), pattern_of(item, "matches"), keep, item.text("reason")});
    }
  }
  return rules;
}

std::string judge_of(const YamlFields& fields) {
  std::string judge = fields.text("judge");
  const auto& known = judge_names();
  if (!judge.empty() && std::find(known.begin(), known.end(), judge) == known.end()) {
    fields.problem("judge", fmt::format("\"{}\" is not a judge{}; there are: {}", printable(judge),
                                        nearest_hint(judge, known), fmt::join(known, ", ")));
  }
  return judge;
}

ReferenceTemplate reference_parts(const YamlFields& root) {
  ReferenceTemplate parts;
  const YamlFields reference = root.map("reference");
  for (const std::string& part : reference.keys()) {
    parts.fields.emplace_back(part, reference_of(reference, part, reference.node(part)));
  }
  return parts;
}

std::vector<JudgeCase> judge_cases(const YamlFields& root) {
  std::vector<JudgeCase> cases;
  for (const YamlFields& item : root.items("cases")) {
    item.only({"field", "matches", "judge", "reference"});
    JudgeCase one;
    one.field = item.text("field");
    one.pattern = pattern_of(item, "matches");
    one.judge = judge_of(item);
    one.reference = reference_parts(item);
    cases.push_back(std::move(one));
  }
  if (root.has("judge") || cases.empty()) {
    JudgeCase rest;
    rest.judge = judge_of(root);
    rest.reference = reference_parts(root);
    cases.push_back(std::move(rest));
  }
  return cases;
}

std::vector<TemplateText> options_of(const YamlFields& root) {
  std::vector<TemplateText> options;
  if (!root.has("options")) return options;
  if (root.node("options").IsScalar()) {
    options.push_back(template_of(root, "options", root.text("options")));
    return options;
  }
  for (const std::string& option : root.texts("options")) {
    options.push_back(template_of(root, "options", option));
  }
  if (options.size() == 1) root.problem("options", "one option is none to choose from");
  return options;
}

ShotsSource shots_of(const YamlFields& root) {
  ShotsSource shots;
  if (!root.has("shots")) return shots;
  const YamlFields fields = root.map("shots");
  fields.only({"data", "text", "behind"});
  shots.data = fields.text_or("data", "");
  shots.text = fields.text_or("text", "");
  shots.behind = fields.text_or("behind", "");
  if (shots.data.empty() == shots.text.empty()) {
    root.problem("shots", "needs either \"data\" or \"text\"");
  }
  return shots;
}

}  // namespace

Description load_description(const std::filesystem::path& path) {
  Problems problems;
  YAML::Node root = load_yaml(path);
  if (has_lm_eval_names(root)) root = from_lm_eval(root, path.string(), problems);
  problems.throw_any(Error::Kind::kUsage);
  const YamlFields fields(root, path.string(), problems);
  fields.only({"suite",    "version",   "title",     "data",       "format",  "rows",
               "columns",  "only",      "skip",      "source",     "shots",   "recognise",
               "id",       "pair",      "language",  "level",      "topic",   "system",
               "question", "options",   "answer",    "solution",   "prompt",  "judge",
               "cases",    "reference", "condition", "not_scored", "template"});
  Description d;
  d.suite = fields.text("suite");
  d.version = fields.text_or("version", "1");
  d.title = fields.text_or("title", d.suite);
  d.format = fields.text_or("format", "");
  d.rows = fields.text_or("rows", "");
  d.columns = fields.texts("columns");
  d.not_scored = fields.text_or("not_scored", "");
  if (fields.has("recognise")) {
    const YamlFields recognise = fields.map("recognise");
    recognise.only({"files", "fields"});
    d.known_files = recognise.texts("files");
    d.known_fields = recognise.texts("fields");
    if (d.known_fields.empty()) recognise.problem("fields", "needs at least one field");
  }
  if (!fields.has("data")) fields.problem("data", "is missing");
  d.data = data_files(fields);
  d.folder = path.parent_path();
  if (fields.has("source")) {
    d.source = source_of(fields.map("source"));
    if (d.source->mirror.empty()) d.source->mirror = d.suite;
    if (!d.suite.empty()) d.folder = public_folder(d.suite);
  }
  d.row_rules = row_rules(fields);
  d.shots = shots_of(fields);
  d.condition = condition_of(fields);
  d.id = template_of(fields, "id", fields.text_or("id", ""));
  d.pair = template_of(fields, "pair", fields.text_or("pair", ""));
  d.language = template_of(fields, "language", fields.text("language"));
  d.level = template_of(fields, "level", fields.text_or("level", ""));
  d.topic = template_of(fields, "topic", fields.text_or("topic", ""));
  d.question = language_texts(fields, "question");
  d.options = options_of(fields);
  d.answer = template_of(fields, "answer", fields.text_or("answer", ""));
  d.solution = template_of(fields, "solution", fields.text_or("solution", ""));
  if (!fields.has("prompt")) fields.problem("prompt", "is missing");
  d.prompt = language_texts(fields, "prompt");
  d.cases = judge_cases(fields);
  problems.throw_any(Error::Kind::kUsage);
  return d;
}

std::vector<Description> bundled_descriptions() {
  std::vector<std::filesystem::path> paths;
  // data_file tells what to do when the data are not there.
  const std::filesystem::path folder = data::data_file("sets/suites/humaneval.yaml").parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Description> descriptions;
  for (const std::filesystem::path& path : paths) descriptions.push_back(load_description(path));
  return descriptions;
}

const std::vector<std::string>& judge_names() {
  static const std::vector<std::string> kJudges = {
      "maths", "choice", "logic", "code", "exact", "likelihood", "audit", "knowledge", "none"};
  return kJudges;
}

}  // namespace candor::suites
