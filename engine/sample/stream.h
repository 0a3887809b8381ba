// The random stream of one sample. A draw depends on the run's seed, the prompt's tokens, the
// sampling parameters that shape the distribution, the repeat and the position: on nothing else, so
// a sample gets the same draws alone, in any batch, after a restart and on any machine.
#pragma once

#include <cstdint>
#include <span>

#include "data/records/condition.h"
#include "engine/sample/philox.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

// The limit on tokens and the stop strings are no part of the key: a longer answer to the same
// question begins with the shorter one.
PhiloxKey stream_key(std::uint64_t seed, std::span<const TokenId> prompt,
                     const data::Sampling& sampling, int repeat);

// The draw for the position-th generated token (0 first), in [0, 1).
double draw(const PhiloxKey& key, std::uint64_t position);

}  // namespace candor::engine
