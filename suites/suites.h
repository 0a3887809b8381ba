// What to ask: the bundled suites, public sets and suite files, each a list of questions with a
// hash. Pure functions: the same name, options and program version give the same bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/records/condition.h"
#include "data/records/question.h"

namespace candor::suites {

struct SuiteInfo {
  std::string name;  // "arithmetic", "seed-probes"
  std::string version;
  std::string title;  // one line
  std::vector<std::string> languages;
  bool needs_sandbox = false;  // its answers are run as code
  std::string not_scored;      // why no judge of this program scores its answers; else empty
};

struct Suite {
  SuiteInfo info;
  std::vector<data::Question> questions;  // pairs and twins linked, ordered by level, then number
  // What the suite asks for unless the user says otherwise (token limit, sampling).
  data::Condition condition;
  // The bare questions of a described set, by id: what a prompt put its words around.
  std::map<std::string, std::string> bare = {};

  std::string hash() const;  // over the hashes of its questions, in order
};

class Protocol;  // suites/protocols/protocol.h

struct SuiteOptions {
  std::uint64_t seed = 1;              // of the generated suites
  std::vector<std::string> languages;  // empty: all that the suite has
  int count = 12;                      // questions a language of a generated suite, spread evenly
                                       // over the levels; 0: as many as the suite has by default
  std::optional<std::pair<int, int>> levels =
      {};                 // of a generated suite, first and last; none: all
  int max_questions = 0;  // a language of any other suite, drawn by `seed`; 0: all
  std::string part = {};  // of a public suite: this topic alone; empty: all
  std::shared_ptr<const Protocol> protocol =
      {};  // how questions are put; none: each suite's own way
  // Worked examples for a protocol, rows with the fields of the set's own; empty: the set's.
  std::filesystem::path shots_file = {};
};

// "3" or "1-3". Throws Error (usage).
std::pair<int, int> read_levels(const std::string& text);

std::vector<SuiteInfo> bundled_suites();
// A bundled suite; or a public one whose files were pulled, NAME or NAME/PART. Throws Error (usage)
// that names the known suites when there is none of that name, and that says how to get a public
// one whose files are not here.
Suite load_suite(const std::string& name, const SuiteOptions& options);
// A suite file: YAML that names a data file, its fields, the prompt and the judge
// (suites/README.md); or JSONL of questions in our own format.
Suite load_suite_file(const std::filesystem::path& path, const SuiteOptions& options);

}  // namespace candor::suites
