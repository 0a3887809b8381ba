#include "engine/model/layer_weights.h"

#include <fmt/format.h>

#include <utility>

namespace candor::engine {

namespace {

// Puts one layer together: every member takes a part of the spec and asks for its weights.
class Assembly {
 public:
  Assembly(const WeightReader& reader, const ArchSpec& spec, std::size_t layer,
           kernels::Precision precision, const MakeMatrix& make)
      : reader_(reader),
        spec_(spec),
        names_(spec.names),
        layer_(layer),
        precision_(precision),
        make_(make) {}

  LayerWeights layer() {
    LayerWeights weights;
    weights.attention_norm = norm(names_.attention_norm, spec_.width);
    attention(weights);
    weights.ffn_norm = norm(names_.ffn_norm, spec_.width);
    if (spec_.sandwich_norms) {
      weights.post_attention_norm = norm(names_.post_attention_norm, spec_.width);
      weights.post_ffn_norm = norm(names_.post_ffn_norm, spec_.width);
    }
    if (spec_.layers[layer_].experts) {
      weights.experts = experts();
      const std::size_t shared = spec_.experts->shared_width;
      if (shared > 0) {
        dense(weights, names_.shared_gate, names_.shared_up, names_.shared_down, shared,
              spec_.experts->shared_bias);
      }
    } else {
      dense(weights, names_.gate, names_.up, names_.down, spec_.ffn.width, spec_.ffn.bias);
    }
    return weights;
  }

 private:
  void attention(LayerWeights& weights) {
    const AttentionSpec& attention = spec_.attention;
    if (attention.latent) {
      weights.latent = latent(weights, *attention.latent);
      return;
    }
    const std::size_t q_width = attention.heads * attention.head_dim;
    const std::size_t kv_width = attention.kv_heads * attention.head_dim;
    weights.q = linear(names_.q, q_width, spec_.width, attention.qkv_bias);
    weights.k = linear(names_.k, kv_width, spec_.width, attention.qkv_bias);
    weights.v = linear(names_.v, kv_width, spec_.width, attention.qkv_bias);
    weights.output = linear(names_.output, spec_.width, q_width, attention.output_bias);
    if (attention.head_norm) {
      weights.q_norm = norm(names_.q_norm, attention.head_dim);
      weights.k_norm = norm(names_.k_norm, attention.head_dim);
    }
    if (attention.sinks) {
      weights.sinks = reader_.vector(in_layer(names_.sinks, ""), attention.heads);
    }
  }

  LatentWeights latent(LayerWeights& weights, const LatentSpec& spec) {
    const AttentionSpec& attention = spec_.attention;
    const std::size_t q_width = attention.heads * attention.head_dim;
    LatentWeights latent;
    if (spec.query_rank > 0) {
      latent.query_down = linear(names_.q_a, spec.query_rank, spec_.width, attention.qkv_bias);
      latent.query_norm = norm(names_.q_a_norm, spec.query_rank);
      weights.q = linear(names_.q_b, q_width, spec.query_rank, false);
    } else {
      weights.q = linear(names_.q, q_width, spec_.width, false);
    }
    latent.kv_down = linear(names_.kv_a, spec.rank + spec.rotated, spec_.width, attention.qkv_bias);
    latent.kv_norm = norm(names_.kv_a_norm, spec.rank);
    for (std::size_t head = 0; head < attention.heads; ++head) {
      latent.key_up.push_back({made(fmt::format("{} of head {}", in_layer("keys", ""), head),
                                    reader_.key_up(layer_, head), precision_),
                               {}});
      latent.value_up.push_back({made(fmt::format("{} of head {}", in_layer("values", ""), head),
                                      reader_.value_up(layer_, head), precision_),
                                 {}});
    }
    weights.output =
        linear(names_.output, spec_.width, attention.heads * spec.value, attention.output_bias);
    return latent;
  }

  ExpertWeights experts() {
    const ExpertsSpec& spec = *spec_.experts;
    ExpertWeights weights;
    // A router's choice hangs on small differences: never rounded.
    const std::string router = in_layer(names_.router, ".weight");
    weights.router.weights =
        made(router, reader_.matrix(router, spec.count, spec_.width), kernels::Precision::kFloat32);
    if (spec.router_bias) {
      weights.router.bias = reader_.vector(in_layer(names_.router, ".bias"), spec.count);
    }
    if (spec.selection_bias) {
      weights.selection_bias = reader_.vector(in_layer(names_.selection_bias, ""), spec.count);
    }
    for (const auto& [projection, linears] :
         {std::pair{Projection::kGate, &weights.gate}, std::pair{Projection::kUp, &weights.up},
          std::pair{Projection::kDown, &weights.down}}) {
      for (std::size_t expert = 0; expert < spec.count; ++expert) {
        linears->push_back(
            {made(reader_.expert_name(layer_, projection, expert),
                  reader_.expert(layer_, projection, expert), precision_),
             spec.bias ? reader_.expert_bias(layer_, projection, expert) : std::vector<float>{}});
      }
    }
    return weights;
  }

  void dense(LayerWeights& weights, const std::string& gate, const std::string& up,
             const std::string& down, std::size_t width, bool bias) {
    weights.gate = linear(gate, width, spec_.width, bias);
    weights.up = linear(up, width, spec_.width, bias);
    weights.down = linear(down, spec_.width, width, bias);
  }

  Linear linear(const std::string& name, std::size_t out, std::size_t in, bool bias) {
    const std::string weight = in_layer(name, ".weight");
    return {made(weight, reader_.matrix(weight, out, in), precision_),
            bias ? reader_.vector(in_layer(name, ".bias"), out) : std::vector<float>{}};
  }

  kernels::Matrix made(std::string name, WeightReader::Rows rows, kernels::Precision precision) {
    return make_({std::move(name), std::move(rows), precision});
  }

  std::vector<float> norm(const std::string& name, std::size_t size) {
    return norm_weights(reader_, spec_, in_layer(name, ".weight"), size);
  }

  std::string in_layer(const std::string& name, const char* suffix) const {
    return names_.in_layer(layer_, name, suffix);
  }

  const WeightReader& reader_;
  const ArchSpec& spec_;
  const TensorNames& names_;
  std::size_t layer_;
  kernels::Precision precision_;
  const MakeMatrix& make_;
};

}  // namespace

std::vector<float> norm_weights(const WeightReader& reader, const ArchSpec& spec,
                                const std::string& name, std::size_t size) {
  std::vector<float> weights = reader.vector(name, size);
  if (spec.norm_plus_one) {
    for (float& weight : weights) weight += 1.0F;
  }
  return weights;
}

LayerWeights assemble_layer(const WeightReader& reader, const ArchSpec& spec, std::size_t layer,
                            kernels::Precision precision, const MakeMatrix& make) {
  return Assembly(reader, spec, layer, precision, make).layer();
}

}  // namespace candor::engine
