#include "engine/arch/decoder.h"

#include <cmath>
#include <filesystem>

#include "data/base/error.h"
#include "engine/arch/rope.h"

namespace candor::engine {

namespace {

// Far above any published model, and low enough that no product of two of them overflows.
constexpr std::size_t kMostLayers = 4096;
constexpr std::size_t kMostWidth = std::size_t{1} << 20;
constexpr std::size_t kMostHeads = 4096;
constexpr std::size_t kMostHeadDim = 512;
constexpr std::size_t kMostVocabulary = std::size_t{1} << 24;
constexpr std::size_t kMostContext = std::size_t{1} << 40;

struct SizeKeys {
  const char* layers;
  const char* width;
  const char* ffn_width;
  const char* heads;
  const char* kv_heads;
  const char* head_dim;
  const char* epsilon;
  const char* context;
};

constexpr SizeKeys kGgufKeys{"block_count",
                             "embedding_length",
                             "feed_forward_length",
                             "attention.head_count",
                             "attention.head_count_kv",
                             "attention.key_length",
                             "attention.layer_norm_rms_epsilon",
                             "context_length"};
constexpr SizeKeys kConfigKeys{
    "num_hidden_layers",   "hidden_size", "intermediate_size", "num_attention_heads",
    "num_key_value_heads", "head_dim",    "rms_norm_eps",      "max_position_embeddings"};

ArchSpec read_sizes(const Fields& fields, const SizeKeys& keys, const char* family) {
  ArchSpec spec;
  spec.family = family;
  spec.layers.resize(fields.count(keys.layers, kMostLayers));
  spec.width = fields.count(keys.width, kMostWidth);
  spec.ffn.width = fields.count(keys.ffn_width, kMostWidth);
  spec.context_length = fields.count(keys.context, kMostContext);
  // A norm without any epsilon divides by zero on a zero row.
  spec.norm_epsilon = static_cast<float>(fields.number(keys.epsilon, 1e-12, 1.0));

  AttentionSpec& attention = spec.attention;
  attention.heads = fields.count(keys.heads, kMostHeads);
  attention.kv_heads = fields.count_or(keys.kv_heads, attention.heads, kMostHeads);
  if (attention.heads % attention.kv_heads != 0) {
    fail("{}: {} does not divide the {} query heads", fields.place(keys.kv_heads),
         attention.kv_heads, attention.heads);
  }
  if (!fields.find_integer(keys.head_dim) && spec.width % attention.heads != 0) {
    fail("{}: {} heads do not divide the width {}, and there is no {}", fields.place(keys.heads),
         attention.heads, spec.width, keys.head_dim);
  }
  attention.head_dim = fields.count_or(keys.head_dim, spec.width / attention.heads, kMostHeadDim);
  if (attention.head_dim > kMostHeadDim || attention.head_dim % 2 != 0) {
    fail("{}: heads of {} values are not supported (an even number up to {})",
         fields.place(keys.head_dim), attention.head_dim, kMostHeadDim);
  }
  attention.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(attention.head_dim)));
  return spec;
}

bool has_layer_tensor(const GgufFile& file, const TensorNames& names, const std::string& name) {
  return file.find(names.in_layer(0, name, ".bias")) != nullptr;
}

std::size_t checked_rotated(const Fields& fields, std::string_view key, std::size_t rotated,
                            const ArchSpec& spec) {
  if (rotated < 2 || rotated % 2 != 0 || rotated > spec.attention.head_dim) {
    fail("{}: {} rotated values do not fit heads of {}", fields.place(key), rotated,
         spec.attention.head_dim);
  }
  return rotated;
}

constexpr double kMostBase = 1e15;
constexpr double kMostFactor = 1e6;
constexpr double kMostOriginal = 1e12;

}  // namespace

ArchSpec decoder_from_gguf(const GgufFile& file, const std::string& prefix, const char* family) {
  const GgufFields fields(file, prefix);
  if (fields.find_integer("expert_count").value_or(0) != 0) {
    fail("{}: mixtures of experts are not supported in family \"{}\"", fields.place("expert_count"),
         family);
  }
  ArchSpec spec = read_sizes(fields, kGgufKeys, family);
  const auto value_length = fields.find_integer("attention.value_length");
  if (value_length && *value_length != static_cast<std::int64_t>(spec.attention.head_dim)) {
    fail("{}: {} differs from the length of the keys, {}", fields.place("attention.value_length"),
         *value_length, spec.attention.head_dim);
  }

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
  spec.attention.qkv_bias = has_layer_tensor(file, spec.names, spec.names.q);
  spec.attention.output_bias = has_layer_tensor(file, spec.names, spec.names.output);
  spec.ffn.bias = has_layer_tensor(file, spec.names, spec.names.down);
  return spec;
}

JsonFields config_fields(const SafetensorsFolder& folder) {
  return JsonFields(folder.config(),
                    (std::filesystem::path(folder.path()) / "config.json").string());
}

ArchSpec decoder_from_config(const SafetensorsFolder& folder, const char* family) {
  const JsonFields fields = config_fields(folder);
  if (fields.find_object("quantization_config") != nullptr) {
    fail("{}: quantised folders are not supported; use the original weights or a GGUF file",
         fields.place("quantization_config"));
  }
  const std::string activation = fields.find_text("hidden_act").value_or("silu");
  if (activation != "silu") {
    fail("{}: \"{}\" is not supported (known: silu)", fields.place("hidden_act"), activation);
  }
  ArchSpec spec = read_sizes(fields, kConfigKeys, family);
  spec.vocabulary = fields.count("vocab_size", kMostVocabulary);
  spec.tied = fields.find_boolean("tie_word_embeddings").value_or(false);
  spec.names = hugging_face_tensor_names();
  return spec;
}

RopeSpec rope_from_gguf(const GgufFile& file, const std::string& prefix, const ArchSpec& spec,
                        kernels::RopePairing pairing) {
  const GgufFields fields(file, prefix);
  RopeSpec rope;
  rope.pairing = pairing;
  const std::size_t head_dim = spec.attention.head_dim;
  rope.rotated = checked_rotated(fields, "rope.dimension_count",
                                 fields.count_or("rope.dimension_count", head_dim, head_dim), spec);
  const double base = fields.number_or("rope.freq_base", 10000.0, 1.0 + 1e-9, kMostBase);
  std::vector<double>& frequencies = rope.inverse_frequencies;
  frequencies = inverse_frequencies(rope.rotated, base);

  const std::string type = fields.find_text("rope.scaling.type").value_or("none");
  if (type == "linear") {
    scale_linear(frequencies, fields.number("rope.scaling.factor", 1e-6, kMostFactor));
  } else if (type == "yarn") {
    if (fields.number_or("rope.scaling.yarn_ext_factor", 1.0, -1.0, 1.0) == 0) {
      fail("{}: YaRN without its ramp is not supported",
           fields.place("rope.scaling.yarn_ext_factor"));
    }
    YarnScaling yarn{.factor = fields.number("rope.scaling.factor", 1.0, kMostFactor),
                     .original_context =
                         fields.number("rope.scaling.original_context_length", 1, kMostOriginal)};
    yarn.beta_fast = fields.number_or("rope.scaling.yarn_beta_fast", 32, 1e-3, 1e6);
    yarn.beta_slow = fields.number_or("rope.scaling.yarn_beta_slow", 1, 1e-3, 1e6);
    scale_yarn(frequencies, base, yarn);
    rope.cos_sin_factor =
        static_cast<float>(fields.number_or("rope.scaling.attn_factor", 1.0, 1e-3, 1e3) *
                           yarn_attention_factor(yarn.factor, {}, {}));
  } else if (type != "none") {
    fail("{}: \"{}\" is not supported (known: none, linear, yarn)",
         fields.place("rope.scaling.type"), type);
  }

  // Llama 3 scaling is stored as a tensor of divisors, not in the metadata.
  if (const TensorView* stored = file.find("rope_freqs.weight")) {
    if (stored->format != kernels::BlockFormat::kF32 ||
        stored->shape != std::vector<std::size_t>{frequencies.size()}) {
      fail("{}: rope_freqs.weight: is not {} values of F32", file.path(), frequencies.size());
    }
    std::vector<float> divisors(frequencies.size());
    kernels::dequantize(stored->format, stored->bytes, divisors);
    for (std::size_t j = 0; j < divisors.size(); ++j) {
      if (!std::isfinite(divisors[j]) || divisors[j] <= 0) {
        fail("{}: rope_freqs.weight: value {} is {}, not a divisor", file.path(), j, divisors[j]);
      }
      frequencies[j] /= static_cast<double>(divisors[j]);
    }
  }
  round_frequencies(frequencies);
  return rope;
}

RopeSpec rope_from_config(const JsonFields& fields, const ArchSpec& spec,
                          kernels::RopePairing pairing) {
  // Newer configurations put the base and the scaling together in one object.
  const boost::json::object* parameters = fields.find_object("rope_parameters");
  const boost::json::object* scaling = parameters;
  const char* name = "rope_parameters";
  if (scaling == nullptr) {
    scaling = fields.find_object("rope_scaling");
    name = "rope_scaling";
  }
  const boost::json::object none;
  const JsonFields inner(scaling != nullptr ? *scaling : none, fields.place(name));
  const JsonFields& outer = parameters != nullptr ? inner : fields;

  RopeSpec rope;
  rope.pairing = pairing;
  const double share = outer.number_or("partial_rotary_factor", 1.0, 0.0, 1.0);
  rope.rotated = checked_rotated(
      outer, "partial_rotary_factor",
      static_cast<std::size_t>(share * static_cast<double>(spec.attention.head_dim)), spec);
  const double base = outer.number_or("rope_theta", 10000.0, 1.0 + 1e-9, kMostBase);
  std::vector<double>& frequencies = rope.inverse_frequencies;
  frequencies = inverse_frequencies(rope.rotated, base);

  std::string type = "default";
  if (scaling != nullptr) {
    // The older key is "type".
    const auto given = inner.find_text("rope_type");
    type = given ? *given : inner.find_text("type").value_or("default");
  }
  const auto original = [&](double fallback) {
    return inner.number_or("original_max_position_embeddings", fallback, 1, kMostOriginal);
  };
  if (type == "linear") {
    scale_linear(frequencies, inner.number("factor", 1e-6, kMostFactor));
  } else if (type == "llama3") {
    const Llama3Scaling llama3{
        .factor = inner.number("factor", 1.0, kMostFactor),
        .low_frequency_factor = inner.number("low_freq_factor", 1e-6, kMostFactor),
        .high_frequency_factor = inner.number("high_freq_factor", 1e-6, kMostFactor),
        .original_context = inner.number("original_max_position_embeddings", 1, kMostOriginal)};
    if (llama3.high_frequency_factor <= llama3.low_frequency_factor) {
      fail("{}: is not above low_freq_factor", inner.place("high_freq_factor"));
    }
    scale_llama3(frequencies, llama3);
  } else if (type == "yarn") {
    YarnScaling yarn{.factor = inner.number("factor", 1.0, kMostFactor),
                     .original_context = original(static_cast<double>(spec.context_length))};
    yarn.beta_fast = inner.number_or("beta_fast", 32, 1e-3, 1e6);
    yarn.beta_slow = inner.number_or("beta_slow", 1, 1e-3, 1e6);
    yarn.truncate = inner.find_boolean("truncate").value_or(true);
    scale_yarn(frequencies, base, yarn);
    const double derived = yarn_attention_factor(yarn.factor, inner.find_number("mscale"),
                                                 inner.find_number("mscale_all_dim"));
    rope.cos_sin_factor =
        static_cast<float>(inner.number_or("attention_factor", derived, 1e-3, 1e3));
  } else if (type != "default") {
    fail("{}: \"{}\" is not supported (known: default, linear, llama3, yarn)",
         inner.place("rope_type"), type);
  }
  round_frequencies(frequencies);
  return rope;
}

}  // namespace candor::engine
