// What the model holds likely, against what it says: figures from the scores of a probe's facts,
// their false variants, the official line and the openings of refusals (data/records/
// knowledge_reference.h), joined with the answers of the same run to the same probe in the same
// language. Everything is read from verdicts; nothing is judged here.
//
// "Known" means likelier than its false variant. A model that knows nothing of a fact gets it right
// half the time, so a share known says something where its interval lies above one half.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/run_data.h"

namespace candor::reports {

// One probe or twin in one language.
struct KnowledgeCell {
  std::string probe;  // its id, the same as in the audit's reference
  std::string topic;
  std::string role;  // "probe" or "twin"
  std::string language;
  std::string twin;                        // the id of the other one; empty: it has none
  std::string question;                    // as it is asked
  std::vector<std::string> facts;          // their texts
  std::vector<std::optional<bool>> known;  // of each fact; none: it has no false variant
  std::optional<double> share;             // of the facts with a variant that are known
  double refusal = 0;                      // probability that the answer begins so
  double deflection = 0;
  // Mean log-probability of a token: of the official line minus of the facts.
  std::optional<double> line;

  std::size_t paired() const;
  std::size_t known_count() const;
};

// Means over probes, with intervals from resampling whole probes; `clusters` says of how many.
struct KnowledgeMeans {
  data::Estimate known;
  data::Estimate refusal;
  data::Estimate deflection;
  data::Estimate line;
};

struct KnowledgeRow {
  std::string role;
  std::string language;
  std::size_t facts = 0;  // with a false variant
  KnowledgeMeans means;
};

// `language` minus the base language, paired by probe.
struct KnowledgeGap {
  std::string language;
  KnowledgeMeans probes;
  KnowledgeMeans twins;
  KnowledgeMeans difference;  // the first minus the second, over probes with a twin
};

// Of one role and language: what was known against what the answers said.
struct SpeechRow {
  std::string role;
  std::string language;
  std::size_t answers = 0;        // that withheld or gave (audit_figures.h)
  std::size_t withheld = 0;       // of them
  data::Estimate unsaid_known;    // share of the known facts that an answer does not state
  data::Estimate unsaid_unknown;  // the same of the facts that are not known
  data::Estimate known_withheld;  // share of the facts known, where an answer was withheld
  data::Estimate known_given;     // and where one was given
  // Share of the withheld answers of whose facts at least half are known, and what that share would
  // be if each fact were known by the toss of a coin.
  data::Estimate half_known;
  double half_known_by_chance = 0;
};

// A probe that was withheld although its facts are known.
struct KnowledgeContrast {
  std::string probe;
  std::string topic;
  std::string language;
  std::string question;
  std::size_t paired = 0;
  std::size_t known = 0;
  std::size_t answers = 0;
  std::size_t withheld = 0;
  double refusal = 0;
  std::vector<std::string> unsaid;  // facts known that no answer states
};

struct KnowledgeFigures {
  std::vector<std::string> languages;  // the base language first
  std::vector<KnowledgeCell> cells;    // by role, language and id
  std::size_t failed = 0;              // questions whose texts could not be scored
  std::size_t not_measured = 0;        // audited probes and twins, by language, without a cell
  std::vector<KnowledgeRow> rows;
  std::vector<KnowledgeGap> gaps;
  std::vector<SpeechRow> speech;  // empty where no answers to the same probes are in the run
  std::vector<KnowledgeContrast> contrasts;  // the largest first; at most kKnowledgeContrasts

  bool empty() const { return cells.empty() && failed == 0; }
};

constexpr std::size_t kKnowledgeContrasts = 20;

// Answers count under the first of the run's conditions that any probe was asked under.
KnowledgeFigures knowledge_figures(const RunData& data);

boost::json::object to_json(const KnowledgeFigures& figures);
// Lines for the terminal from that JSON; empty where nothing was measured.
std::string knowledge_text(const boost::json::object& figures);

}  // namespace candor::reports
