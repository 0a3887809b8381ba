#include "suites/files/description.h"

#include <algorithm>

#include "data/base/data_dir.h"
#include "suites/files/text_data.h"
#include "suites/files/yaml_fields.h"

namespace candor::suites {

namespace json = boost::json;

json::value ReferenceTemplate::fill(const json::object& record) const {
  if (!text.empty()) return text[0].value(record);
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

TemplateText template_of(const YamlFields& fields, const std::string& key,
                         const std::string& text) {
  try {
    return TemplateText(text);
  } catch (const Error& error) {
    fields.problem(key, error.what());
    return TemplateText("");
  }
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
  if (!root.has("condition")) return condition;
  const YamlFields fields = root.map("condition");
  fields.only(
      {"thinking", "prefill", "temperature", "top_p", "top_k", "min_p", "max_tokens", "stop"});
  condition.thinking = fields.text_or("thinking", "default");
  if (condition.thinking != "default" && condition.thinking != "off" &&
      condition.thinking != "forced") {
    fields.problem("thinking", "expected default, off or forced");
  }
  condition.prefill = fields.text_or("prefill", "");
  data::Sampling& sampling = condition.sampling;
  sampling.temperature = fields.number_or("temperature", 0, 0, 100);
  sampling.top_p = fields.number_or("top_p", 1, 0, 1);
  if (sampling.top_p == 0) fields.problem("top_p", "must be greater than 0");
  sampling.top_k = fields.integer_or("top_k", 0, 0, 1 << 20);
  sampling.min_p = fields.number_or("min_p", 0, 0, 1);
  sampling.max_tokens = fields.integer_or("max_tokens", sampling.max_tokens, 1, 1 << 20);
  sampling.stop = fields.texts("stop");
  return condition;
}

int level_of(const std::string& text) {
  if (text.empty()) return 0;
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '3') return text[0] - '0';
  fail("level \"{}\": expected 0, 1, 2 or 3", printable(text));
}

const std::vector<std::string>& judges() {
  static const std::vector<std::string> kJudges = {"maths", "choice", "logic", "code", "audit"};
  return kJudges;
}

}  // namespace

data::Question Description::question(const Record& record, std::size_t number) const {
  data::Question q;
  try {
    q.suite = suite;
    q.id = id.fill(record.fields);
    if (q.id.empty()) q.id = fmt::format("{}/{:05}", suite, number);
    q.pair = pair.fill(record.fields);
    q.language = language.fill(record.fields);
    q.level = level_of(level.fill(record.fields));
    q.topic = topic.fill(record.fields);
    q.role = "item";
    q.messages = {{"user", prompt.fill(record.fields)}};
    q.judge = judge;
    q.reference = reference.fill(record.fields).as_object();
  } catch (const Error& error) {
    fail("{}: {}", record.where, error.what());
  }
  return q;
}

Description load_description(const std::filesystem::path& path) {
  Problems problems;
  const YamlFields fields(load_yaml(path), path.string(), problems);
  fields.only({"suite", "version", "title", "data", "format", "columns", "recognise", "id", "pair",
               "language", "level", "topic", "system", "prompt", "judge", "reference",
               "condition"});
  Description d;
  d.suite = fields.text("suite");
  d.version = fields.text_or("version", "1");
  d.title = fields.text_or("title", d.suite);
  d.format = fields.text_or("format", "");
  d.columns = fields.texts("columns");
  if (fields.has("recognise")) {
    const YamlFields recognise = fields.map("recognise");
    recognise.only({"files", "fields"});
    d.known_files = recognise.texts("files");
    d.known_fields = recognise.texts("fields");
    if (d.known_fields.empty()) recognise.problem("fields", "needs at least one field");
  } else {
    d.data = path.parent_path() / fields.text("data");
  }
  d.condition = condition_of(fields);
  d.id = template_of(fields, "id", fields.text_or("id", ""));
  d.pair = template_of(fields, "pair", fields.text_or("pair", ""));
  d.language = template_of(fields, "language", fields.text("language"));
  d.level = template_of(fields, "level", fields.text_or("level", ""));
  d.topic = template_of(fields, "topic", fields.text_or("topic", ""));
  d.prompt = template_of(fields, "prompt", fields.text("prompt"));
  d.judge = fields.text("judge");
  if (!d.judge.empty() && std::find(judges().begin(), judges().end(), d.judge) == judges().end()) {
    fields.problem("judge",
                   fmt::format("\"{}\" is not a judge{}; there are: {}", printable(d.judge),
                               nearest_hint(d.judge, judges()), fmt::join(judges(), ", ")));
  }
  const YamlFields reference = fields.map("reference");
  for (const std::string& part : reference.keys()) {
    d.reference.fields.emplace_back(part, reference_of(reference, part, reference.node(part)));
  }
  problems.throw_any(Error::Kind::kUsage);
  return d;
}

std::vector<Description> bundled_descriptions() {
  std::vector<std::filesystem::path> paths;
  // data_file tells what to do when the data are not there.
  const std::filesystem::path folder = data::data_file("sets/humaneval.yaml").parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Description> descriptions;
  for (const std::filesystem::path& path : paths) {
    // The other files of the folder are not descriptions, and larger.
    if (read_text(path).find("\nrecognise:") == std::string::npos) continue;
    descriptions.push_back(load_description(path));
  }
  return descriptions;
}

std::vector<std::string> question_problems(const data::Question& q) {
  std::vector<std::string> problems;
  const auto note = [&](std::string text) { problems.push_back(std::move(text)); };
  if (q.id.empty()) note("field \"id\" is empty");
  if (q.language.empty()) note("field \"language\" is empty");
  if (q.level < 0 || q.level > 3) note("field \"level\": expected 0, 1, 2 or 3");
  if (q.role != "item" && q.role != "probe" && q.role != "twin") {
    note("field \"role\": expected item, probe or twin");
  }
  for (const data::Message& message : q.messages) {
    if (message.role != "system" && message.role != "user" && message.role != "assistant") {
      note(fmt::format("field \"role\" of a message: \"{}\" is not system, user or assistant",
                       printable(message.role)));
    }
    if (message.content.empty()) note("field \"content\" of a message is empty");
  }
  if (!q.messages.empty() && q.messages.back().role != "user") {
    note("field \"messages\": the last message must be the user's");
  }
  if (std::find(judges().begin(), judges().end(), q.judge) == judges().end()) {
    note(fmt::format("field \"judge\": \"{}\" is not a judge{}", printable(q.judge),
                     nearest_hint(q.judge, judges())));
    return problems;
  }
  std::vector<std::string> needed;
  if (q.judge == "maths") needed = {"answer"};
  if (q.judge == "choice") needed = {"options", "answer"};
  if (q.judge == "code") needed = {"language", "prompt", "test", "entry_point"};
  for (const std::string& key : needed) {
    const json::value* value = q.reference.if_contains(key);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) {
      note(fmt::format("field \"reference\": the judge \"{}\" needs \"{}\" as a text", q.judge,
                       key));
    }
  }
  if (q.judge == "logic") {
    const json::value* cells = q.reference.if_contains("cells");
    if (cells == nullptr || !cells->is_object() || cells->get_object().empty()) {
      note("field \"reference\": the judge \"logic\" needs \"cells\" with names and values");
    }
  }
  return problems;
}

}  // namespace candor::suites
