#include "scoring/audit/model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "scoring/audit/weights.h"

namespace candor::scoring {

std::array<double, kKinds> content_probabilities(const Measured& measured) {
  std::array<double, kKinds> score{};
  std::copy(std::begin(kFittedBias), std::end(kFittedBias), score.begin());
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const FittedFeature& fitted = kFittedFeatures[i];
    const double standard = (measured.value[i] - fitted.mean) / fitted.scale;
    for (std::size_t kind = 0; kind < kKinds; ++kind) score[kind] += fitted.weight[kind] * standard;
  }
  const double top = *std::max_element(score.begin(), score.end());
  for (double& s : score) s = std::exp(s - top);
  const double sum = std::accumulate(score.begin(), score.end(), 0.0);
  for (double& s : score) s /= sum;
  return score;
}

}  // namespace candor::scoring
