// The judges of the run with their measured agreement.
#include <fmt/format.h>

#include "reports/html/parts.h"
#include "reports/html/sections.h"

namespace candor::reports {

std::string judges_html(const RunFigures& figures) {
  Dictionary page("judges");
  Table table;
  table.names = {"judge", "version", "measured on", "agreement (95% interval)"};
  table.figures = {"answers judged here"};
  for (const JudgeUse& use : figures.judges) {
    const std::string judged = fmt::to_string(use.judged);
    if (use.agreements.empty()) {
      table.rows.push_back({use.judge, use.version, "–", "not measured", judged});
    }
    bool first = true;
    for (const Agreement& agreement : use.agreements) {
      table.rows.push_back({first ? use.judge : "", first ? use.version : "", agreement.on,
                            agreement_text(agreement), first ? judged : ""});
      first = false;
    }
    if (use.other_version) {
      set(*page.AddSectionDictionary("NOTE"), "TEXT",
          fmt::format("The judge of {} is {} here; its agreement was measured of {}.", use.judge,
                      use.version, use.agreements.front().version));
    }
  }
  if (figures.judges.empty()) table.rows.push_back({"none has judged yet", "", "", "", ""});
  add_table(page, "TABLE", table);
  return expand("judges.tpl", page);
}

}  // namespace candor::reports
