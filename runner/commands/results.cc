// `candor score`, `report`, `compare` and `runs`: what is done with stored runs.
#include "data/base/error.h"
#include "reports/reports.h"
#include "reports/text.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/pipeline/judges.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

json::object run_json(const data::Run& run, std::int64_t stored) {
  return json::object{{"id", run.id},
                      {"status", run.status},
                      {"created", run.created_utc},
                      {"finished", run.finished_utc},
                      {"answers", stored},
                      {"manifest", data::to_json(run.manifest)}};
}

std::string suite_names(const data::Run& run) {
  std::string names;
  for (const data::SuiteUse& suite : run.manifest.suites) {
    names += (names.empty() ? "" : ", ") + suite.name;
  }
  return names;
}

}  // namespace

int score_command(const ScoreOptions& options) {
  const std::filesystem::path path = store_path(options.store);
  const Judges judges;
  std::string run_id;
  std::size_t judged = 0;
  std::size_t left_out = 0;
  {
    const auto reader = data::StoreReader::open(path);
    run_id = reader->run(options.run).id;
    const auto store = data::StoreWriter::open(path);
    SampleJudging judging(judges);
    reader->samples(run_id, [&](const data::SampleRow& row) {
      if (row.question.judge == "code" && judges.sandbox_unavailable()) {
        ++left_out;
        return;
      }
      judging.add(row);
    });
    const auto verdicts = judging.finish();
    store->batch([&] {
      for (const auto& [id, verdict] : verdicts) store->put(id, verdict);
    });
    judged = verdicts.size();
  }
  fmt::print(stderr, "run {}: {} answers judged again\n", run_id, judged);
  if (left_out > 0) {
    fmt::print(stderr, "{} code answers keep their verdicts: no sandbox: {}\n", left_out,
               *judges.sandbox_unavailable());
  }
  const auto reader = data::StoreReader::open(path);
  const json::object summary = reports::summary(*reader, run_id);
  if (options.json) {
    print_json_line(summary);
  } else {
    fmt::print("{}", reports::summary_text(summary));
  }
  return 0;
}

int report_command(const ReportOptions& options) {
  const auto reader = data::StoreReader::open(store_path(options.store));
  const std::string id = reader->run(options.run).id;
  if (options.json) {
    print_json_line(options.audit ? reports::audit_summary(*reader, id)
                                  : reports::summary(*reader, id));
    return 0;
  }
  if (options.audit) {
    reports::write_html_audit(*reader, id, options.output);
  } else {
    reports::write_html_report(*reader, id, options.output);
  }
  fmt::print("{}\n", std::filesystem::absolute(options.output).string());
  return 0;
}

int compare_command(const CompareOptions& options) {
  if (!(options.alpha > 0) || options.alpha >= 1) {
    fail_usage("--alpha {} is not in (0, 1)", options.alpha);
  }
  const auto reader = data::StoreReader::open(store_path(options.store));
  const std::string a = reader->run(options.run_a).id;
  const std::string b = reader->run(options.run_b).id;
  const reports::Comparison comparison = reports::compare(*reader, a, b, options.alpha);
  if (options.report) {
    reports::write_html_comparison(*reader, a, b, options.alpha, *options.report);
    fmt::print(stderr, "report: {}\n", std::filesystem::absolute(*options.report).string());
  }
  if (options.json) {
    print_json_line(comparison.json);
  } else {
    fmt::print("{}", comparison.text);
  }
  return options.gate && comparison.significant_drop ? 1 : 0;
}

int runs_list_command(const RunsOptions& options) {
  const auto reader = data::StoreReader::open(store_path(options.store));
  for (const data::Run& run : reader->runs()) {
    const std::int64_t stored = reader->generations_stored(run.id);
    if (options.json) {
      print_json_line(run_json(run, stored));
    } else {
      fmt::print("{}  {:<11}  {:>6} answers  {}  {}\n", run.id, run.status, stored,
                 reports::one_line(run.manifest.model_name), reports::one_line(suite_names(run)));
    }
  }
  return 0;
}

int runs_show_command(const RunsOptions& options) {
  const auto reader = data::StoreReader::open(store_path(options.store));
  const data::Run run = reader->run(options.run);
  if (options.json) {
    print_json_line(run_json(run, reader->generations_stored(run.id)));
  } else {
    fmt::print("{}", reports::summary_text(reports::summary(*reader, run.id)));
  }
  return 0;
}

int runs_export_command(const RunsOptions& options) {
  const auto reader = data::StoreReader::open(store_path(options.store));
  const data::Run run = reader->run(options.run);
  const std::vector<std::string>& conditions = run.manifest.condition_hashes;
  // What a replay was told about the model stands in the notices of its run.
  constexpr std::string_view kGroup = "group: ";
  std::string group;
  for (const std::string& notice : run.manifest.notices) {
    if (notice.starts_with(kGroup)) group = notice.substr(kGroup.size());
  }
  reader->samples(run.id, [&](const data::SampleRow& row) {
    const data::Generation& generation = row.generation;
    // Which of the run's conditions, from 1: the first is the one that headlines are of.
    const auto condition =
        std::find(conditions.begin(), conditions.end(), generation.sample.condition_hash);
    json::array tokens(generation.tokens.begin(), generation.tokens.end());
    json::array log_probabilities;
    for (const float value : generation.log_probabilities) {
      log_probabilities.push_back(static_cast<double>(value));
    }
    print_json_line(json::object{
        {"question", row.question.id},
        {"language", row.question.language},
        {"repeat", generation.sample.repeat},
        {"model", run.manifest.model_name},
        {"group", group},
        {"judge", row.question.judge},
        {"condition_number", condition - conditions.begin() + 1},
        {"condition", data::to_json(row.condition)},
        {"asked", row.question.messages.empty() ? "" : row.question.messages.back().content},
        {"prompt", generation.prompt},
        {"reasoning", generation.reasoning},
        {"answer", generation.answer},
        {"reasoning_closed", generation.reasoning_closed},
        {"finish", data::name(generation.finish)},
        {"delivery", generation.delivery},
        {"error", generation.error},
        {"tokens", std::move(tokens)},
        {"log_probabilities", std::move(log_probabilities)}});
  });
  return 0;
}

}  // namespace candor::runner
