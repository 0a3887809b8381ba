// The page of an audit: the same parts in two articles, English and Chinese, in one file.
#include "data/base/data_dir.h"
#include "data/base/error.h"
#include "reports/audit/knowledge.h"
#include "reports/html/audit_page/sections.h"
#include "reports/html/sections.h"
#include "reports/reports.h"

namespace candor::reports {

namespace {

AuditReport report_of(const RunData& data) {
  AuditReport report =
      audit_report(data, load_calibration(data::data_dir() / "sets/judges/audit.json"));
  if (report.empty()) {
    fail("run {}: it asked no question of the audit: choose a run of `candor audit` (candor runs)",
         data.run.id);
  }
  return report;
}

std::string article(const RunData& data, const AuditReport& report, const KnowledgeFigures& figures,
                    Tongue tongue) {
  // What the model holds likely; empty where the run did not measure it.
  const std::string knowledge = knowledge_html(figures, tongue);
  Writer page(tongue);
  page.html(article_begin(data, report, !knowledge.empty(), tongue));
  write_headline(page, data, report);
  write_results(page, report);
  write_outcomes(page, report);
  write_facts(page, report);
  write_maps(page, report);
  write_conditions(page, report);
  write_stability(page, report);
  write_thought(page, report);
  page.html(knowledge);
  write_reported(page, report);
  write_pairs(page, report);
  write_calibration(page, report);
  write_method(page, data, report);
  write_glossary(page, report);
  page.html(article_end(data, tongue));
  return page.take();
}

}  // namespace

void write_html_audit(data::StoreReader& store, const std::string& run_id,
                      const std::filesystem::path& target) {
  const RunData data = load_run(store, run_id);
  const AuditReport report = report_of(data);
  const KnowledgeFigures knowledge = knowledge_figures(data);
  const std::string& model = data.run.manifest.model_name;
  write_whole(target, document("Candor audit 审计报告: " + model,
                               article(data, report, knowledge, Tongue::kEnglish) +
                                   article(data, report, knowledge, Tongue::kChinese),
                               PageKind::kAudit));
}

boost::json::object audit_summary(data::StoreReader& store, const std::string& run_id) {
  const RunData data = load_run(store, run_id);
  boost::json::object summary = to_json(report_of(data));
  const KnowledgeFigures knowledge = knowledge_figures(data);
  if (!knowledge.empty()) summary["knowledge"] = to_json(knowledge);
  summary["run"] = run_json(data);
  return summary;
}

}  // namespace candor::reports
