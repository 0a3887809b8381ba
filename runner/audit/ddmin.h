// Delta debugging: the small part of a list that still does what the whole does (A. Zeller and R.
// Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on Software
// Engineering 28(2), 2002, section 3, algorithm ddmin). Knows nothing of what the units are or how
// a part is tried; the parts of one step are tried together, so that they can be asked as one
// batch. Not a search for the smallest part of all: that one would need every subset.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace candor::runner {

// Numbers of units, ascending, without repetition; never empty.
using Units = std::vector<std::size_t>;

// For each part, whether it triggers. No part is tried twice.
using TryParts = std::function<std::vector<bool>(const std::vector<Units>&)>;

struct Minimal {
  Units kept;
  std::size_t tried = 0;  // parts, the whole not among them
};

// Of the units 0 … count-1, which together trigger (precondition; count > 0): a part that triggers
// and none of whose units can be left out by itself (1-minimal, definition 10 of the paper); of
// equals the one that lies first. Nothing at all is taken not to trigger. Holds for any `triggers`,
// monotone or not, and tries at most count^2 + 3 count parts (proposition 11).
Minimal minimal_part(std::size_t count, const TryParts& triggers);

// `kept` without the unit at place `index`.
Units without(const Units& kept, std::size_t index);

}  // namespace candor::runner
