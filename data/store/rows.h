// Records to rows and back. What is written here and read here is equal to the bit; a row whose
// content does not match its hash or digest is an Error, never a wrong figure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/store/sqlite.h"
#include "data/store/store.h"

namespace candor::data {

// Little-endian blobs: 4 bytes a value.
std::string pack(const std::vector<std::int32_t>& values);
std::string pack(const std::vector<float>& values);
std::vector<std::int32_t> unpack_tokens(const std::string& blob);
std::vector<float> unpack_floats(const std::string& blob);

std::string digest(std::int64_t run, const Generation& generation);
std::string digest(std::int64_t generation_id, const Verdict& verdict);

// The two below throw Error naming the record when a number in it is not finite.
void insert_question(const Database& database, const Question& question);
void insert_condition(const Database& database, const Condition& condition);

// The number of a run by its full id; Error when there is none.
std::int64_t run_number(const Database& database, const std::string& id);
std::vector<Run> read_runs(const Database& database, const char* tail, const std::string& argument);

// The newest verdict of `judge` on the generation by digest; empty when there is none.
std::string newest_digest(const Database& database, std::int64_t generation_id,
                          const std::string& judge);

// Reads the samples of generations, keeping questions and conditions that were read.
class SampleRows {
 public:
  explicit SampleRows(const Database& database);
  SampleRow read(std::int64_t generation_id);

 private:
  const Question& question(std::int64_t number);
  const Condition& condition(std::int64_t number);

  const Database& database_;
  const bool has_turns_;  // version 2 of the schema has them
  Statement generation_;
  Statement verdicts_;
  std::map<std::int64_t, std::pair<std::string, Question>> questions_;  // with their hash
  std::map<std::int64_t, std::pair<std::string, Condition>> conditions_;
};

// The generations of a run, in the order of suite, question id, condition, repeat. A `judge` that
// is not empty leaves out those with a verdict of it at `version`; "own" judge: the question's, any
// version.
enum class Which { kAll, kLackOwnJudge, kLackJudge };
std::vector<std::int64_t> generation_ids(const Database& database, std::int64_t run, Which which,
                                         const std::string& judge, const std::string& version);

}  // namespace candor::data
