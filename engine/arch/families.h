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
  // Of these classes one must stand in config.json's `architectures`, where that is given: a
  // classifier or a reward model has the same model_type and another head.
  std::vector<std::string_view> classes = {"ForCausalLM"};
};

// One function a family, defined in the file of that name.
Family llama_family();
Family qwen2_family();
Family qwen3_family();
Family gemma3_family();
Family deepseek_family();
Family ernie45_family();
Family seed_oss_family();
Family gpt_oss_family();

std::span<const Family> families();

// Throws Error naming file and key when a field is missing or absurd, and naming the architecture
// and the known ones when it is none of these. A folder's configuration is enough: without weights,
// the names of the tensors may not be those that its weights would have.
ArchSpec read_arch_spec(const GgufFile& file);
ArchSpec read_arch_spec(const SafetensorsFolder& folder);

}  // namespace candor::engine
