// `candor bench`: the speed of a model on this machine, a job as one queue, or an accuracy.
#include "reports/bench.h"

#include <unistd.h>

#include <cstdio>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "kernels/isa.h"
#include "kernels/probe.h"
#include "runner/bench/accuracy.h"
#include "runner/bench/job.h"
#include "runner/bench/measure.h"
#include "runner/bench/session.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/providers/embedded.h"
#include "runner/terminal/interrupt.h"
#include "runner/terminal/progress.h"

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

json::object growth_json(engine::Engine& engine, SyntheticPrompts& prompts) {
  json::array queue;
  json::array context;
  {
    const Progress progress([] { return "measuring the cost by length of the queue"; }, quiet());
    for (const QueueCost& cost : queue_costs(engine, prompts)) {
      queue.push_back(json::object{{"prompts", static_cast<std::int64_t>(cost.prompts)},
                                   {"seconds_per_prompt", cost.seconds_per_prompt}});
    }
  }
  const Progress progress([] { return "measuring the cost by length of the context"; }, quiet());
  for (const ContextCost& cost : context_costs(engine, prompts)) {
    context.push_back(json::object{{"tokens", static_cast<std::int64_t>(cost.tokens)},
                                   {"prefill_ms_per_token", cost.prefill_ms_per_token},
                                   {"decode_ms_per_token", cost.decode_ms_per_token}});
  }
  return {{"prompts", std::move(queue)}, {"context", std::move(context)}};
}

// What was reached of what the machine can do; fields of which too little is known are left out.
json::object shares_json(const engine::ModelDescription& model, double prefill_tokens_per_s,
                         double decode_tokens_per_s, const json::object& machine) {
  json::object shares;
  if (const auto ops = layer_ops_per_token(model)) {
    shares["prefill_of_int8"] =
        *ops * prefill_tokens_per_s / machine.at("int8_ops_per_s").as_double();
  }
  shares["decode_of_read"] = static_cast<double>(model.weight_bytes) * decode_tokens_per_s /
                             machine.at("read_bytes_per_s").as_double();
  return shares;
}

void print_speed(const json::object& figures) {
  const auto number = [](const json::object& object, const char* key) {
    return object.at(key).to_number<double>();
  };
  const json::object& machine = figures.at("machine").as_object();
  const json::object& shares = figures.at("shares").as_object();
  fmt::print("{}: {}, {}, {} threads, {}\n", std::string(figures.at("model").as_string()),
             std::string(figures.at("isa").as_string()),
             std::string(figures.at("precision").as_string()), number(figures, "threads"),
             std::string(figures.at("processor").as_string()));
  const auto line = [&](const char* name, const std::string& value, const char* share,
                        const char* limit) {
    fmt::print("{:<28} {:>20}", name, value);
    if (shares.contains(share)) fmt::print("  {:3.0f}% of {}", 100 * number(shares, share), limit);
    fmt::print("\n");
  };
  line("loading", fmt::format("{:.2f} s", number(figures, "load_s")), "", "");
  line("prefill, one prompt",
       fmt::format("{:.1f} tokens/s", number(figures, "prefill_tokens_per_s")), "prefill_of_int8",
       "the machine's 8-bit operations");
  for (const json::key_value_pair& entry : figures.at("decode_tokens_per_s").as_object()) {
    const bool one = entry.key() == "1";
    line(fmt::format("decode, {} stream{}", std::string_view(entry.key()), one ? "" : "s").c_str(),
         fmt::format("{:.1f} tokens/s", entry.value().as_double()), one ? "decode_of_read" : "",
         "the machine's reading");
  }
  line("memory at most", fmt::format("{:.0f} MiB", number(figures, "peak_bytes") / (1 << 20)), "",
       "");
  line("the machine reads", fmt::format("{:.1f} GB/s", number(machine, "read_bytes_per_s") / 1e9),
       "", "");
  line("the machine multiplies",
       fmt::format("{:.0f} int8 GOP/s", number(machine, "int8_ops_per_s") / 1e9), "", "");
  if (!figures.contains("growth")) return;
  const json::object& growth = figures.at("growth").as_object();
  fmt::print("\n{:>10} {:>20}\n", "prompts", "ms a prompt");
  for (const json::value& value : growth.at("prompts").as_array()) {
    fmt::print("{:>10} {:>20.2f}\n", number(value.as_object(), "prompts"),
               1000 * number(value.as_object(), "seconds_per_prompt"));
  }
  fmt::print("\n{:>10} {:>20} {:>20}\n", "context", "prefill, ms a token", "decode, ms a token");
  for (const json::value& value : growth.at("context").as_array()) {
    const json::object& cost = value.as_object();
    fmt::print("{:>10} {:>20.3f} {:>20.2f}\n", number(cost, "tokens"),
               number(cost, "prefill_ms_per_token"), number(cost, "decode_ms_per_token"));
  }
}

int speed_command(const BenchOptions& options) {
  ModelChoice choice = options.model;
  if (!options.batch_chosen) choice.batch = kMostStreams;
  Session session = open_session(choice, quiet());
  engine::Engine& engine = *session.engine;
  const engine::ModelDescription model = engine.description();
  SyntheticPrompts prompts(engine);
  json::object figures{{"model", model.name},
                       {"processor", processor_name()},
                       {"device", model.device},
                       {"isa", model.instructions},
                       {"threads", session.threads},
                       {"batch", session.batch},
                       {"precision", model.precision},
                       {"load_s", session.load_s}};
  double prefill = 0;
  double one_stream = 0;
  {
    const Progress progress([] { return "measuring prefill and decode"; }, quiet());
    prefill = prefill_tokens_per_s(engine, prompts);
    figures["prefill_tokens_per_s"] = prefill;
    json::object decode;
    for (const DecodeSpeed& speed :
         decode_speeds(engine, prompts, std::min(session.batch, kMostStreams))) {
      decode[fmt::to_string(speed.streams)] = speed.tokens_per_s;
      if (speed.streams == 1) one_stream = speed.tokens_per_s;
    }
    figures["decode_tokens_per_s"] = std::move(decode);
  }
  // Before the longer measurements and the probe, which need memory of their own.
  figures["peak_bytes"] = peak_bytes();
  if (options.growth) figures["growth"] = growth_json(engine, prompts);
  if (interrupt_exit_status() != 0) return interrupt_exit_status();
  session.engine.reset();
  {
    const Progress progress([] { return "measuring the limits of the machine"; }, quiet());
    kernels::ThreadPool pool(session.threads);
    figures["machine"] = json::object{{"read_bytes_per_s", kernels::read_bytes_per_s(pool)},
                                      {"int8_ops_per_s", kernels::int8_ops_per_s(pool)}};
  }
  figures["shares"] = shares_json(model, prefill, one_stream, figures.at("machine").as_object());
  if (options.report) reports::write_html_bench(figures, *options.report);
  if (options.json) {
    print_json_line(figures);
  } else {
    print_speed(figures);
  }
  return 0;
}

}  // namespace

int bench_command(const BenchOptions& options) {
  if (options.job) return job_command(options);
  if (options.accuracy) return accuracy_command(options);
  if (options.limit > 0) fail_usage("--limit is for the lines of --job or --accuracy");
  return speed_command(options);
}

}  // namespace candor::runner
