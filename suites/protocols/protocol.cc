#include "suites/protocols/protocol.h"

#include <algorithm>

#include "data/base/data_dir.h"
#include "data/base/hash.h"
#include "suites/files/condition_fields.h"
#include "suites/files/description.h"
#include "suites/files/text_data.h"

namespace candor::suites {

namespace {

const std::vector<std::string>& form_fields() {
  static const std::vector<std::string> kFields = {
      "prompt", "preface", "answer", "shots",        "style",    "separator",
      "method", "by",      "judge",  "continuation", "template", "condition"};
  return kFields;
}

// `over` wins, field by field; of "condition" too.
void merge(YAML::Node& under, const YAML::Node& over) {
  for (const auto& field : over) {
    const std::string key = field.first.Scalar();
    if (std::find(form_fields().begin(), form_fields().end(), key) == form_fields().end()) continue;
    if (key == "condition" && under[key] && under[key].IsMap() && field.second.IsMap()) {
      YAML::Node both = YAML::Clone(under[key]);
      for (const auto& part : field.second) both[part.first.Scalar()] = part.second;
      under[key] = both;
    } else {
      under[key] = field.second;
    }
  }
}

std::string one_of(const YamlFields& fields, const std::string& key, const std::string& fallback,
                   const std::vector<std::string>& known) {
  std::string value = fields.text_or(key, fallback);
  if (std::find(known.begin(), known.end(), value) == known.end()) {
    fields.problem(key, fmt::format("expected one of {}", fmt::join(known, ", ")));
  }
  return value;
}

Form form_of(const YamlFields& fields) {
  Form form;
  form.prompt = language_texts(fields, "prompt");
  for (const auto& [language, text] : form.prompt.texts) {
    if (!text.empty() && !text.names("item.question")) {
      fields.problem("prompt", "{{item.question}} is not in it: every question would be the same");
    }
  }
  form.preface = language_texts(fields, "preface");
  form.raw = one_of(fields, "template", "chat", {"chat", "none"}) == "none";
  form.answer = language_texts(fields, "answer");
  form.shots = fields.integer_or("shots", 0, 0, 64);
  form.turns = one_of(fields, "style", "turns", {"turns", "text"}) == "turns";
  form.separator = fields.text_or("separator", form.separator);
  form.likelihood =
      one_of(fields, "method", "generate", {"generate", "likelihood"}) == "likelihood";
  form.continuation = language_texts(fields, "continuation");
  form.by = one_of(fields, "by", "sum", {"sum", "characters", "tokens"});
  form.judge = fields.text_or("judge", "");
  const auto& judges = judge_names();
  if (!form.judge.empty() && std::find(judges.begin(), judges.end(), form.judge) == judges.end()) {
    fields.problem("judge", fmt::format("expected one of {}", fmt::join(judges, ", ")));
  }
  if (form.shots > 0 && form.answer.empty()) {
    fields.problem("shots", "examples need \"answer\", what the assistant says in them");
  }
  if (form.likelihood && form.continuation.empty()) {
    fields.problem("method", "\"likelihood\" needs \"continuation\", the text of an option");
  }
  return form;
}

}  // namespace

YAML::Node Protocol::merged(const std::string& suite, const std::string& kind) const {
  YAML::Node all(YAML::NodeType::Map);
  merge(all, root_);
  // A const node: asking for a key must not make it.
  const YAML::Node& root = root_;
  const auto add = [&](const char* group, const std::string& name) {
    // What is no mapping is told when the file is read.
    if (!root.IsMap() || !root[group] || !root[group].IsMap()) return;
    const YAML::Node forms = root[group];
    for (const auto& form : forms) {
      if (form.first.IsScalar() && form.first.Scalar() == name) merge(all, form.second);
    }
  };
  add("kinds", kind);
  add("suites", suite);
  return all;
}

Protocol::Resolved Protocol::resolve(const YAML::Node& merged, Problems& problems) const {
  const YamlFields fields(merged, file_, problems);
  Resolved resolved;
  resolved.form = form_of(fields);
  if (resolved.form.raw && resolved.form.turns && resolved.form.shots > 0) {
    fields.problem("style", "without a chat template examples are one text: expected text");
  }
  if (fields.has("condition")) {
    data::Condition ignored;
    set_condition(fields.map("condition"), ignored);
    resolved.condition = merged["condition"];
  }
  return resolved;
}

const Protocol::Resolved& Protocol::resolved(const std::string& suite,
                                             const std::string& kind) const {
  const std::string key = suite + "\n" + kind;
  const auto found = resolved_.find(key);
  if (found != resolved_.end()) return found->second;
  Problems problems;
  Resolved made = resolve(merged(suite, kind), problems);
  problems.throw_any(Error::Kind::kUsage);
  return resolved_.emplace(key, std::move(made)).first->second;
}

const Form& Protocol::form(const std::string& suite, const std::string& kind) const {
  return resolved(suite, kind).form;
}

void Protocol::apply(const std::string& suite, const std::string& kind,
                     data::Condition& condition) const {
  const Resolved& chosen = resolved(suite, kind);
  if (no_system_) condition.system.reset();
  if (system_) condition.system = system_;
  condition.raw = chosen.form.raw;
  if (!chosen.condition.IsMap()) return;
  Problems problems;
  set_condition(YamlFields(chosen.condition, file_, problems), condition);
  problems.throw_any(Error::Kind::kUsage);
}

void Protocol::refuse_own_wording(const std::string& suite, const std::string& kind) const {
  if (!form(suite, kind).raw) return;
  fail_usage(
      "protocol {} puts questions without a chat template, and has no form for those of {} (judge "
      "{}), which are worded for a conversation: ask them without it, or by a protocol with a "
      "\"prompt\" for them",
      name_, printable(suite), kind);
}

std::vector<std::string> Protocol::suite_names() const {
  std::vector<std::string> names;
  const YAML::Node& root = root_;
  if (!root.IsMap() || !root["suites"] || !root["suites"].IsMap()) return names;
  for (const auto& suite : root["suites"]) names.push_back(suite.first.Scalar());
  return names;
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  const std::filesystem::path folder =
      data::data_file("sets/protocols/r1-paper.yaml").parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<const Protocol> load_protocol(const std::string& name_or_path) {
  const std::vector<std::string> names = protocol_names();
  std::filesystem::path path = name_or_path;
  if (std::find(names.begin(), names.end(), name_or_path) != names.end()) {
    path = data::data_file("sets/protocols/" + name_or_path + ".yaml");
  } else if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    fail_usage("there is no protocol \"{}\"{}; there are: {}, or the path of a file",
               printable(name_or_path), nearest_hint(name_or_path, names), fmt::join(names, ", "));
  }
  const auto protocol = std::make_shared<Protocol>();
  protocol->file_ = path.string();
  protocol->sha256_ = data::sha256_hex(read_text(path, std::size_t{4} << 20));
  protocol->root_ = load_yaml(path);
  Problems problems;
  const YamlFields fields(protocol->root_, protocol->file_, problems);
  std::vector<std::string> known = {"protocol", "version", "title", "source",
                                    "system",   "kinds",   "suites"};
  known.insert(known.end(), form_fields().begin(), form_fields().end());
  fields.only(known);
  protocol->name_ = fields.text("protocol");
  protocol->version_ = fields.text_or("version", "1");
  protocol->title_ = fields.text_or("title", "");
  // "system:" with nothing behind it says that there is none.
  const YAML::Node system = protocol->root_.IsMap() ? fields.node("system") : YAML::Node();
  protocol->no_system_ = system.IsDefined() && system.IsNull();
  if (fields.has("system")) protocol->system_ = fields.text_or("system", "");
  // Every form is read once now, so that a mistake is told before anything is asked.
  (void)protocol->resolve(protocol->merged("", ""), problems);
  for (const char* group : {"kinds", "suites"}) {
    if (!fields.has(group)) continue;
    const YamlFields forms = fields.map(group);
    if (std::string(group) == "kinds") forms.only(judge_names());
    for (const std::string& name : forms.keys()) {
      forms.map(name).only(form_fields());
      const bool kind = std::string(group) == "kinds";
      (void)protocol->resolve(protocol->merged(kind ? "" : name, kind ? name : ""), problems);
    }
  }
  problems.throw_any(Error::Kind::kUsage);
  return protocol;
}

}  // namespace candor::suites
