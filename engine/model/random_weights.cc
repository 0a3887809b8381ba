#include "engine/model/random_weights.h"

#include <utility>
#include <vector>

#include "data/base/error.h"

namespace candor::engine {

namespace {

// Every tensor of a dense decoder by the names of its checkpoint, in the order of the forward pass.
class Listing {
 public:
  explicit Listing(const ArchSpec& spec)
      : spec_(spec),
        names_(spec.names),
        norm_(spec.norm_plus_one ? RandomTensor::Fill::kZeros : RandomTensor::Fill::kOnes) {}

  std::vector<RandomTensor> all() && {
    whole(names_.embedding, {spec_.vocabulary, spec_.width});
    for (std::size_t i = 0; i < spec_.layers.size(); ++i) layer(i);
    whole(names_.final_norm, {spec_.width}, norm_);
    if (!spec_.tied) whole(names_.head, {spec_.vocabulary, spec_.width});
    if (spec_.head_bias) whole(names_.head_bias, {spec_.vocabulary});
    return std::move(tensors_);
  }

 private:
  void layer(std::size_t i) {
    const AttentionSpec& attention = spec_.attention;
    const std::size_t q = attention.heads * attention.head_dim;
    const std::size_t kv = attention.kv_heads * attention.head_dim;
    layer_ = i;
    norm(names_.attention_norm, spec_.width);
    linear(names_.q, q, spec_.width, attention.qkv_bias);
    linear(names_.k, kv, spec_.width, attention.qkv_bias);
    linear(names_.v, kv, spec_.width, attention.qkv_bias);
    linear(names_.output, spec_.width, q, attention.output_bias);
    if (attention.head_norm) {
      norm(names_.q_norm, attention.head_dim);
      norm(names_.k_norm, attention.head_dim);
    }
    if (attention.sinks) whole(names_.in_layer(i, names_.sinks, ""), {attention.heads});
    if (spec_.sandwich_norms) {
      norm(names_.post_attention_norm, spec_.width);
      norm(names_.post_ffn_norm, spec_.width);
    }
    norm(names_.ffn_norm, spec_.width);
    linear(names_.gate, spec_.ffn.width, spec_.width, spec_.ffn.bias);
    linear(names_.up, spec_.ffn.width, spec_.width, spec_.ffn.bias);
    linear(names_.down, spec_.width, spec_.ffn.width, spec_.ffn.bias);
  }

  void linear(const std::string& name, std::size_t out, std::size_t in, bool bias) {
    whole(names_.in_layer(layer_, name, ".weight"), {out, in});
    if (bias) whole(names_.in_layer(layer_, name, ".bias"), {out});
  }

  void norm(const std::string& name, std::size_t size) {
    whole(names_.in_layer(layer_, name, ".weight"), {size}, norm_);
  }

  void whole(std::string name, std::vector<std::size_t> shape,
             RandomTensor::Fill fill = RandomTensor::Fill::kRandom) {
    tensors_.push_back({std::move(name), std::move(shape), fill});
  }

  const ArchSpec& spec_;
  const TensorNames& names_;
  RandomTensor::Fill norm_;
  std::size_t layer_ = 0;
  std::vector<RandomTensor> tensors_;
};

}  // namespace

std::unique_ptr<RandomSource> random_weights(const ArchSpec& spec, const std::string& name,
                                             int threads) {
  if (spec.attention.latent || spec.experts) {
    fail_usage("{}: only dense models with ordinary attention can be made from a shape", name);
  }
  return std::make_unique<RandomSource>(name, Listing(spec).all(), threads);
}

}  // namespace candor::engine
