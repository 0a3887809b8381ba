#include "engine/arch/families.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "data/base/error.h"
#include "engine/arch/check.h"
#include "engine/arch/decoder.h"
#include "engine/arch/quantisation.h"

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

void check_classes(const boost::json::array& classes, const Family& family,
                   const std::string& place) {
  for (const boost::json::value& value : classes) {
    if (!value.is_string()) continue;
    const std::string_view name = value.get_string();
    for (const std::string_view known : family.classes) {
      if (name.find(known) != name.npos) return;
    }
  }
  fail("{}: {} is not a language model (known: …{})", place, boost::json::serialize(classes),
       fmt::join(family.classes, ", …"));
}

}  // namespace

std::span<const Family> families() {
  static const std::vector<Family> all = {llama_family(),    qwen2_family(),    qwen3_family(),
                                          gemma3_family(),   deepseek_family(), ernie45_family(),
                                          seed_oss_family(), gpt_oss_family()};
  return all;
}

ArchSpec read_arch_spec(const GgufFile& file) {
  const std::string architecture = file.text("general.architecture");
  const Family& family = find_family(architecture, &Family::gguf_architectures,
                                     file.path() + ": general.architecture");
  const ArchSpec spec = family.from_gguf(file, architecture);
  check(spec, file.path() + ": " + architecture);
  return spec;
}

ArchSpec read_arch_spec(const SafetensorsFolder& folder) {
  const JsonFields fields = config_fields(folder);
  const auto model_type = fields.find_text("model_type");
  if (!model_type) fail("{}: is missing", fields.place("model_type"));
  const Family& family = find_family(*model_type, &Family::model_types, fields.place("model_type"));
  if (const boost::json::array* classes = fields.find_array("architectures")) {
    check_classes(*classes, family, fields.place("architectures"));
  }
  ArchSpec spec = family.from_config(folder, *model_type);
  set_quantisation(fields, spec);
  check(spec, fields.place(*model_type));
  return spec;
}

}  // namespace candor::engine
