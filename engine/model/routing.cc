#include "engine/model/routing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/ops.h"

namespace candor::engine {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// In place: logits become scores.
void score(ExpertsSpec::Score kind, std::span<float> values) {
  if (kind == ExpertsSpec::Score::kSoftmaxOfChosen) return;
  if (kind == ExpertsSpec::Score::kSigmoid) {
    for (float& value : values) value = -value;
    kernels::exp_values(values, values.data());
    for (float& value : values) value = 1.0F / (1.0F + value);
    return;
  }
  const float largest = *std::max_element(values.begin(), values.end());
  for (float& value : values) value -= largest;
  kernels::exp_values(values, values.data());
  float sum = 0;
  for (const float value : values) sum += value;
  for (float& value : values) value /= sum;
}

// The sum of the two best (Liu et al. 2024, DeepSeek-V3, section 2.1.2), or the best.
float group_score(ExpertsSpec::GroupScore kind, std::span<const float> scores) {
  float best = -kInfinity;
  float second = -kInfinity;
  for (const float value : scores) {
    if (value > best) {
      second = best;
      best = value;
    } else if (value > second) {
      second = value;
    }
  }
  return kind == ExpertsSpec::GroupScore::kLargest ? best : best + second;
}

// Index of the largest, the lowest on ties; that one becomes -infinity.
std::size_t take_best(std::span<float> values) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] > values[best]) best = i;
  }
  values[best] = -kInfinity;
  return best;
}

// Leaves the experts of the best groups; those of the others become -infinity.
void keep_best_groups(const ExpertsSpec& spec, std::span<float> choice) {
  const std::size_t size = spec.count / spec.groups;
  std::vector<float> groups(spec.groups);
  for (std::size_t g = 0; g < spec.groups; ++g) {
    groups[g] = group_score(spec.group_score, choice.subspan(g * size, size));
  }
  std::vector<bool> kept(spec.groups);
  for (std::size_t i = 0; i < spec.groups_used; ++i) kept[take_best(groups)] = true;
  for (std::size_t g = 0; g < spec.groups; ++g) {
    if (!kept[g]) std::ranges::fill(choice.subspan(g * size, size), -kInfinity);
  }
}

}  // namespace

void route(const ExpertsSpec& spec, std::span<float> logits, std::span<const float> selection_bias,
           std::span<Route> routes) {
  const bool broken =
      std::any_of(logits.begin(), logits.end(), [](float x) { return std::isnan(x); });
  score(spec.score, logits);
  const std::span<const float> scores = logits;
  std::vector<float> choice(scores.begin(), scores.end());
  for (std::size_t i = 0; i < selection_bias.size(); ++i) choice[i] += selection_bias[i];
  if (spec.groups > 1) keep_best_groups(spec, choice);
  for (Route& chosen : routes) {
    chosen.expert = take_best(choice);
    chosen.weight = scores[chosen.expert];  // without the bias that chose it
  }

  if (spec.score == ExpertsSpec::Score::kSoftmaxOfChosen) {
    std::vector<float> weights;
    for (const Route& chosen : routes) weights.push_back(chosen.weight);
    score(ExpertsSpec::Score::kSoftmax, weights);
    for (std::size_t i = 0; i < routes.size(); ++i) routes[i].weight = weights[i];
  } else if (spec.normalise) {
    float sum = 0;
    for (const Route& chosen : routes) sum += chosen.weight;
    for (Route& chosen : routes) chosen.weight /= std::max(sum, spec.normalise_floor);
  }
  for (Route& chosen : routes) {
    chosen.weight = broken ? std::numeric_limits<float>::quiet_NaN() : chosen.weight * spec.scale;
  }
}

}  // namespace candor::engine
