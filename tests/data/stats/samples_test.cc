#include "data/stats/samples.h"

#include <gtest/gtest.h>

#include <bit>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <vector>

#include "data/stats/random.h"
#include "tests/support/shared.h"

namespace candor::tests {
namespace {

namespace json = boost::json;

// Every subset of k of the samples, looked at one by one; sample value 0 is right, -1 silent.
struct Brute {
  double pass = 0;
  double majority = 0;
  std::vector<double> at_least;  // share of subsets with that many right ones or more
};

Brute brute_force(const std::vector<int>& samples, int k) {
  Brute result;
  result.at_least.assign(static_cast<std::size_t>(k) + 1, 0);
  double subsets = 0;
  for (unsigned mask = 0; mask < 1U << samples.size(); ++mask) {
    if (std::popcount(mask) != k) continue;
    ++subsets;
    std::map<int, int> votes;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if ((mask >> i & 1) != 0 && samples[i] >= 0) ++votes[samples[i]];
    }
    const int right = votes.contains(0) ? votes[0] : 0;
    int most = 0;
    int tied = 0;
    for (const auto& [answer, count] : votes) {
      if (count > most) tied = 0;
      most = std::max(most, count);
      if (count == most) ++tied;
    }
    if (right > 0) result.pass += 1;
    if (right > 0 && right == most) result.majority += 1.0 / tied;
    for (int least = 0; least <= right; ++least)
      result.at_least[static_cast<std::size_t>(least)] += 1;
  }
  result.pass /= subsets;
  result.majority /= subsets;
  for (double& share : result.at_least) share /= subsets;
  return result;
}

TEST(SampleMetrics, AreTheMeansOverAllSubsets) {
  data::RandomStream random(5);
  for (int round = 0; round < 60; ++round) {
    const int n = 1 + static_cast<int>(random.below(9));
    std::vector<int> samples;
    std::map<int, std::int64_t> counts;
    for (int i = 0; i < n; ++i) {
      samples.push_back(static_cast<int>(random.below(5)) - 1);
      ++counts[samples.back()];
    }
    std::vector<std::int64_t> others;
    for (const auto& [answer, count] : counts) {
      if (answer > 0) others.push_back(count);
    }
    for (int k = 1; k <= n; ++k) {
      const Brute brute = brute_force(samples, k);
      EXPECT_NEAR(*data::pass_at_k(n, counts[0], k), brute.pass, 1e-12);
      EXPECT_NEAR(*data::majority_at_k(counts[0], others, counts[-1], k), brute.majority, 1e-12);
      for (int least = 1; least <= k; ++least) {
        const double share = static_cast<double>(least) / k;
        EXPECT_NEAR(*data::g_pass_at_k(n, counts[0], k, share),
                    brute.at_least[static_cast<std::size_t>(least)], 1e-12);
      }
    }
  }
}

TEST(PassAtK, PublishedValuesAreExact) {
  CANDOR_NEEDS_SHARED("conformance/pass_at_k.json");
  std::ifstream file(shared_path("conformance/pass_at_k.json"));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const json::value whole = json::parse(text);
  const json::array& rows = whole.as_object().at("values").as_array();
  for (const json::value& value : rows) {
    const json::object& row = value.as_object();
    const auto number = [&](const char* key) { return row.at(key).to_number<std::int64_t>(); };
    EXPECT_NEAR(*data::pass_at_k(number("n"), number("c"), number("k")),
                row.at("pass_at_k").to_number<double>(), 1e-14)
        << row;
  }
  EXPECT_GT(rows.size(), 100U);
}

TEST(PassAtK, RefusesWhatCannotBeEstimated) {
  EXPECT_FALSE(data::pass_at_k(4, 1, 5));
  EXPECT_FALSE(data::pass_at_k(4, 1, 0));
  EXPECT_FALSE(data::pass_at_k(4, 5, 1));
  EXPECT_FALSE(data::pass_at_k(4, -1, 1));
  EXPECT_FALSE(data::g_pass_at_k(4, 1, 2, 0));
  EXPECT_FALSE(data::g_pass_at_k(4, 1, 2, 1.1));
  EXPECT_FALSE(data::majority_at_k(2, {}, 0, 3));
  const std::int64_t negative[] = {-1};
  EXPECT_FALSE(data::majority_at_k(2, negative, 0, 1));
}

TEST(PassAtK, DoesNotFallWithKAndPassAtOneIsTheAccuracy) {
  for (std::int64_t n = 1; n <= 40; ++n) {
    for (std::int64_t c = 0; c <= n; ++c) {
      EXPECT_NEAR(*data::pass_at_k(n, c, 1), static_cast<double>(c) / static_cast<double>(n),
                  1e-12);
      double last = 0;
      for (std::int64_t k = 1; k <= n; ++k) {
        const double now = *data::pass_at_k(n, c, k);
        EXPECT_GE(now, last - 1e-12);
        // "At least one right" is the threshold that rounds up to one.
        EXPECT_NEAR(*data::g_pass_at_k(n, c, k, 1e-6), now, 1e-11);
        last = now;
      }
    }
  }
}

TEST(MajorityAtK, OneVoteIsTheAccuracyAndAClearMajorityWins) {
  const std::int64_t others[] = {2, 1};
  EXPECT_NEAR(*data::majority_at_k(4, others, 1, 1), 0.5, 1e-12);
  EXPECT_NEAR(*data::majority_at_k(4, others, 1, 8), 1, 1e-12);
  EXPECT_NEAR(*data::majority_at_k(0, others, 5, 4), 0, 1e-12);
  const std::int64_t tie[] = {3};
  EXPECT_NEAR(*data::majority_at_k(3, tie, 0, 6), 0.5, 1e-12) << "a tie of two counts half";
  EXPECT_NEAR(*data::majority_at_k(1, {}, 9, 5), 0.5, 1e-12) << "one vote, if it is drawn";
}

TEST(MajorityAtK, ManySamplesStayInRange) {
  const std::vector<std::int64_t> others(40, 1);
  for (const std::int64_t k : {1, 16, 64}) {
    const double value = *data::majority_at_k(20, others, 4, k);
    EXPECT_GT(value, 0.3);
    EXPECT_LE(value, 1.0);
  }
  EXPECT_NEAR(*data::g_pass_at_k(2000, 1000, 1000, 1), 0, 1e-12);
  EXPECT_NEAR(*data::pass_at_k(2000, 1000, 1000), 1, 1e-12);
}

TEST(MeanGPass, AveragesTheUpperHalf) {
  // k = 4: thresholds 3 and 4 of 4, weight 2/4 each.
  const double expected = (*data::g_pass_at_k(8, 6, 4, 0.75) + *data::g_pass_at_k(8, 6, 4, 1)) / 2;
  EXPECT_NEAR(*data::mean_g_pass_at_k(8, 6, 4), expected, 1e-12);
  EXPECT_NEAR(*data::mean_g_pass_at_k(8, 8, 4), 1, 1e-12);
}

TEST(Bounds, HoldEveryResolutionOfTheUnknown) {
  const data::Bounds bounds = data::bounds_of_rate(30, 10, 100);
  EXPECT_DOUBLE_EQ(bounds.worst, 0.3);
  EXPECT_DOUBLE_EQ(bounds.best, 0.4);
  for (std::int64_t resolved = 0; resolved <= 10; ++resolved) {
    const data::Interval one = data::wilson(30 + resolved, 100);
    EXPECT_LE(bounds.interval.low, one.low);
    EXPECT_GE(bounds.interval.high, one.high);
  }
  EXPECT_EQ(data::bounds_of_rate(0, 0, 0).interval.high, 1);
}

}  // namespace
}  // namespace candor::tests
