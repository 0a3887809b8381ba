#include "engine/arch/families.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "data/base/error.h"
#include "engine/arch/decoder.h"

namespace candor::engine {

namespace {

using Names = std::vector<std::string_view> Family::*;

const Family& find_family(const std::string& name, Names names, const std::string& place) {
  std::vector<std::string_view> known;
  for (const Family& family : families()) {
    const auto& mine = family.*names;
    if (std::find(mine.begin(), mine.end(), name) != mine.end()) return family;
    known.insert(known.end(), mine.begin(), mine.end());
  }
  fail("{}: architecture \"{}\" is not known (known: {})", place, name, fmt::join(known, ", "));
}

}  // namespace

std::span<const Family> families() {
  static const std::vector<Family> all = {llama_family(), qwen2_family()};
  return all;
}

ArchSpec read_arch_spec(const GgufFile& file) {
  const std::string architecture = file.text("general.architecture");
  const Family& family = find_family(architecture, &Family::gguf_architectures,
                                     file.path() + ": general.architecture");
  return family.from_gguf(file, architecture);
}

ArchSpec read_arch_spec(const SafetensorsFolder& folder) {
  const JsonFields fields = config_fields(folder);
  const auto model_type = fields.find_text("model_type");
  if (!model_type) fail("{}: is missing", fields.place("model_type"));
  const Family& family = find_family(*model_type, &Family::model_types, fields.place("model_type"));
  // A classifier or a reward model has the same model_type and another head.
  if (const boost::json::array* classes = fields.find_array("architectures")) {
    const bool causal = std::any_of(classes->begin(), classes->end(), [](const auto& value) {
      return value.is_string() &&
             std::string_view(value.get_string()).find("ForCausalLM") != std::string_view::npos;
    });
    if (!causal) {
      fail("{}: {} is not a language model (known: …ForCausalLM)", fields.place("architectures"),
           boost::json::serialize(*classes));
    }
  }
  return family.from_config(folder, *model_type);
}

}  // namespace candor::engine
