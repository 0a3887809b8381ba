// A file of prompts run through the engine as one queue, as a suite would be: `candor bench --job`.
// The answers' hash is that of the lines `--outputs` writes, which hold no timings: two runs that
// answered the same have the same hash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runner/bench/session.h"

namespace candor::runner {

// Each line an object: "prompt" (a text or token ids), "prompt_ids" or "messages" ([{role,
// content}], rendered by the chat template), "max_tokens"; and optionally "temperature" (0:
// greedy), "top_p", "seed" (1), "repeats" (1) and "ignore_stops" (false).
struct Job {
  struct Origin {
    std::size_t line;  // in the file, from 1
    int repeat;
  };
  std::vector<engine::Request> requests;  // in the order of the file, repeats together
  std::vector<Origin> origins;            // of the requests
};
// At most `limit` lines (0: all). Error with place and field at the first line that is wrong.
Job read_job(const std::filesystem::path& path, const PromptReader& reader, std::size_t limit);

struct JobResult {
  double seconds = 0;                  // of the queue alone
  std::uint64_t prompt_tokens = 0;     // in full for every repeat
  std::uint64_t generated_tokens = 0;  // stop tokens included
  std::string outputs;                 // JSON lines: line, repeat, finish, tokens, text
  std::vector<std::string> failures;   // "job.jsonl:7: prompt of 40000 tokens …"
  bool stopped = false;                // by Ctrl-C: nothing else is set
};
JobResult run_job(engine::Engine& engine, const Job& job, const std::filesystem::path& path,
                  bool quiet);

}  // namespace candor::runner
