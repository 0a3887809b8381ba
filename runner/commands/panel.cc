// `candor audit panel`: answers of a stored run judged by other models, each an ordinary run.
#include "suites/panel/panel.h"

#include "data/base/error.h"
#include "reports/audit/panel.h"
#include "runner/commands/carry_out.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"

namespace candor::runner {

namespace {

// What the audit gave a content label, whatever it is: the rest has no text to judge.
std::vector<suites::PanelItem> items_of(const reports::RunData& data) {
  std::vector<suites::PanelItem> items;
  for (const reports::Sample& sample : data.samples) {
    if (!reports::is_audit(sample.question) || !sample.verdict || sample.answer.empty()) continue;
    if (sample.verdict->content.empty() || sample.question.messages.empty()) continue;
    items.push_back({sample.key, sample.question.language, sample.question.messages.back().content,
                     sample.answer});
  }
  return items;
}

}  // namespace

int audit_panel_command(const PanelOptions& options) {
  const std::filesystem::path path = store_path(options.run.store);
  const reports::RunData judged = [&] {
    const auto reader = data::StoreReader::open(path);
    return reports::load_run(*reader, reader->run(options.judged).id);
  }();
  RunOptions run = options.run;
  run.plan.made_suites = {
      suites::panel_suite(items_of(judged), judged.run.id, run.plan.seed, options.limit)};

  std::vector<reports::RunData> panels;
  for (const std::string& model : options.models) {
    run.model.model = model;
    const auto [run_id, status] = carry_out(run);
    if (status != 0) return status;
    const auto reader = data::StoreReader::open(path);
    panels.push_back(reports::load_run(*reader, run_id));
  }
  std::vector<const reports::RunData*> members;
  for (const reports::RunData& panel : panels) members.push_back(&panel);
  const reports::PanelFigures figures = reports::panel_figures(judged, members);
  if (run.json) {
    boost::json::object result = reports::to_json(figures);
    result["judged"] = judged.run.id;
    print_json_line(result);
  } else {
    fmt::print("{}", reports::panel_text(figures));
  }
  return 0;
}

}  // namespace candor::runner
