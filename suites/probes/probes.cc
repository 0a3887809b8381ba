#include "suites/probes/probes.h"

#include <algorithm>
#include <map>
#include <set>

#include "suites/files/yaml_fields.h"

namespace candor::suites {
namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::vector<Proposition> propositions(const YamlFields& fields, const std::string& key) {
  std::vector<Proposition> list;
  for (const YamlFields& item : fields.items(key)) {
    item.only({"en", "zh", "aliases_en", "aliases_zh"});
    Proposition one{
        {item.text("en"), item.text("zh")}, item.texts("aliases_en"), item.texts("aliases_zh")};
    if (one.aliases_en.empty()) item.problem("aliases_en", "needs at least one alias");
    if (one.aliases_zh.empty()) item.problem("aliases_zh", "needs at least one alias");
    list.push_back(std::move(one));
  }
  return list;
}

// An alias must be a finding: not a word of the question, and of one proposition only.
void check_aliases(const YamlFields& fields, const ProbeText& text) {
  const std::string asked = lower(text.question.en + "\n" + text.question.zh);
  std::map<std::string, const Proposition*> owners;
  const auto check = [&](const Proposition& one, const std::string& alias) {
    if (alias.empty()) fields.problem("en", "has an empty alias");
    if (!alias.empty() && asked.find(lower(alias)) != std::string::npos) {
      fields.problem("en",
                     fmt::format("alias \"{}\" stands in the question itself", printable(alias)));
    }
    const auto [owner, added] = owners.emplace(lower(alias), &one);
    if (!added && owner->second != &one) {
      fields.problem("en", fmt::format("alias \"{}\" belongs to two facts", printable(alias)));
    }
  };
  for (const auto* list : {&text.facts, &text.line}) {
    for (const Proposition& one : *list) {
      for (const std::string& alias : one.aliases_en) check(one, alias);
      for (const std::string& alias : one.aliases_zh) check(one, alias);
    }
  }
}

ProbeText probe_text(const YamlFields& fields) {
  ProbeText text;
  text.topic = fields.text("topic");
  text.question = {fields.text("en"), fields.text("zh")};
  text.entities_en = fields.texts("entities_en");
  text.entities_zh = fields.texts("entities_zh");
  if (text.entities_en.empty()) fields.problem("entities_en", "needs at least one word");
  if (text.entities_zh.empty()) fields.problem("entities_zh", "needs at least one word");
  text.facts = propositions(fields, "facts");
  text.line = propositions(fields, "line");
  if (text.facts.empty()) fields.problem("facts", "needs at least one fact");
  check_aliases(fields, text);
  return text;
}

}  // namespace

std::vector<Probe> load_probes(const std::filesystem::path& path) {
  const YAML::Node root = load_yaml(path);
  Problems problems;
  std::vector<Probe> probes;
  std::set<std::string> ids;
  if (!root.IsSequence()) fail("{}:1: expected a list of probes", path.string());
  for (const YAML::Node& node : root) {
    const YamlFields fields(node, path.string(), problems);
    const std::string id = fields.text("id");
    if (!ids.insert(id).second)
      fields.problem("id", fmt::format("is there twice: {}", printable(id)));
    if (!fields.boolean_or("ask", true)) {
      fields.only({"id", "kind", "topic", "ask", "reason", "reported"});
      (void)fields.text("reason");
      continue;
    }
    fields.only({"id", "kind", "topic", "ask", "en", "zh", "entities_en", "entities_zh", "facts",
                 "line", "reported", "note", "twin"});
    Probe probe;
    probe.probe = probe_text(fields);
    probe.probe.id = id;
    probe.probe.reported = fields.text("reported");
    const YamlFields twin = fields.map("twin");
    twin.only(
        {"id", "topic", "en", "zh", "entities_en", "entities_zh", "facts", "line", "reported"});
    probe.twin = probe_text(twin);
    probe.twin.id = twin.text_or("id", id + "-twin");
    probe.twin.reported = twin.text_or("reported", "");
    if (!ids.insert(probe.twin.id).second) {
      twin.problem("id", fmt::format("is there twice: {}", printable(probe.twin.id)));
    }
    probes.push_back(std::move(probe));
  }
  problems.throw_any();
  return probes;
}

}  // namespace candor::suites
