#include "scoring/code/code.h"

#include <re2/re2.h>

#include <boost/json.hpp>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/code/languages.h"
#include "scoring/scoring.h"

namespace candor::scoring {

namespace json = boost::json;

namespace {

constexpr const char* kVersion = "code-2";

struct Report {
  std::string outcome;  // empty: the tester did not get to report
  std::string what;
};

Report read_report(const std::string& errors) {
  constexpr std::string_view kMark = "\ncandor-outcome ";
  const std::size_t at = errors.rfind(kMark);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + kMark.size();
  const std::size_t end = errors.find('\n', begin);
  const json::object object =
      data::parse_object(std::string_view(errors).substr(begin, end - begin), "tester");
  const data::JsonFields fields(object, "tester");
  return {fields.text("outcome"), fields.text("what")};
}

}  // namespace

CodeJob job_of(const CodeTask& task) {
  CodeJob job;
  job.cpu_seconds = task.cpu_seconds;
  job.memory_mib = task.memory_mib;
  return job;
}

CodeVerdict verdict_of_end(const CodeRun& run, const CodeVerdict& exited) {
  if (run.timed_out) return {"timeout", "the time limit was reached"};
  const bool complained = run.errors.find("MemoryError") != std::string::npos ||
                          run.errors.find("std::bad_alloc") != std::string::npos;
  if (run.out_of_memory || complained) return {"memory", "the memory limit was reached"};
  if (run.exit_code >= 128) {
    return {"crashed", fmt::format("killed by signal {}", run.exit_code - 128)};
  }
  return exited;
}

namespace {

CodeVerdict verdict_of_report(const CodeRuns& runs) {
  const Report report = read_report(runs.tester.errors);
  const std::string& outcome = report.outcome;
  if (outcome == "passed" && runs.tester.exit_code == 0) return {"passed", "all tests passed"};
  if (outcome == "failed") return {"failed", report.what};
  if (outcome == "load") return {"failed", "the code does not load: " + report.what};
  if (outcome == "memory") return {"memory", "the memory limit was reached"};
  if (outcome == "gone") {
    if (runs.candidate.stopped) {
      return {"cheating_suspected", "it closed the tester's channel and went on"};
    }
    return verdict_of_end(runs.candidate,
                          {"cheating_suspected", "the program ended before it answered"});
  }
  if (outcome == "exit") return {"cheating_suspected", "it asked to exit: " + report.what};
  if (outcome == "garbled") {
    return {"cheating_suspected", "it wrote into the tester's channel: " + report.what};
  }
  if (outcome == "uncrossable") return {"not_scored", "the test needs " + report.what};
  if (runs.candidate.out_of_memory || runs.tester.out_of_memory)
    return {"memory", "the memory limit was reached"};
  // A tester that does not come to its end has been given something endless to work on: tests that
  // are slow by themselves would be so for every answer.
  if (runs.candidate.timed_out || runs.tester.timed_out) {
    return {"timeout", "the time limit was reached"};
  }
  return {"not_scored", fmt::format("the tester ended with status {}: {}", runs.tester.exit_code,
                                    runs.tester.errors.substr(0, 300))};
}

}  // namespace

CodeVerdict verdict_of_pair(const CodeRuns& runs) {
  CodeVerdict verdict = verdict_of_report(runs);
  verdict.retried = runs.tester.retried || runs.candidate.retried;
  return verdict;
}

CodeVerdict judge_code(const CodeTask& task, const CodeBoxes& boxes) {
  if (task.language != "python" && task.language != "cpp") {
    return {"not_scored",
            fmt::format("language \"{}\" is not run: known are python and cpp", task.language)};
  }
  if (task.programs.empty() && !RE2::FullMatch(task.entry_point, "[A-Za-z_][A-Za-z_0-9]*")) {
    return {"not_scored", "the task names no function to test"};
  }
  return task.language == "cpp" ? judge_cpp(task, boxes) : judge_python(task, boxes);
}

CodeTask code_task(const data::JsonFields& fields, std::string_view where) {
  data::CodeReference reference = data::read_code_reference(fields, where);
  CodeTask task;
  task.language = std::move(reference.language);
  task.prompt = std::move(reference.prompt);
  task.test = std::move(reference.test);
  task.entry_point = std::move(reference.entry_point);
  task.programs = std::move(reference.programs);
  task.calls = std::move(reference.calls);
  task.tolerance = reference.tolerance;
  task.cpu_seconds = reference.cpu_seconds;
  task.memory_mib = reference.memory_mib;
  return task;
}

data::Verdict judge_code_answer(const data::Question& question, const data::Generation& generation,
                                const CodeBoxes& boxes) {
  data::Verdict verdict;
  verdict.judge = "code";
  verdict.version = kVersion;
  verdict.truncated = generation.finish == data::FinishReason::kLength;
  const std::string where = "question " + question.id + ": reference";
  CodeTask task = code_task(data::JsonFields(question.reference, where), where);
  ExtractedCode extracted = extract_code(generation.answer, task.language, task.entry_point);
  // A program that was cut off is not an answer that is wrong, it is an answer that is missing.
  const bool cut = verdict.truncated && !extracted.closed;
  const bool usable = generation.finish != data::FinishReason::kError &&
                      generation.finish != data::FinishReason::kBlock && !extracted.code.empty() &&
                      !cut;
  CodeVerdict found;
  if (usable) {
    task.completion = extracted.code;
    found = judge_code(task, boxes);
    verdict.extracted = std::move(extracted.code);
    verdict.reason = found.reason;
    verdict.parts["verdict"] = found.verdict;
    if (found.retried) verdict.parts["retried"] = true;
  } else {
    verdict.reason = cut ? "the code was cut off by the token limit" : "no code in the answer";
  }
  if (found.verdict == "not_scored") {
    verdict.outcome = data::Outcome::kError;
    return verdict;
  }
  const bool right = found.verdict == "passed";
  if (usable) verdict.value = right ? 1.0 : 0.0;
  verdict.outcome =
      decide_outcome(generation, usable, right, is_refusal(generation.answer, question.language));
  return verdict;
}

}  // namespace candor::scoring
