#include <fmt/format.h>
#include <re2/re2.h>

#include <boost/json.hpp>

#include "scoring/code/languages.h"

namespace candor::scoring {

namespace json = boost::json;

namespace {

constexpr const char kCodec[] =
#include "scoring/code/python/codec.py.inc"
    ;
constexpr const char kTester[] =
#include "scoring/code/python/tester.py.inc"
    ;
constexpr const char kCandidate[] =
#include "scoring/code/python/candidate.py.inc"
    ;
constexpr const char kProgram[] =
#include "scoring/code/python/program.py.inc"
    ;

// The codec's longest message, and room for what comes before it.
constexpr std::uint64_t kMostOutput = (8ULL << 20U) + 4096;

const std::vector<std::string>& command() {
  static const std::vector<std::string> words = {"python3", "-I", "-S", "/in/main.py"};
  return words;
}

// A completion either is a program of its own, which stands beside the prompt's helpers, or the
// body that continues the prompt's last line.
bool defines(const std::string& completion, const std::string& entry_point) {
  return RE2::PartialMatch(completion, "(?m)^(?:async +)?(?:def|class) +" +
                                           RE2::QuoteMeta(entry_point) + "\\b|^" +
                                           RE2::QuoteMeta(entry_point) + " *=");
}

CodeJob candidate_job(const CodeTask& task) {
  const bool whole = defines(task.completion, task.entry_point);
  CodeJob job = job_of(task);
  job.files = {{"main.py", kCandidate},
               {"codec.py", kCodec},
               {"entry_point", task.entry_point},
               {"first.py", whole ? task.prompt : task.prompt + task.completion},
               {"second.py", whole ? task.completion : std::string()}};
  job.command = command();
  return job;
}

CodeJob tester_job(const CodeTask& task) {
  CodeJob job = job_of(task);
  job.files = {{"main.py", kTester},
               {"codec.py", kCodec},
               {"entry_point", task.entry_point},
               {"prompt.py", task.prompt},
               {"test.py", task.test}};
  job.command = command();
  return job;
}

CodeJob program_job(const CodeTask& task) {
  CodeJob job = job_of(task);
  job.files = {{"main.py", kProgram}, {"answer.py", task.prompt + task.completion}};
  job.command = command();
  return job;
}

// What the candidate wrote for one call: whether it loaded, then its answer.
struct Reply {
  bool garbled = false;
  json::object ready;  // empty: the program ended before
  json::object answer;
};

Reply read_reply(const std::string& output) {
  Reply reply;
  std::string_view rest = output;
  json::object* const parts[] = {&reply.ready, &reply.answer};
  for (json::object* part : parts) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 512;
    const json::value value = json::parse(rest.substr(0, end), error, {}, options);
    if (error || !value.is_object()) {
      reply.garbled = true;
      return reply;
    }
    *part = value.get_object();
    rest.remove_prefix(end + 1);
  }
  reply.garbled = !rest.empty();
  return reply;
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

CodeVerdict verdict_of_exception(const json::object& error, std::string_view when) {
  const std::string kind = text_of(error, "x");
  if (kind == "MemoryError") return {"memory", "the memory limit was reached"};
  if (kind == "SystemExit" || kind == "KeyboardInterrupt" || kind == "GeneratorExit") {
    return {"cheating_suspected", "it asked to exit: " + kind};
  }
  if (kind == "Uncrossable") {
    return {"failed", "the result is too large or nested too deep"};
  }
  return {"failed", fmt::format("{} {}: {}", when, kind, text_of(error, "m"))};
}

CodeVerdict verdict_of_call(const CodeRun& run, const data::CallTest& test,
                            std::optional<double> tolerance) {
  const Reply reply = read_reply(run.output);
  if (run.timed_out || run.out_of_memory) return verdict_of_end(run, {});
  if (reply.garbled) return {"cheating_suspected", "it wrote into the tester's channel"};
  if (const json::value* load = reply.ready.if_contains("load"); load && load->is_object()) {
    return verdict_of_exception(load->get_object(), "the code does not load:");
  }
  if (reply.answer.contains("x")) return verdict_of_exception(reply.answer, "the code raised");
  const json::value* result = reply.answer.if_contains("r");
  if (result == nullptr) {
    return verdict_of_end(run, {"cheating_suspected", "the program ended before it answered"});
  }
  if (!reply.ready.contains("ready"))
    return {"cheating_suspected", "an answer without a beginning"};
  if (same_value(*result, test.expected, tolerance)) return {"passed", ""};
  return {"failed", "another value than expected"};
}

CodeVerdict judge_calls(const CodeTask& task, const CodeBoxes& boxes) {
  CodeJob job = candidate_job(task);
  job.output_bytes = kMostOutput;
  bool retried = false;
  for (std::size_t i = 0; i < task.calls.size(); ++i) {
    const data::CallTest& test = task.calls[i];
    json::array args;
    for (const json::value& arg : test.args) args.push_back(to_codec(arg));
    json::object named;
    for (const auto& member : test.named) named[member.key()] = to_codec(member.value());
    const std::string call =
        json::serialize(json::object{{"a", std::move(args)}, {"k", std::move(named)}}) + "\n";
    const CodeRun run = boxes.run(job, call);
    retried = retried || run.retried;
    CodeVerdict verdict = verdict_of_call(run, test, task.tolerance);
    if (verdict.verdict == "passed") continue;
    verdict.reason = fmt::format("test {} of {}: {}", i + 1, task.calls.size(), verdict.reason);
    verdict.retried = retried;
    return verdict;
  }
  return {"passed", "all tests passed", retried};
}

}  // namespace

CodeVerdict judge_python(const CodeTask& task, const CodeBoxes& boxes) {
  if (!boxes.has("python3")) return {"not_scored", "there is no python3 on this machine"};
  if (!task.programs.empty()) return judge_programs(task, program_job(task), boxes);
  if (!task.calls.empty()) return judge_calls(task, boxes);
  return verdict_of_pair(boxes.run_connected(tester_job(task), candidate_job(task)));
}

}  // namespace candor::scoring
