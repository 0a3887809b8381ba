// Where the published files of a public suite come from and what they must be: the field "source"
// of its description. Nothing is fetched here (runner/public does that).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "suites/files/yaml_fields.h"

namespace candor::suites {

struct SourceFile {
  std::string name;  // relative to the suite's folder, with "/"; never upwards
  std::string url;   // published address; empty: made from another file, see Source::note
  std::string sha256;
  std::uint64_t bytes = 0;
  bool examples = false;  // only worked examples come from it: all else can be asked without
};

struct Source {
  std::string licence;
  std::string home;    // where a reader finds the publisher
  std::string note;    // what else should be known of the files; may be empty
  std::string mirror;  // the folder of the files below a mirror
  std::vector<SourceFile> files;
};

// Notes every mistake in the fields' problems.
Source source_of(const YamlFields& fields);

// Throws Error unless the file of the suite's folder has the registered size and SHA-256. A name
// that is not registered passes.
void check_source_file(const Source& source, const std::string& suite,
                       const std::filesystem::path& folder, const std::string& name);

// The folder of the pulled files of a suite: ${XDG_CACHE_HOME:-~/.cache}/candor/suites/NAME. Throws
// Error where neither variable is set.
std::filesystem::path public_folder(const std::string& suite);

}  // namespace candor::suites
