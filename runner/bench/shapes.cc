#include "runner/bench/shapes.h"

#include <yaml-cpp/yaml.h>

#include <set>

#include "data/base/data_dir.h"
#include "data/base/error.h"
#include "runner/commands/model_choice.h"

namespace candor::runner {

namespace fs = std::filesystem;

namespace {

constexpr const char* kConfigFile = "config.json";
constexpr std::size_t kMostConfigBytes = std::size_t{4} << 20U;

std::string field(const YAML::Node& node, const char* key, const std::string& where) {
  const YAML::Node value = node[key];
  if (!value || !value.IsScalar() || value.Scalar().empty()) {
    fail("{}:{}: field \"{}\": expected a text", where, node.Mark().line + 1, key);
  }
  return value.Scalar();
}

}  // namespace

std::vector<Shape> load_shapes(const fs::path& yaml) {
  const std::string where = yaml.string();
  try {
    std::vector<Shape> shapes;
    std::set<std::string> names;
    for (const YAML::Node& node : YAML::LoadFile(where)["shapes"]) {
      shapes.push_back(
          {field(node, "name", where), field(node, "title", where), field(node, "config", where)});
      if (!names.insert(shapes.back().name).second) {
        fail("{}:{}: shape \"{}\" is there twice", where, node.Mark().line + 1, shapes.back().name);
      }
    }
    if (shapes.empty()) fail("{}: has no shapes", where);
    return shapes;
  } catch (const YAML::Exception& error) {
    fail("{}:{}: {}", where, error.mark.line + 1, error.msg);
  }
}

std::vector<Shape> load_shapes() { return load_shapes(data::data_file("sets/shapes.yaml")); }

Shape find_shape(const std::string& name_or_path) {
  std::string known;
  for (Shape& shape : load_shapes()) {
    if (shape.name == name_or_path) return std::move(shape);
    known += (known.empty() ? "" : ", ") + shape.name;
  }
  fs::path path = name_or_path;
  if (fs::is_directory(path)) path /= kConfigFile;
  if (!fs::is_regular_file(path)) {
    fail_usage("unknown shape \"{}\"; known: {} (or give the path of a config.json)", name_or_path,
               known);
  }
  const fs::path whole = fs::absolute(path).lexically_normal();
  const fs::path named = whole.filename() == kConfigFile ? whole.parent_path() : whole;
  return {named.stem().string(), whole.string(), read_text_file(path, kMostConfigBytes)};
}

}  // namespace candor::runner
