#include "suites/probes/probes.h"

#include <algorithm>
#include <map>
#include <set>

#include "data/text/unicode.h"
#include "suites/files/yaml_fields.h"
#include "suites/probes/rules.h"

namespace candor::suites {
namespace {

namespace fs = std::filesystem;

ProbeTurn read_turn(const YamlFields& fields) {
  return {fields.text("en"), fields.text("zh"), fields.text("zh_hant")};
}

std::vector<Proposition> propositions(const YamlFields& fields, const std::string& key,
                                      RulesOfProbe& rules) {
  std::vector<Proposition> list;
  for (const YamlFields& item : fields.items(key)) {
    std::vector<std::string> known = {"en", "zh", "aliases_en", "aliases_zh", "source"};
    if (key == "facts") known.insert(known.end(), {"false_en", "false_zh"});
    item.only(known);
    Proposition one{{item.text("en"), item.text("zh")},
                    item.texts("aliases_en"),
                    item.texts("aliases_zh"),
                    item.text("source"),
                    {item.text_or("false_en", ""), item.text_or("false_zh", "")}};
    rules.check(item, one);
    if (key == "facts") rules.check_apart(item, one);
    list.push_back(std::move(one));
  }
  return list;
}

// What was published on how services answered. `note` is for readers of the file: only its form is
// checked.
Bilingual read_reported(const YamlFields& fields) {
  const Bilingual reported = {fields.text_or("reported", ""), fields.text_or("reported_zh", "")};
  check_reported(fields, reported);
  (void)fields.text_or("note", "");
  return reported;
}

ProbeText read_text(const YamlFields& fields, bool is_twin) {
  ProbeText text;
  text.question = read_turn(fields);
  for (const YamlFields& item : fields.items("before")) {
    item.only({"en", "zh", "zh_hant"});
    text.before.push_back(read_turn(item));
    check_turn(item, text.before.back());
  }
  check_turn(fields, text.question);
  text.entities_en = fields.texts("entities_en");
  text.entities_zh = fields.texts("entities_zh");
  if (text.entities_en.empty()) fields.problem("entities_en", "needs at least one word");
  if (text.entities_zh.empty()) fields.problem("entities_zh", "needs at least one word");
  RulesOfProbe rules(text.question);
  text.facts = propositions(fields, "facts", rules);
  text.line = propositions(fields, "line", rules);
  check_numbers(fields, text, is_twin);
  return text;
}

Probe read_probe(const YamlFields& fields) {
  fields.only({"id", "state", "topic", "kind", "subject", "ask", "en", "zh", "zh_hant", "before",
               "entities_en", "entities_zh", "facts", "line", "reported", "reported_zh", "note",
               "twin"});
  Probe probe;
  probe.state = fields.text("state");
  probe.topic = fields.text("topic");
  probe.kind = fields.text_or("kind", "sensitive");
  check_names(fields, probe);
  probe.probe = read_text(fields, false);
  probe.probe.id = fields.text("id");
  probe.probe.subject = fields.text_or("subject", probe.topic);
  probe.probe.reported = read_reported(fields);
  const YamlFields twin = fields.map("twin");
  twin.only({"id", "topic", "en", "zh", "zh_hant", "before", "entities_en", "entities_zh", "facts",
             "line", "reported", "reported_zh", "note"});
  probe.twin = read_text(twin, true);
  probe.twin.id = twin.text_or("id", probe.probe.id + "-twin");
  probe.twin.subject = twin.text("topic");
  probe.twin.reported = read_reported(twin);
  check_likeness(fields, probe);
  return probe;
}

// Ids and questions that are there already, and where.
class Known {
 public:
  void check(const YamlFields& fields, const Probe& probe) {
    for (const ProbeText* text : {&probe.probe, &probe.twin}) {
      if (!ids_.insert(text->id).second) {
        fields.problem("id", fmt::format("is there twice: {}", printable(text->id)));
      }
      std::string whole;
      for (const ProbeTurn& turn : text->before) whole += turn.en + "\n";
      whole = data::lower_case(whole + text->question.en);
      const auto [owner, added] = questions_.emplace(whole, text->id);
      if (!added && !whole.empty()) {
        fields.problem("en", fmt::format("asks what {} asks", printable(owner->second)));
      }
    }
  }

 private:
  std::set<std::string> ids_;
  std::map<std::string, std::string> questions_;
};

void read_file(const fs::path& path, Problems& problems, Known& known, std::vector<Probe>& probes) {
  const YAML::Node root = load_yaml(path);
  if (!root.IsSequence()) fail("{}:1: expected a list of probes", path.string());
  for (const YAML::Node& node : root) {
    const YamlFields fields(node, path.string(), problems);
    if (!fields.boolean_or("ask", true)) {
      fields.only({"id", "kind", "subject", "ask", "reason", "reported", "reported_zh", "note"});
      (void)fields.text("id");
      (void)fields.text("reason");
      (void)read_reported(fields);
      continue;
    }
    Probe probe = read_probe(fields);
    known.check(fields, probe);
    probes.push_back(std::move(probe));
  }
}

}  // namespace

std::vector<Probe> load_probes(const fs::path& path) {
  Problems problems;
  Known known;
  std::vector<Probe> probes;
  read_file(path, problems, known, probes);
  problems.throw_any();
  return probes;
}

std::vector<Probe> load_probe_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  if (files.empty()) fail("{}: has no probe files (*.yaml)", folder.string());
  std::sort(files.begin(), files.end());
  Problems problems;
  Known known;
  std::vector<Probe> probes;
  for (const fs::path& file : files) read_file(file, problems, known, probes);
  problems.throw_any();
  return probes;
}

}  // namespace candor::suites
