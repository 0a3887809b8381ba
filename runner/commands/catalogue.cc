// `candor models`: what there is to run on.
#include "data/base/error.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/models/pull.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace json = boost::json;

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

}  // namespace candor::runner
