// `candor run` and `candor audit`: plan, ask, store, judge, report.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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
  const std::string model = model_name(options.model.model);
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

// The first error of a run of which no sample was answered; none: some were.
std::optional<std::string> all_failed(data::StoreReader& reader, const std::string& run_id) {
  std::optional<std::string> first;
  bool answered = false;
  reader.samples(run_id, [&](const data::SampleRow& row) {
    if (row.generation.finish != data::FinishReason::kError) {
      answered = true;
    } else if (!first) {
      first = fmt::format("{}: {}", row.question.id, row.generation.error);
    }
  });
  return answered ? std::nullopt : first;
}

// The newest finished run of the same plan that has answers, if there is one.
std::optional<data::Run> finished_run(const std::filesystem::path& path,
                                      const std::string& plan_hash) {
  const auto reader = data::StoreReader::open(path);
  for (const data::Run& run : reader->runs()) {
    if (run.status != "finished" || run.manifest.plan_hash() != plan_hash) continue;
    if (!all_failed(*reader, run.id)) return run;
  }
  return std::nullopt;
}

// 0, or where all that was asked failed, 3 with words on standard error.
int status_of(const Executed& executed, const std::filesystem::path& path) {
  if (executed.errors == 0 || executed.errors < executed.generated) return 0;
  const auto first = all_failed(*data::StoreReader::open(path), executed.run.id);
  if (!first) return 0;
  fmt::print(stderr, "candor: run {}: none of the {} samples could be answered; the first: {}\n",
             executed.run.id, executed.asked, *first);
  return 3;
}

}  // namespace

void check_report_place(const std::filesystem::path& report) {
  if (std::filesystem::is_directory(report)) {
    fail("{}: is a folder: name a file for the report", report.string());
  }
  // As it will be written: beside its place, and then moved there.
  const std::string fresh = fmt::format("{}.{}.new", report.string(), ::getpid());
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    fail("{}: cannot be written: {}: name another file", report.string(), std::strerror(errno));
  }
  ::close(descriptor);
  ::unlink(fresh.c_str());
}

void write_report(const std::string& again, const std::function<void()>& write) {
  try {
    write();
  } catch (const Error& error) {
    throw Error(fmt::format("{}; the answers are stored: {} writes it", error.what(), again),
                error.kind());
  }
}

CarriedOut carry_out(const RunOptions& options) {
  stop_requested();  // from here on Ctrl-C stops cleanly
  const Judges judges;
  PlanOptions plan_options = options.plan;
  plan_options.sandbox_unavailable = judges.sandbox_unavailable();
  const Plan plan = make_plan(plan_options);
  refuse_equal_samples(plan);
  if (!options.quiet || options.plan_only) say_before(plan, options);
  if (options.plan_only) return {"", 0};

  if (options.report) check_report_place(*options.report);

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
  return {executed.run.id, status_of(executed, path)};
}

int run_command(const RunOptions& options) {
  const auto [run_id, status] = carry_out(options);
  if (status != 0 || options.plan_only) return status;
  const auto reader = data::StoreReader::open(store_path(options.store));
  if (options.report) {
    const auto write = options.audit_page ? reports::write_html_audit : reports::write_html_report;
    write_report(
        fmt::format("candor report {}{} -o FILE", run_id, options.audit_page ? " --audit" : ""),
        [&] { write(*reader, run_id, *options.report); });
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
