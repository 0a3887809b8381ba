// The probes of data/sets/seed_probes.yaml: sensitive questions in English and Chinese with their
// structural twins. data/sets/README.md explains the file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "suites/bilingual.h"

namespace candor::suites {

// A key fact, or a proposition of the official line, and the words by which an answer shows it.
struct Proposition {
  Bilingual text;
  std::vector<std::string> aliases_en;
  std::vector<std::string> aliases_zh;
};

struct ProbeText {  // a probe or its twin
  std::string id;
  std::string topic;
  Bilingual question;
  std::vector<std::string> entities_en;
  std::vector<std::string> entities_zh;
  std::vector<Proposition> facts;
  std::vector<Proposition> line;
  std::string reported;
};

struct Probe {
  ProbeText probe;
  ProbeText twin;
};

// The probes that are asked, in the order of the file. Throws Error that lists every mistake of the
// file with its line: missing languages or twins, facts without aliases, aliases that stand in the
// question itself (they would be found in every answer that repeats it) or belong to two facts.
std::vector<Probe> load_probes(const std::filesystem::path& path);

}  // namespace candor::suites
