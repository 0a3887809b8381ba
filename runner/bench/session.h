// What every measurement of `candor bench` stands on: an engine with the time its loading took, the
// memory the process has held, and files of JSON lines turned into tokens. Nothing here measures
// speed.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/records/json_fields.h"
#include "engine/engine.h"
#include "runner/commands/commands.h"

namespace candor::runner {

struct Session {
  std::unique_ptr<engine::Engine> engine;
  double load_s = 0;  // from the file to an engine that is ready, its packing included
  int threads = 0;
  int batch = 0;
};
// Loads with a line of progress on standard error unless quiet.
Session open_session(const ModelChoice& choice, bool quiet);

// The most physical memory the process has held so far (VmHWM). Error where the system does not
// say.
std::uint64_t peak_bytes();

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Calls `use` for every line that is not blank, at most `limit` of them (0: all), with its number
// (from 1) and its place ("job.jsonl:7"). Error when the file cannot be read, has no such line, or
// a line is not a JSON object.
void for_each_line(const std::filesystem::path& path, std::size_t limit,
                   const std::function<void(const data::JsonFields&, std::size_t number,
                                            const std::string& where)>& use);

// Turns the fields of a line into tokens as the model reads them.
class PromptReader {
 public:
  // The engine must outlive it.
  explicit PromptReader(const engine::Engine& engine) : engine_(engine) {}

  // A field that is a text (special tokens written in it become their ids) or an array of token
  // ids. `opens` is the beginning of a prompt: a text gets BOS where the model wants one. Error
  // with place and field when it is neither, an id is outside the vocabulary, or there is no token.
  std::vector<engine::TokenId> tokens(const data::JsonFields& fields, const std::string& where,
                                      const char* key, bool opens) const;

  // The field "messages" rendered by the chat template, up to the assistant's turn.
  struct Chat {
    std::vector<engine::TokenId> tokens;
    bool reasoning_opened = false;
  };
  Chat chat(const data::JsonFields& fields, const std::string& where) const;

 private:
  const engine::Tokenizer& tokenizer(const std::string& where, const char* key) const;
  void put_bos(std::vector<engine::TokenId>& ids) const;

  const engine::Engine& engine_;
};

}  // namespace candor::runner
