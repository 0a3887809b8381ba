// Qwen2, Qwen2.5 and the Qwen distills of R1 (model-facts section 8.2).
#include "engine/arch/decoder.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

// GGUF files of this family say nothing of windows that is true: converters copy `sliding_window`
// from configurations in which it is switched off. So no window is read there.
ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  refuse_experts(fields, "expert_count", "qwen2");
  ArchSpec spec = decoder_from_gguf(file, architecture, "qwen2");
  spec.attention.qkv_bias = true;
  spec.ropes = {rope_from_gguf(file, architecture, spec, {})};
  read_dense_width(fields, "feed_forward_length", spec);
  return spec;
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& /*model_type*/) {
  const JsonFields fields = config_fields(folder);
  ArchSpec spec = decoder_from_config(fields, "qwen2");
  spec.attention.qkv_bias = true;
  spec.ropes = {rope_from_config(fields, spec, {})};
  set_switched_windows(fields, spec);
  read_dense_width(fields, "intermediate_size", spec);
  return spec;
}

}  // namespace

Family qwen2_family() { return {"qwen2", {"qwen2"}, {"qwen2"}, from_gguf, from_config}; }

}  // namespace candor::engine
