#include "engine/arch/check.h"

#include <cmath>

#include "data/base/error.h"
#include "engine/arch/decoder.h"

namespace candor::engine {

namespace {

double product(std::size_t a, std::size_t b) {
  return static_cast<double>(a) * static_cast<double>(b);
}

double attention_weights(const ArchSpec& spec) {
  const AttentionSpec& attention = spec.attention;
  const double heads = static_cast<double>(attention.heads);
  if (!attention.latent) {
    return product(2 * (attention.heads + attention.kv_heads), attention.head_dim) *
           static_cast<double>(spec.width);
  }
  const LatentSpec& latent = *attention.latent;
  const double queries = product(attention.heads, attention.head_dim);
  const double from = static_cast<double>(latent.query_rank == 0 ? spec.width : latent.query_rank);
  return queries * from + product(latent.query_rank, spec.width) +
         product(latent.rank + latent.rotated, spec.width) +
         heads * product(latent.plain + latent.value, latent.rank) +
         heads * product(latent.value, spec.width);
}

double weights(const ArchSpec& spec) {
  double sum = 2 * product(spec.vocabulary, spec.width);
  for (const LayerSpec& layer : spec.layers) {
    sum += attention_weights(spec);
    if (layer.experts) {
      sum +=
          3 * product(spec.experts->count, spec.experts->width) * static_cast<double>(spec.width) +
          product(spec.experts->count + 3 * spec.experts->shared_width, spec.width);
    } else {
      sum += 3 * product(spec.ffn.width, spec.width);
    }
  }
  return sum;
}

void check_attention(const AttentionSpec& attention, const std::string& place) {
  if (attention.head_dim < 2 || attention.head_dim % 2 != 0 || attention.head_dim > kMostHeadDim) {
    fail("{}: heads of {} values are not supported (an even number up to {})", place,
         attention.head_dim, kMostHeadDim);
  }
  if (!std::isfinite(attention.scale) || attention.scale <= 0) {
    fail("{}: the scale of the scores, {}, is not a positive number", place, attention.scale);
  }
  if (!attention.latent) return;
  const LatentSpec& latent = *attention.latent;
  if (latent.rank < 1 || latent.value < 1 || latent.plain < 1 || latent.rotated < 2 ||
      latent.rotated % 2 != 0 || latent.plain + latent.rotated != attention.head_dim) {
    fail(
        "{}: latent attention of rank {}, with {} plain and {} rotated values of heads of {}, is "
        "not one",
        place, latent.rank, latent.plain, latent.rotated, attention.head_dim);
  }
  if (latent.rank + latent.rotated > kMostHeadDim) {
    fail("{}: latents of {} values with {} rotated ones are not supported (up to {} together)",
         place, latent.rank, latent.rotated, kMostHeadDim);
  }
}

void check_experts(const ExpertsSpec& experts, const std::string& place) {
  const std::size_t group = experts.count / experts.groups;
  if (experts.used > group * experts.groups_used) {
    fail("{}: {} experts are to be used, and the {} groups that take part have {}", place,
         experts.used, experts.groups_used, group * experts.groups_used);
  }
  if (experts.groups > 1 && group < 2 &&
      experts.group_score == ExpertsSpec::GroupScore::kTopTwoSum) {
    fail("{}: groups of one expert cannot be scored by the two best of it", place);
  }
}

}  // namespace

void check(const ArchSpec& spec, const std::string& place) {
  check_attention(spec.attention, place);
  if (spec.experts) check_experts(*spec.experts, place);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    if (spec.layers[i].rope >= spec.ropes.size() ||
        (spec.layers[i].experts ? !spec.experts.has_value() : spec.ffn.width == 0)) {
      fail("{}: layer {} lacks a rotary embedding or a feed-forward", place, i);
    }
  }
  for (const RopeSpec& rope : spec.ropes) {
    for (const double frequency : rope.inverse_frequencies) {
      if (!std::isfinite(frequency) || frequency < 0) {
        fail("{}: a rotary frequency of {} follows from its numbers", place, frequency);
      }
    }
  }
  if (weights(spec) > kMostWeights) {
    fail("{}: {:.3g} weights follow from its sizes, more than {:.3g}", place, weights(spec),
         kMostWeights);
  }
}

}  // namespace candor::engine
