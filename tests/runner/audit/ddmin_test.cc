// Delta debugging as a pure function: whatever the predicate, the result triggers, no unit of it
// can be left out, and the number of parts tried is within the published bound.
#include "runner/audit/ddmin.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "data/base/hash.h"
#include "data/stats/random.h"

namespace candor::runner {
namespace {

using Predicate = std::function<bool(const Units&)>;

struct Tried {
  Minimal minimal;
  std::set<Units> parts;
  std::size_t batches = 0;
};

// Runs it and holds it to its contract on the way.
Tried run(std::size_t count, const Predicate& predicate) {
  Tried tried;
  tried.minimal = minimal_part(count, [&](const std::vector<Units>& parts) {
    ++tried.batches;
    std::vector<bool> answers;
    for (const Units& part : parts) {
      EXPECT_FALSE(part.empty());
      EXPECT_LT(part.size(), count);
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
      EXPECT_TRUE(tried.parts.insert(part).second) << "tried twice";
      answers.push_back(predicate(part));
    }
    return answers;
  });
  EXPECT_EQ(tried.minimal.tried, tried.parts.size());
  EXPECT_LE(tried.minimal.tried, count * count + 3 * count);
  return tried;
}

Units all(std::size_t count) {
  Units units(count);
  std::iota(units.begin(), units.end(), std::size_t{0});
  return units;
}

// The proof of minimality was really tried, not only true.
void expect_one_minimal(const Tried& tried, std::size_t count, const Predicate& predicate) {
  const Units& kept = tried.minimal.kept;
  EXPECT_TRUE(kept == all(count) || predicate(kept));
  if (kept.size() < 2) return;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_FALSE(predicate(without(kept, i)));
    EXPECT_TRUE(tried.parts.contains(without(kept, i)));
  }
}

bool holds(const Units& part, const Units& needed) {
  return std::includes(part.begin(), part.end(), needed.begin(), needed.end());
}

TEST(Ddmin, FindsTheNeededUnitsWhereMoreNeverHurts) {
  data::RandomStream random(3);
  for (int round = 0; round < 500; ++round) {
    const std::size_t count = 1 + random.below(30);
    Units needed;
    for (std::size_t i = 0; i < count; ++i) {
      if (random.below(5) == 0) needed.push_back(i);
    }
    if (needed.empty()) needed = {random.below(static_cast<std::uint32_t>(count))};
    const Predicate predicate = [&](const Units& part) { return holds(part, needed); };
    EXPECT_EQ(run(count, predicate).minimal.kept, needed);
  }
}

TEST(Ddmin, OfSeveralTriggersKeepsOneWhole) {
  const Predicate either = [](const Units& part) {
    return holds(part, {1, 5}) || holds(part, {6, 7});
  };
  const Tried tried = run(8, either);
  EXPECT_EQ(tried.minimal.kept, (Units{6, 7}));  // its half is tried first that has one by itself
  expect_one_minimal(tried, 8, either);
}

// By a hash of the part: as far from monotone as can be.
TEST(Ddmin, TheResultIsOneMinimalForArbitraryPredicates) {
  for (const unsigned in_16 : {1U, 4U, 8U, 15U}) {
    for (int round = 0; round < 120; ++round) {
      const std::size_t count = 1 + static_cast<std::size_t>(round) % 14;
      const Predicate predicate = [&](const Units& part) {
        std::string text = std::to_string(round) + ":" + std::to_string(in_16);
        for (const std::size_t unit : part) text += "," + std::to_string(unit);
        const char digit = data::sha256_hex(text)[0];
        return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10) < in_16;
      };
      expect_one_minimal(run(count, predicate), count, predicate);
    }
  }
}

TEST(Ddmin, TheWorstCasesStayWithinTheBound) {
  for (std::size_t count = 1; count <= 24; ++count) {
    // Only the whole triggers: the search ends at single units.
    const Predicate never = [](const Units&) { return false; };
    const Tried whole = run(count, never);
    EXPECT_EQ(whole.minimal.kept, all(count));
    expect_one_minimal(whole, count, never);
    // Only what begins the list: units go one by one from the end, each after all others failed.
    const Predicate prefix = [](const Units& part) {
      return part.size() >= 2 && part == all(part.size());
    };
    expect_one_minimal(run(count, prefix), count, prefix);
    const Predicate odd = [](const Units& part) { return part.size() % 2 == 1; };
    if (count % 2 == 1) {
      EXPECT_EQ(run(count, odd).minimal.kept.size(), 1u);
    }
    // Sizes at which the number of pieces does not divide.
    const Predicate large = [&](const Units& part) { return part.size() * 3 > count * 2; };
    expect_one_minimal(run(count, large), count, large);
  }
}

TEST(Ddmin, OneUnitNeedsNoTrial) {
  const Tried tried = run(1, [](const Units&) { return true; });
  EXPECT_EQ(tried.minimal.kept, Units{0});
  EXPECT_EQ(tried.minimal.tried, 0u);
}

TEST(Ddmin, PartsOfAStepAreTriedTogether) {
  // 32 units of which one triggers: five halvings, a batch each.
  const Tried tried = run(32, [](const Units& part) { return holds(part, {21}); });
  EXPECT_EQ(tried.minimal.kept, Units{21});
  EXPECT_EQ(tried.batches, 5u);
  EXPECT_EQ(tried.minimal.tried, 10u);
}

}  // namespace
}  // namespace candor::runner
