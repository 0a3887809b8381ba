#include "reports/html/page.h"
#include "reports/html/sections.h"
#include "reports/reports.h"

namespace candor::reports {

void write_html_report(data::StoreReader& store, const std::string& run_id,
                       const std::filesystem::path& target) {
  const RunData data = load_run(store, run_id);
  const AuditFigures audit = audit_figures(data);
  write_whole(target, document("Candor report: " + data.run.manifest.model_name,
                               front_html(data, audit) + audit_html(audit) + questions_html(data) +
                                   method_html(data)));
}

}  // namespace candor::reports
