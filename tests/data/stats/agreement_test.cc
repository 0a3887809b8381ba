#include "data/stats/agreement.h"

#include <gtest/gtest.h>

#include <vector>

#include "data/stats/random.h"

namespace candor::data {
namespace {

const Resampling kResampling{.seed = 3, .resamples = 2'000};

struct Items {
  std::vector<std::string> first, second;
  std::vector<std::int64_t> clusters;

  Kappa kappa() const { return kappa_with_interval(first, second, clusters, kResampling); }
};

// `share` of 100 agree for sure, the rest by chance; each item is `copies` times there.
Items drawn(std::uint64_t seed, int items, unsigned share, int copies = 1) {
  RandomStream random(seed);
  Items made;
  const std::string labels[] = {"a", "b", "c"};
  for (int i = 0; i < items; ++i) {
    const std::string one = labels[random.below(3)];
    const std::string other = random.below(100) < share ? one : labels[random.below(3)];
    for (int copy = 0; copy < copies; ++copy) {
      made.first.push_back(one);
      made.second.push_back(other);
      made.clusters.push_back(i);
    }
  }
  return made;
}

TEST(KappaInterval, TheValueIsCohens) {
  // Cohen 1960: both yes 20, both no 15, 5 and 10 apart: 0.4.
  Items items;
  const auto add = [&](const char* a, const char* b, int times) {
    for (int i = 0; i < times; ++i) {
      items.first.emplace_back(a);
      items.second.emplace_back(b);
      items.clusters.push_back(static_cast<std::int64_t>(items.clusters.size()));
    }
  };
  add("yes", "yes", 20);
  add("yes", "no", 5);
  add("no", "yes", 10);
  add("no", "no", 15);
  const Kappa kappa = items.kappa();
  EXPECT_NEAR(*kappa.value, 0.4, 1e-12);
  EXPECT_EQ(kappa.items, 50u);
  EXPECT_EQ(kappa.agreed, 35u);
  // The large-sample interval of Fleiss, Cohen and Everitt 1969 is 0.4 ± 0.25.
  EXPECT_NEAR(kappa.interval.low, 0.15, 0.05);
  EXPECT_NEAR(kappa.interval.high, 0.65, 0.05);
}

// kappa of `drawn` is share/100; the interval holds it in about 95 of 100 draws.
TEST(KappaInterval, CoversTheTruth) {
  int covered = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Items items = drawn(seed, 80, 60);
    const Kappa kappa = kappa_with_interval(items.first, items.second, items.clusters,
                                            {.seed = 1, .resamples = 400});
    covered += kappa.interval.low <= 0.6 && 0.6 <= kappa.interval.high ? 1 : 0;
  }
  EXPECT_GE(covered, 178);  // 190 expected, standard deviation 3.1
}

TEST(KappaInterval, CopiesOfAnItemDoNotNarrowIt) {
  const Kappa once = drawn(5, 60, 70).kappa();
  const Kappa often = drawn(5, 60, 70, 8).kappa();
  EXPECT_NEAR(*once.value, *often.value, 1e-12);
  EXPECT_NEAR(once.interval.low, often.interval.low, 0.02);
  EXPECT_NEAR(once.interval.high, often.interval.high, 0.02);
}

TEST(KappaInterval, PerfectAgreementOnAFewItemsIsNotCertain) {
  const Kappa few = drawn(2, 10, 100).kappa();
  EXPECT_NEAR(*few.value, 1, 1e-12);
  EXPECT_NEAR(few.interval.high, 1, 1e-12);
  // Ten equal clusters leave a share of 1 - 0.05^(1/10) = 0.26 of others possible.
  EXPECT_NEAR(few.interval.low, 1 - 2 * 0.2589, 1e-3);
  EXPECT_GT(drawn(2, 200, 100).kappa().interval.low, 0.96);
}

TEST(KappaInterval, SaysNothingWhereNothingIsKnown) {
  const Kappa none = Items{}.kappa();
  EXPECT_FALSE(none.value);
  EXPECT_EQ(none.interval.low, -1);
  const Kappa one_label = Items{{"a", "a"}, {"a", "a"}, {0, 1}}.kappa();
  EXPECT_FALSE(one_label.value);
  const Kappa one_cluster = Items{{"a", "b"}, {"a", "b"}, {7, 7}}.kappa();
  EXPECT_EQ(one_cluster.value, 1);
  EXPECT_EQ(one_cluster.interval.high - one_cluster.interval.low, 2);
}

}  // namespace
}  // namespace candor::data
