#include "engine/arch/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace candor::engine {

std::vector<double> inverse_frequencies(std::size_t rotated, double base) {
  std::vector<double> frequencies(rotated / 2);
  for (std::size_t j = 0; j < frequencies.size(); ++j) {
    frequencies[j] = std::pow(base, -2.0 * static_cast<double>(j) / static_cast<double>(rotated));
  }
  return frequencies;
}

void scale_linear(std::vector<double>& frequencies, double factor) {
  for (double& frequency : frequencies) frequency /= factor;
}

void scale_llama3(std::vector<double>& frequencies, const Llama3Scaling& scaling) {
  const double longest = scaling.original_context / scaling.low_frequency_factor;
  const double shortest = scaling.original_context / scaling.high_frequency_factor;
  for (double& frequency : frequencies) {
    const double wavelength = 2 * std::numbers::pi / frequency;
    if (wavelength < shortest) continue;
    if (wavelength > longest) {
      frequency /= scaling.factor;
      continue;
    }
    const double share = (scaling.original_context / wavelength - scaling.low_frequency_factor) /
                         (scaling.high_frequency_factor - scaling.low_frequency_factor);
    frequency = (1 - share) * frequency / scaling.factor + share * frequency;
  }
}

void scale_yarn(std::vector<double>& frequencies, double base, const YarnScaling& scaling) {
  const double rotated = 2.0 * static_cast<double>(frequencies.size());
  // The dimension whose wavelength fits `turns` times into the original context.
  const auto dimension = [&](double turns) {
    return rotated * std::log(scaling.original_context / (2 * std::numbers::pi * turns)) /
           (2 * std::log(base));
  };
  double low = dimension(scaling.beta_fast);
  double high = dimension(scaling.beta_slow);
  if (scaling.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, rotated - 1);
  if (low == high) high += 0.001;
  for (std::size_t j = 0; j < frequencies.size(); ++j) {
    const double ramp = std::clamp((static_cast<double>(j) - low) / (high - low), 0.0, 1.0);
    frequencies[j] = (1 - ramp) * frequencies[j] + ramp * frequencies[j] / scaling.factor;
  }
}

namespace {

double magnitude(double factor, double m) {
  return factor <= 1 ? 1.0 : 0.1 * m * std::log(factor) + 1.0;
}

}  // namespace

double yarn_attention_factor(double factor, std::optional<double> mscale,
                             std::optional<double> mscale_all_dim) {
  if (mscale.value_or(0) != 0 && mscale_all_dim.value_or(0) != 0) {
    return magnitude(factor, *mscale) / magnitude(factor, *mscale_all_dim);
  }
  return magnitude(factor, 1);
}

void round_frequencies(std::vector<double>& frequencies) {
  for (double& frequency : frequencies) {
    frequency = static_cast<double>(static_cast<float>(frequency));
  }
}

}  // namespace candor::engine
