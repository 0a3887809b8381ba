// What each command does, apart from how its arguments are written (runner/command_line.cc). Each
// returns the exit status: 0 done, 1 a gate found a drop, 3 the work failed; wrong usage and
// failures are thrown as Error. Standard output is the result, standard error the progress.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runner/pipeline/plan.h"
#include "runner/replay/transcripts.h"

namespace candor::runner {

struct ModelChoice {
  std::string model;               // a registered name or a path; empty: the default model
  std::string precision = "auto";  // as the device likes it
  std::string device = "auto";     // as CANDOR_DEVICE says; cpu, cuda, cuda:N
  std::optional<std::filesystem::path> template_file;
  std::string template_name;  // which of the checkpoint's own; empty: its default
  std::string reasoning;      // a format's name; empty: as the checkpoint tells
  int threads = 0;
  int batch = 0;  // 0: as the device likes it
  std::uint64_t kv_mebibytes = 0;
  bool pack_cache = false;
  std::string shape;  // of `bench`: a model made up of a published shape, instead of `model`
};

struct StoreChoice {
  std::filesystem::path path;  // empty: the default place
};

struct RunOptions {
  ModelChoice model;
  StoreChoice store;
  PlanOptions plan;
  std::optional<std::filesystem::path> report;
  bool plan_only = false;  // say what would be asked, ask nothing
  bool once = false;       // a finished run of the same plan is reported, not asked again
  bool json = false;
  bool quiet = false;
  std::string command;      // as typed
  bool audit_page = false;  // `report` is the audit's page
};
int run_command(const RunOptions& options);

// The words of a list in every template (suites/scan); `run.report` is the scan's own page.
struct ScanOptions {
  RunOptions run;  // of its plan, what says how to ask
  std::filesystem::path words;
  std::vector<std::string> templates;
  std::string tongue = "en";  // of the page
};
int audit_scan_command(const ScanOptions& options);

// The shortest part of a prompt that is still withheld (runner/audit/trigger.h).
struct TriggerCommandOptions {
  RunOptions run;  // of its plan, what says how to ask; `repeats` are the samples of each text
  std::string prompt;
  std::string language;              // "en", "zh" or "zh-Hant"; empty: told from the script
  std::string units = "characters";  // or "words": where the search ends
  int most = 1'000;                  // texts to ask
};
int audit_trigger_command(const TriggerCommandOptions& options);

// Other models judge the answers of a stored run, each in a run of its own (suites/panel).
struct PanelOptions {
  RunOptions run;  // of its plan, what says how to ask; its seed also draws the answers
  std::string judged = "latest";  // the newest run of an audit
  std::vector<std::string> models;
  int limit = 0;       // answers, drawn at random; 0: all
  bool again = false;  // ask judges that have judged these answers already once more
};
int audit_panel_command(const PanelOptions& options);
// Files or folders of probes. Throws Error that lists every mistake of all of them.
int lint_probes_command(const std::vector<std::filesystem::path>& paths);

struct GenerateOptions {
  ModelChoice model;
  std::string prompt;
  std::optional<std::string> system;
  bool raw = false;  // the prompt as it is, without the chat template
  data::Sampling sampling;
  std::uint64_t seed = 1;
  bool json = false;
};
int generate_command(const GenerateOptions& options);

struct ScoreOptions {
  StoreChoice store;
  std::string run = "latest";
  bool json = false;
};
int score_command(const ScoreOptions& options);

struct ReportOptions {
  StoreChoice store;
  std::string run = "latest";
  std::filesystem::path output = "report.html";
  bool json = false;
  bool audit = false;  // the bilingual page of an audit, or its figures
};
int report_command(const ReportOptions& options);

struct CompareOptions {
  StoreChoice store;
  std::string run_a;
  std::string run_b;
  double alpha = 0.05;
  bool gate = false;
  bool json = false;
  std::optional<std::filesystem::path> report;
};
int compare_command(const CompareOptions& options);

struct RunsOptions {
  StoreChoice store;
  std::string run = "latest";
  bool json = false;
};
int runs_list_command(const RunsOptions& options);
int runs_show_command(const RunsOptions& options);
// Every generation as a line of JSON, in a fixed order and without timings: two runs that answered
// the same give the same bytes.
int runs_export_command(const RunsOptions& options);

// One of three: the speed of the machine with a model (the default), a job, or an accuracy.
struct BenchOptions {
  ModelChoice model;
  bool batch_chosen = false;  // else the widest that is measured
  bool growth = false;        // also the cost by queue length and by context
  bool list_shapes = false;   // print the shapes that there are, measure nothing
  bool same_tokens = false;   // compare answers by batch (on GPUs always)
  // Whole queues with so many streams, of prompts of `queue_prompt` tokens with `queue_generated`.
  std::vector<int> queue_streams;
  std::size_t queue_prompt = 1024;
  std::size_t queue_generated = 1024;
  bool only_queues = false;  // nothing else is measured
  std::optional<std::filesystem::path> report;  // of the speed, as a page
  std::optional<std::filesystem::path> job;
  std::optional<std::filesystem::path> outputs;  // of the job, as JSON lines
  std::optional<std::filesystem::path> accuracy;
  std::size_t limit = 0;  // lines of the job or accuracy file; 0: all
  bool json = false;
};
int bench_command(const BenchOptions& options);
int bench_speed_command(const BenchOptions& options);  // of these the first

struct SuitesOptions {
  std::string suite;  // of `show` and `pull`
  std::optional<std::filesystem::path> suite_file;
  std::optional<std::filesystem::path> mirror;  // of `pull`
  suites::SuiteOptions suite_options;
  bool json = false;
};
int suites_list_command(const SuitesOptions& options);
int suites_show_command(const SuitesOptions& options);
// Gets the published files of a public suite; all of them for the name "all".
int suites_pull_command(const SuitesOptions& options);

// What this machine offers, and why not. `needed`: "gpu", "sandbox"; throws Error when it cannot be
// used, after everything was printed.
struct DoctorOptions {
  std::vector<std::string> needed;
  bool json = false;
};
int doctor_command(const DoctorOptions& options);

int models_list_command(bool json);
int models_pull_command(const std::string& name);
int models_path_command(const std::string& name);
int models_verify_command(const std::string& name);

// The inspection commands read JSON Lines on standard input and write one line for each.
struct InspectModelOptions {
  std::string model;
  bool json = false;
  // What it would need, for sequences of `context` tokens, `batch` at a time.
  bool plan = false;
  std::size_t context = 4096;
  std::size_t batch = 32;
  double device_gibibytes = 0;  // of a device beside the known ones; 0: none
};
int inspect_model_command(const InspectModelOptions& options);
int inspect_plan_command(const InspectModelOptions& options);
int inspect_tokens_command(const std::string& model, bool parse_special);
int inspect_detokenize_command(const std::string& model);

struct InspectPromptOptions {
  std::string model;
  std::optional<std::filesystem::path> template_file;  // instead of a model's
  std::string template_name;                           // which of the model's
  std::string date;                                    // "2025-01-29T12:00:00"; empty: 1970
};
int inspect_prompt_command(const InspectPromptOptions& options);
int inspect_logits_command(const ModelChoice& model);
int inspect_dequantize_command(const std::string& type, const std::filesystem::path& file);

int judge_maths_command();
int judge_choice_command();
int judge_code_command();
// `weights`: another fit of its content model (tests/audit/fit.py); empty: the one in the program.
int judge_audit_command(const std::filesystem::path& weights);
// How well the audit judge agrees with labelled answers: data/sets/judges/audit.json.
int judge_calibration_command(bool as_json);
// By a published rule; see scoring/rules.
int judge_extract_command(const std::string& rule);
int judge_rules_command(bool as_json);
int judge_grid_command();
int judge_knights_command();

// Transcripts made elsewhere, judged by a suite's own judge, by a published rule, or as an audit.
struct ReplayOptions {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> suites;
  std::vector<std::filesystem::path> suite_files;
  suites::SuiteOptions suite_options;
  std::string rule;
  std::string format;  // empty: told by the content
  TranscriptFields fields;
  std::string model;         // the name it is stored under; empty: as the file says
  bool differences = false;  // with a rule: only rows where our own judge says otherwise
  bool audit = false;        // rows of an audit, though the first does not look like one
  std::optional<std::filesystem::path> report;  // of what was stored, as a page
  StoreChoice store;
  bool json = false;
};
int replay_command(const ReplayOptions& options);

}  // namespace candor::runner
