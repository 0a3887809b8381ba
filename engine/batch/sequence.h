// One request while it is worked on: its tokens so far, how many of them have keys and values, and
// the pages those are in. Taken off its pages (preempted), it can be computed again to the same
// bits.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "engine/cache/kv_cache.h"
#include "engine/device/device.h"
#include "engine/engine.h"
#include "engine/sample/sampler.h"
#include "engine/sample/stop_rules.h"
#include "engine/sample/stream.h"

namespace candor::engine {

class Sequence {
 public:
  // `request` and `stops` outlive the sequence.
  Sequence(std::size_t index, const Request& request, const StopTokens& stops);

  std::size_t index() const { return index_; }
  const Request& request() const { return request_; }
  // The prompt and what was generated, or the continuation to be scored.
  const std::vector<TokenId>& tokens() const { return tokens_; }
  const std::vector<PageId>& pages() const { return pages_; }
  std::size_t computed() const { return computed_; }
  std::size_t waiting() const { return to_run_ - computed_; }  // tokens to be run, >= 1
  std::size_t generated() const { return tokens_.size() - request_.prompt.size(); }
  bool is_scored() const { return request_.is_scored(); }
  // Whether the logits after the token at `position` (the next ones to be run) are wanted.
  bool wants_logits(std::size_t position) const {
    return is_scored() ? position + 1 >= request_.prompt.size() : position + 1 == to_run_;
  }

  // Takes whole pages of known prompts over and copies the page in which they part, so that fewer
  // tokens have to be run. At least one token is left.
  void adopt_prefix(KvCache& cache, Device& device);
  // Room for the next `rows` tokens; false: the cache is exhausted (what was taken is kept).
  bool reserve(KvCache& cache, std::size_t rows);
  // The next `rows` tokens have been run.
  void advance(std::size_t rows) { computed_ += rows; }
  // Makes the pages of the prompt that are complete known to others.
  void publish_prompt(KvCache& cache);
  void release_pages(KvCache& cache);

  // The draw for the next token.
  double uniform() const;
  // Takes the next token; true: it was the last, and `completion` is ready.
  bool accept(const Choice& choice);
  // Takes what the logits after the token at `position` say of the given next one.
  bool accept_scored(std::size_t position, const Judged& judged);
  void keep_last_logits(std::span<const float> logits);
  Completion take_completion();

 private:
  std::size_t index_;
  const Request& request_;
  std::vector<TokenId> tokens_;
  std::size_t to_run_;  // of tokens_, from the first
  std::size_t computed_ = 0;
  std::vector<PageId> pages_;

  PrefixTree::NodeId node_ = PrefixTree::kRoot;  // of the last published page
  std::size_t published_ = 0;                    // whole pages known to others
  bool tail_published_ = false;

  PhiloxKey key_{};
  StopFollower stops_;
  Completion completion_;
  std::chrono::steady_clock::time_point admitted_ = std::chrono::steady_clock::now();
};

// Pages that hold the keys of `tokens` positions.
std::size_t pages_for(std::size_t tokens);

}  // namespace candor::engine
