// Qwen2, Qwen2.5 and the Qwen distills of R1 (model-facts section 8.2).
#include "data/base/error.h"
#include "engine/arch/decoder.h"
#include "engine/arch/families.h"

namespace candor::engine {

namespace {

constexpr std::size_t kMostWindow = std::size_t{1} << 40;

// GGUF files of this family say nothing of windows that is true: converters copy `sliding_window`
// from configurations in which it is switched off. So no window is read there.
ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  ArchSpec spec = decoder_from_gguf(file, architecture, "qwen2");
  spec.attention.qkv_bias = true;
  spec.ropes = {rope_from_gguf(file, architecture, spec, kernels::RopePairing::kHalves)};
  return spec;
}

void set_windows(const JsonFields& fields, ArchSpec& spec) {
  // Released configurations carry a window and switch it off.
  if (!fields.find_boolean("use_sliding_window").value_or(false)) return;
  if (!fields.find_integer("sliding_window")) return;
  const auto window = static_cast<std::int64_t>(fields.count("sliding_window", kMostWindow));
  if (const boost::json::array* types = fields.find_array("layer_types")) {
    if (types->size() != spec.layers.size()) {
      fail("{}: {} entries for {} layers", fields.place("layer_types"), types->size(),
           spec.layers.size());
    }
    for (std::size_t i = 0; i < types->size(); ++i) {
      const boost::json::value& type = (*types)[i];
      if (type == "sliding_attention") {
        spec.layers[i].window = window;
      } else if (type != "full_attention") {
        fail("{}: {} is not known (known: full_attention, sliding_attention)",
             fields.place("layer_types"), boost::json::serialize(type));
      }
    }
    return;
  }
  const std::int64_t first = fields.find_integer("max_window_layers").value_or(28);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    if (static_cast<std::int64_t>(i) >= first) spec.layers[i].window = window;
  }
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& /*model_type*/) {
  ArchSpec spec = decoder_from_config(folder, "qwen2");
  const JsonFields fields = config_fields(folder);
  spec.attention.qkv_bias = true;
  spec.ropes = {rope_from_config(fields, spec, kernels::RopePairing::kHalves)};
  set_windows(fields, spec);
  return spec;
}

}  // namespace

Family qwen2_family() { return {"qwen2", {"qwen2"}, {"qwen2"}, from_gguf, from_config}; }

}  // namespace candor::engine
