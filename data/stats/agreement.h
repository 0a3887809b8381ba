// How far two judges agree beyond chance, with an interval that knows that items come in groups.
// Beside stats.h, whose cohens_kappa is the value alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "data/stats/stats.h"

namespace candor::data {

struct Kappa {
  std::optional<double> value;  // none where chance agreement is certain, or nothing was labelled
  Interval interval{-1, 1};
  std::size_t items = 0;
  std::size_t agreed = 0;
};

// Cohen's kappa (stats.h) with the percentile interval of resampling whole clusters; `clusters`
// names each item's. Resamples in which it is not defined are left out; the interval stays [-1, 1]
// where there is no value, fewer than two clusters, or where half of the resamples have none. When
// all resamples gave one value, the interval allows for the share of other clusters that so many
// leave possible, as cluster_bootstrap does. All three have the same length. `resampling.bounds` is
// not used.
Kappa kappa_with_interval(std::span<const std::string> first, std::span<const std::string> second,
                          std::span<const std::int64_t> clusters, const Resampling& resampling);

}  // namespace candor::data
