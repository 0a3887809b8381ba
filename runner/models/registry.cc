#include "runner/models/registry.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>

#include "data/base/data_dir.h"
#include "data/base/error.h"
#include "data/base/hash.h"
#include "engine/files/gguf.h"

namespace candor::runner {

namespace fs = std::filesystem;

namespace {

template <typename T>
T field(const YAML::Node& node, const char* key, const std::string& where) {
  const YAML::Node value = node[key];
  if (!value) fail("{}:{}: field \"{}\" is missing", where, node.Mark().line + 1, key);
  try {
    return value.as<T>();
  } catch (const YAML::Exception& error) {
    fail("{}:{}: field \"{}\": {}", where, value.Mark().line + 1, key, error.msg);
  }
}

ModelEntry read_entry(const YAML::Node& node, const std::string& where) {
  ModelEntry entry;
  entry.name = field<std::string>(node, "name", where);
  entry.title = field<std::string>(node, "title", where);
  entry.file = field<std::string>(node, "file", where);
  entry.bytes = field<std::uint64_t>(node, "bytes", where);
  entry.sha256 = field<std::string>(node, "sha256", where);
  entry.licence = field<std::string>(node, "licence", where);
  if (node["hub"]) entry.hub = field<std::string>(node, "hub", where);
  if (const YAML::Node wheels = node["wheels"]) {
    entry.wheels = WheelSource{
        field<std::string>(wheels, "package", where), field<std::string>(wheels, "version", where),
        field<int>(wheels, "parts", where), field<std::string>(wheels, "member", where)};
  }
  if (fs::path(entry.file).filename() != entry.file) {
    fail("{}: model {}: field \"file\" must be a plain file name", where, entry.name);
  }
  return entry;
}

fs::path home() {
  const char* value = std::getenv("HOME");
  if (value == nullptr || *value == '\0') fail("HOME is not set: set XDG_CACHE_HOME or HOME");
  return value;
}

}  // namespace

const ModelEntry* Registry::find(const std::string& name) const {
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const ModelEntry& entry) { return entry.name == name; });
  return found == models.end() ? nullptr : &*found;
}

const ModelEntry& Registry::need(const std::string& name) const {
  if (const ModelEntry* entry = find(name)) return *entry;
  std::string known;
  for (const ModelEntry& entry : models) known += (known.empty() ? "" : ", ") + entry.name;
  fail_usage("unknown model \"{}\"; known: {} (or give the path of a GGUF file or folder)", name,
             known);
}

Registry load_registry(const fs::path& yaml) {
  const std::string where = yaml.string();
  try {
    const YAML::Node root = YAML::LoadFile(where);
    Registry registry;
    registry.default_name = field<std::string>(root, "default", where);
    for (const YAML::Node& node : root["models"])
      registry.models.push_back(read_entry(node, where));
    registry.need(registry.default_name);
    return registry;
  } catch (const YAML::Exception& error) {
    fail("{}:{}: {}", where, error.mark.line + 1, error.msg);
  }
}

Registry load_registry() { return load_registry(data::data_dir() / "sets" / "models.yaml"); }

fs::path model_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const fs::path base = cache != nullptr && *cache != '\0' ? fs::path(cache) : home() / ".cache";
  return base / "candor" / "models";
}

fs::path model_path(const ModelEntry& entry) { return model_folder() / entry.file; }

namespace {

// Its name and where its file would be.
ResolvedModel place_of(const Registry& registry, const std::string& model) {
  const std::string& wanted = model.empty() ? registry.default_name : model;
  if (const ModelEntry* entry = registry.find(wanted)) return {entry->name, model_path(*entry)};
  const fs::path path = wanted;
  if (!fs::exists(path)) registry.need(wanted);
  return {
      path.filename().empty() ? path.parent_path().filename().string() : path.filename().string(),
      path};
}

}  // namespace

ResolvedModel resolve_model(const std::string& model) {
  ResolvedModel found = place_of(load_registry(), model);
  if (!fs::exists(found.path)) {
    fail("model {} is not here ({}): get it with `candor models pull {}`", found.name,
         found.path.string(), found.name);
  }
  return found;
}

std::string model_name(const std::string& model) { return place_of(load_registry(), model).name; }

std::string model_sha256(const fs::path& path) {
  std::vector<fs::path> files;
  if (!fs::is_directory(path)) {
    files = engine::gguf_parts(path);
    if (files.size() == 1) return data::sha256_file(path);
  } else {
    for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
  }
  data::Sha256 hash;
  for (const fs::path& file : files) {
    hash.update(file.filename().string());
    hash.update("\n");
    hash.update(data::sha256_file(file));
    hash.update("\n");
  }
  return hash.hex();
}

}  // namespace candor::runner
