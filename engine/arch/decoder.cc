#include "engine/arch/decoder.h"

#include <cmath>
#include <filesystem>

#include "data/base/error.h"

namespace candor::engine {

namespace {

struct SizeKeys {
  const char* layers;
  const char* width;
  const char* heads;
  const char* kv_heads;
  const char* head_dim;
  const char* epsilon;
  const char* context;
};

constexpr SizeKeys kGgufKeys{"block_count",          "embedding_length",
                             "attention.head_count", "attention.head_count_kv",
                             "attention.key_length", "attention.layer_norm_rms_epsilon",
                             "context_length"};
constexpr SizeKeys kConfigKeys{"num_hidden_layers",      "hidden_size", "num_attention_heads",
                               "num_key_value_heads",    "head_dim",    "rms_norm_eps",
                               "max_position_embeddings"};

std::size_t count_or_need(const Fields& fields, const char* key, std::size_t fallback,
                          std::size_t most) {
  return fallback != 0 ? fields.count_or(key, fallback, most) : fields.count(key, most);
}

ArchSpec read_sizes(const Fields& fields, const SizeKeys& keys, const char* family,
                    const Defaults& defaults) {
  ArchSpec spec;
  spec.family = family;
  spec.layers.resize(fields.count(keys.layers, kMostLayers));
  spec.width = fields.count(keys.width, kMostWidth);
  spec.context_length = count_or_need(fields, keys.context, defaults.context, kMostContext);
  // A norm without any epsilon divides by zero on a zero row.
  spec.norm_epsilon = static_cast<float>(
      defaults.epsilon > 0 ? fields.number_or(keys.epsilon, defaults.epsilon, 1e-12, 1.0)
                           : fields.number(keys.epsilon, 1e-12, 1.0));
  spec.attention.heads = count_or_need(fields, keys.heads, defaults.heads, kMostHeads);
  spec.attention.kv_heads = spec.attention.heads;
  return spec;
}

void read_heads(const Fields& fields, const SizeKeys& keys, const Defaults& defaults,
                ArchSpec& spec) {
  AttentionSpec& attention = spec.attention;
  attention.kv_heads = fields.count_or(
      keys.kv_heads, defaults.kv_heads != 0 ? defaults.kv_heads : attention.heads, kMostHeads);
  if (attention.heads % attention.kv_heads != 0) {
    fail("{}: {} does not divide the {} query heads", fields.place(keys.kv_heads),
         attention.kv_heads, attention.heads);
  }
  std::size_t head_dim = defaults.head_dim;
  if (head_dim == 0) {
    if (!fields.find_integer(keys.head_dim) && spec.width % attention.heads != 0) {
      fail("{}: {} heads do not divide the width {}, and there is no {}", fields.place(keys.heads),
           attention.heads, spec.width, keys.head_dim);
    }
    head_dim = spec.width / attention.heads;
  }
  attention.head_dim = fields.count_or(keys.head_dim, head_dim, kMostHeadDim);
  if (attention.head_dim > kMostHeadDim || attention.head_dim % 2 != 0) {
    fail("{}: heads of {} values are not supported (an even number up to {})",
         fields.place(keys.head_dim), attention.head_dim, kMostHeadDim);
  }
  attention.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(attention.head_dim)));
}

}  // namespace

bool has_bias(const GgufFile& file, const TensorNames& names, const std::string& tensor) {
  return file.find(names.in_layer(0, tensor, ".bias")) != nullptr;
}

ArchSpec headless_from_gguf(const GgufFile& file, const std::string& prefix, const char* family) {
  const GgufFields fields(file, prefix);
  ArchSpec spec = read_sizes(fields, kGgufKeys, family, {});
  // Layers that predict further tokens stand behind those of the model and are counted with them.
  const auto layers = static_cast<std::int64_t>(spec.layers.size());
  spec.layers.resize(static_cast<std::size_t>(
      layers - fields.integer_or("nextn_predict_layers", 0, 0, layers - 1)));
  spec.names = gguf_tensor_names();
  const TensorView* embedding = file.find(spec.names.embedding);
  if (embedding == nullptr) {
    fail("{}: {}: is missing (a file without weights serves only for its tokenizer)", file.path(),
         spec.names.embedding);
  }
  if (embedding->shape.size() != 2 || embedding->shape[0] < 1 ||
      embedding->shape[0] > kMostVocabulary) {
    fail("{}: {}: is not a table of 1 to {} rows", file.path(), spec.names.embedding,
         kMostVocabulary);
  }
  // The key may be missing and the token list may be shorter: the table decides.
  spec.vocabulary = embedding->shape[0];
  if (fields.count_or("vocab_size", spec.vocabulary, kMostVocabulary) > spec.vocabulary) {
    fail("{}: more than the {} rows of {}", fields.place("vocab_size"), spec.vocabulary,
         spec.names.embedding);
  }
  spec.tied = file.find(spec.names.head) == nullptr;
  spec.attention.qkv_bias = has_bias(file, spec.names, spec.names.q);
  spec.attention.output_bias = has_bias(file, spec.names, spec.names.output);
  spec.ffn.bias = has_bias(file, spec.names, spec.names.down);
  return spec;
}

ArchSpec decoder_from_gguf(const GgufFile& file, const std::string& prefix, const char* family) {
  const GgufFields fields(file, prefix);
  ArchSpec spec = headless_from_gguf(file, prefix, family);
  read_heads(fields, kGgufKeys, {}, spec);
  const auto value_length = fields.find_integer("attention.value_length");
  if (value_length && *value_length != static_cast<std::int64_t>(spec.attention.head_dim)) {
    fail("{}: {} differs from the length of the keys, {}", fields.place("attention.value_length"),
         *value_length, spec.attention.head_dim);
  }
  return spec;
}

JsonFields config_fields(const SafetensorsFolder& folder) {
  return JsonFields(folder.config(),
                    (std::filesystem::path(folder.path()) / "config.json").string());
}

namespace {

ArchSpec headless_from_config(const JsonFields& fields, const char* family,
                              const Defaults& defaults) {
  ArchSpec spec = read_sizes(fields, kConfigKeys, family, defaults);
  spec.vocabulary = count_or_need(fields, "vocab_size", defaults.vocabulary, kMostVocabulary);
  spec.tied = fields.find_boolean("tie_word_embeddings").value_or(defaults.tied);
  spec.ffn.activation = read_activation(fields, "hidden_act", Activation::kSilu);
  spec.names = hugging_face_tensor_names();
  return spec;
}

}  // namespace

ArchSpec headless_from_config(const JsonFields& fields, const char* family) {
  return headless_from_config(fields, family, {});
}

ArchSpec decoder_from_config(const JsonFields& fields, const char* family,
                             const Defaults& defaults) {
  ArchSpec spec = headless_from_config(fields, family, defaults);
  read_heads(fields, kConfigKeys, defaults, spec);
  return spec;
}

void read_dense_width(const Fields& fields, std::string_view key, ArchSpec& spec) {
  spec.ffn.width = 0;
  for (const LayerSpec& layer : spec.layers) {
    if (!layer.experts) spec.ffn.width = fields.count(key, kMostWidth);
  }
}

void refuse_experts(const Fields& fields, std::string_view key, const char* family) {
  if (fields.find_integer(key).value_or(0) != 0) {
    fail("{}: mixtures of experts are not supported in family \"{}\"", fields.place(key), family);
  }
}

Activation read_activation(const Fields& fields, std::string_view key, Activation fallback) {
  const auto name = fields.find_text(key);
  if (!name) return fallback;
  if (*name == "silu" || *name == "swish") return Activation::kSilu;
  if (*name == "gelu_pytorch_tanh") return Activation::kGeluTanh;
  fail("{}: \"{}\" is not supported (known: silu, gelu_pytorch_tanh)", fields.place(key), *name);
}

}  // namespace candor::engine
