#include "reports/html/page.h"
#include "reports/html/sections.h"
#include "reports/reports.h"

namespace candor::reports {

void write_html_report(data::StoreReader& store, const std::string& run_id,
                       const std::filesystem::path& target) {
  const RunData data = load_run(store, run_id);
  const RunFigures figures = run_figures(data);
  write_whole(target,
              document("Candor report: " + data.run.manifest.model_name,
                       front_html(data, figures) + scores_html(data, figures) +
                           replies_html(data, figures) +
                           audit_html(figures.audit, text_limit(data.samples.size())) +
                           knowledge_html(figures.knowledge, Tongue::kEnglish) +
                           judges_html(figures) + questions_html(data) + method_html(data)));
}

}  // namespace candor::reports
