// Gemma 3 (model-facts section 8.4): norms on both sides of attention and feed-forward, scaled
// embeddings, five layers with a window and a rotary embedding of their own to one without. Of the
// models of text and images only the text model is read.
#include <cmath>

#include "data/base/error.h"
#include "engine/arch/decoder.h"
#include "engine/arch/families.h"
#include "engine/arch/rope_fields.h"

namespace candor::engine {

namespace {

constexpr const char* kFamily = "gemma3";
constexpr std::size_t kPeriod = 6;
constexpr double kGlobalBase = 1e6;
constexpr double kLocalBase = 1e4;
constexpr double kMostSoftcap = 1e6;
// Configurations of models of text and images leave out what is equal to these.
constexpr Defaults kDefaults{.heads = 8,
                             .kv_heads = 4,
                             .head_dim = 256,
                             .vocabulary = 262208,
                             .context = 131072,
                             .epsilon = 1e-6,
                             .tied = true};

void set_common(const Fields& fields, ArchSpec& spec) {
  spec.attention.head_norm = true;
  spec.sandwich_norms = true;
  spec.ffn.activation = Activation::kGeluTanh;
  // Not rounded to bf16, as the reference does when it runs in bf16: we compute in float32, and
  // both containers of a model give the same.
  spec.embedding_scale = std::sqrt(static_cast<float>(spec.width));
  spec.attention.softcap =
      static_cast<float>(fields.number_or("attn_logit_softcapping", 0, 0, kMostSoftcap));
  spec.final_softcap =
      static_cast<float>(fields.number_or("final_logit_softcapping", 0, 0, kMostSoftcap));
}

void set_ropes(RopeSpec global, double local_base, ArchSpec& spec) {
  RopeSpec local = plain_rope(global.rotated, global.pairing, local_base);
  spec.ropes = {std::move(global), std::move(local)};
  for (LayerSpec& layer : spec.layers) layer.rope = layer.window == 0 ? 0 : 1;
}

ArchSpec from_gguf(const GgufFile& file, const std::string& architecture) {
  const GgufFields fields(file, architecture);
  refuse_experts(fields, "expert_count", kFamily);
  ArchSpec spec = decoder_from_gguf(file, architecture, kFamily);
  set_common(fields, spec);
  // No key says what the scores are divided by. It is the square root of the head's size in all
  // published models but the one with 62 layers, where it is that of width / heads.
  if (spec.layers.size() == 62) {
    spec.attention.scale =
        std::sqrt(static_cast<float>(spec.attention.heads) / static_cast<float>(spec.width));
  }
  set_alternating_windows(file, architecture, kPeriod, spec);
  set_ropes(rope_from_gguf(file, architecture, spec, {.base = kGlobalBase}),
            fields.number_or("rope.freq_base_swa", kLocalBase, kLeastBase, kMostBase), spec);
  read_dense_width(fields, "feed_forward_length", spec);
  return spec;
}

// The names of the tensors depend on what the text model was saved as a part of: the embedding
// table tells. Without weights, those that its class usually has.
TensorNames find_names(const SafetensorsFolder& folder, bool part) {
  TensorNames outer = hugging_face_tensor_names("language_model.");
  TensorNames inner = hugging_face_tensor_names();
  TensorNames newer = inner;
  newer.embedding = "model.language_model.embed_tokens.weight";
  newer.final_norm = "model.language_model.norm.weight";
  newer.layer_prefix = "model.language_model.layers.";
  TensorNames found = part ? outer : inner;
  for (const TensorNames& names : {inner, outer, newer}) {
    if (folder.find(names.embedding) != nullptr) found = names;
  }
  found.ffn_norm = "pre_feedforward_layernorm";
  return found;
}

// The sliding layers have an entry of their own in newer configurations.
double local_base(const JsonFields& fields) {
  const boost::json::object* parameters = fields.find_object("rope_parameters");
  if (parameters != nullptr && fields.find_object("rope_scaling") == nullptr) {
    const JsonFields all(*parameters, fields.place("rope_parameters"));
    if (const boost::json::object* sliding = all.find_object("sliding_attention")) {
      const JsonFields own(*sliding, all.place("sliding_attention"));
      const std::string type = own.find_text("rope_type").value_or("default");
      if (type != "default") {
        fail("{}: \"{}\" is not supported (known: default)", own.place("rope_type"), type);
      }
      return own.number_or("rope_theta", kLocalBase, kLeastBase, kMostBase);
    }
  }
  return fields.number_or("rope_local_base_freq", kLocalBase, kLeastBase, kMostBase);
}

ArchSpec from_config(const SafetensorsFolder& folder, const std::string& /*model_type*/) {
  const JsonFields root = config_fields(folder);
  const boost::json::object* text = root.find_object("text_config");
  const JsonFields fields = text == nullptr ? root : JsonFields(*text, root.place("text_config"));
  ArchSpec spec = decoder_from_config(fields, kFamily, kDefaults);
  if (const auto tied = root.find_boolean("tie_word_embeddings")) spec.tied = *tied;
  if (fields.find_boolean("use_bidirectional_attention").value_or(false)) {
    fail("{}: is not a model that generates", fields.place("use_bidirectional_attention"));
  }
  set_common(fields, spec);
  spec.ffn.activation = read_activation(fields, fields.one_of({"hidden_activation", "hidden_act"}),
                                        Activation::kGeluTanh);
  spec.norm_plus_one = true;
  spec.attention.qkv_bias = fields.find_boolean("attention_bias").value_or(false);
  spec.attention.output_bias = spec.attention.qkv_bias;
  spec.attention.scale = static_cast<float>(
      1.0 / std::sqrt(fields.number_or("query_pre_attn_scalar", 256, 1e-3, 1e6)));
  spec.names = find_names(folder, text != nullptr);
  set_alternating_windows(
      fields,
      fields.count_or(fields.one_of({"sliding_window_pattern", "_sliding_window_pattern"}), kPeriod,
                      kMostLayers),
      spec);
  set_ropes(rope_from_config(fields, spec, {.base = kGlobalBase, .layers = "full_attention"}),
            local_base(fields), spec);
  read_dense_width(fields, "intermediate_size", spec);
  return spec;
}

}  // namespace

Family gemma3_family() {
  return {kFamily,   {"gemma3"},  {"gemma3_text", "gemma3"},
          from_gguf, from_config, {"ForCausalLM", "ForConditionalGeneration"}};
}

}  // namespace candor::engine
