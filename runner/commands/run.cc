// `candor run` and `candor audit`: plan, ask, store, judge, report.
#include "data/base/error.h"
#include "reports/reports.h"
#include "runner/commands/carry_out.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/pipeline/execute.h"
#include "runner/pipeline/forecast.h"
#include "runner/terminal/interrupt.h"
#include "runner/terminal/progress.h"
#include "suites/protocols/protocol.h"

namespace candor::runner {

namespace {

void say_before(const Plan& plan, const RunOptions& options) {
  if (plan.protocol) {
    fmt::print(stderr, "protocol {} {}, SHA-256 {}\n", plan.protocol->name(),
               plan.protocol->version(), plan.protocol->sha256());
  }
  fmt::print(stderr, "{}", plan_text(plan));
  // Of a short run the answer is there before anybody has read the question.
  constexpr std::size_t kShort = 64;
  if (plan.asks.size() < kShort && !options.plan_only) return;
  const std::string model = resolve_model(options.model.model).name;
  fmt::print(stderr, "{}", forecast_text(forecast(plan, store_path(options.store), model)));
}

void say_after(const Executed& executed) {
  const double rate = static_cast<double>(executed.prompt_tokens + executed.generated_tokens) /
                      std::max(executed.seconds, 1e-9);
  for (const std::string& notice : executed.run.manifest.notices) {
    fmt::print(stderr, "note: {}\n", notice);
  }
  fmt::print(stderr, "run {}: {} of {} answers", executed.run.id,
             executed.found + executed.generated, executed.asked);
  if (executed.generated > 0) {
    fmt::print(stderr, ", {} now in {} ({} prompt and {} generated tokens, {:.0f} tokens/s)",
               executed.generated, clock_text(executed.seconds), executed.prompt_tokens,
               executed.generated_tokens, rate);
  }
  if (executed.errors > 0) fmt::print(stderr, ", {} errors", executed.errors);
  fmt::print(stderr, "\n");
}

// The newest finished run of the same plan, if there is one.
std::optional<data::Run> finished_run(const std::filesystem::path& path,
                                      const std::string& plan_hash) {
  const auto reader = data::StoreReader::open(path);
  for (const data::Run& run : reader->runs()) {
    if (run.status == "finished" && run.manifest.plan_hash() == plan_hash) return run;
  }
  return std::nullopt;
}

}  // namespace

CarriedOut carry_out(const RunOptions& options) {
  stop_requested();  // from here on Ctrl-C stops cleanly
  const Judges judges;
  PlanOptions plan_options = options.plan;
  plan_options.sandbox_unavailable = judges.sandbox_unavailable();
  const Plan plan = make_plan(plan_options);
  if (!options.quiet || options.plan_only) say_before(plan, options);
  if (options.plan_only) return {"", 0};

  const std::filesystem::path path = store_path(options.store);
  Executed executed;
  {
    // The store first: a folder that cannot be written is known before anything is computed.
    const auto store = data::StoreWriter::open(path);
    const auto provider = load_provider(options.model, options.quiet);
    std::optional<data::Run> finished;
    if (options.once) {
      finished = finished_run(path, make_manifest(plan, *provider, "").plan_hash());
    }
    if (finished) {
      fmt::print(stderr, "run {} has asked all of this already: reporting it\n", finished->id);
      executed.run = *finished;
    } else {
      executed = execute(plan, *provider, *store, judges, {options.command, options.quiet});
      if (!options.quiet) say_after(executed);
    }
  }
  if (executed.not_started > 0) {
    fmt::print(stderr, "interrupted with {} answers to go: the same command goes on\n",
               executed.not_started);
    return {executed.run.id, interrupt_exit_status() != 0 ? interrupt_exit_status() : 3};
  }
  return {executed.run.id, 0};
}

int run_command(const RunOptions& options) {
  const auto [run_id, status] = carry_out(options);
  if (status != 0 || options.plan_only) return status;
  const auto reader = data::StoreReader::open(store_path(options.store));
  if (options.report) {
    const auto write = options.audit_page ? reports::write_html_audit : reports::write_html_report;
    write(*reader, run_id, *options.report);
    if (!options.quiet) {
      fmt::print(stderr, "report: {}\n", std::filesystem::absolute(*options.report).string());
    }
  }
  const boost::json::object summary = reports::summary(*reader, run_id);
  if (options.json) {
    print_json_line(summary);
  } else {
    fmt::print("{}", reports::summary_text(summary));
  }
  return 0;
}

}  // namespace candor::runner
