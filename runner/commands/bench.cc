// `candor bench`: the speed of a model on this machine, a job as one queue, or an accuracy.
#include <unistd.h>

#include <cstdio>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "kernels/isa.h"
#include "runner/bench/accuracy.h"
#include "runner/bench/job.h"
#include "runner/bench/session.h"
#include "runner/bench/shapes.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/terminal/interrupt.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

bool quiet() { return ::isatty(STDERR_FILENO) == 0; }

double per_second(std::uint64_t count, double seconds) {
  return static_cast<double>(count) / seconds;
}

void write_text_file(const std::filesystem::path& path, const std::string& text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                             &std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0) {
    fail("{}: cannot be written: name another file", path.string());
  }
}

void print_fields(const json::object& figures) {
  for (const json::key_value_pair& field : figures) {
    const json::value& value = field.value();
    std::string text;
    if (const json::object* interval = value.if_object()) {
      text =
          fmt::format("{:.5f}  (95% interval {:.5f} to {:.5f})", interval->at("value").as_double(),
                      interval->at("low").as_double(), interval->at("high").as_double());
    } else if (value.is_string()) {
      text = value.get_string();
    } else {
      text = value.is_double() ? fmt::format("{:.5g}", value.get_double()) : json::serialize(value);
    }
    fmt::print("{:<24} {}\n", std::string_view(field.key()), text);
  }
}

void print_result(const json::object& figures, bool as_json) {
  if (as_json) {
    print_json_line(figures);
  } else {
    print_fields(figures);
  }
}

int job_command(const BenchOptions& options) {
  const Session session = open_session(options.model, quiet());
  const PromptReader reader(*session.engine);
  const Job job = read_job(*options.job, reader, options.limit);
  const JobResult result = run_job(*session.engine, job, *options.job, quiet());
  if (result.stopped) return interrupt_exit_status();
  if (options.outputs) write_text_file(*options.outputs, result.outputs);
  if (!result.failures.empty()) {
    fail("{} ({} of {} answers failed)", result.failures.front(), result.failures.size(),
         job.requests.size());
  }
  const json::object figures{
      {"device", session.engine->description().device},
      {"isa", session.engine->description().instructions},
      {"batch", session.batch},
      {"threads", session.threads},
      {"precision", session.engine->description().precision},
      {"load_s", session.load_s},
      {"seconds", result.seconds},
      {"answers", job.requests.size()},
      {"prompt_tokens", result.prompt_tokens},
      {"generated_tokens", result.generated_tokens},
      {"tokens_per_s", per_second(result.prompt_tokens + result.generated_tokens, result.seconds)},
      {"generated_tokens_per_s", per_second(result.generated_tokens, result.seconds)},
      {"peak_bytes", peak_bytes()},
      {"answers_sha256", data::sha256_hex(result.outputs)}};
  print_result(figures, options.json);
  return 0;
}

json::object estimate_json(const data::Estimate& estimate) {
  return {
      {"value", estimate.value}, {"low", estimate.interval.low}, {"high", estimate.interval.high}};
}

int accuracy_command(const BenchOptions& options) {
  const Accuracy accuracy =
      measure_accuracy(options.model, *options.accuracy, options.limit, quiet());
  if (accuracy.stopped) return interrupt_exit_status();
  print_result({{"isa", kernels::name(kernels::active_isa())},
                {"precision", options.model.precision},
                {"lines", accuracy.lines},
                {"tokens", accuracy.tokens},
                {"mean_logprob", accuracy.mean_logprob},
                {"mean_logprob_float32", accuracy.mean_logprob_float32},
                {"difference", estimate_json(accuracy.difference)},
                {"top1_agreement", estimate_json(accuracy.top1_agreement)}},
               options.json);
  return 0;
}

void print_shapes(bool as_json) {
  json::array shapes;
  for (const Shape& shape : load_shapes()) {
    if (as_json) {
      shapes.push_back(json::object{{"name", shape.name},
                                    {"title", shape.title},
                                    {"config", data::parse_object(shape.config, shape.name)}});
    } else {
      fmt::print("{:<24} {}\n", shape.name, shape.title);
    }
  }
  if (as_json) print_json_line({{"shapes", std::move(shapes)}});
}

}  // namespace

int bench_command(const BenchOptions& options) {
  if (options.list_shapes) {
    print_shapes(options.json);
    return 0;
  }
  if (options.job) return job_command(options);
  if (options.accuracy) return accuracy_command(options);
  if (options.limit > 0) fail_usage("--limit is for the lines of --job or --accuracy");
  return bench_speed_command(options);
}

}  // namespace candor::runner
