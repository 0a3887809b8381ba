#include "engine/model/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace candor::engine {
namespace {

using Stored = ParameterGroup::Stored;
using Split = ParameterGroup::Split;

constexpr std::uint64_t kKvValueBytes = 2;  // float16 or bfloat16
constexpr std::size_t kMostDevices = 64;
constexpr std::size_t kLogitRows = 64;    // that are computed at a time
constexpr std::size_t kPromptRows = 512;  // of a step

struct Layers {
  std::uint64_t all = 0;
  std::uint64_t experts = 0;
  std::uint64_t dense = 0;
};

Layers count_layers(const ArchSpec& spec) {
  Layers layers;
  layers.all = spec.layers.size();
  for (const LayerSpec& layer : spec.layers) ++(layer.experts ? layers.experts : layers.dense);
  return layers;
}

void add_attention(const ArchSpec& spec, std::uint64_t layers,
                   std::vector<ParameterGroup>& groups) {
  const AttentionSpec& a = spec.attention;
  const std::uint64_t d = spec.width;
  const std::uint64_t q = a.heads * a.head_dim;
  const auto add = [&](std::string_view name, std::uint64_t each, Stored stored, Split split) {
    if (each > 0) groups.push_back({name, each * layers, each * layers, stored, split});
  };
  if (const auto& latent = a.latent) {
    const std::uint64_t query_in = latent->query_rank > 0 ? latent->query_rank : d;
    const std::uint64_t down = latent->query_rank + latent->rank + latent->rotated;
    const std::uint64_t up = latent->rank * a.heads * (latent->plain + latent->value);
    add("attention: to latents", d * down, Stored::kMatrix, Split::kWhole);
    add("attention: heads", query_in * q + up + a.heads * latent->value * d, Stored::kMatrix,
        Split::kHeads);
    add("attention: norms", latent->query_rank + latent->rank, Stored::kSmall, Split::kWhole);
    return;
  }
  const std::uint64_t kv = a.kv_heads * a.head_dim;
  add("attention: queries and output", 2 * d * q, Stored::kMatrix, Split::kHeads);
  add("attention: keys and values", 2 * d * kv, Stored::kMatrix, Split::kKvHeads);
  add("attention: biases, norms, sinks",
      (a.qkv_bias ? q + 2 * kv : 0) + (a.output_bias ? d : 0) + (a.head_norm ? 2 * a.head_dim : 0) +
          (a.sinks ? a.heads : 0),
      Stored::kSmall, Split::kWhole);
}

// Gate, up and down of `width`, for one expert or a dense layer.
std::uint64_t projections(const ArchSpec& spec, std::uint64_t width) {
  return 3 * spec.width * width;
}

void add_feed_forward(const ArchSpec& spec, const Layers& layers,
                      std::vector<ParameterGroup>& groups) {
  const std::uint64_t d = spec.width;
  if (layers.dense > 0) {
    const std::uint64_t all = projections(spec, spec.ffn.width) * layers.dense;
    groups.push_back({"feed-forward", all, all, Stored::kMatrix, Split::kWidth});
    if (spec.ffn.bias) {
      const std::uint64_t bias = (2 * spec.ffn.width + d) * layers.dense;
      groups.push_back({"feed-forward: biases", bias, bias, Stored::kSmall, Split::kWhole});
    }
  }
  if (!spec.experts || layers.experts == 0) return;
  const ExpertsSpec& e = *spec.experts;
  const std::uint64_t expert = projections(spec, e.width) * layers.experts;
  groups.push_back(
      {"experts", expert * e.count, expert * e.used, Stored::kExperts, Split::kExperts});
  if (e.shared_width > 0) {
    const std::uint64_t shared = projections(spec, e.shared_width) * layers.experts;
    groups.push_back({"shared expert", shared, shared, Stored::kMatrix, Split::kWidth});
  }
  const std::uint64_t router = d * e.count * layers.experts;
  groups.push_back({"routers", router, router, Stored::kPlain, Split::kWhole});
  const std::uint64_t router_small =
      (e.router_bias ? e.count : 0) + (e.selection_bias ? e.count : 0);
  const std::uint64_t bias = e.bias ? 2 * e.width + d : 0;
  if (router_small + bias > 0) {
    groups.push_back({"experts: biases", (router_small + bias * e.count) * layers.experts,
                      (router_small + bias * e.used) * layers.experts, Stored::kSmall,
                      Split::kWhole});
  }
}

double bytes_a_value(Stored stored, const WeightFormat& format) {
  switch (stored) {
    case Stored::kMatrix:
      return format.matrix_bytes;
    case Stored::kExperts:
      return format.expert_bytes;
    case Stored::kPlain:
      return 2;
    case Stored::kSmall:
      return 4;
  }
  return 0;
}

std::uint64_t bytes_of(std::uint64_t values, double each) {
  // Sizes that no machine has would not fit the result.
  return static_cast<std::uint64_t>(std::min(std::round(static_cast<double>(values) * each), 9e18));
}

// The share of a group that each of n devices holds.
double share(Split split, const ArchSpec& spec, std::size_t n) {
  const auto devices = static_cast<double>(n);
  switch (split) {
    case Split::kWhole:
      return 1;
    case Split::kKvHeads:
      return 1.0 / static_cast<double>(std::min(n, spec.attention.kv_heads));
    case Split::kExperts:  // cut, or whole ones dealt out
    case Split::kHeads:
    case Split::kWidth:
    case Split::kVocabulary:
      return 1.0 / devices;
  }
  return 1;
}

bool cuts(std::size_t width, std::size_t n, std::size_t block) {
  return width % n == 0 && width / n % block == 0;
}

std::string not_cut(std::string_view what, std::size_t width, std::size_t n, std::size_t block) {
  return width % n != 0
             ? fmt::format("{} {} do not divide by {}", what, width, n)
             : fmt::format("{} {} / {} = {} is not a multiple of the {} values that share a scale",
                           what, width, n, width / n, block);
}

void find_conflicts(const ArchSpec& spec, const WeightFormat& format, DevicePlan& plan) {
  const std::size_t n = plan.devices;
  const AttentionSpec& a = spec.attention;
  std::vector<std::string>& found = plan.conflicts;
  if (n == 1) return;
  if (a.heads % n != 0) {
    found.push_back(fmt::format("{} query heads do not divide by {}", a.heads, n));
  } else {
    const std::size_t columns = a.heads * (a.latent ? a.latent->value : a.head_dim);
    if (!cuts(columns, n, format.matrix_block)) {
      found.push_back(not_cut("attention's output columns", columns, n, format.matrix_block));
    }
  }
  if (!a.latent && a.kv_heads % n != 0 && n % a.kv_heads != 0) {
    found.push_back(
        fmt::format("{} key and value heads neither divide by {} nor repeat to it", a.kv_heads, n));
  }
  const Layers layers = count_layers(spec);
  if (layers.dense > 0 && !cuts(spec.ffn.width, n, format.matrix_block)) {
    found.push_back(not_cut("feed-forward columns", spec.ffn.width, n, format.matrix_block));
  }
  if (!spec.experts || layers.experts == 0) return;
  const ExpertsSpec& e = *spec.experts;
  if (e.shared_width > 0 && !cuts(e.shared_width, n, format.matrix_block)) {
    found.push_back(not_cut("shared expert's columns", e.shared_width, n, format.matrix_block));
  }
  if (cuts(e.width, n, format.expert_block)) return;
  // Then whole experts on each device, if they come out even.
  if (e.count % n == 0) {
    plan.whole_experts = true;
    return;
  }
  found.push_back(not_cut("expert columns", e.width, n, format.expert_block) +
                  fmt::format(", and {} whole experts do not divide by {}", e.count, n));
}

}  // namespace

std::vector<ParameterGroup> parameter_groups(const ArchSpec& spec) {
  std::vector<ParameterGroup> groups;
  const Layers layers = count_layers(spec);
  const std::uint64_t table = std::uint64_t{spec.vocabulary} * spec.width;
  groups.push_back({"embedding", table, spec.tied ? table : 0, Stored::kPlain, Split::kWhole});
  add_attention(spec, layers.all, groups);
  add_feed_forward(spec, layers, groups);
  const std::uint64_t norms = (spec.sandwich_norms ? 4 : 2) * layers.all * spec.width + spec.width;
  groups.push_back({"norms", norms, norms, Stored::kSmall, Split::kWhole});
  if (!spec.tied) groups.push_back({"head", table, table, Stored::kMatrix, Split::kVocabulary});
  return groups;
}

ParameterCount count_parameters(const ArchSpec& spec) {
  ParameterCount count;
  for (const ParameterGroup& group : parameter_groups(spec)) {
    count.total += group.total;
    count.active += group.active;
  }
  return count;
}

std::span<const WeightFormat> weight_formats() {
  // int8: a bf16 scale and a bf16 sum for 128 values. fp8: a float32 scale for 128 x 128. mxfp4:
  // half a byte and a shared exponent for 32.
  static constexpr std::array<WeightFormat, 4> kFormats = {{
      {"bf16", 2, 2, 1, 1},
      {"int8", 1 + 4.0 / 128, 1 + 4.0 / 128, 128, 128},
      {"fp8", 1 + 4.0 / (128 * 128), 1 + 4.0 / (128 * 128), 128, 128},
      {"mxfp4 experts", 2, 17.0 / 32, 1, 32},
  }};
  return kFormats;
}

std::uint64_t weight_bytes(const ArchSpec& spec, const WeightFormat& format) {
  std::uint64_t bytes = 0;
  for (const ParameterGroup& group : parameter_groups(spec)) {
    bytes += bytes_of(group.total, bytes_a_value(group.stored, format));
  }
  return bytes;
}

namespace {

std::uint64_t kv_bytes_of_layer(const ArchSpec& spec, LatentCache latent) {
  const AttentionSpec& a = spec.attention;
  if (a.latent) {
    const std::uint64_t key = a.latent->rank + a.latent->rotated;
    return (key + (latent == LatentCache::kTwice ? a.latent->rank : 0)) * kKvValueBytes;
  }
  return std::uint64_t{2} * a.kv_heads * a.head_dim * kKvValueBytes;
}

}  // namespace

std::uint64_t kv_bytes_per_token(const ArchSpec& spec, LatentCache latent) {
  return spec.layers.size() * kv_bytes_of_layer(spec, latent);
}

std::uint64_t windowed_kv_bytes_per_token(const ArchSpec& spec, LatentCache latent) {
  const auto windowed = std::count_if(spec.layers.begin(), spec.layers.end(),
                                      [](const LayerSpec& layer) { return layer.window > 0; });
  return static_cast<std::uint64_t>(windowed) * kv_bytes_of_layer(spec, latent);
}

std::uint64_t activation_bytes(const ArchSpec& spec, std::size_t rows, std::size_t sequences) {
  const AttentionSpec& a = spec.attention;
  // The residual stream twice, queries and what attention gives, keys and values, gate and up.
  std::uint64_t row = 2 * spec.width + 2 * a.heads * a.head_dim + 2 * a.kv_heads * a.head_dim;
  std::uint64_t wide = spec.ffn.width;
  if (spec.experts) {
    wide = std::max<std::uint64_t>(wide, spec.experts->used * spec.experts->width);
    wide = std::max<std::uint64_t>(wide, spec.experts->shared_width);
  }
  row += 2 * wide;
  const std::uint64_t logits = std::min(sequences, kLogitRows) * std::uint64_t{spec.vocabulary};
  return 4 * (row * rows + logits);
}

DevicePlan plan_devices(const ArchSpec& spec, const WeightFormat& format, std::size_t devices,
                        std::uint64_t device_bytes, const PlanRequest& request) {
  DevicePlan plan;
  plan.devices = devices;
  find_conflicts(spec, format, plan);
  for (const ParameterGroup& group : parameter_groups(spec)) {
    plan.weight_bytes += bytes_of(
        group.total, bytes_a_value(group.stored, format) * share(group.split, spec, devices));
  }
  // The latent has no heads by which it could be shared out.
  const double kv_share = spec.attention.latent ? 1.0 : share(Split::kKvHeads, spec, devices);
  plan.kv_bytes = bytes_of(
      kv_bytes_per_token(spec, LatentCache::kOnce),
      kv_share * static_cast<double>(request.context) * static_cast<double>(request.batch));
  plan.activation_bytes =
      activation_bytes(spec, std::max(kPromptRows, request.batch), request.batch);
  plan.fits = static_cast<double>(plan.bytes()) <= kUsableShare * static_cast<double>(device_bytes);
  return plan;
}

bool works(const DevicePlan& plan) { return plan.fits && plan.conflicts.empty(); }

std::vector<DevicePlan> plan_up_to_fit(const ArchSpec& spec, const WeightFormat& format,
                                       std::uint64_t device_bytes, const PlanRequest& request) {
  std::vector<DevicePlan> plans;
  for (std::size_t devices = 1; devices <= kMostDevices; devices *= 2) {
    plans.push_back(plan_devices(spec, format, devices, device_bytes, request));
    if (works(plans.back())) break;
  }
  return plans;
}

}  // namespace candor::engine
