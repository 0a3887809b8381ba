// The fitted step of the audit without a probe: from measured features to how likely each kind of
// content is. A multinomial logistic model, one row of weights a named feature (weights.cc), fitted
// by tests/audit/fit.py on answers whose licence allows it.
#pragma once

#include <array>

#include "scoring/audit/features.h"

namespace candor::scoring {

// `kWithheld` is an evasion of a political question: the chart makes official line or hedged of it,
// by the measured line.
enum class Kind { kRefusal, kDeflection, kWithheld, kPartial, kFull };
inline constexpr std::size_t kKinds = 5;

// In the order of Kind; sums to 1.
std::array<double, kKinds> content_probabilities(const Measured& measured);

}  // namespace candor::scoring
