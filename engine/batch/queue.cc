#include "engine/batch/queue.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/attention.h"

namespace candor::engine {

namespace {

std::size_t common_prefix(const Request& a, const Request& b) {
  const auto ends =
      std::mismatch(a.prompt.begin(), a.prompt.end(), b.prompt.begin(), b.prompt.end());
  return static_cast<std::size_t>(ends.first - a.prompt.begin());
}

// Tokens that a request is expected to generate.
double expected(const Request& request) {
  if (request.is_scored()) return 0;
  const double limit = request.sampling.max_tokens;
  return request.expected_tokens > 0 ? std::min(request.expected_tokens, limit) : limit;
}

struct Subtree {
  std::size_t begin, end;  // of the lexicographic order
  double longest;
};

}  // namespace

std::deque<std::size_t> queue_order(std::span<const Request> requests) {
  std::vector<std::size_t> walk(requests.size());
  std::iota(walk.begin(), walk.end(), std::size_t{0});
  std::stable_sort(walk.begin(), walk.end(), [&](std::size_t a, std::size_t b) {
    return requests[a].prompt < requests[b].prompt;
  });

  std::deque<std::size_t> order;
  if (walk.empty()) return order;
  // What the first and the last of the walk share, all share.
  const std::size_t shared = common_prefix(requests[walk.front()], requests[walk.back()]);
  std::vector<Subtree> subtrees;
  for (std::size_t i = 0; i < walk.size(); ++i) {
    const double tokens = expected(requests[walk[i]]);
    // Equal prompts (the samples of a question) belong together however short they are.
    const bool joins = i > 0 && (requests[walk[i]].prompt == requests[walk[i - 1]].prompt ||
                                 common_prefix(requests[walk[i]], requests[walk[i - 1]]) >=
                                     shared + kernels::kPageTokens);
    if (joins) {
      subtrees.back().end = i + 1;
      subtrees.back().longest = std::max(subtrees.back().longest, tokens);
    } else {
      subtrees.push_back({i, i + 1, tokens});
    }
  }
  std::stable_sort(subtrees.begin(), subtrees.end(),
                   [](const Subtree& a, const Subtree& b) { return a.longest > b.longest; });
  for (const Subtree& subtree : subtrees) {
    order.insert(order.end(), walk.begin() + static_cast<std::ptrdiff_t>(subtree.begin),
                 walk.begin() + static_cast<std::ptrdiff_t>(subtree.end));
  }
  return order;
}

}  // namespace candor::engine
