#include "scoring/code/code.h"

#include <re2/re2.h>

#include <boost/json.hpp>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/scoring.h"

namespace candor::scoring {

namespace json = boost::json;

namespace {

constexpr const char* kVersion = "code-1";

constexpr const char kCodec[] =
#include "scoring/code/python/codec.py.inc"
    ;
constexpr const char kTester[] =
#include "scoring/code/python/tester.py.inc"
    ;
constexpr const char kCandidate[] =
#include "scoring/code/python/candidate.py.inc"
    ;

// A completion either is a program of its own, which stands beside the prompt's helpers, or the body
// that continues the prompt's last line.
bool defines(const std::string& completion, const std::string& entry_point) {
  return RE2::PartialMatch(completion,
                           "(?m)^(?:async +)?(?:def|class) +" + RE2::QuoteMeta(entry_point) +
                               "\\b|^" + RE2::QuoteMeta(entry_point) + " *=");
}

CodeJob candidate_job(const CodeTask& task) {
  const bool whole = defines(task.completion, task.entry_point);
  return {{{"main.py", kCandidate},
           {"codec.py", kCodec},
           {"entry_point", task.entry_point},
           {"first.py", whole ? task.prompt : task.prompt + task.completion},
           {"second.py", whole ? task.completion : std::string()}},
          {"python3", "-I", "-S", "/in/main.py"}};
}

CodeJob tester_job(const CodeTask& task) {
  return {{{"main.py", kTester},
           {"codec.py", kCodec},
           {"entry_point", task.entry_point},
           {"prompt.py", task.prompt},
           {"test.py", task.test}},
          {"python3", "-I", "-S", "/in/main.py"}};
}

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

CodeVerdict verdict_of_lost_candidate(const CodeRun& candidate) {
  if (candidate.timed_out) return {"timeout", "the time limit was reached"};
  if (candidate.errors.find("MemoryError") != std::string::npos) {
    return {"memory", "the memory limit was reached"};
  }
  if (candidate.exit_code >= 128) {
    return {"crashed", fmt::format("killed by signal {}", candidate.exit_code - 128)};
  }
  return {"cheating_suspected", "the program ended before it answered"};
}

CodeVerdict verdict_of(const CodeRuns& runs) {
  const Report report = read_report(runs.tester.errors);
  const std::string& outcome = report.outcome;
  if (outcome == "passed" && runs.tester.exit_code == 0) return {"passed", "all tests passed"};
  if (outcome == "failed") return {"failed", report.what};
  if (outcome == "load") return {"failed", "the code does not load: " + report.what};
  if (outcome == "memory") return {"memory", "the memory limit was reached"};
  if (outcome == "gone") return verdict_of_lost_candidate(runs.candidate);
  if (outcome == "exit") return {"cheating_suspected", "it asked to exit: " + report.what};
  if (outcome == "garbled") {
    return {"cheating_suspected", "it wrote into the tester's channel: " + report.what};
  }
  if (outcome == "uncrossable") return {"not_scored", "the test needs " + report.what};
  if (runs.candidate.timed_out) return {"timeout", "the time limit was reached"};
  return {"not_scored", fmt::format("the tester ended with status {}: {}", runs.tester.exit_code,
                                    runs.tester.errors.substr(0, 300))};
}

}  // namespace

CodeVerdict judge_code(const CodeTask& task, const RunConnected& run) {
  if (task.language != "python") {
    return {"not_scored", fmt::format("language \"{}\" is not run: known is python", task.language)};
  }
  if (!RE2::FullMatch(task.entry_point, "[A-Za-z_][A-Za-z_0-9]*")) {
    return {"not_scored", "the task names no function to test"};
  }
  return verdict_of(run(tester_job(task), candidate_job(task)));
}

data::Verdict judge_code_answer(const data::Question& question, const data::Generation& generation,
                                const RunConnected& run) {
  data::Verdict verdict;
  verdict.judge = "code";
  verdict.version = kVersion;
  verdict.truncated = generation.finish == data::FinishReason::kLength;
  const std::string where = "question " + question.id;
  const data::JsonFields reference(question.reference, where);
  CodeTask task;
  task.language = reference.text_or("language", "python");
  task.prompt = reference.text_or("prompt", "");
  task.test = reference.text("test");
  task.entry_point = reference.text("entry_point");

  ExtractedCode extracted = extract_code(generation.answer, task.language);
  // A program that was cut off is not an answer that is wrong, it is an answer that is missing.
  const bool cut = verdict.truncated && !extracted.closed;
  const bool usable = generation.finish != data::FinishReason::kError &&
                      generation.finish != data::FinishReason::kBlock && !extracted.code.empty() &&
                      !cut;
  CodeVerdict found;
  if (usable) {
    task.completion = extracted.code;
    found = judge_code(task, run);
    verdict.extracted = std::move(extracted.code);
    verdict.reason = found.reason;
    verdict.parts["verdict"] = found.verdict;
  } else {
    verdict.reason = cut ? "the code was cut off by the token limit" : "no code in the answer";
  }
  if (found.verdict == "not_scored") {
    verdict.outcome = data::Outcome::kError;
    return verdict;
  }
  const bool right = found.verdict == "passed";
  if (usable) verdict.value = right ? 1.0 : 0.0;
  verdict.outcome = decide_outcome(generation, usable, right,
                                   is_refusal(generation.answer, question.language));
  return verdict;
}

}  // namespace candor::scoring
