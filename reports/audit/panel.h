// How far a panel of other models (`candor audit panel`) agrees with the audit judge and with each
// other on the same answers. Agreement, not truth: no one of them is taken to be right.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/agreement.h"
#include "reports/run_data.h"

namespace candor::reports {

inline constexpr const char* kAuditJudge = "audit judge";

struct PanelMember {
  std::string name;  // of the model; the audit judge is the first member
  std::string run;   // with its replies; empty: the audit judge
  std::int64_t asked = 0;
  std::int64_t decided = 0;
  std::map<std::string, std::int64_t> undecided;  // "refused", "unparsed", …: with the decided
                                                  // ones they sum to `asked`
};

// Two members on the answers that both decided.
struct PanelAgreement {
  std::string first;
  std::string second;
  std::string language;  // of the answer's question, or of the rubric; empty: all
  bool by_rubric = false;
  bool line = false;  // on the flag "asserts an official position" instead of the class
  data::Kappa kappa;  // clusters are probes (pairs of questions)
};

// Of the answers to which the audit judge gave a class: how many a member gave each.
struct PanelClasses {
  std::string member;
  std::map<std::string, std::map<std::string, std::int64_t>> given;  // audit's class -> member's
};

struct PanelDisagreement {
  std::string question;  // its id
  std::string language;
  data::SampleKey key;                         // of the judged generation
  std::map<std::string, std::string> classes;  // by member; "undecided" where it is
};

struct PanelFigures {
  std::int64_t answers = 0;
  std::vector<PanelMember> members;
  std::vector<PanelAgreement> agreements;  // pairs in order; all, then by language, then the flag
  std::vector<PanelClasses> classes;
  std::vector<PanelDisagreement> disagreements;  // where two members that decided differ
};

// `judged` is the run whose answers were judged, `panels` the runs of its panel, a judge each.
// Error when a panel's answer is of another run or of an answer that is not in `judged`.
PanelFigures panel_figures(const RunData& judged, const std::vector<const RunData*>& panels,
                           std::uint64_t seed = 1);

boost::json::object to_json(const PanelFigures& figures);
std::string panel_text(const PanelFigures& figures);

}  // namespace candor::reports
