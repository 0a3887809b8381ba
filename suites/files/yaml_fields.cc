#include "suites/files/yaml_fields.h"

#include <algorithm>

#include "suites/files/text_data.h"

namespace candor::suites {

YamlFields::YamlFields(YAML::Node node, std::string file, Problems& problems)
    : node_(std::move(node)), file_(std::move(file)), problems_(&problems) {
  if (!node_.IsMap()) {
    problems_->add(
        fmt::format("{}:{}: expected fields (\"name: value\")", file_, node_.Mark().line + 1));
    node_ = YAML::Node(YAML::NodeType::Map);
  }
}

int YamlFields::line(const std::string& key) const {
  const YAML::Node value = node_[key];
  return (value ? value.Mark() : node_.Mark()).line + 1;
}

void YamlFields::problem(const std::string& key, const std::string& what) const {
  problems_->add(fmt::format("{}:{}: field \"{}\": {}", file_, line(key), printable(key), what));
}

bool YamlFields::has(const std::string& key) const {
  const YAML::Node value = node_[key];
  return value && !value.IsNull();
}

std::string YamlFields::text(const std::string& key) const {
  if (!has(key)) {
    problem(key, "is missing");
    return {};
  }
  std::string value = text_or(key, "");
  if (node_[key].IsScalar() && value.empty()) problem(key, "is empty");
  return value;
}

std::string YamlFields::text_or(const std::string& key, const std::string& fallback) const {
  if (!has(key)) return fallback;
  if (node_[key].IsScalar()) return node_[key].Scalar();
  problem(key, "expected a text");
  return {};
}

bool YamlFields::boolean_or(const std::string& key, bool fallback) const {
  if (!has(key)) return fallback;
  const std::string value = text_or(key, "");
  if (value != "true" && value != "false") problem(key, "expected true or false");
  return value == "true";
}

int YamlFields::integer_or(const std::string& key, int fallback, int lo, int hi) const {
  if (!has(key)) return fallback;
  int value = 0;
  if (!node_[key].IsScalar() || !YAML::convert<int>::decode(node_[key], value) || value < lo ||
      value > hi) {
    problem(key, fmt::format("expected a whole number from {} to {}", lo, hi));
    return fallback;
  }
  return value;
}

double YamlFields::number_or(const std::string& key, double fallback, double lo, double hi) const {
  if (!has(key)) return fallback;
  double value = 0;
  if (!node_[key].IsScalar() || !YAML::convert<double>::decode(node_[key], value) ||
      !(value >= lo && value <= hi)) {
    problem(key, fmt::format("expected a number from {} to {}", lo, hi));
    return fallback;
  }
  return value;
}

std::vector<std::string> YamlFields::texts(const std::string& key) const {
  std::vector<std::string> values;
  if (!has(key)) return values;
  const YAML::Node list = node_[key];
  if (!list.IsSequence()) problem(key, "expected a list of texts");
  for (const YAML::Node& value : list) {
    if (!value.IsScalar()) {
      problem(key, "expected a list of texts");
      return {};
    }
    values.push_back(value.Scalar());
  }
  return values;
}

std::vector<YamlFields> YamlFields::items(const std::string& key) const {
  std::vector<YamlFields> values;
  if (!has(key)) return values;
  const YAML::Node list = node_[key];
  if (!list.IsSequence()) {
    problem(key, "expected a list");
    return values;
  }
  for (const YAML::Node& value : list) values.emplace_back(value, file_, *problems_);
  return values;
}

YamlFields YamlFields::map(const std::string& key) const {
  if (has(key) && node_[key].IsMap()) return {node_[key], file_, *problems_};
  problem(key, has(key) ? "expected fields (\"name: value\")" : "is missing");
  return {YAML::Node(YAML::NodeType::Map), file_, *problems_};
}

std::vector<std::string> YamlFields::keys() const {
  std::vector<std::string> names;
  for (const auto& field : node_) {
    names.push_back(field.first.IsScalar() ? field.first.Scalar() : "");
  }
  return names;
}

void YamlFields::only(const std::vector<std::string>& known) const {
  std::vector<std::string> seen;
  for (const std::string& key : keys()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      problem(key, fmt::format("is not known{}", nearest_hint(key, known)));
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) problem(key, "is there twice");
    seen.push_back(key);
  }
}

YAML::Node load_yaml(const std::filesystem::path& path) {
  const std::string text = read_text(path, std::size_t{4} << 20);
  const std::size_t bad = invalid_utf8(text);
  if (bad != std::string_view::npos) {
    fail_usage("{}: not valid UTF-8 at offset {}", path.string(), bad);
  }
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    fail_usage("{}:{}: not valid YAML: {}", path.string(), error.mark.line + 1,
               printable(error.msg));
  }
}

}  // namespace candor::suites
