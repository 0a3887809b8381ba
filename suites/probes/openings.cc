#include "suites/probes/openings.h"

#include "data/base/data_dir.h"
#include "data/records/knowledge_reference.h"
#include "data/text/traditional.h"
#include "data/text/unicode.h"
#include "suites/files/yaml_fields.h"

namespace candor::suites {

namespace {

void check(const YamlFields& fields, const std::string& language, const Openings& openings) {
  std::vector<std::string> all;
  for (const auto& [key, list] : {std::pair{"refusals", &openings.refusals},
                                  std::pair{"deflections", &openings.deflections}}) {
    if (list->empty()) fields.problem(key, "needs at least one opening");
    for (const std::string& text : *list) {
      if (text.empty()) fields.problem(key, "an opening is empty");
      if (data::has_han(text) != (language != "en")) {
        fields.problem(key, fmt::format("\"{}\" is not of language {}", printable(text), language));
      }
      all.push_back(text);
    }
  }
  if (data::has_han(openings.forced_start) != (language != "en")) {
    fields.problem("forced_start", fmt::format("is not of language {}", language));
  }
  for (const std::string& text : all) {
    if (!text.empty() && openings.forced_start.starts_with(text)) {
      fields.problem("forced_start", fmt::format("begins as \"{}\" does", printable(text)));
    }
  }
  if (const auto found = data::one_begins_another(all)) {
    fields.problem("refusals", fmt::format("the opening \"{}\" begins \"{}\"",
                                           printable(found->first), printable(found->second)));
  }
}

std::vector<std::string> traditional(const std::vector<std::string>& texts) {
  std::vector<std::string> result;
  for (const std::string& text : texts) result.push_back(data::to_traditional(text));
  return result;
}

}  // namespace

std::map<std::string, Openings> load_openings(const std::filesystem::path& path) {
  const YAML::Node root = load_yaml(path);
  if (!root.IsSequence()) fail("{}:1: expected a list of languages", path.string());
  Problems problems;
  std::map<std::string, Openings> languages;
  for (const YAML::Node& node : root) {
    const YamlFields fields(node, path.string(), problems);
    fields.only({"language", "refusals", "deflections", "forced_start"});
    const std::string language = fields.text("language");
    const Openings openings{fields.texts("refusals"), fields.texts("deflections"),
                            fields.text("forced_start")};
    if (language != "en" && language != "zh") {
      fields.problem("language", "expected en or zh");
    } else if (!languages.emplace(language, openings).second) {
      fields.problem("language", "is there twice");
    }
    check(fields, language, openings);
    if (language != "zh") continue;
    const Openings other{traditional(openings.refusals), traditional(openings.deflections),
                         data::to_traditional(openings.forced_start)};
    check(fields, "zh-Hant", other);
    languages["zh-Hant"] = other;
  }
  for (const char* needed : {"en", "zh"}) {
    if (!languages.contains(needed)) {
      problems.add(fmt::format("{}:1: has no openings in language {}", path.string(), needed));
    }
  }
  problems.throw_any();
  return languages;
}

std::map<std::string, std::string> forced_starts() {
  std::map<std::string, std::string> starts;
  for (const auto& [language, openings] : load_openings(data::data_file("sets/openings.yaml"))) {
    starts[language] = openings.forced_start;
  }
  return starts;
}

}  // namespace candor::suites
