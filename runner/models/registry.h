// The models known by name (data/sets/models.yaml) and where their files are kept:
// ${XDG_CACHE_HOME:-~/.cache}/candor/models.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace candor::runner {

// The same bytes in packages of the Python index: part n of `parts` is the file `member` in
// `package`==`version`, with {n} and {nn} (two digits) put in.
struct WheelSource {
  std::string package;
  std::string version;
  int parts = 0;
  std::string member;
};

struct ModelEntry {
  std::string name;
  std::string title;
  std::string file;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::string licence;
  std::string hub;  // repository on the model hub; empty: not there
  std::optional<WheelSource> wheels;
};

struct Registry {
  std::string default_name;
  std::vector<ModelEntry> models;

  const ModelEntry* find(const std::string& name) const;  // null: unknown
  // Error (usage) that names the known models.
  const ModelEntry& need(const std::string& name) const;
};

Registry load_registry(const std::filesystem::path& yaml);
Registry load_registry();  // the bundled one

std::filesystem::path model_folder();
std::filesystem::path model_path(const ModelEntry& entry);

// What `--model` means: a registered name (whose file must be there: Error says how to get it), or
// the path of a file or folder. Empty: the registry's default.
struct ResolvedModel {
  std::string name;
  std::filesystem::path path;
};
ResolvedModel resolve_model(const std::string& model);

// The name that resolve_model() gives, also of a registered model whose file is not here. Throws
// Error (usage) for a name that is neither registered nor a path.
std::string model_name(const std::string& model);

// SHA-256 of a model: of its file, or of the names and contents of all parts of a split GGUF model
// (whichever is given), or of a folder's files, sorted by name.
std::string model_sha256(const std::filesystem::path& path);

}  // namespace candor::runner
