// What holds for the questions of any file: no id twice, nothing a judge would stumble over; and
// which of them are asked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/records/question.h"
#include "suites/files/problems.h"
#include "suites/suites.h"

namespace candor::suites {

class Collector {
 public:
  explicit Collector(Problems& problems) : problems_(problems) {}

  void add(data::Question question, const std::string& where);

  std::vector<data::Question> questions;

 private:
  Problems& problems_;
  std::map<std::string, std::string> places_;
};

// Leaves what the options choose: a part (one topic), languages, a limit; and fills what
// `suite.info` says of the questions. `place` goes before messages. Throws Error (usage) for a part
// or language that no question has.
//
// `max_questions` draws: each question has a rank, SHA-256 of `seed` and its pair (its id where it
// has none); the lowest ranks of each language are taken, in the order of the file. So the same
// pairs are asked in each language, and a smaller limit asks a part of what a larger one asks.
void select_questions(Suite& suite, const SuiteOptions& options, const std::string& place);

}  // namespace candor::suites
