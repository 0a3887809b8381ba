// Reads typed fields out of a YAML mapping and notes every mistake with file, line and field; the
// caller throws when all is read. A field with a mistake reads as its empty value.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <vector>

#include "suites/files/problems.h"

namespace candor::suites {

class YamlFields {
 public:
  // `file` goes before every message; `problems` must outlive the reader. A node that is not a
  // mapping is a problem, and every field of it is missing.
  YamlFields(YAML::Node node, std::string file, Problems& problems);

  bool has(const std::string& key) const;
  std::string text(const std::string& key) const;  // needed, not empty
  std::string text_or(const std::string& key, const std::string& fallback) const;
  bool boolean_or(const std::string& key, bool fallback) const;
  int integer_or(const std::string& key, int fallback, int lo, int hi) const;
  double number_or(const std::string& key, double fallback, double lo, double hi) const;
  std::vector<std::string> texts(const std::string& key) const;  // missing: empty
  std::vector<YamlFields> items(const std::string& key) const;   // mappings; missing: empty
  YamlFields map(const std::string& key) const;                  // needed
  YAML::Node node(const std::string& key) const { return node_[key]; }
  std::vector<std::string> keys() const;

  // Notes every field that is not in `known`, with the nearest one that is.
  void only(const std::vector<std::string>& known) const;
  void problem(const std::string& key, const std::string& what) const;

 private:
  int line(const std::string& key) const;

  YAML::Node node_;
  std::string file_;
  Problems* problems_;
};

// Parses a file of at most 4 MiB. Throws Error with file and line.
YAML::Node load_yaml(const std::filesystem::path& path);

}  // namespace candor::suites
