// `candor suites`: what there is to ask, what it asks, and how public sets are got.
#include <algorithm>

#include "data/base/error.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/public/pull.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

suites::Suite chosen_suite(const SuitesOptions& options) {
  if (options.suite_file) return load_suite_file(*options.suite_file, options.suite_options);
  return suites::load_suite(options.suite, options.suite_options);
}

bool is_here(const suites::Description& description) {
  const auto& files = description.source->files;
  return std::all_of(files.begin(), files.end(), [&](const suites::SourceFile& file) {
    std::error_code ignored;
    return file.examples || std::filesystem::exists(description.folder / file.name, ignored);
  });
}

json::object listed(const suites::SuiteInfo& info) {
  return json::object{{"name", info.name},
                      {"version", info.version},
                      {"title", info.title},
                      {"languages", json::array(info.languages.begin(), info.languages.end())},
                      {"needs_sandbox", info.needs_sandbox},
                      {"public", false}};
}

json::object listed(const suites::Description& description) {
  json::array files;
  for (const suites::SourceFile& file : description.source->files) {
    files.push_back(json::object{
        {"name", file.name}, {"url", file.url}, {"sha256", file.sha256}, {"bytes", file.bytes}});
  }
  return json::object{
      {"name", description.suite},           {"version", description.version},
      {"title", description.title},          {"public", true},
      {"here", is_here(description)},        {"licence", description.source->licence},
      {"home", description.source->home},    {"note", description.source->note},
      {"path", description.folder.string()}, {"files", std::move(files)},
      {"not_scored", description.not_scored}};
}

std::vector<suites::Description> chosen_public(const std::string& name) {
  std::vector<suites::Description> known = suites::bundled_descriptions();
  if (name == "all") return known;
  std::vector<std::string> names;
  for (suites::Description& description : known) {
    if (description.suite == name) return {std::move(description)};
    names.push_back(description.suite);
  }
  fail_usage("there is no public suite \"{}\"{}; there are: {}", suites::printable(name),
             suites::nearest_hint(name, names), fmt::join(names, ", "));
}

}  // namespace

int suites_list_command(const SuitesOptions& options) {
  for (const suites::SuiteInfo& info : suites::bundled_suites()) {
    if (options.json) {
      print_json_line(listed(info));
    } else {
      fmt::print("* {:<15} {}\n", info.name, info.title);
    }
  }
  for (const suites::Description& description : suites::bundled_descriptions()) {
    if (options.json) {
      print_json_line(listed(description));
    } else {
      fmt::print("{} {:<15} {} ({}){}{}\n", is_here(description) ? "*" : " ", description.suite,
                 description.title, description.source->licence,
                 description.not_scored.empty() ? "" : "; shown only: ", description.not_scored);
    }
  }
  if (!options.json) fmt::print("* is here; get another with `candor suites pull NAME`\n");
  return 0;
}

int suites_pull_command(const SuitesOptions& options) {
  SuitePull pull;
  pull.mirror = options.mirror;
  pull.say = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  for (const suites::Description& description : chosen_public(options.suite)) {
    fmt::print(stderr, "{}: {}, licence {}\n", description.suite, description.source->home,
               description.source->licence);
    fmt::print("{}\n", pull_suite(description, pull).string());
  }
  return 0;
}

int suites_show_command(const SuitesOptions& options) {
  const suites::Suite suite = chosen_suite(options);
  if (options.json) {
    for (const data::Question& question : suite.questions) {
      json::object object = data::to_json(question);
      object["hash"] = question.hash();
      print_json_line(object);
    }
    return 0;
  }
  fmt::print("{} {}: {}\n{} questions, hash {}\n", suite.info.name, suite.info.version,
             suite.info.title, suite.questions.size(), suite.hash());
  for (const data::Question& question : suite.questions) {
    fmt::print("\n--- {}  [{}]  level {}  {}{}{}\n", question.id, question.language, question.level,
               question.topic, question.twin.empty() ? "" : "  twin ", question.twin);
    for (const data::Message& message : question.messages) {
      fmt::print("{}: {}\n", message.role, message.content);
    }
    json::object reference = question.reference;
    const std::vector<std::string> proof = data::proof_of(question);
    if (!proof.empty()) reference.erase("proof");
    fmt::print("reference: {}\n", json::serialize(reference));
    if (!proof.empty()) fmt::print("proof:\n  {}\n", fmt::join(proof, "\n  "));
  }
  return 0;
}

}  // namespace candor::runner
