#include "engine/sample/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/ops.h"

namespace candor::engine {

namespace {

using Candidate = SamplerScratch::Candidate;

bool before(const Candidate& a, const Candidate& b) {
  return a.logit > b.logit || (a.logit == b.logit && a.token < b.token);
}

// The order of tokens, sorted only as far as it is looked at: first those whose weight is above
// e^-8 of the largest, then e^-32, then all. Real distributions end within the first.
class SortedTokens {
 public:
  SortedTokens(std::span<const float> logits, float largest, float temperature,
               SamplerScratch& scratch)
      : logits_(logits),
        largest_(largest),
        temperature_(temperature),
        candidates_(scratch.candidates),
        weights_(scratch.weights) {
    candidates_.clear();
    weights_.clear();
  }

  std::size_t size() const { return logits_.size(); }

  TokenId token(std::size_t rank) {
    extend(rank);
    return candidates_[rank].token;
  }

  // exp((logit - largest) / temperature): the probability up to one common factor.
  double weight(std::size_t rank) {
    extend(rank);
    return weights_[rank];
  }

  double weight_of(float logit) const {
    return static_cast<double>(kernels::exp_f32((logit - largest_) / temperature_));
  }

 private:
  void extend(std::size_t rank) {
    while (rank >= candidates_.size()) {
      depth_ *= 4;
      const bool all = depth_ > kDeepest;
      const float threshold = largest_ - depth_ * temperature_;
      // Those above the new threshold follow those above the old one in the order.
      const auto sorted = static_cast<std::ptrdiff_t>(candidates_.size());
      for (std::size_t i = 0; i < logits_.size(); ++i) {
        const float logit = logits_[i];
        if ((all || logit >= threshold) && (sorted == 0 || logit < reached_)) {
          candidates_.push_back({logit, static_cast<TokenId>(i)});
        }
      }
      std::sort(candidates_.begin() + sorted, candidates_.end(), before);
      for (std::size_t i = weights_.size(); i < candidates_.size(); ++i) {
        weights_.push_back(weight_of(candidates_[i].logit));
      }
      reached_ = threshold;
    }
  }

  static constexpr float kDeepest = 40.0F;

  std::span<const float> logits_;
  float largest_;
  float temperature_;
  float depth_ = 2.0F;
  float reached_ = 0;  // all tokens with logits from here up are sorted
  std::vector<Candidate>& candidates_;
  std::vector<double>& weights_;
};

TokenId sample(std::span<const float> logits, float largest, const data::Sampling& sampling,
               double uniform, SamplerScratch& scratch) {
  SortedTokens tokens(logits, largest, static_cast<float>(sampling.temperature), scratch);

  std::size_t kept = tokens.size();
  double total = 0;  // weight of the kept
  if (sampling.top_k > 0 && static_cast<std::size_t>(sampling.top_k) < kept) {
    kept = static_cast<std::size_t>(sampling.top_k);
    for (std::size_t i = 0; i < kept; ++i) total += tokens.weight(i);
  } else {
    for (const float logit : logits) total += tokens.weight_of(logit);
  }
  if (sampling.top_p < 1.0) {
    const double enough = sampling.top_p * total;
    double sum = 0;
    std::size_t n = 0;
    while (n < kept && (n == 0 || sum < enough)) sum += tokens.weight(n++);
    kept = n;
    total = sum;
  }
  if (sampling.min_p > 0) {
    double sum = 0;
    std::size_t n = 0;
    while (n < kept && (n == 0 || tokens.weight(n) >= sampling.min_p)) sum += tokens.weight(n++);
    kept = n;
    total = sum;
  }

  const double target = uniform * total;
  double sum = 0;
  std::size_t rank = 0;
  for (; rank + 1 < kept; ++rank) {
    sum += tokens.weight(rank);
    if (sum > target) break;
  }
  return tokens.token(rank);
}

}  // namespace

std::string check_sampling(const data::Sampling& sampling) {
  // Written so that NaN fails each test.
  if (!(sampling.temperature >= 0 && sampling.temperature <= 1e6)) {
    return fmt::format("temperature {} is not between 0 and 1000000", sampling.temperature);
  }
  if (sampling.temperature > 0 && sampling.temperature < 1e-6) {
    return fmt::format("temperature {} is below 0.000001; 0 is greedy", sampling.temperature);
  }
  if (!(sampling.top_p > 0 && sampling.top_p <= 1)) {
    return fmt::format("top_p {} is not above 0 and at most 1", sampling.top_p);
  }
  if (!(sampling.min_p >= 0 && sampling.min_p <= 1)) {
    return fmt::format("min_p {} is not between 0 and 1", sampling.min_p);
  }
  if (sampling.top_k < 0) return fmt::format("top_k {} is negative", sampling.top_k);
  if (sampling.max_tokens < 0) return fmt::format("max_tokens {} is negative", sampling.max_tokens);
  return {};
}

bool all_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  std::uint32_t bad = 0;
  for (const float value : values) {
    bad |=
        static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent);
  }
  return bad == 0;
}

Choice choose(std::span<const float> logits, const data::Sampling& sampling, double uniform,
              SamplerScratch& scratch) {
  if (!all_finite(logits)) return {};
  const auto best = static_cast<std::size_t>(kernels::argmax(logits));
  const double normaliser = kernels::log_sum_exp(logits);
  const TokenId token = sampling.temperature > 0
                            ? sample(logits, logits[best], sampling, uniform, scratch)
                            : static_cast<TokenId>(best);
  const double logit = static_cast<double>(logits[static_cast<std::size_t>(token)]);
  return {token, static_cast<float>(logit - normaliser)};
}

}  // namespace candor::engine
