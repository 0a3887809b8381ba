// The page of an audit: the same parts in two articles, English and Chinese, in one file.
#include <algorithm>
#include <optional>
#include <set>

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

bool judges_run(const RunData& panel, const std::string& run) {
  return std::all_of(panel.samples.begin(), panel.samples.end(), [&](const Sample& sample) {
    const boost::json::value* reference = sample.question.reference.if_contains("panel");
    const boost::json::value* named = reference == nullptr || !reference->is_object()
                                          ? nullptr
                                          : reference->as_object().if_contains("run");
    return named != nullptr && named->is_string() && std::string_view(named->as_string()) == run;
  });
}

// The judge of each panel answer belongs to one run; the newest answers of each model count.
std::optional<PanelFigures> panel_of(data::StoreReader& store, const RunData& data) {
  std::vector<RunData> panels;
  std::set<std::string> models;
  for (const data::Run& run : store.runs()) {
    const bool panel =
        std::any_of(run.manifest.suites.begin(), run.manifest.suites.end(),
                    [](const data::SuiteUse& suite) { return suite.name == "panel"; });
    if (!panel || models.contains(run.manifest.model_name)) continue;
    RunData judged = load_run(store, run.id);
    if (judged.samples.empty() || !judges_run(judged, data.run.id)) continue;
    models.insert(run.manifest.model_name);
    panels.push_back(std::move(judged));
  }
  if (panels.empty()) return std::nullopt;
  std::vector<const RunData*> members;
  for (auto it = panels.rbegin(); it != panels.rend(); ++it) members.push_back(&*it);
  return panel_figures(data, members);
}

// Everything that both articles are made of.
struct Made {
  AuditReport report;
  KnowledgeFigures knowledge;
  std::optional<PanelFigures> panel;
  PairArticles pairs;
};

std::string article(const RunData& data, const Made& made, Tongue tongue) {
  const AuditReport& report = made.report;
  // What the model holds likely; empty where the run did not measure it.
  const std::string knowledge = knowledge_html(made.knowledge, tongue);
  Writer page(tongue);
  page.html(article_begin(data, report, !knowledge.empty(), tongue));
  write_headline(page, data, report);
  write_results(page, report);
  write_outcomes(page, data, report);
  write_facts(page, report);
  write_maps(page, report);
  write_conditions(page, data, report);
  write_stability(page, report);
  write_thought(page, data, report);
  page.html(knowledge);
  write_reported(page, report);
  write_pairs(page, report, made.pairs);
  write_calibration(page, report);
  if (made.panel) write_panel(page, *made.panel);
  write_method(page, data, report);
  write_glossary(page, report);
  page.html(article_end(data, tongue));
  return page.take();
}

}  // namespace

void write_html_audit(data::StoreReader& store, const std::string& run_id,
                      const std::filesystem::path& target) {
  const RunData data = load_run(store, run_id);
  Made made{report_of(data), knowledge_figures(data), panel_of(store, data), {}};
  made.pairs = pair_articles(data, made.report);
  write_whole(target, document("Candor audit 审计报告: " + data.run.manifest.model_name,
                               article(data, made, Tongue::kEnglish) +
                                   article(data, made, Tongue::kChinese),
                               PageKind::kAudit));
}

boost::json::object audit_summary(data::StoreReader& store, const std::string& run_id) {
  const RunData data = load_run(store, run_id);
  boost::json::object summary = to_json(report_of(data));
  // What is stored in place of settings that nobody knows is no setting.
  boost::json::array& conditions = summary.at("conditions").as_array();
  for (boost::json::value& entry : conditions) {
    const std::string hash = boost::json::value_to<std::string>(entry.at("hash"));
    const auto found = data.conditions.find(hash);
    if (found == data.conditions.end()) continue;
    entry.as_object()["condition"] = settings_json(data.run.manifest, found->second);
  }
  const KnowledgeFigures knowledge = knowledge_figures(data);
  if (!knowledge.empty()) summary["knowledge"] = to_json(knowledge);
  if (const auto panel = panel_of(store, data)) summary["panel"] = to_json(*panel);
  summary["run"] = run_json(data);
  return summary;
}

}  // namespace candor::reports
