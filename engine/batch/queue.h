// The order in which a known queue of requests is taken up.
//
// In lexicographic order of their tokens prompts are a depth-first walk of their prefix tree: what
// prompts share is computed once and stays in use until the last of them. The subtrees (prompts
// that have a page more in common than all prompts have) come longest expected answer first, so
// that long answers do not trail alone at the end; inside a subtree the walk stays as it is. The
// order changes how long a run takes and nothing else.
#pragma once

#include <cstddef>
#include <deque>
#include <span>

#include "engine/engine.h"

namespace candor::engine {

// Indices into `requests`.
std::deque<std::size_t> queue_order(std::span<const Request> requests);

}  // namespace candor::engine
