#include "engine/sample/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "kernels/ops.h"

namespace candor::engine {

namespace {

using Candidate = SamplerScratch::Candidate;

// For a heap whose top is the first in the order.
bool after(const Candidate& a, const Candidate& b) {
  return a.logit < b.logit || (a.logit == b.logit && a.token > b.token);
}

// The order of tokens, found only as far as it is looked at: first among those whose weight is
// above e^-8 of the largest, then e^-32, then all. Real distributions end within the first few.
class SortedTokens {
 public:
  SortedTokens(std::span<const float> logits, float largest, float temperature,
               SamplerScratch& scratch)
      : logits_(logits), largest_(largest), temperature_(temperature), scratch_(scratch) {
    scratch_.heap.clear();
    scratch_.sorted.clear();
    scratch_.weights.clear();
  }

  std::size_t size() const { return logits_.size(); }

  TokenId token(std::size_t rank) {
    extend(rank);
    return scratch_.sorted[rank].token;
  }

  // exp((logit - largest) / temperature): the probability up to one common factor.
  double weight(std::size_t rank) {
    extend(rank);
    return scratch_.weights[rank];
  }

  double total_weight() {
    scratch_.scaled.resize(logits_.size());
    for (std::size_t i = 0; i < logits_.size(); ++i) scratch_.scaled[i] = scaled(logits_[i]);
    return kernels::sum_exp(scratch_.scaled, 0.0F);
  }

 private:
  float scaled(float logit) const { return (logit - largest_) / temperature_; }

  void extend(std::size_t rank) {
    while (rank >= scratch_.sorted.size()) {
      if (scratch_.heap.empty()) gather();
      if (scratch_.heap.empty()) continue;  // nobody in this range: the next one is wider
      std::pop_heap(scratch_.heap.begin(), scratch_.heap.end(), after);
      const Candidate next = scratch_.heap.back();
      scratch_.heap.pop_back();
      scratch_.sorted.push_back(next);
      scratch_.weights.push_back(static_cast<double>(kernels::exp_f32(scaled(next.logit))));
    }
  }

  // All tokens of the next range, which follow those of the last one in the order.
  void gather() {
    const bool first = depth_ == 0;
    depth_ = first ? kFirstDepth : depth_ * 4;
    const float below = first ? std::numeric_limits<float>::infinity() : reached_;
    reached_ = depth_ > kDeepest ? -std::numeric_limits<float>::infinity()
                                 : largest_ - depth_ * temperature_;
    for (std::size_t i = 0; i < logits_.size(); ++i) {
      const float logit = logits_[i];
      if (logit >= reached_ && logit < below) {
        scratch_.heap.push_back({logit, static_cast<TokenId>(i)});
      }
    }
    std::make_heap(scratch_.heap.begin(), scratch_.heap.end(), after);
  }

  static constexpr float kFirstDepth = 8.0F;
  static constexpr float kDeepest = 40.0F;

  std::span<const float> logits_;
  float largest_;
  float temperature_;
  float depth_ = 0;
  float reached_ = 0;  // logits from here up are gathered
  SamplerScratch& scratch_;
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
    total = tokens.total_weight();
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

Choice choose(std::span<const float> logits, const data::Sampling& sampling, double uniform,
              SamplerScratch& scratch) {
  if (!kernels::all_finite(logits)) return {};
  const auto best = static_cast<std::size_t>(kernels::argmax(logits));
  const double normaliser = kernels::log_sum_exp(logits);
  const TokenId token = sampling.temperature > 0
                            ? sample(logits, logits[best], sampling, uniform, scratch)
                            : static_cast<TokenId>(best);
  const double logit = static_cast<double>(logits[static_cast<std::size_t>(token)]);
  return {token, static_cast<float>(logit - normaliser)};
}

Judged judge(std::span<const float> logits, TokenId token) {
  if (!kernels::all_finite(logits)) return {};
  Judged judged;
  judged.finite = true;
  judged.most_likely = static_cast<TokenId>(kernels::argmax(logits));
  const auto index = static_cast<std::size_t>(token);
  judged.log_probability =
      index < logits.size()
          ? static_cast<float>(static_cast<double>(logits[index]) - kernels::log_sum_exp(logits))
          : -std::numeric_limits<float>::infinity();
  return judged;
}

}  // namespace candor::engine
