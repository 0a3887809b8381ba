// Shapes of published models by name (data/sets/shapes.yaml): what `candor bench --shape` makes up
// a model from. No weights and no files of models.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace candor::runner {

struct Shape {
  std::string name;
  std::string title;
  std::string config;  // the text of a config.json
};

std::vector<Shape> load_shapes(const std::filesystem::path& yaml);
std::vector<Shape> load_shapes();  // the bundled ones

// A bundled shape, or the path of a config.json, whose folder or file then gives the name. Error
// (usage) that names the bundled ones.
Shape find_shape(const std::string& name_or_path);

}  // namespace candor::runner
