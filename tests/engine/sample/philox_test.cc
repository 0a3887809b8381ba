#include "engine/sample/philox.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/sample/stream.h"

namespace candor::engine {
namespace {

// The known answers published with the paper's library (philox4x32, 10 rounds).
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, UnitIntervalIsHalfOpen) {
  EXPECT_EQ(unit_interval({0, 0, 0, 0}), 0.0);
  EXPECT_LT(unit_interval({0xffffffff, 0xffffffff, 0, 0}), 1.0);
  EXPECT_EQ(unit_interval({0x80000000, 0, 0, 0}), 0.5);
}

TEST(Stream, KeyDependsOnEverythingThatShapesASampleAndOnNothingElse) {
  const std::vector<TokenId> prompt = {1, 2, 3};
  data::Sampling sampling;
  sampling.temperature = 0.7;
  sampling.top_p = 0.9;
  sampling.top_k = 40;
  sampling.min_p = 0.1;
  std::set<PhiloxKey> keys = {stream_key(5, prompt, sampling, 0)};
  keys.insert(stream_key(6, prompt, sampling, 0));
  keys.insert(stream_key(5, prompt, sampling, 1));
  keys.insert(stream_key(5, std::vector<TokenId>{1, 2}, sampling, 0));
  keys.insert(stream_key(5, std::vector<TokenId>{1, 2, 4}, sampling, 0));
  for (const auto change :
       {+[](data::Sampling& s) { s.temperature = 0.8; }, +[](data::Sampling& s) { s.top_p = 0.95; },
        +[](data::Sampling& s) { s.top_k = 41; }, +[](data::Sampling& s) { s.min_p = 0.2; }}) {
    data::Sampling changed = sampling;
    change(changed);
    keys.insert(stream_key(5, prompt, changed, 0));
  }
  EXPECT_EQ(keys.size(), 9U);

  data::Sampling longer = sampling;
  longer.max_tokens += 100;
  longer.stop = {"END"};
  EXPECT_EQ(stream_key(5, prompt, longer, 0), stream_key(5, prompt, sampling, 0));
}

TEST(Stream, DrawsAreSpreadEvenly) {
  const PhiloxKey key = stream_key(1, std::vector<TokenId>{1}, {}, 0);
  constexpr int kDraws = 20000;
  std::vector<int> bins(10);
  for (std::uint64_t i = 0; i < kDraws; ++i) ++bins[static_cast<std::size_t>(draw(key, i) * 10)];
  double chi_squared = 0;
  for (const int n : bins) chi_squared += (n - kDraws / 10.0) * (n - kDraws / 10.0) * 10 / kDraws;
  EXPECT_LT(chi_squared, 27.9);  // 9 degrees of freedom, p = 0.001
}

}  // namespace
}  // namespace candor::engine
