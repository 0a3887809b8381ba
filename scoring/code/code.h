// How code answers are judged: this says what to run and reads what came back. The sandbox in runner
// runs it; nothing here starts a process.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"

namespace candor::scoring {

struct CodeTask {
  std::string language;     // "python"
  std::string prompt;       // code the completion continues or may rely on (imports, helpers)
  std::string completion;   // the model's code: a body that continues the prompt, or a whole program
  std::string test;         // defines check(candidate)
  std::string entry_point;  // the function that is tested
};

// A program for a box: its files (they appear in /in) and its command.
struct CodeJob {
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> command;
};

// What a box reported, without knowing the box.
struct CodeRun {
  int exit_code = -1;  // 128 + n: killed by signal n
  bool timed_out = false;
  std::string errors;  // standard error, cut
};

// Runs the two programs in boxes of their own, the standard output of each connected to the standard
// input of the other, until the tester ends.
struct CodeRuns {
  CodeRun tester;
  CodeRun candidate;
};
using RunConnected =
    std::function<CodeRuns(const CodeJob& tester, const CodeJob& candidate)>;

struct CodeVerdict {
  std::string verdict;  // passed, failed, timeout, memory, crashed, cheating_suspected, not_scored
  std::string reason;
};

// The test and the code under test never share a process: the tester holds the test and a stand-in for
// the function, the candidate holds the model's code. Calls and results cross as typed data, so code
// under test can neither see the expected values nor decide what "equal" means.
CodeVerdict judge_code(const CodeTask& task, const RunConnected& run);

struct ExtractedCode {
  std::string code;    // empty: there is none
  bool closed = true;  // false: the fence was still open at the end of the answer
};

// The first fenced block marked with the language, else the first fenced block, else the whole answer
// when it reads as code (a line begins with def, class, import or from).
ExtractedCode extract_code(std::string_view answer, std::string_view language);

// The whole way from a question (judge "code") and a generation to a verdict.
data::Verdict judge_code_answer(const data::Question& question, const data::Generation& generation,
                                const RunConnected& run);

}  // namespace candor::scoring
