// Inverse frequencies of rotary embeddings and the published ways of stretching them to longer
// contexts. Pure formulae; which of them a checkpoint uses is read in decoder.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace candor::engine {

// base^(-2j/n), j = 0 … n/2 - 1 (Su et al., RoFormer, section 3.2.2).
std::vector<double> inverse_frequencies(std::size_t rotated, double base);

// Position interpolation: every frequency divided by the factor (Chen et al. 2023, section 2.3).
void scale_linear(std::vector<double>& frequencies, double factor);

struct Llama3Scaling {
  double factor;
  double low_frequency_factor;
  double high_frequency_factor;
  double original_context;
};

// Long wavelengths are divided by the factor, short ones kept, those between interpolated
// (the scaling published with Llama 3.1).
void scale_llama3(std::vector<double>& frequencies, const Llama3Scaling& scaling);

struct YarnScaling {
  double factor;
  double original_context;
  double beta_fast = 32;
  double beta_slow = 1;
  bool truncate = true;  // the ends of the ramp are whole dimensions
};

// Peng et al., YaRN, section 3.2 ("NTK-by-parts"); `base` is that of the frequencies.
void scale_yarn(std::vector<double>& frequencies, double base, const YarnScaling& scaling);

// The factor that YaRN puts on cos and sin (section 3.3): 0.1 m ln(factor) + 1 with m = 1, or the
// quotient of two of them where the checkpoint gives both values of m.
double yarn_attention_factor(double factor, std::optional<double> mscale,
                             std::optional<double> mscale_all_dim);

// Rounds to float32, the precision in which published models compute them. It also makes the last
// bit of the C library's pow, which differs between processors, immaterial.
void round_frequencies(std::vector<double>& frequencies);

}  // namespace candor::engine
