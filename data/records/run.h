// A run and its manifest: what was asked of which model, and everything needed to do it again.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

struct SuiteUse {
  std::string name;
  std::string hash;  // of all its questions
  std::string version;
  std::size_t questions = 0;  // how many of them this run asks
  std::string not_run;        // why the suite was left out ("no sandbox: …"); empty: it was run
};

struct Manifest {
  // What changes results: the plan. Its hash finds the unfinished run that a command goes on with.
  std::string model_name;
  std::string model_sha256;
  std::string template_sha256;
  std::string tokenizer_sha256;
  std::string reasoning;  // how reasoning is told from the answer: "think", "harmony", …
  std::string precision;  // "int8" or "float32"
  std::uint64_t seed = 0;
  int repeats = 1;
  std::vector<SuiteUse> suites;
  std::vector<std::string> condition_hashes;
  std::string sample_set;       // SHA-256 over the sorted sample keys
  std::string protocol;         // how questions were put, by name; empty: each suite's own way
  std::string protocol_sha256;  // of the protocol's file

  // Provenance: true of this execution, without influence on the answers.
  std::string engine_version;
  std::string template_text;
  std::string protocol_version;  // as its file says; empty: no protocol, or a run of before this
  std::vector<std::string> notices;  // on how prompts are made: a doubled BOS, …
  std::string device;                // processor name
  std::string isa;
  int batch = 0;
  int threads = 0;
  std::string command;
  std::string model_path;

  std::string plan_hash() const;
};

boost::json::object to_json(const Manifest& manifest);
Manifest manifest_from_json(const boost::json::object& object, std::string_view where);

struct Run {
  std::string id;  // unique, sorts by time: "20261122-204501-3f9a"
  Manifest manifest;
  std::string status;       // "running", "interrupted", "finished"
  std::string created_utc;  // ISO 8601
  std::string finished_utc;
};

}  // namespace candor::data
