// Which experts of a mixture a row uses, and with what weights (model-facts, section 6). A pure
// function of the router's logits.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/arch/arch_spec.h"

namespace candor::engine {

struct Route {
  std::size_t expert = 0;
  float weight = 0;
};

// Chooses spec.used experts by their scores, best first, the lower number on ties: that order is
// also the order in which their outputs are added up. logits: [spec.count], with the router's bias;
// they are overwritten. `selection_bias`: [spec.count] or empty. A NaN among the logits comes out
// as a weight of NaN.
void route(const ExpertsSpec& spec, std::span<float> logits, std::span<const float> selection_bias,
           std::span<Route> routes);

}  // namespace candor::engine
