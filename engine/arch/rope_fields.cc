#include "engine/arch/rope_fields.h"

#include <cmath>

#include "data/base/error.h"
#include "engine/arch/rope.h"

namespace candor::engine {

namespace {

constexpr double kMostFactor = 1e6;
constexpr double kMostOriginal = 1e12;
constexpr double kMostMscale = 100;

std::size_t checked_rotated(const Fields& fields, std::string_view key, std::size_t rotated,
                            const ArchSpec& spec) {
  if (rotated < 2 || rotated % 2 != 0 || rotated > spec.attention.head_dim) {
    fail("{}: {} rotated values do not fit heads of {}", fields.place(key), rotated,
         spec.attention.head_dim);
  }
  return rotated;
}

void read_betas(const Fields& fields, const char* fast, const char* slow, YarnScaling& yarn) {
  yarn.beta_fast = fields.number_or(fast, 32, 1e-3, 1e6);
  yarn.beta_slow = fields.number_or(slow, 1, 1e-3, 1e6);
  if (yarn.beta_fast < yarn.beta_slow) {
    fail("{}: {} is below {}, {}", fields.place(fast), yarn.beta_fast, slow, yarn.beta_slow);
  }
}

// Llama 3 scaling is stored as a tensor of divisors, not in the metadata.
void divide_by_stored(const GgufFile& file, std::vector<double>& frequencies) {
  const TensorView* stored = file.find("rope_freqs.weight");
  if (stored == nullptr) return;
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

// Where config.json keeps the scaling, and of what type it is.
class Scaling {
 public:
  Scaling(const JsonFields& fields, const char* layers) : outer_(fields), inner_(fields) {
    static const boost::json::object kNone;
    // Newer configurations put the base and the scaling together in one object, which may have one
    // such object for each kind of layer. A rope_scaling beside it was added by hand and is meant.
    const boost::json::object* scaling = fields.find_object("rope_scaling");
    const bool scaled = scaling != nullptr && !scaling->empty();
    const boost::json::object* parameters =
        scaled ? nullptr : fields.find_object("rope_parameters");
    if (parameters != nullptr) {
      const JsonFields all(*parameters, fields.place("rope_parameters"));
      const boost::json::object* own = layers == nullptr ? nullptr : all.find_object(layers);
      inner_ = own == nullptr ? all : JsonFields(*own, all.place(layers));
      if (own == nullptr) {
        for (const auto& [key, value] : *parameters) {
          if (value.is_object()) {
            fail("{}: differs between kinds of layers, which is not supported in this family",
                 all.place(key));
          }
        }
      }
    } else {
      inner_ = JsonFields(scaling == nullptr ? kNone : *scaling, fields.place("rope_scaling"));
    }
    const auto type = inner_.find_text("rope_type");
    const auto older = inner_.find_text("type");
    if (type && older && *type != *older) {
      fail("{}: \"{}\" and \"{}\" of type contradict each other", inner_.place("rope_type"), *type,
           *older);
    }
    type_ = type ? *type : older.value_or("default");
  }

  const JsonFields& inner() const { return inner_; }
  const std::string& type() const { return type_; }
  // Of a number that may stand inside or, as in older configurations, outside.
  const JsonFields& where(const char* key) const {
    return inner_.find_number(key) ? inner_ : outer_;
  }

 private:
  JsonFields outer_;
  JsonFields inner_;
  std::string type_;
};

}  // namespace

RopeSpec plain_rope(std::size_t rotated, kernels::RopePairing pairing, double base) {
  RopeSpec rope;
  rope.rotated = rotated;
  rope.pairing = pairing;
  rope.inverse_frequencies = inverse_frequencies(rotated, base);
  round_frequencies(rope.inverse_frequencies);
  return rope;
}

RopeSpec rope_from_gguf(const GgufFile& file, const std::string& prefix, const ArchSpec& spec,
                        const RopeKind& kind) {
  const GgufFields fields(file, prefix);
  RopeSpec rope;
  rope.pairing = kind.pairing;
  const std::size_t all = kind.rotated != 0 ? kind.rotated : spec.attention.head_dim;
  rope.rotated = kind.rotated != 0
                     ? kind.rotated
                     : checked_rotated(fields, "rope.dimension_count",
                                       fields.count_or("rope.dimension_count", all, all), spec);
  const double base = fields.number_or("rope.freq_base", kind.base, kLeastBase, kMostBase);
  std::vector<double>& frequencies = rope.inverse_frequencies;
  frequencies = inverse_frequencies(rope.rotated, base);

  // Older files name the factor otherwise, and no type with it.
  const char* factor_key = fields.one_of({"rope.scaling.factor", "rope.scale_linear"});
  const double factor = fields.number_or(factor_key, 0, 0, kMostFactor);
  const std::string type =
      fields.find_text("rope.scaling.type").value_or(factor > 0 ? "linear" : "none");
  if (type == "linear") {
    if (factor < 1e-6) fail("{}: {} does not scale", fields.place(factor_key), factor);
    scale_linear(frequencies, factor);
  } else if (type == "yarn") {
    if (fields.number_or("rope.scaling.yarn_ext_factor", 1.0, -1.0, 1.0) == 0) {
      fail("{}: YaRN without its ramp is not supported",
           fields.place("rope.scaling.yarn_ext_factor"));
    }
    YarnScaling yarn{
        .factor = fields.number("rope.scaling.factor", 1.0, kMostFactor),
        .original_context = fields.number("rope.scaling.original_context_length", 1, kMostOriginal),
        .truncate = kind.gguf_truncate};
    read_betas(fields, "rope.scaling.yarn_beta_fast", "rope.scaling.yarn_beta_slow", yarn);
    scale_yarn(frequencies, base, yarn);
    const char* magnitude =
        fields.one_of({"rope.scaling.attn_factor", "rope.scaling.yarn_attn_factor"});
    rope.cos_sin_factor = static_cast<float>(fields.number_or(magnitude, 1.0, 1e-3, 1e3) *
                                             yarn_attention_factor(yarn.factor, {}, {}));
  } else if (type != "none") {
    fail("{}: \"{}\" is not supported (known: none, linear, yarn)",
         fields.place("rope.scaling.type"), type);
  }
  divide_by_stored(file, frequencies);
  round_frequencies(frequencies);
  return rope;
}

RopeSpec rope_from_config(const JsonFields& fields, const ArchSpec& spec, const RopeKind& kind) {
  const Scaling scaling(fields, kind.layers);
  const JsonFields& inner = scaling.inner();
  RopeSpec rope;
  rope.pairing = kind.pairing;
  if (kind.rotated != 0) {
    rope.rotated = kind.rotated;
  } else {
    const JsonFields& where = scaling.where("partial_rotary_factor");
    const double share = where.number_or("partial_rotary_factor", 1.0, 0.0, 1.0);
    rope.rotated = checked_rotated(
        where, "partial_rotary_factor",
        static_cast<std::size_t>(share * static_cast<double>(spec.attention.head_dim)), spec);
  }
  const double base =
      scaling.where("rope_theta").number_or("rope_theta", kind.base, kLeastBase, kMostBase);
  std::vector<double>& frequencies = rope.inverse_frequencies;
  frequencies = inverse_frequencies(rope.rotated, base);

  if (scaling.type() == "linear") {
    scale_linear(frequencies, inner.number("factor", 1e-6, kMostFactor));
  } else if (scaling.type() == "llama3") {
    const Llama3Scaling llama3{
        .factor = inner.number("factor", 1.0, kMostFactor),
        .low_frequency_factor = inner.number("low_freq_factor", 1e-6, kMostFactor),
        .high_frequency_factor = inner.number("high_freq_factor", 1e-6, kMostFactor),
        .original_context = scaling.where("original_max_position_embeddings")
                                .number("original_max_position_embeddings", 1, kMostOriginal)};
    if (llama3.high_frequency_factor <= llama3.low_frequency_factor) {
      fail("{}: is not above low_freq_factor", inner.place("high_freq_factor"));
    }
    scale_llama3(frequencies, llama3);
  } else if (scaling.type() == "yarn") {
    YarnScaling yarn{.factor = inner.number("factor", 1.0, kMostFactor),
                     .original_context = scaling.where("original_max_position_embeddings")
                                             .number_or("original_max_position_embeddings",
                                                        static_cast<double>(spec.context_length), 1,
                                                        kMostOriginal)};
    read_betas(inner, "beta_fast", "beta_slow", yarn);
    yarn.truncate = inner.find_boolean("truncate").value_or(true);
    scale_yarn(frequencies, base, yarn);
    const double derived =
        yarn_attention_factor(yarn.factor, inner.number_or("mscale", 0, 0, kMostMscale),
                              inner.number_or("mscale_all_dim", 0, 0, kMostMscale));
    rope.cos_sin_factor =
        static_cast<float>(inner.number_or("attention_factor", derived, 1e-3, 1e3));
  } else if (scaling.type() != "default") {
    fail("{}: \"{}\" is not supported (known: default, linear, llama3, yarn)",
         inner.place(inner.one_of({"rope_type", "type"})), scaling.type());
  }
  round_frequencies(frequencies);
  return rope;
}

double yarn_score_factor(const JsonFields& fields) {
  const Scaling scaling(fields, nullptr);
  if (scaling.type() != "yarn") return 1;
  const double m = scaling.inner().number_or("mscale_all_dim", 0, 0, kMostMscale);
  const double root = 0.1 * m * std::log(scaling.inner().number("factor", 1.0, kMostFactor)) + 1;
  return root * root;
}

double yarn_score_factor(const GgufFields& fields) {
  if (fields.find_text("rope.scaling.type").value_or("none") != "yarn") return 1;
  // The file's number is 0.1 mscale_all_dim.
  const double m = fields.number_or("rope.scaling.yarn_log_multiplier", 0, 0, kMostMscale / 10);
  const double root = m * std::log(fields.number("rope.scaling.factor", 1.0, kMostFactor)) + 1;
  return root * root;
}

}  // namespace candor::engine
