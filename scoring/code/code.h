// How code answers are judged: this says what to run and reads what came back. The boxes of
// runner/sandbox run it; nothing here starts a process.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/records/code_reference.h"
#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"

namespace candor::scoring {

struct CodeTask {
  std::string language;    // "python" or "cpp"
  std::string prompt;      // code the completion continues or may rely on (imports, helpers)
  std::string completion;  // the model's code: a body that continues the prompt, or a whole program
  std::string test;        // tests given as code; empty when one of the next two is there
  std::string entry_point;  // the function that is tested; empty for programs
  std::vector<data::ProgramTest> programs = {};
  std::vector<data::CallTest> calls = {};
  std::optional<double> tolerance = {};
  int cpu_seconds = 6;
  int memory_mib = 1024;
};

// The task that a question's `reference` states, without a completion. Throws Error naming the
// field.
CodeTask code_task(const data::JsonFields& reference, std::string_view where);

// A program for a box: its files (they appear in /in), its command, its limits.
struct CodeJob {
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> command;
  int cpu_seconds = 6;  // of each process
  int memory_mib = 1024;
  int file_mib = 16;
  std::uint64_t output_bytes = 64ULL << 10U;  // kept of each stream
};

// What a box reported, without knowing the box.
struct CodeRun {
  int exit_code = -1;      // 128 + n: killed by signal n
  bool timed_out = false;  // by CPU time, or by the clock with nothing left to wait for
  bool out_of_memory = false;
  bool stopped = false;  // it was still running when the other box of a pair had ended
  bool retried = false;  // the first try ran out of wall time on a machine too busy to run it
  std::string output;    // empty for connected programs
  std::string errors;    // standard error, cut
};

struct CodeRuns {
  CodeRun tester;
  CodeRun candidate;
};

// The boxes, as whoever owns them lends them.
struct CodeBoxes {
  // One program in a box of its own, with this on its standard input.
  std::function<CodeRun(const CodeJob& job, const std::string& input)> run;
  // Two programs in boxes of their own, the standard output of each connected to the standard input
  // of the other, until the tester ends.
  std::function<CodeRuns(const CodeJob& tester, const CodeJob& candidate)> run_connected;
  // Is there such a program ("g++") in the boxes?
  std::function<bool(const std::string& program)> has;
};

struct CodeVerdict {
  std::string verdict;  // passed, failed, timeout, memory, crashed, cheating_suspected, not_scored
  std::string reason;
  bool retried = false;  // a box of it was, see CodeRun
};

// The test and the code under test never share a process, and no expected value is in a box with
// code under test:
//   tests as code     the tester holds the test and a stand-in for the function, the candidate
//   holds the
//                     model's code; calls and results cross as typed data
//   programs          a fresh box for each input; the output is compared here
//   calls             a fresh box for each call; the result crosses as typed data, compared here
CodeVerdict judge_code(const CodeTask& task, const CodeBoxes& boxes);

struct ExtractedCode {
  std::string code;    // empty: there is none
  bool closed = true;  // false: the fence was still open at the end of the answer
};

// The code of an answer: of its fenced blocks in the language the one that defines `entry_point`,
// by the rules in extract.cc. Without fences the whole answer, when it reads as code.
ExtractedCode extract_code(std::string_view answer, std::string_view language,
                           std::string_view entry_point = {});

// The whole way from a question (judge "code") and a generation to a verdict.
data::Verdict judge_code_answer(const data::Question& question, const data::Generation& generation,
                                const CodeBoxes& boxes);

}  // namespace candor::scoring
