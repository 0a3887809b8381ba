// Carries a plan out: finds the unfinished run of the same plan or starts a new one, asks what is
// not stored yet, stores, judges, and says how far it is.
#pragma once

#include <cstddef>

#include "data/store/store.h"
#include "runner/pipeline/judges.h"
#include "runner/pipeline/plan.h"
#include "runner/providers/provider.h"

namespace candor::runner {

struct ExecuteOptions {
  std::string command;  // as typed, kept in the manifest
  bool quiet = false;   // no progress on standard error
  // A turn is asked when the turn before it is answered, with that answer in its history. False for
  // transcripts: every answer was given already, whatever stands before it, and all are taken.
  bool histories = true;
};

struct Executed {
  data::Run run;
  std::size_t asked = 0;        // samples of the plan
  std::size_t found = 0;        // of them, stored by an earlier start of this run
  std::size_t generated = 0;    // stored now
  std::size_t errors = 0;       // of those generated now
  std::size_t not_started = 0;  // left for the next start: the run was interrupted
  std::uint64_t prompt_tokens = 0;
  std::uint64_t generated_tokens = 0;
  double seconds = 0;
};

// The manifest of this plan on this provider, whose plan hash names the run.
data::Manifest make_manifest(const Plan& plan, const Provider& provider,
                             const std::string& command);

Executed execute(const Plan& plan, Provider& provider, data::StoreWriter& store,
                 const Judges& judges, const ExecuteOptions& options);

// Gives every generation of the run that lacks one a verdict of today's judges. Returns how many.
// Code is left out where there is no sandbox.
std::size_t judge_missing(data::StoreWriter& store, const std::string& run_id,
                          const Judges& judges);

}  // namespace candor::runner
