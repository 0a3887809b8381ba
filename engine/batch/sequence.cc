#include "engine/batch/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kernels/attention.h"

namespace candor::engine {

using kernels::kPageTokens;

std::size_t pages_for(std::size_t tokens) { return (tokens + kPageTokens - 1) / kPageTokens; }

Sequence::Sequence(std::size_t index, const Request& request, const StopTokens& stops)
    : index_(index),
      request_(request),
      tokens_(request.prompt),
      to_run_(request.prompt.size()),
      stops_(stops, request.sampling, request.ignore_stops, request.reasoning_opened) {
  if (request.sampling.temperature > 0) {
    key_ = stream_key(request.seed, request.prompt, request.sampling, request.repeat);
  }
  if (!is_scored()) return;
  tokens_.insert(tokens_.end(), request.continuation.begin(), request.continuation.end());
  to_run_ = tokens_.size() - (request.keep_last_logits ? 0 : 1);  // nothing follows the last
  completion_.tokens = request.continuation;
  completion_.log_probabilities.resize(request.continuation.size());
  completion_.most_likely.resize(request.continuation.size());
  completion_.finish = data::FinishReason::kLength;
}

void Sequence::adopt_prefix(KvCache& cache, Device& device) {
  // Rows whose logits are wanted have to be run.
  const std::size_t known = is_scored() ? request_.prompt.size() - 1 : tokens_.size() - 1;
  PrefixTree::Match match = cache.prefixes().match(std::span(tokens_).first(known));
  for (const PageId page : match.pages) cache.pool().retain(page);
  pages_ = std::move(match.pages);
  node_ = match.node;
  published_ = pages_.size();
  computed_ = pages_.size() * kPageTokens;
  if (!match.tail) return;
  // Held while a page is allocated: that may drop pages which nobody uses.
  cache.pool().retain(*match.tail);
  if (const auto copy = cache.allocate()) {
    device.copy_page(*match.tail, *copy);
    pages_.push_back(*copy);
    computed_ += match.tail_tokens;
  }
  cache.pool().release(*match.tail);
}

bool Sequence::reserve(KvCache& cache, std::size_t rows) {
  while (pages_.size() < pages_for(computed_ + rows)) {
    const auto page = cache.allocate();
    if (!page) return false;
    pages_.push_back(*page);
  }
  return true;
}

void Sequence::publish_prompt(KvCache& cache) {
  const std::span<const TokenId> prompt = request_.prompt;
  const std::size_t ready = std::min(computed_, prompt.size());
  while ((published_ + 1) * kPageTokens <= ready) {
    PageId& page = pages_[published_];
    node_ =
        cache.prefixes().insert(node_, prompt.subspan(published_ * kPageTokens, kPageTokens), page);
    const PageId known = cache.prefixes().page(node_);
    if (known != page) {  // another sequence computed the same page meanwhile
      cache.pool().retain(known);
      cache.pool().release(std::exchange(page, known));
    }
    ++published_;
  }
  const std::size_t whole = published_ * kPageTokens;
  if (tail_published_ || ready < prompt.size() || whole >= prompt.size()) return;
  // This sequence goes on writing to the page, behind the prompt's tokens, which stay as they are.
  cache.prefixes().insert(node_, prompt.subspan(whole), pages_[published_]);
  tail_published_ = true;
}

void Sequence::release_pages(KvCache& cache) {
  for (const PageId page : pages_) cache.pool().release(page);
  pages_.clear();
  computed_ = 0;
  published_ = 0;
  node_ = PrefixTree::kRoot;
  tail_published_ = false;
}

double Sequence::uniform() const {
  return request_.sampling.temperature > 0 ? draw(key_, generated()) : 0.0;
}

bool Sequence::accept(const Choice& choice) {
  if (choice.token < 0) {
    completion_.finish = data::FinishReason::kError;
    completion_.error = fmt::format("non-finite logits (step {})", generated() + 1);
    return true;
  }
  tokens_.push_back(choice.token);
  to_run_ = tokens_.size();
  completion_.tokens.push_back(choice.token);
  completion_.log_probabilities.push_back(choice.log_probability);
  const auto finish = stops_.push(choice.token);
  if (finish) completion_.finish = *finish;
  return finish.has_value();
}

bool Sequence::accept_scored(std::size_t position, const Judged& judged) {
  if (!judged.finite) {
    completion_.finish = data::FinishReason::kError;
    completion_.error = fmt::format("non-finite logits (position {})", position);
    return true;
  }
  const std::size_t place = position + 1 - request_.prompt.size();
  if (place < request_.continuation.size()) {
    completion_.log_probabilities[place] = judged.log_probability;
    completion_.most_likely[place] = judged.most_likely;
  }
  return position + 1 == to_run_;
}

void Sequence::keep_last_logits(std::span<const float> logits) {
  completion_.last_logits.assign(logits.begin(), logits.end());
}

Completion Sequence::take_completion() {
  if (!is_scored()) {
    StopFollower::Result result = stops_.take();
    completion_.text = std::move(result.text);
    completion_.split = std::move(result.split);
  }
  completion_.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - admitted_).count();
  return std::move(completion_);
}

}  // namespace candor::engine
