// Tests of programs: input on standard input, output compared outside the box.
#include <fmt/format.h>

#include <cstdlib>

#include "scoring/code/languages.h"

namespace candor::scoring {

namespace {

constexpr std::uint64_t kOutputBeyondExpected = 64ULL << 10U;

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

constexpr std::string_view kBlanks = " \t\r\f\v";

std::string_view next_token(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view token = line.substr(0, end);
  line.remove_prefix(end);
  return token;
}

std::optional<double> number_of(std::string_view token) {
  const std::string text(token);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) return std::nullopt;
  return value;
}

bool same_token(std::string_view token, std::string_view expected,
                std::optional<double> tolerance) {
  if (token == expected) return true;
  if (!tolerance) return false;
  const auto value = number_of(token);
  const auto wanted = number_of(expected);
  return value && wanted && same_number(*value, *wanted, tolerance);
}

std::string_view without_blank_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\f\v\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

bool same_output(std::string_view output, std::string_view expected,
                 std::optional<double> tolerance) {
  output = without_blank_end(output);
  expected = without_blank_end(expected);
  while (!output.empty() || !expected.empty()) {
    std::string_view line = next_line(output);
    std::string_view wanted = next_line(expected);
    for (;;) {
      const std::string_view token = next_token(line);
      const std::string_view want = next_token(wanted);
      if (token.empty() && want.empty()) break;
      if (!same_token(token, want, tolerance)) return false;
    }
  }
  return true;
}

CodeVerdict judge_programs(const CodeTask& task, const CodeJob& program, const CodeBoxes& boxes) {
  bool retried = false;
  for (std::size_t i = 0; i < task.programs.size(); ++i) {
    const data::ProgramTest& test = task.programs[i];
    CodeJob job = program;
    job.output_bytes = 2 * test.output.size() + kOutputBeyondExpected;
    const CodeRun run = boxes.run(job, test.input);
    retried = retried || run.retried;
    const std::string place = fmt::format("test {} of {}: ", i + 1, task.programs.size());
    CodeVerdict verdict;
    if (run.output.size() >= job.output_bytes) {
      verdict = {"failed", "it wrote without end"};
    } else if (run.timed_out || run.out_of_memory || run.exit_code != 0) {
      verdict =
          verdict_of_end(run, {"failed", fmt::format("it ended with status {}", run.exit_code)});
    } else if (!same_output(run.output, test.output, task.tolerance)) {
      verdict = {"failed", "another output than expected"};
    } else {
      continue;
    }
    verdict.reason = place + verdict.reason;
    verdict.retried = retried;
    return verdict;
  }
  return {"passed", "all tests passed", retried};
}

}  // namespace candor::scoring
