// `candor audit lint`: reads probe files and says what is in them, or all that is wrong with them.
#include "suites/probes/probes.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "data/base/error.h"
#include "runner/commands/commands.h"

namespace candor::runner {

int lint_probes_command(const std::vector<std::filesystem::path>& paths) {
  std::string problems;
  for (const std::filesystem::path& path : paths) {
    try {
      const bool folder = std::filesystem::is_directory(path);
      const std::vector<suites::Probe> probes =
          folder ? suites::load_probe_folder(path) : suites::load_probes(path);
      std::map<std::string, std::size_t> states;
      std::set<std::string> topics;
      std::size_t facts = 0, line = 0, turns = 0;
      for (const suites::Probe& probe : probes) {
        ++states[probe.state];
        topics.insert(probe.topic);
        facts += probe.probe.facts.size() + probe.twin.facts.size();
        line += probe.probe.line.size() + probe.twin.line.size();
        turns += probe.probe.before.empty() ? 0 : 1;
      }
      fmt::print(
          "{}: {} probes and as many twins, {} topics, {} facts, {} line propositions, {} of "
          "several turns;",
          path.string(), probes.size(), topics.size(), facts, line, turns);
      for (const auto& [state, count] : states) fmt::print(" {} {}", state, count);
      fmt::print("\n");
    } catch (const Error& error) {
      problems += (problems.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  if (!problems.empty()) fail("{}", problems);
  return 0;
}

}  // namespace candor::runner
