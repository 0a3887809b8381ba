// Which experts a row uses: worked examples, and the rules against a plain reference on random
// logits.
#include "engine/model/routing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace candor::engine {
namespace {

const std::vector<float> kLogits = {0.5F, -1.0F, 2.0F, 0.0F, 1.5F, 1.4F, -0.5F, 3.0F};
const std::vector<float> kBias = {0.0F, 0.3F, -0.4F, 0.5F, 0.0F, 0.0F, 0.2F, -0.9F};

std::vector<Route> routed(const ExpertsSpec& spec, std::vector<float> logits,
                          const std::vector<float>& bias = {}) {
  std::vector<Route> routes(spec.used);
  route(spec, logits, bias, routes);
  return routes;
}

void expect_routes(const std::vector<Route>& routes, const std::vector<std::size_t>& experts,
                   const std::vector<double>& weights) {
  ASSERT_EQ(routes.size(), experts.size());
  for (std::size_t i = 0; i < routes.size(); ++i) {
    EXPECT_EQ(routes[i].expert, experts[i]) << i;
    EXPECT_NEAR(routes[i].weight, weights[i], 2e-6) << i;
  }
}

// The best raw scores, experts 7 and 2, lose: the bias and the groups choose, and neither weighs.
TEST(Routing, BiasAndGroupsChooseButDoNotWeigh) {
  ExpertsSpec spec;
  spec.count = 8;
  spec.used = 3;
  spec.score = ExpertsSpec::Score::kSigmoid;
  spec.groups = 4;
  spec.groups_used = 2;
  spec.normalise = true;
  spec.normalise_floor = 1e-20F;
  spec.scale = 2.5F;
  expect_routes(routed(spec, kLogits, kBias), {3, 4, 5}, {0.58969, 0.964231, 0.946079});
}

TEST(Routing, SoftmaxIsOverAllOrOverTheChosen) {
  ExpertsSpec spec;
  spec.count = 8;
  spec.used = 3;
  spec.normalise = false;
  expect_routes(routed(spec, kLogits), {7, 2, 4}, {0.506768, 0.186429, 0.113075});
  spec.normalise = true;
  spec.normalise_floor = 1e-12F;
  expect_routes(routed(spec, kLogits), {7, 2, 4}, {0.628532, 0.231224, 0.140244});
  spec.score = ExpertsSpec::Score::kSoftmaxOfChosen;
  expect_routes(routed(spec, kLogits), {7, 2, 4}, {0.628532, 0.231224, 0.140244});
}

TEST(Routing, TiesGoToTheLowerNumber) {
  ExpertsSpec spec;
  spec.count = 6;
  spec.used = 3;
  const std::vector<Route> routes = routed(spec, {1, 2, 1, 2, 1, 1});
  EXPECT_EQ(routes[0].expert, 1U);
  EXPECT_EQ(routes[1].expert, 3U);
  EXPECT_EQ(routes[2].expert, 0U);
}

TEST(Routing, ANanIsNeverHidden) {
  ExpertsSpec spec;
  spec.count = 4;
  spec.used = 2;
  for (const auto score : {ExpertsSpec::Score::kSigmoid, ExpertsSpec::Score::kSoftmax,
                           ExpertsSpec::Score::kSoftmaxOfChosen}) {
    spec.score = score;
    for (const Route& chosen :
         routed(spec, {1.0F, std::numeric_limits<float>::quiet_NaN(), 0.0F, 2.0F})) {
      EXPECT_TRUE(std::isnan(chosen.weight));
      EXPECT_LT(chosen.expert, 4U);
    }
  }
}

// Without bias the chosen are the best of the best groups, whatever the sizes.
TEST(Routing, ChoosesTheBestOfTheBestGroups) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 200; ++round) {
    ExpertsSpec spec;
    spec.groups = 1 + random() % 6;
    spec.count = spec.groups * (2 + random() % 5);
    spec.groups_used = 1 + random() % spec.groups;
    const std::size_t size = spec.count / spec.groups;
    spec.used = 1 + random() % (spec.groups_used * size);
    spec.score = ExpertsSpec::Score::kSigmoid;
    spec.group_score =
        round % 2 == 0 ? ExpertsSpec::GroupScore::kTopTwoSum : ExpertsSpec::GroupScore::kLargest;
    std::vector<float> logits(spec.count);
    for (float& logit : logits) logit = normal(random);

    std::vector<std::pair<double, std::size_t>> groups;
    for (std::size_t g = 0; g < spec.groups; ++g) {
      std::vector<double> scores;
      for (std::size_t i = g * size; i < (g + 1) * size; ++i) {
        scores.push_back(1.0 / (1.0 + std::exp(-static_cast<double>(logits[i]))));
      }
      std::sort(scores.rbegin(), scores.rend());
      const bool both = spec.group_score == ExpertsSpec::GroupScore::kTopTwoSum;
      groups.emplace_back(-(scores[0] + (both ? scores[1] : 0.0)), g);
    }
    std::sort(groups.begin(), groups.end());
    std::vector<std::pair<float, std::size_t>> expected;
    for (std::size_t g = 0; g < spec.groups_used; ++g) {
      for (std::size_t i = 0; i < size; ++i) {
        const std::size_t expert = groups[g].second * size + i;
        expected.emplace_back(-logits[expert], expert);
      }
    }
    std::sort(expected.begin(), expected.end());
    const std::vector<Route> routes = routed(spec, logits);
    for (std::size_t i = 0; i < routes.size(); ++i) {
      EXPECT_EQ(routes[i].expert, expected[i].second) << round;
    }
  }
}

}  // namespace
}  // namespace candor::engine
