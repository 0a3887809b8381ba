#include "engine/batch/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "data/base/error.h"
#include "engine/batch/flight.h"
#include "engine/batch/queue.h"
#include "engine/batch/sequence.h"
#include "kernels/ops.h"

namespace candor::engine {

namespace {

// Logit rows of `score` at a time.
constexpr std::size_t kScoreRows = 32;

Completion refused(std::string error) {
  Completion completion;
  completion.finish = data::FinishReason::kError;
  completion.error = std::move(error);
  return completion;
}

// The pages of one scored text, given back at the end of the scope.
class PageHolder {
 public:
  PageHolder(KvCache& cache, std::size_t count) : cache_(cache) {
    while (pages_.size() < count) {
      const auto page = cache.allocate();
      if (!page) break;
      pages_.push_back(*page);
    }
  }
  ~PageHolder() {
    for (const PageId page : pages_) cache_.pool().release(page);
  }
  PageHolder(const PageHolder&) = delete;
  PageHolder& operator=(const PageHolder&) = delete;

  const std::vector<PageId>& pages() const { return pages_; }

 private:
  KvCache& cache_;
  std::vector<PageId> pages_;
};

}  // namespace

Scheduler::Scheduler(Device& device, KvCache& cache, StopTokens stops, BatchOptions options)
    : device_(device), cache_(cache), stops_(std::move(stops)), options_(options) {}

std::string Scheduler::misfit(std::size_t prompt, std::size_t generated) const {
  if (prompt + generated > options_.context_length) {
    return fmt::format("prompt of {} tokens and {} to generate exceed the context of {}", prompt,
                       generated, options_.context_length);
  }
  // Nothing follows the last token, so its keys are never needed.
  const std::size_t pages = pages_for(prompt + std::max<std::size_t>(generated, 1) - 1);
  if (pages > cache_.pool().total()) {
    return fmt::format(
        "prompt of {} tokens and {} to generate need {} pages of keys and values, and the cache "
        "holds {}: give it more memory",
        prompt, generated, pages, cache_.pool().total());
  }
  return {};
}

std::string Scheduler::refusal(const Request& request) const {
  if (request.prompt.empty()) return "the prompt has no tokens";
  for (std::size_t i = 0; i < request.prompt.size(); ++i) {
    const TokenId id = request.prompt[i];
    if (id < 0 || static_cast<std::size_t>(id) >= device_.vocabulary()) {
      return fmt::format("prompt token {} (at {}) is outside the vocabulary of {}", id, i,
                         device_.vocabulary());
    }
  }
  if (std::string wrong = check_sampling(request.sampling); !wrong.empty()) return wrong;
  if (!request.ignore_stops && !request.sampling.stop.empty() && stops_.tokenizer == nullptr) {
    return "stop strings need a tokenizer, and the checkpoint has none";
  }
  return misfit(request.prompt.size(), static_cast<std::size_t>(request.sampling.max_tokens));
}

void Scheduler::run(std::span<const Request> requests, const Done& done,
                    const std::atomic<bool>& stop, EngineCounters& counters) {
  std::deque<std::size_t> queue = queue_order(requests);
  std::vector<std::pair<std::size_t, Completion>> immediate;
  std::erase_if(queue, [&](std::size_t index) {
    const Request& request = requests[index];
    std::string wrong = refusal(request);
    if (wrong.empty() && request.sampling.max_tokens > 0) return false;
    Completion completion;  // of a request for no tokens: at its limit from the start
    completion.finish = data::FinishReason::kLength;
    immediate.emplace_back(index,
                           wrong.empty() ? std::move(completion) : refused(std::move(wrong)));
    return true;
  });
  for (auto& [index, completion] : immediate) {
    if (stop) return;
    done(index, std::move(completion));
  }

  Flight flight(device_, cache_, stops_, options_, requests, std::move(queue), counters);
  while (!stop && !flight.finished()) {
    flight.admit();
    flight.step(done);
  }
}

ScoredTokens Scheduler::score(std::span<const TokenId> ids) {
  Request request;
  request.prompt.assign(ids.begin(), ids.end());
  request.sampling.max_tokens = 0;
  if (const std::string wrong = refusal(request); !wrong.empty()) fail("{}", wrong);

  const PageHolder holder(cache_, pages_for(ids.size()));
  ScoredTokens scored;
  scored.log_probabilities.resize(ids.size() - 1);
  std::vector<char> finite(ids.size(), 1);
  StepPlan plan;
  for (std::size_t begin = 0; begin < ids.size(); begin += options_.chunk) {
    const std::size_t end = std::min(begin + options_.chunk, ids.size());
    plan.clear();
    plan.pages.push_back(holder.pages());
    for (std::size_t i = begin; i < end; ++i) {
      plan.rows.push_back(
          {.token = ids[i], .position = static_cast<std::int64_t>(i), .sequence = 0});
      plan.logit_rows.push_back(static_cast<std::uint32_t>(i - begin));
    }
    device_.run(plan);
    for (std::size_t first = begin; first < end; first += kScoreRows) {
      const std::size_t count = std::min(kScoreRows, end - first);
      const std::span<const float> logits = device_.logits(first - begin, count);
      const auto row = [&](std::size_t i) {
        return logits.subspan(i * device_.vocabulary(), options_.vocabulary);
      };
      device_.threads().run(count, [&](std::size_t i, int) {
        finite[first + i] = all_finite(row(i)) ? 1 : 0;
        if (first + i + 1 == ids.size()) return;
        const auto next = static_cast<std::size_t>(ids[first + i + 1]);
        scored.log_probabilities[first + i] =
            next < options_.vocabulary ? static_cast<float>(static_cast<double>(row(i)[next]) -
                                                            kernels::log_sum_exp(row(i)))
                                       : -std::numeric_limits<float>::infinity();
      });
      if (first + count == ids.size()) {
        const std::span<const float> last = row(count - 1);
        scored.last_logits.assign(device_.vocabulary(), -std::numeric_limits<float>::infinity());
        std::copy(last.begin(), last.end(), scored.last_logits.begin());
      }
    }
  }
  const auto bad = std::find(finite.begin(), finite.end(), 0);
  if (bad != finite.end()) fail("non-finite logits (position {})", bad - finite.begin());
  return scored;
}

}  // namespace candor::engine
