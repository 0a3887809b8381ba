// `candor bench`: loading, prefill and decode of a model on this machine, against the machine's own
// limits.
#include <unistd.h>

#include "data/base/error.h"
#include "kernels/cuda/module.h"
#include "kernels/probe.h"
#include "reports/bench.h"
#include "runner/bench/batches.h"
#include "runner/bench/device_figures.h"
#include "runner/bench/measure.h"
#include "runner/bench/session.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/providers/embedded.h"
#include "runner/terminal/interrupt.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

bool quiet() { return ::isatty(STDERR_FILENO) == 0; }

bool on_gpu(const engine::ModelDescription& model) { return model.device != "cpu"; }

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

double number(const json::object& object, const char* key) {
  return object.at(key).to_number<double>();
}

void print_gpu(const json::object& figures) {
  const json::object& gpu = figures.at("gpu").as_object();
  fmt::print("{:<28} {:>20}\n", "the device copies",
             fmt::format("{:.0f} GB/s", number(gpu, "copy_bytes_per_s") / 1e9));
  fmt::print("{:<28} {:>20}\n", "the device multiplies",
             fmt::format("{:.0f} TFLOP/s", number(gpu, "product_flops_per_s") / 1e12));
  for (const json::value& value : figures.at("invariance").as_array()) {
    const json::object& cost = value.as_object();
    fmt::print("{:<28} {:>20}", fmt::format("equal bits, {} rows", number(cost, "m")),
               fmt::format("{:+.1f}% of products", 100 * number(cost, "cost_of_products")));
    if (cost.contains("cost_of_step")) {
      fmt::print("  {:+.1f}% of the step", 100 * number(cost, "cost_of_step"));
    }
    fmt::print("\n");
  }
}

void print_batches(const json::object& figures) {
  if (figures.contains("queues")) {
    for (const json::value& value : figures.at("queues").as_array()) {
      const json::object& queue = value.as_object();
      fmt::print("{:<28} {:>20}", fmt::format("queue, {} streams", number(queue, "streams")),
                 fmt::format("{:.0f} tokens/s", number(queue, "output_tokens_per_s")));
      fmt::print("  {} of {} in, {} out", number(queue, "requests"), number(queue, "in"),
                 number(queue, "out"));
      if (queue.contains("decode_tokens_per_s")) {
        fmt::print("; decode alone {:.0f} tokens/s", number(queue, "decode_tokens_per_s"));
      }
      fmt::print("\n");
    }
  }
  if (figures.contains("same_tokens")) {
    const json::object& same = figures.at("same_tokens").as_object();
    const bool all = same.at("same").as_bool();
    fmt::print("{:<28} {:>20}  {} answers, {} different, in batches of {}\n", "same in every batch",
               all ? "yes" : "no", number(same, "answers"), number(same, "different"),
               json::serialize(same.at("batches")));
  }
}

void print_speed(const json::object& figures) {
  const json::object& machine = figures.at("machine").as_object();
  const bool gpu = figures.contains("gpu");
  const json::object& shares = figures.at("shares").as_object();
  fmt::print("{}: {}, {}, {} threads, {}\n", std::string(figures.at("model").as_string()),
             std::string(figures.at("isa").as_string()),
             std::string(figures.at("precision").as_string()), number(figures, "threads"),
             std::string(figures.at(gpu ? "device" : "processor").as_string()));
  const auto line = [&](const char* name, const std::string& value, const char* share,
                        const char* limit) {
    fmt::print("{:<28} {:>20}", name, value);
    if (shares.contains(share)) fmt::print("  {:3.0f}% of {}", 100 * number(shares, share), limit);
    fmt::print("\n");
  };
  line("loading", fmt::format("{:.2f} s", number(figures, "load_s")), "", "");
  if (gpu) {
    line("prefill", fmt::format("{:.0f} tokens/s", number(figures, "prefill_tokens_per_s")),
         "prefill_of_product", "the device's matrix products");
  } else {
    line("prefill, one prompt",
         fmt::format("{:.1f} tokens/s", number(figures, "prefill_tokens_per_s")), "prefill_of_int8",
         "the machine's 8-bit operations");
  }
  for (const json::key_value_pair& entry : figures.at("decode_tokens_per_s").as_object()) {
    const bool one = entry.key() == "1";
    line(fmt::format("decode, {} stream{}", std::string_view(entry.key()), one ? "" : "s").c_str(),
         fmt::format("{:.1f} tokens/s", entry.value().as_double()),
         !one  ? ""
         : gpu ? "decode_of_copy"
               : "decode_of_read",
         gpu ? "the device's copying" : "the machine's reading");
  }
  line("memory at most", fmt::format("{:.0f} MiB", number(figures, "peak_bytes") / (1 << 20)), "",
       "");
  if (gpu) print_gpu(figures);
  print_batches(figures);
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

// What is measured with the loaded engine, before anything else takes memory or time.
struct Rates {
  ChunkSpeed prefill;
  std::vector<DecodeSpeed> decode;
};
Rates measure_rates(engine::Engine& engine, SyntheticPrompts& prompts) {
  const engine::ModelDescription& model = engine.description();
  const bool gpu = on_gpu(model);
  const Progress progress([] { return "measuring prefill and decode"; }, quiet());
  Rates rates;
  if (gpu) {
    rates.prefill = chunk_speed(engine, prompts);
  } else {
    rates.prefill.tokens_per_s = prefill_tokens_per_s(engine, prompts);
  }
  rates.decode = decode_speeds(
      engine, prompts,
      gpu ? gpu_stream_counts(model.batch) : stream_counts(std::min(model.batch, kMostStreams)),
      gpu);
  return rates;
}

void add_queues(const BenchOptions& options, engine::Engine& engine, SyntheticPrompts& prompts,
                json::object& figures) {
  if (options.queue_streams.empty()) return;
  json::array queues;
  for (const int streams : options.queue_streams) {
    if (stop_requested()) return;
    const Progress progress(
        [&] { return fmt::format("measuring a queue with {} streams", streams); }, quiet());
    queues.push_back(queue_json(
        queue_speed(engine, prompts, streams, options.queue_prompt, options.queue_generated)));
  }
  figures["queues"] = std::move(queues);
}

void add_comparison(const BenchOptions& options, engine::Engine& engine, SyntheticPrompts& prompts,
                    json::object& figures) {
  if (!options.same_tokens && !on_gpu(engine.description())) return;
  const Progress progress([] { return "comparing answers by batch"; }, quiet());
  figures["same_tokens"] =
      same_tokens_json(same_tokens(engine, prompts, gpu_stream_counts(engine.description().batch)));
}

void add_gpu(engine::Engine& engine, const Rates& rates, json::object& figures) {
  const Progress progress([] { return "measuring the limits of the device"; }, quiet());
  const engine::DeviceReport report = engine.device_report();
  figures["gpu"] = device_json(report);
  figures["invariance"] = invariance_json(report, rates.prefill, rates.decode);
  figures["shares"] = device_shares(engine.description(), report, rates.prefill, rates.decode);
}

void print_result(const json::object& figures, bool as_json) {
  if (as_json) {
    print_json_line(figures);
  } else if (figures.contains("shares")) {
    print_speed(figures);
  } else {
    print_batches(figures);
  }
}

int widest_batch(const BenchOptions& options) {
  if (options.batch_chosen) return options.model.batch;
  const std::string& device = options.model.device;
  const bool gpu =
      device.starts_with("cuda") || (device == "auto" && kernels::cuda::module_state().devices > 0);
  int widest = gpu ? kMostStreamsOnGpu : kMostStreams;
  for (const int streams : options.queue_streams) widest = std::max(widest, streams);
  return widest;
}

}  // namespace

int bench_speed_command(const BenchOptions& options) {
  ModelChoice choice = options.model;
  choice.batch = widest_batch(options);
  Session session = open_session(choice, quiet());
  engine::Engine& engine = *session.engine;
  const engine::ModelDescription model = engine.description();
  SyntheticPrompts prompts(engine);
  json::object figures{{"model", model.name},          {"processor", processor_name()},
                       {"device", model.device},       {"isa", model.instructions},
                       {"threads", session.threads},   {"batch", session.batch},
                       {"precision", model.precision}, {"load_s", session.load_s}};
  if (options.only_queues) {
    add_queues(options, engine, prompts, figures);
    if (interrupt_exit_status() != 0) return interrupt_exit_status();
    print_result(figures, options.json);
    return 0;
  }
  const Rates rates = measure_rates(engine, prompts);
  figures["prefill_tokens_per_s"] = rates.prefill.tokens_per_s;
  json::object decode;
  for (const DecodeSpeed& speed : rates.decode) {
    decode[fmt::to_string(speed.streams)] = speed.tokens_per_s;
  }
  figures["decode_tokens_per_s"] = std::move(decode);
  // Before the longer measurements and the probe, which need memory of their own.
  figures["peak_bytes"] = peak_bytes();
  add_queues(options, engine, prompts, figures);
  add_comparison(options, engine, prompts, figures);
  if (options.growth) figures["growth"] = growth_json(engine, prompts);
  if (interrupt_exit_status() != 0) return interrupt_exit_status();
  if (on_gpu(model)) add_gpu(engine, rates, figures);
  session.engine.reset();
  {
    const Progress progress([] { return "measuring the limits of the machine"; }, quiet());
    kernels::ThreadPool pool(session.threads);
    figures["machine"] = json::object{{"read_bytes_per_s", kernels::read_bytes_per_s(pool)},
                                      {"int8_ops_per_s", kernels::int8_ops_per_s(pool)}};
  }
  if (!on_gpu(model)) {
    const double one_stream = rates.decode.empty() ? 0 : rates.decode.front().tokens_per_s;
    figures["shares"] = shares_json(model, rates.prefill.tokens_per_s, one_stream,
                                    figures.at("machine").as_object());
  }
  if (options.report) reports::write_html_bench(figures, *options.report);
  print_result(figures, options.json);
  return 0;
}

}  // namespace candor::runner
