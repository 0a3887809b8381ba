// The families that Candor knows. A checkpoint names its family in general.architecture (GGUF) or
// in model_type (config.json); this is the one place where such a name is looked up.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/files/gguf.h"
#include "engine/files/safetensors.h"

namespace candor::engine {

struct Family {
  const char* name;
  std::vector<std::string_view> gguf_architectures;
  std::vector<std::string_view> model_types;
  ArchSpec (*from_gguf)(const GgufFile& file, const std::string& architecture);
  ArchSpec (*from_config)(const SafetensorsFolder& folder, const std::string& model_type);
};

// One function a family, defined in the file of that name.
Family llama_family();
Family qwen2_family();

std::span<const Family> families();

// Throws Error naming file and key when a field is missing or absurd, and naming the architecture
// and the known ones when it is none of these.
ArchSpec read_arch_spec(const GgufFile& file);
ArchSpec read_arch_spec(const SafetensorsFolder& folder);

}  // namespace candor::engine
