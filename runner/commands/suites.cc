// `candor suites`: what there is to ask, what it asks, and how public sets are got.
#include <algorithm>

#include "data/base/error.h"
#include "reports/text.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/public/pull.h"
#include "suites/protocols/protocol.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

suites::Suite chosen_suite(const SuitesOptions& options) {
  if (options.suite_file && !options.suite.empty()) {
    fail_usage("suites show: name a suite or give --suite-file, not both");
  }
  if (options.suite_file) return load_suite_file(*options.suite_file, options.suite_options);
  if (options.suite.empty())
    fail_usage("suites show: name a suite (`candor suites`) or a --suite-file");
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
  const std::vector<suites::Description> chosen = chosen_public(options.suite);
  std::vector<std::string> failures;
  for (const suites::Description& description : chosen) {
    fmt::print(stderr, "{}: {}, licence {}\n", description.suite, description.source->home,
               description.source->licence);
    try {
      fmt::print("{}\n", pull_suite(description, pull).string());
    } catch (const Error& error) {
      if (chosen.size() == 1) throw;
      failures.push_back(reports::one_line(error.what()));
      fmt::print(stderr, "failed: {}\n", failures.back());
    }
  }
  if (failures.empty()) return 0;
  fmt::print(stderr, "{} of {} suites could not be got:\n", failures.size(), chosen.size());
  for (const std::string& failure : failures) fmt::print(stderr, "  {}\n", failure);
  return 3;
}

int suites_show_command(const SuitesOptions& options) {
  const suites::Suite suite = chosen_suite(options);
  suites::check_suites(options.suite_options.protocol.get(), {suite.info.name});
  if (options.json) {
    for (const data::Question& question : suite.questions) {
      json::object object = data::to_json(question);
      object["hash"] = question.hash();
      print_json_line(object);
    }
    return 0;
  }
  fmt::print("{} {}: {}\n{} questions, hash {}\n", reports::one_line(suite.info.name),
             reports::one_line(suite.info.version), reports::one_line(suite.info.title),
             suite.questions.size(), suite.hash());
  for (const data::Question& question : suite.questions) {
    fmt::print("\n--- {}  [{}]  level {}  {}{}{}\n", reports::one_line(question.id),
               reports::one_line(question.language), question.level,
               reports::one_line(question.topic), question.twin.empty() ? "" : "  twin ",
               reports::one_line(question.twin));
    for (const data::Message& message : question.messages) {
      fmt::print("{}: {}\n", reports::one_line(message.role), reports::visible(message.content));
    }
    json::object reference = question.reference;
    const std::vector<std::string> proof = data::proof_of(question);
    if (!proof.empty()) reference.erase("proof");
    fmt::print("reference: {}\n", reports::visible(json::serialize(reference)));
    if (!proof.empty()) {
      fmt::print("proof:\n  {}\n", reports::visible(fmt::format("{}", fmt::join(proof, "\n  "))));
    }
  }
  return 0;
}

}  // namespace candor::runner
