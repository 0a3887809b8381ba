// Makes runs of bilingual transcripts: their rows become questions and generations as `candor
// audit` has them, one run a model, judged by the same judge. Rows with a probe get the key facts,
// the line, the entities, role and twin of the bank of today, so stored answers can be judged
// against a corrected bank. Nothing here computes a rate.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/store/store.h"
#include "runner/replay/audit_rows.h"

namespace candor::runner {

// How some answers of a run were asked.
struct AuditCondition {
  std::string hash;
  data::Condition condition;
  int number = 0;  // in the run that an export is of, from 1; 0: not said
};

// The answers of one model, in the order of the file.
struct AuditRun {
  std::string model;
  std::string group;                       // empty: the rows name none
  std::vector<AuditCondition> conditions;  // by number: the one that headlines are of is first
  std::vector<const data::Question*> questions;
  std::vector<data::Generation> generations;  // one for each of `questions`
};

class AuditRuns {
 public:
  // Takes the rows; those that can be of no run are errors with their place: an unknown probe or
  // one that the bank does not have in the language, a model in two groups, an answer that is there
  // twice, a pair that the same model is asked in two ways. `unnamed` is the model of rows that
  // name none. Throws Error where the bank itself cannot be read.
  AuditRuns(std::vector<AuditRow> rows, const std::string& unnamed,
            std::vector<std::string>& errors);
  AuditRuns(const AuditRuns&) = delete;
  AuditRuns& operator=(const AuditRuns&) = delete;

  const std::vector<AuditRun>& runs() const { return runs_; }
  std::vector<std::string> notices() const;  // what holds of the whole

 private:
  const data::Question& question_of(const AuditRow& row);
  void load_bank(const std::string& suite);
  data::Question bank_question(const AuditRow& row);
  void add(AuditRow& row, const std::string& unnamed);

  std::map<std::string, std::map<std::string, data::Question>> banks_;  // by suite, then id
  std::map<std::string, std::unique_ptr<data::Question>> questions_;    // by hash
  std::vector<AuditRun> runs_;
  std::map<std::string, std::size_t> run_of_;       // model -> place in runs_
  std::map<std::string, std::string> group_place_;  // model -> where its group was first said
  std::map<std::pair<std::string, int>, std::string>
      seen_;  // model, question, condition; repeat -> place
  std::map<std::string, std::pair<std::string, std::string>> asked_;  // model, id -> hash, place
  std::map<std::string, std::set<std::string>> texts_;                // id -> hashes
  std::size_t other_words_ = 0;  // rows of a probe in other words than the bank's
};

// What stands for the model in a manifest.
struct AuditSource {
  std::string file;         // the first, absolute
  std::string file_sha256;  // of several, of their hashes
  std::string command;
};

// Judges all answers of the run and stores questions, generations and verdicts in one transaction.
// Returns the run's id.
std::string store_audit_run(data::StoreWriter& store, const AuditRun& run,
                            const AuditSource& source);

}  // namespace candor::runner
