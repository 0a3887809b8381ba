#include "engine/arch/experts.h"

#include "data/base/error.h"

namespace candor::engine {

ExpertsSpec read_experts(const Fields& fields, std::string_view count, std::string_view used) {
  ExpertsSpec experts;
  experts.count = fields.count(count, kMostExperts);
  experts.used = fields.count(used, kMostExperts);
  if (experts.used > experts.count) {
    fail("{}: {} is more than the {} experts", fields.place(used), experts.used, experts.count);
  }
  return experts;
}

void read_groups(const Fields& fields, std::string_view groups, std::string_view used,
                 ExpertsSpec& experts) {
  // 0 says that there are none.
  const auto read = [&](std::string_view key, std::size_t otherwise) {
    const std::int64_t found = fields.integer_or(key, 0, 0, kMostExperts);
    return found == 0 ? otherwise : static_cast<std::size_t>(found);
  };
  experts.groups = read(groups, 1);
  experts.groups_used = read(used, experts.groups);
  if (experts.count % experts.groups != 0) {
    fail("{}: {} groups do not divide {} experts", fields.place(groups), experts.groups,
         experts.count);
  }
  if (experts.groups_used > experts.groups) {
    fail("{}: {} is more than the {} groups", fields.place(used), experts.groups_used,
         experts.groups);
  }
}

namespace {

ExpertsSpec::Score read_score(const Fields& fields, ExpertsSpec::Score otherwise) {
  constexpr const char* kKey = "expert_gating_func";
  const auto function = fields.find_integer(kKey);
  if (!function) return otherwise;
  switch (*function) {
    case 1:
      return ExpertsSpec::Score::kSoftmax;
    case 2:
      return ExpertsSpec::Score::kSigmoid;
    case 3:
      return ExpertsSpec::Score::kSoftmaxOfChosen;
    default:
      fail("{}: {} is not supported (known: 1 softmax, 2 sigmoid, 3 softmax of the chosen)",
           fields.place(kKey), *function);
  }
}

// The first layer with experts: what it has, the others have too.
std::size_t mark_layers(const GgufFile& file, const std::string& place, ArchSpec& spec) {
  std::size_t first = spec.layers.size();
  for (std::size_t i = spec.layers.size(); i-- > 0;) {
    spec.layers[i].experts =
        file.find(spec.names.in_layer(i, spec.names.router, ".weight")) != nullptr;
    if (spec.layers[i].experts) first = i;
  }
  if (first == spec.layers.size()) {
    fail("{}: {} experts, but no layer has a tensor {}.weight", place, spec.experts->count,
         spec.names.router);
  }
  return first;
}

std::size_t shared_width(const GgufFile& file, const std::string& name) {
  const TensorView* gate = file.find(name);
  if (gate == nullptr) return 0;
  if (gate->shape.size() != 2 || gate->shape[0] < 1 || gate->shape[0] > kMostWidth) {
    fail("{}: {}: is not a matrix of 1 to {} rows", file.path(), name, kMostWidth);
  }
  return gate->shape[0];
}

}  // namespace

void set_experts_from_gguf(const GgufFile& file, const std::string& prefix,
                           const ExpertsSpec& otherwise, ArchSpec& spec) {
  const GgufFields fields(file, prefix);
  ExpertsSpec experts = read_experts(fields, "expert_count", "expert_used_count");
  experts.width = fields.count("expert_feed_forward_length", kMostWidth);
  read_groups(fields, "expert_group_count", "expert_group_used_count", experts);
  experts.score = read_score(fields, otherwise.score);
  experts.normalise = fields.find_boolean("expert_weights_norm").value_or(otherwise.normalise);
  experts.normalise_floor = experts.normalise ? otherwise.normalise_floor : 0;
  experts.scale = static_cast<float>(fields.number_or("expert_weights_scale", 1.0, 1e-6, 1e6));
  spec.experts = experts;

  const std::size_t first = mark_layers(file, fields.place("expert_count"), spec);
  const auto has = [&](const std::string& name, const char* suffix) {
    return file.find(spec.names.in_layer(first, name, suffix)) != nullptr;
  };
  spec.experts->router_bias = has(spec.names.router, ".bias");
  spec.experts->bias = has(spec.names.expert_down, ".bias");
  spec.experts->selection_bias = has(spec.names.selection_bias, "");
  // Groups are scored by the two best of their experts where a bias was learnt to balance these.
  spec.experts->group_score = spec.experts->selection_bias ? ExpertsSpec::GroupScore::kTopTwoSum
                                                           : ExpertsSpec::GroupScore::kLargest;
  // The key for this width is unreliable (model-facts, section 8.6).
  spec.experts->shared_width =
      shared_width(file, spec.names.in_layer(first, spec.names.shared_gate, ".weight"));
}

}  // namespace candor::engine
