// `candor models` and `candor suites`: what there is to run, and on what.
#include "data/base/error.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/models/pull.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

suites::Suite chosen_suite(const SuitesOptions& options) {
  if (options.suite_file) return load_suite_file(*options.suite_file, options.suite_options);
  return suites::load_suite(options.suite, options.suite_options);
}

}  // namespace

int models_list_command(bool as_json) {
  const Registry registry = load_registry();
  for (const ModelEntry& entry : registry.models) {
    const bool here = std::filesystem::exists(model_path(entry));
    if (as_json) {
      print_json_line(json::object{{"name", entry.name},
                                   {"title", entry.title},
                                   {"bytes", entry.bytes},
                                   {"sha256", entry.sha256},
                                   {"licence", entry.licence},
                                   {"default", entry.name == registry.default_name},
                                   {"path", model_path(entry).string()},
                                   {"here", here}});
    } else {
      fmt::print("{} {:<28} {:>5} MiB  {:<9} {}{}\n", here ? "*" : " ", entry.name,
                 entry.bytes >> 20U, entry.licence, entry.title,
                 entry.name == registry.default_name ? " (default)" : "");
    }
  }
  if (!as_json) fmt::print("* is here; get another with `candor models pull NAME`\n");
  return 0;
}

int models_pull_command(const std::string& name) {
  const Registry registry = load_registry();
  const ModelEntry& entry = registry.need(name.empty() ? registry.default_name : name);
  std::atomic<std::uint64_t> done = 0;
  PullReport report;
  report.say = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  report.progress = [&](std::uint64_t bytes, std::uint64_t) { done = bytes; };
  std::filesystem::path path;
  {
    const Progress progress(
        [&] {
          const double share = static_cast<double>(done) / static_cast<double>(entry.bytes);
          return fmt::format("{} {} of {} MiB", bar(share, 24), done >> 20U, entry.bytes >> 20U);
        },
        false);
    path = pull_model(entry, report);
    done = entry.bytes;
  }
  fmt::print("{}\n", path.string());
  return 0;
}

int models_path_command(const std::string& name) {
  fmt::print("{}\n", resolve_model(name).path.string());
  return 0;
}

int models_verify_command(const std::string& name) {
  const Registry registry = load_registry();
  const ModelEntry& entry = registry.need(name.empty() ? registry.default_name : name);
  if (!std::filesystem::exists(model_path(entry))) {
    fail("{} is not here: get it with `candor models pull {}`", model_path(entry).string(),
         entry.name);
  }
  if (!verify_model(entry)) {
    fail("{}: SHA-256 is not the registered {}: delete it and pull again",
         model_path(entry).string(), entry.sha256);
  }
  fmt::print("{}: SHA-256 matches\n", model_path(entry).string());
  return 0;
}

int suites_list_command(const SuitesOptions& options) {
  for (const suites::SuiteInfo& info : suites::bundled_suites()) {
    if (options.json) {
      print_json_line(json::object{{"name", info.name},
                                   {"version", info.version},
                                   {"title", info.title},
                                   {"languages", json::array(info.languages.begin(),
                                                             info.languages.end())},
                                   {"needs_sandbox", info.needs_sandbox}});
    } else {
      fmt::print("{:<12} {}\n", info.name, info.title);
    }
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
    fmt::print("\n--- {}  [{}]  level {}  {}{}{}\n", question.id, question.language,
               question.level, question.topic, question.twin.empty() ? "" : "  twin ",
               question.twin);
    for (const data::Message& message : question.messages) {
      fmt::print("{}: {}\n", message.role, message.content);
    }
    fmt::print("reference: {}\n", json::serialize(question.reference));
  }
  return 0;
}

}  // namespace candor::runner
