// `candor audit trigger`: the shortest part of a prompt that is still withheld.
#include "data/base/error.h"
#include "runner/audit/trigger_run.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/terminal/interrupt.h"

namespace candor::runner {

int audit_trigger_command(const TriggerCommandOptions& options) {
  stop_requested();  // from here on Ctrl-C stops cleanly
  if (options.most < 1 || options.most > 1'000'000) {
    fail_usage("--most {} is not in [1, 1000000]", options.most);
  }
  const RunOptions& run = options.run;
  TriggerRequest request;
  request.prompt = options.prompt;
  request.language = options.language;
  request.options.characters = options.units != "words";
  request.options.most = static_cast<std::size_t>(options.most);
  request.plan = run.plan;
  request.command = run.command;
  request.quiet = run.quiet;
  check(request);

  const Judges judges;
  const auto store = data::StoreWriter::open(store_path(run.store));
  const auto provider = load_provider(run.model, run.quiet);
  const TriggerRun done = run_trigger(request, *provider, *store, judges);
  if (!done.finding) {
    fmt::print(stderr, "interrupted: the same command goes on\n");
    return interrupt_exit_status() != 0 ? interrupt_exit_status() : 3;
  }
  if (run.json) {
    print_json_line(to_json(request, done));
  } else {
    fmt::print("{}", trigger_text(request, done));
  }
  return done.finding->whole.tells() ? 0 : 3;
}

}  // namespace candor::runner
