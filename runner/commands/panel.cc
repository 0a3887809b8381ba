// `candor audit panel`: answers of a stored run judged by other models, each an ordinary run.
#include "suites/panel/panel.h"

#include <set>

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

// A word scan, a search for a trigger, or a panel: asked for their own sake.
bool of_its_own(const data::Manifest& manifest) {
  static const std::set<std::string> kSuites = {"scan", "trigger", "panel"};
  return std::any_of(manifest.suites.begin(), manifest.suites.end(),
                     [](const data::SuiteUse& suite) { return kSuites.contains(suite.name); });
}

// The run that is judged. "latest" is the newest that the audit has judged answers of: not the
// newest of all, which is this command's own as soon as it has begun.
reports::RunData judged_run(data::StoreReader& reader, const std::string& wanted) {
  if (wanted != "latest") return reports::load_run(reader, reader.run(wanted).id);
  for (const data::Run& run : reader.runs()) {
    if (of_its_own(run.manifest)) continue;
    reports::RunData data = reports::load_run(reader, run.id);
    if (!items_of(data).empty()) return data;
  }
  fail_usage(
      "the store holds no audit with judged answers (word scans, triggers and panels are judged by "
      "naming their run): `candor runs` lists what there is");
}

}  // namespace

int audit_panel_command(const PanelOptions& options) {
  std::set<std::string> names;
  for (const std::string& model : options.models) {
    if (!names.insert(model_name(model)).second) {
      fail_usage("--judge-model {} is named twice: a judge agrees with itself", model);
    }
  }
  const std::filesystem::path path = store_path(options.run.store);
  const reports::RunData judged = judged_run(*data::StoreReader::open(path), options.judged);
  RunOptions run = options.run;
  // What a judge has judged is not asked again, so that a panel that was stopped goes on with the
  // judge it was at.
  run.once = !options.again;
  run.plan.made_suites = {
      suites::panel_suite(items_of(judged), judged.run.id, run.plan.seed, options.limit)};
  if (!run.quiet) {
    fmt::print(stderr, "judging run {} of {} ({})\n", judged.run.id, judged.run.manifest.model_name,
               judged.run.status);
  }

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
