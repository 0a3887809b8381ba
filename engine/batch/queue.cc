#include "engine/batch/queue.h"

#include <algorithm>
#include <numeric>

namespace candor::engine {

std::deque<std::size_t> queue_order(std::span<const Request> requests) {
  std::deque<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Request& left = requests[a];
    const Request& right = requests[b];
    if (left.sampling.max_tokens != right.sampling.max_tokens) {
      return left.sampling.max_tokens > right.sampling.max_tokens;
    }
    return left.prompt < right.prompt;
  });
  return order;
}

}  // namespace candor::engine
