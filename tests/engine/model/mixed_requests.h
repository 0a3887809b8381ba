// A queue with something of everything, and ways of working it off that must not show in what it
// gives.
#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <random>
#include <span>
#include <vector>

#include "engine/engine.h"

namespace candor::engine {

// Prompts of 1 to 140 tokens, half of them with a common start longer than a page; greedy, sampled,
// and scored.
inline std::vector<Request> mixed_requests(std::size_t vocabulary) {
  std::mt19937 random(3);
  const auto token = [&] { return static_cast<TokenId>(random() % vocabulary); };
  std::vector<TokenId> common(100);
  std::generate(common.begin(), common.end(), token);
  std::vector<Request> requests;
  for (int i = 0; i < 14; ++i) {
    Request request;
    if (i % 2 == 1) {
      request.prompt.assign(common.begin(), common.begin() + 66 + static_cast<int>(random() % 30));
    }
    for (std::size_t n = 1 + random() % 40; n > 0; --n) request.prompt.push_back(token());
    request.ignore_stops = true;
    request.seed = 5;
    request.sampling.max_tokens = 3 + static_cast<int>(random() % 12);
    if (i % 3 == 1) request.sampling.temperature = 0.8;
    if (i % 5 == 4) {
      for (int n = 0; n < 9; ++n) request.continuation.push_back(token());
      request.keep_last_logits = true;
    }
    requests.push_back(request);
  }
  return requests;
}

inline std::vector<Completion> completed(Engine& engine, std::span<const Request> requests) {
  std::vector<Completion> completions(requests.size());
  const std::atomic<bool> stop{false};
  engine.run(
      requests,
      [&](std::size_t i, Completion&& completion) { completions[i] = std::move(completion); },
      stop);
  return completions;
}

// Every request by an engine of its own, which has seen nothing before.
inline std::vector<Completion> completed_apart(const std::filesystem::path& path,
                                               const EngineOptions& options,
                                               std::span<const Request> requests) {
  std::vector<Completion> completions;
  for (const Request& request : requests) {
    const auto engine = Engine::load(path, options);
    completions.push_back(completed(*engine, {&request, 1}).front());
  }
  return completions;
}

}  // namespace candor::engine
