// C++: compiled in a box with limits of its own, run in another.
#include <fmt/format.h>

#include "scoring/code/cpp_source.h"
#include "scoring/code/languages.h"

namespace candor::scoring {

namespace {

constexpr const char kCodec[] =
#include "scoring/code/cpp/codec.h.inc"
    ;
constexpr const char kTester[] =
#include "scoring/code/cpp/tester.h.inc"
    ;
constexpr const char kCandidate[] =
#include "scoring/code/cpp/candidate.h.inc"
    ;

constexpr int kCompileCpuSeconds = 30;
constexpr int kCompileMemoryMib = 2048;
constexpr int kProgramMib = 32;

using Files = std::vector<std::pair<std::string, std::string>>;

// A compiled program, or why there is none.
struct Compiled {
  std::string program;
  CodeVerdict failure;
  bool retried = false;
};

std::string first_error(const std::string& errors) {
  std::size_t at = errors.find("error: ");
  if (at == std::string::npos) at = 0;
  return errors.substr(at, std::min<std::size_t>(errors.find('\n', at) - at, 300));
}

// What assert() wrote, if it did: "…: Assertion `f(1) == 2' failed."
std::string failed_assertion(const std::string& errors) {
  const std::size_t begin = errors.find("Assertion `");
  if (begin == std::string::npos) return "";
  const std::size_t text = begin + std::string_view("Assertion `").size();
  return ": " +
         errors.substr(text, std::min<std::size_t>(errors.find("' failed.", text) - text, 200));
}

Compiled compile(const Files& files, const CodeBoxes& boxes) {
  CodeJob job;
  job.files = files;
  // The program leaves the box by standard output; what the compiler says goes to standard error.
  job.command = {"sh", "-c",
                 "g++ -std=c++20 -O1 -w -pipe -fno-diagnostics-show-caret "
                 "-fdiagnostics-color=never -o /w/program /in/main.cc >&2 && cat /w/program"};
  job.cpu_seconds = kCompileCpuSeconds;
  job.memory_mib = kCompileMemoryMib;
  job.file_mib = kProgramMib;
  job.output_bytes = static_cast<std::uint64_t>(kProgramMib) << 20U;
  CodeRun run = boxes.run(job, "");
  Compiled result;
  result.retried = run.retried;
  // g++ tells of a compiler that was killed in words of its own.
  const bool killed = run.errors.find("Killed signal terminated program") != std::string::npos ||
                      run.errors.find("CPU time limit exceeded") != std::string::npos;
  if (run.exit_code == 0 && run.output.starts_with("\x7f"
                                                   "ELF")) {
    result.program = std::move(run.output);
  } else if (run.timed_out || killed) {
    result.failure = {"timeout", "the compiler reached its time limit"};
  } else if (run.out_of_memory || run.errors.find("out of memory") != std::string::npos) {
    result.failure = {"memory", "the compiler reached its memory limit"};
  } else {
    result.failure = {"failed", "the code does not compile: " + first_error(run.errors)};
  }
  result.failure.retried = run.retried;
  return result;
}

CodeJob program_job(const CodeTask& task, std::string program) {
  CodeJob job = job_of(task);
  job.files = {{"program", std::move(program)}};
  job.command = {"/in/program"};
  return job;
}

std::string arguments(const CppFunction& function) {
  std::string list;
  for (const std::string& name : function.parameters) {
    if (!list.empty()) list += ", ";
    list += fmt::format("std::forward<decltype({0})>({0})", name);
  }
  return list;
}

// The header by itself: its type is what both sides agree on.
std::string declared(const CppFunction& function) {
  return fmt::format("\nnamespace candor_declared {{ {}; }}\n", function.header);
}

std::string tester_source(const CodeTask& task, const CppFunction& function) {
  std::string test = task.test;
  // A test may begin with the brace that closes the completion.
  const std::size_t first = test.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && test[first] == '}') test.erase(0, first + 1);
  return fmt::format(
      "#include \"/in/codec.h\"\n#include \"/in/tester.h\"\n{}{}{} {{\n"
      "  return candor::stand_in<decltype(candor_declared::{})>({});\n}}\n{}\n",
      function.before, declared(function), function.header, task.entry_point, arguments(function),
      test);
}

// `program`: prompt and completion as they stand together.
std::string candidate_source(const CodeTask& task, const CppFunction& function,
                             const std::string& program) {
  return fmt::format(
      "#include \"/in/codec.h\"\n#include \"/in/candidate.h\"\n"
      "#define main candor_answer_main\n{}\n#undef main\n{}"
      "int main() {{\n  candor::serve<decltype(candor_declared::{})>([](auto&&... items) {{\n"
      "    return ::{}(std::forward<decltype(items)>(items)...);\n  }});\n}}\n",
      program, declared(function), task.entry_point, task.entry_point);
}

Compiled compile_candidate(const CodeTask& task, const CppFunction& function,
                           const CodeBoxes& boxes) {
  const auto compiled = [&](const std::string& program) {
    return compile({{"main.cc", candidate_source(task, function, program)},
                    {"codec.h", kCodec},
                    {"candidate.h", kCandidate}},
                   boxes);
  };
  if (!defines_cpp_function(task.completion, task.entry_point)) {
    std::string program = task.prompt + task.completion;
    if (open_cpp_braces(program) == 1) program += "\n}";
    return compiled(program);
  }
  // A whole program may rely on the prompt's helpers, or bring its own of the same names.
  Compiled with_helpers = compiled(function.before + "\n" + task.completion);
  if (with_helpers.failure.verdict != "failed") return with_helpers;
  Compiled alone = compiled(cpp_includes(function.before) + task.completion);
  return alone.failure.verdict.empty() ? std::move(alone) : std::move(with_helpers);
}

CodeVerdict judge_function(const CodeTask& task, const CodeBoxes& boxes) {
  const auto function = find_cpp_function(task.prompt, task.entry_point);
  if (!function) {
    return {"not_scored", fmt::format("the prompt does not declare \"{}\" with named parameters",
                                      task.entry_point)};
  }
  Compiled candidate = compile_candidate(task, *function, boxes);
  if (!candidate.failure.verdict.empty()) return candidate.failure;
  Compiled tester = compile(
      {{"main.cc", tester_source(task, *function)}, {"codec.h", kCodec}, {"tester.h", kTester}},
      boxes);
  if (!tester.failure.verdict.empty()) {
    return {"not_scored", "the test: " + tester.failure.reason};
  }
  const CodeRuns runs = boxes.run_connected(program_job(task, std::move(tester.program)),
                                            program_job(task, std::move(candidate.program)));
  CodeVerdict verdict = verdict_of_pair(runs);
  if (verdict.verdict == "failed") verdict.reason += failed_assertion(runs.tester.errors);
  verdict.retried = verdict.retried || candidate.retried || tester.retried;
  return verdict;
}

}  // namespace

CodeVerdict judge_cpp(const CodeTask& task, const CodeBoxes& boxes) {
  if (!boxes.has("g++")) {
    return {"not_scored", "there is no g++ on this machine to compile the answer"};
  }
  if (!task.calls.empty()) return {"not_scored", "calls with values are for python"};
  if (task.programs.empty()) return judge_function(task, boxes);
  Compiled compiled = compile({{"main.cc", task.prompt + task.completion}}, boxes);
  if (!compiled.failure.verdict.empty()) return compiled.failure;
  return judge_programs(task, program_job(task, std::move(compiled.program)), boxes);
}

}  // namespace candor::scoring
