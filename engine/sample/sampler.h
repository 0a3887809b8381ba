// From logits to a token.
//
// Tokens are ordered by logit, descending, and by id, ascending, where logits are equal. Greedy
// takes the first. Otherwise every filter keeps a start of that order, applied one after the other
// to the distribution softmax(logits / temperature): top_k the first k (Fan et al. 2018,
// section 5.4), top_p the shortest start whose share of what top_k kept reaches p (Holtzman et al.
// 2020, section 3.1), min_p those with at least min_p times the first one's probability (Nguyen et
// al. 2024, section 3). The token is where the running sum of the kept weights passes draw * their
// total.
//
// So a choice is a function of (logits, parameters, draw): sums run in one fixed order and exp is
// our own. How much of the order is really sorted is an optimisation that cannot be seen.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/records/condition.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

struct Choice {
  TokenId token = -1;         // -1: a logit was not finite
  float log_probability = 0;  // under softmax(logits): no temperature, no filter
};

// Empty when the parameters can be used, else what is wrong with them.
std::string check_sampling(const data::Sampling& sampling);

// Buffers for `choose`: one for each thread that calls it.
class SamplerScratch {
 public:
  struct Candidate {
    float logit;
    TokenId token;
  };
  std::vector<Candidate> heap;    // found, not in order yet
  std::vector<Candidate> sorted;  // the order so far
  std::vector<double> weights;    // of `sorted`
  std::vector<float> scaled;      // [vocabulary]
};

// The most likely token; `uniform` in [0, 1) is used when the temperature is above 0.
Choice choose(std::span<const float> logits, const data::Sampling& sampling, double uniform,
              SamplerScratch& scratch);

// What logits say of a token that is given.
struct Judged {
  bool finite = false;        // all logits are: else the rest says nothing
  float log_probability = 0;  // minus infinity for a token beyond the logits
  TokenId most_likely = -1;
};
Judged judge(std::span<const float> logits, TokenId token);

}  // namespace candor::engine
