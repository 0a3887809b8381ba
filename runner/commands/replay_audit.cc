// `candor replay` of bilingual transcripts: stored as one run a model and judged as an audit; then
// rates and gaps by group, and the models in order.
#include <algorithm>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "reports/audit/replay.h"
#include "reports/reports.h"
#include "reports/text.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/commands/replay_parts.h"
#include "runner/replay/audit_runs.h"

namespace candor::runner {

namespace json = boost::json;

int replay_audit(const ReplayOptions& options) {
  if (!options.fields.id.empty() || !options.fields.answer.empty() ||
      !options.fields.gold.empty()) {
    fail_usage("replay: transcripts of an audit have fields of their own (candor replay --help)");
  }
  if (!options.format.empty() && options.format != "jsonl") {
    fail_usage("replay: --format {}: transcripts of an audit are jsonl", options.format);
  }
  const std::string first = options.files.front().string();
  AuditRows read = read_audit_rows(options.files);
  std::vector<std::string> errors = std::move(read.errors);
  const std::size_t rows = read.rows.size() + errors.size();
  const std::string unnamed =
      options.model.empty() ? options.files.front().filename().string() : options.model;
  const AuditRuns runs(std::move(read.rows), unnamed, errors);
  say_errors(errors);
  if (runs.runs().empty()) fail("{}: no row could be judged", first);
  const std::vector<std::string> notices = runs.notices();
  for (const std::string& notice : notices) fmt::print(stderr, "note: {}\n", notice);

  const std::filesystem::path path = store_path(options.store);
  const AuditSource source{std::filesystem::absolute(options.files.front()).string(),
                           hash_of(options.files), "replay " + first};
  std::vector<reports::ReplayRun> stored;
  std::size_t answers = 0;
  {
    const auto store = data::StoreWriter::open(path);
    for (const AuditRun& run : runs.runs()) {
      stored.push_back({store_audit_run(*store, run, source), run.group});
      answers += run.generations.size();
    }
  }
  const auto reader = data::StoreReader::open(path);
  const reports::ReplayFigures figures = reports::replay_figures(*reader, stored);
  fmt::print(stderr, "{} answers of {} models stored and judged, {} rows could not be used\n",
             answers, stored.size(), errors.size());
  if (options.report) {
    if (stored.size() == 1) {
      reports::write_html_audit(*reader, stored.front().id, *options.report);
    } else {
      reports::write_html_replay(figures, *options.report);
    }
    fmt::print(stderr, "report: {}\n", std::filesystem::absolute(*options.report).string());
  }
  if (!options.json) {
    fmt::print("{}", reports::replay_text(figures));
    return 0;
  }
  json::object result = reports::to_json(figures);
  json::array not_read;
  for (const std::string& error : errors) not_read.push_back(json::value(error));
  json::array said;
  for (const std::string& notice : notices) said.push_back(json::value(notice));
  result["replay"] = json::object{{"format", "audit"},
                                  {"file", first},
                                  {"files", options.files.size()},
                                  {"rows", rows},
                                  {"answers", answers},
                                  {"not_read", errors.size()},
                                  {"errors", std::move(not_read)},
                                  {"notices", std::move(said)}};
  print_json_line(result);
  return 0;
}

}  // namespace candor::runner
