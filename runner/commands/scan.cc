// `candor audit scan`: the words of a list in every template, as an ordinary run.
#include "suites/scan/scan.h"

#include "data/base/error.h"
#include "reports/audit/scan.h"
#include "runner/commands/carry_out.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"

namespace candor::runner {

int audit_scan_command(const ScanOptions& options) {
  RunOptions run = options.run;
  refuse_several_conditions(run.plan, "audit scan");
  // The same answer twice is one observation, not two.
  if (run.plan.repeats > 1 && !(run.plan.temperature.value_or(0) > 0)) {
    fail_usage(
        "--repeats {} needs a --temperature above 0: at 0 every sample of a question is the same "
        "answer",
        run.plan.repeats);
  }
  std::vector<suites::ScanTemplate> templates;
  for (const std::string& text : options.templates) {
    templates.push_back(suites::read_scan_template(text));
  }
  const std::vector<suites::ScanWord> words = suites::load_scan_words(options.words);
  run.plan.made_suites = {suites::scan_suite(words, templates)};
  const bool control = std::any_of(words.begin(), words.end(), [](const suites::ScanWord& word) {
    return word.group == suites::kControlGroup;
  });
  if (!control && !run.quiet) {
    fmt::print(stderr,
               "note: no word is of the group \"control\": add neutral words with it, else nothing "
               "shows how often these templates are withheld for no reason\n");
  }
  const auto [run_id, status] = carry_out(run);
  if (status != 0) return status;

  const auto reader = data::StoreReader::open(store_path(run.store));
  const reports::RunData data = reports::load_run(*reader, run_id);
  const reports::ScanFigures figures = reports::scan_figures(data);
  if (run.report) {
    const reports::Tongue tongue =
        options.tongue == "zh" ? reports::Tongue::kChinese : reports::Tongue::kEnglish;
    write_report("the same command with --once",
                 [&] { reports::write_html_scan(data, figures, tongue, *run.report); });
    if (!run.quiet) {
      fmt::print(stderr, "report: {}\n", std::filesystem::absolute(*run.report).string());
    }
  }
  if (run.json) {
    print_json_line(reports::to_json(data, figures));
  } else {
    fmt::print("{}", reports::scan_text(data, figures));
  }
  return 0;
}

}  // namespace candor::runner
