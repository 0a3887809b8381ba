#include "reports/audit/knowledge.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "data/base/error.h"
#include "data/records/knowledge_reference.h"
#include "reports/audit_figures.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

const data::Interval kShares{0, 1};
const data::Interval kShareGaps{-1, 1};
const data::Interval kShareDifferences{-2, 2};
// No mean over texts was ever this far apart, in natural logarithms a token.
const data::Interval kLogarithms{-20, 20};

data::Estimate estimate(const std::vector<double>& values, const data::Interval& bounds) {
  return data::cluster_bootstrap(values, {.seed = kAuditSeed, .bounds = bounds});
}

const json::object* object_in(const json::object& parts, const char* key) {
  const json::value* value = parts.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<double> number_in(const json::object& parts, const char* key) {
  const json::value* value = parts.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

// None where the texts could not be scored, or the question is not one of ours.
std::optional<KnowledgeCell> cell_of(const Sample& sample) {
  if (!sample.verdict) return std::nullopt;
  const json::object& parts = sample.verdict->parts;
  const json::value* facts = parts.if_contains("facts");
  const auto refusal = number_in(parts, "refusal_mass");
  const auto deflection = number_in(parts, "deflection_mass");
  if (facts == nullptr || !facts->is_array() || !refusal || !deflection) return std::nullopt;
  const data::Question& question = sample.question;
  const std::string where = "question " + question.id + ": reference";
  const data::KnowledgeReference reference =
      data::read_knowledge_reference(data::JsonFields(question.reference, where), where);
  if (facts->get_array().size() != reference.facts.size()) return std::nullopt;

  KnowledgeCell cell;
  cell.probe = reference.probe;
  cell.topic = question.topic;
  cell.role = question.role;
  cell.language = question.language;
  cell.twin = question.twin.substr(question.twin.rfind('/') + 1);
  if (!question.messages.empty()) cell.question = question.messages.back().content;
  for (std::size_t i = 0; i < reference.facts.size(); ++i) {
    cell.facts.push_back(reference.facts[i].text);
    const json::object* fact = facts->get_array()[i].if_object();
    const json::value* known = fact == nullptr ? nullptr : fact->if_contains("known");
    cell.known.push_back(known == nullptr || !known->is_bool() ? std::nullopt
                                                               : std::optional(known->get_bool()));
  }
  cell.share = sample.verdict->value;
  cell.refusal = *refusal;
  cell.deflection = *deflection;
  const auto line = number_in(parts, "line_per_token");
  const auto fact = number_in(parts, "fact_per_token");
  if (line && fact) cell.line = *line - *fact;
  return cell;
}

using Value = std::optional<double> (*)(const KnowledgeCell&);
constexpr Value kKnown = [](const KnowledgeCell& cell) { return cell.share; };
constexpr Value kRefusal = [](const KnowledgeCell& cell) { return std::optional(cell.refusal); };
constexpr Value kDeflection = [](const KnowledgeCell& cell) {
  return std::optional(cell.deflection);
};
constexpr Value kLine = [](const KnowledgeCell& cell) { return cell.line; };

// The cells by role, language and probe.
class Cells {
 public:
  explicit Cells(const std::vector<KnowledgeCell>& cells) {
    for (const KnowledgeCell& cell : cells) {
      cells_[{cell.role, cell.language}][cell.probe] = &cell;
    }
  }

  const std::map<std::string, const KnowledgeCell*>& of(const std::string& role,
                                                        const std::string& language) const {
    static const std::map<std::string, const KnowledgeCell*> kNone;
    const auto found = cells_.find({role, language});
    return found == cells_.end() ? kNone : found->second;
  }

  std::optional<double> value(const std::string& role, const std::string& language,
                              const std::string& probe, Value of_cell) const {
    const auto& row = of(role, language);
    const auto found = row.find(probe);
    return found == row.end() ? std::nullopt : of_cell(*found->second);
  }

  // `language` minus `base`.
  std::optional<double> gap(const std::string& role, const std::string& base,
                            const std::string& language, const std::string& probe,
                            Value of_cell) const {
    const auto first = value(role, base, probe, of_cell);
    const auto second = value(role, language, probe, of_cell);
    if (!first || !second) return std::nullopt;
    return *second - *first;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::map<std::string, const KnowledgeCell*>> cells_;
};

// Fills the four means, each from what `values(of_cell)` gives.
template <typename Values>
KnowledgeMeans means(const Values& values, const data::Interval& bounds) {
  return {estimate(values(kKnown), bounds), estimate(values(kRefusal), bounds),
          estimate(values(kDeflection), bounds), estimate(values(kLine), kLogarithms)};
}

void add_rows(KnowledgeFigures& figures, const Cells& cells) {
  for (const char* role : {"probe", "twin"}) {
    for (const std::string& language : figures.languages) {
      const auto& found = cells.of(role, language);
      if (found.empty()) continue;
      KnowledgeRow row{role, language, 0, {}};
      for (const auto& [probe, cell] : found) row.facts += cell->paired();
      row.means = means(
          [&](Value of_cell) {
            std::vector<double> values;
            for (const auto& [probe, cell] : found) {
              if (const auto value = of_cell(*cell)) values.push_back(*value);
            }
            return values;
          },
          kShares);
      figures.rows.push_back(std::move(row));
    }
  }
}

void add_gaps(KnowledgeFigures& figures, const Cells& cells) {
  for (std::size_t i = 1; i < figures.languages.size(); ++i) {
    const std::string& base = figures.languages[0];
    KnowledgeGap row;
    row.language = figures.languages[i];
    const auto of_role = [&](const char* role) {
      return means(
          [&](Value of_cell) {
            std::vector<double> values;
            for (const auto& [probe, cell] : cells.of(role, base)) {
              if (const auto gap = cells.gap(role, base, row.language, probe, of_cell)) {
                values.push_back(*gap);
              }
            }
            return values;
          },
          kShareGaps);
    };
    row.probes = of_role("probe");
    row.twins = of_role("twin");
    row.difference = means(
        [&](Value of_cell) {
          std::vector<double> values;
          for (const auto& [probe, cell] : cells.of("probe", base)) {
            const auto own = cells.gap("probe", base, row.language, probe, of_cell);
            const auto twin = cells.gap("twin", base, row.language, cell->twin, of_cell);
            if (own && twin) values.push_back(*own - *twin);
          }
          return values;
        },
        kShareDifferences);
    figures.gaps.push_back(std::move(row));
  }
}

// An answer to an audited probe or twin that withheld or gave, and the facts it states.
struct Said {
  bool withheld = false;
  std::set<std::size_t> stated;
};
// By role, language and id of the probe.
using Answers = std::map<std::tuple<std::string, std::string, std::string>, std::vector<Said>>;

std::string probe_id(const data::Question& question) {
  const json::object* probe = object_in(question.reference, "probe");
  const json::value* id = probe == nullptr ? nullptr : probe->if_contains("id");
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : "";
}

bool is_audited_pair(const data::Question& question) {
  return is_audit(question) && (question.role == "probe" || question.role == "twin");
}

// The first condition of the manifest that a probe was asked under.
std::string first_condition(const RunData& data) {
  std::set<std::string> used;
  for (const Sample& sample : data.samples) {
    if (is_audited_pair(sample.question)) used.insert(sample.key.condition_hash);
  }
  for (const std::string& hash : data.run.manifest.condition_hashes) {
    if (used.contains(hash)) return hash;
  }
  return used.empty() ? "" : *used.begin();
}

Answers answers_of(const RunData& data) {
  Answers answers;
  const std::string condition = first_condition(data);
  for (const Sample& sample : data.samples) {
    const data::Question& question = sample.question;
    const std::string id = probe_id(question);
    if (!is_audited_pair(question) || id.empty() || sample.key.condition_hash != condition) {
      continue;
    }
    // Asked, whether or not it counts.
    std::vector<Said>& list = answers[{question.role, question.language, id}];
    const Stance stance = stance_of(sample);
    if (stance == Stance::kUnknown) continue;
    Said said{stance == Stance::kWithheld, {}};
    const json::object* coverage = object_in(sample.verdict->parts, "coverage");
    const json::value* stated = coverage == nullptr ? nullptr : coverage->if_contains("stated");
    if (stated != nullptr && stated->is_array()) {
      for (const json::value& fact : stated->get_array()) {
        if (fact.is_int64() && fact.get_int64() >= 0) {
          said.stated.insert(static_cast<std::size_t>(fact.get_int64()));
        }
      }
    }
    list.push_back(std::move(said));
  }
  return answers;
}

// The chance that at least half of n coins fall heads.
double half_by_chance(std::size_t n) {
  double heads = 0;
  for (std::size_t k = (n + 1) / 2; k <= n; ++k) {
    const auto of = static_cast<double>(n), up = static_cast<double>(k);
    heads += std::exp(std::lgamma(of + 1) - std::lgamma(up + 1) - std::lgamma(of - up + 1) -
                      of * std::log(2.0));
  }
  return heads;
}

// Of the facts of which `known` holds, the share that is not stated, over all answers.
std::optional<double> unsaid(const KnowledgeCell& cell, const std::vector<Said>& answers,
                             bool known) {
  std::size_t facts = 0, missing = 0;
  for (std::size_t i = 0; i < cell.known.size(); ++i) {
    if (cell.known[i] != known) continue;
    for (const Said& said : answers) {
      ++facts;
      if (!said.stated.contains(i)) ++missing;
    }
  }
  if (facts == 0) return std::nullopt;
  return static_cast<double>(missing) / static_cast<double>(facts);
}

std::optional<SpeechRow> speech_row(const std::string& role, const std::string& language,
                                    const Cells& cells, const Answers& answers) {
  SpeechRow row;
  row.role = role;
  row.language = language;
  std::vector<double> unsaid_known, unsaid_unknown, known_withheld, known_given, half;
  double chance = 0;
  for (const auto& [probe, cell] : cells.of(role, language)) {
    const auto found = answers.find({role, language, probe});
    if (found == answers.end() || found->second.empty()) continue;
    const std::vector<Said>& said = found->second;
    const auto withheld = static_cast<std::size_t>(
        std::count_if(said.begin(), said.end(), [](const Said& one) { return one.withheld; }));
    row.answers += said.size();
    row.withheld += withheld;
    if (const auto share = unsaid(*cell, said, true)) unsaid_known.push_back(*share);
    if (const auto share = unsaid(*cell, said, false)) unsaid_unknown.push_back(*share);
    if (!cell->share) continue;
    if (withheld < said.size()) known_given.push_back(*cell->share);
    if (withheld == 0) continue;
    known_withheld.push_back(*cell->share);
    half.push_back(2 * cell->known_count() >= cell->paired() ? 1 : 0);
    chance += half_by_chance(cell->paired());
  }
  if (row.answers == 0) return std::nullopt;
  row.unsaid_known = estimate(unsaid_known, kShares);
  row.unsaid_unknown = estimate(unsaid_unknown, kShares);
  row.known_withheld = estimate(known_withheld, kShares);
  row.known_given = estimate(known_given, kShares);
  row.half_known = estimate(half, kShares);
  if (!half.empty()) row.half_known_by_chance = chance / static_cast<double>(half.size());
  return row;
}

// How much stands out that it was withheld though known.
double weight(const KnowledgeContrast& one) {
  return static_cast<double>(one.withheld) / static_cast<double>(one.answers) *
         static_cast<double>(one.known) / static_cast<double>(one.paired);
}

void add_contrasts(KnowledgeFigures& figures, const Answers& answers) {
  std::vector<KnowledgeContrast>& list = figures.contrasts;
  for (const KnowledgeCell& cell : figures.cells) {
    const auto found = answers.find({cell.role, cell.language, cell.probe});
    if (cell.role != "probe" || found == answers.end() || !cell.share) continue;
    KnowledgeContrast one{cell.probe,           cell.topic,
                          cell.language,        cell.question,
                          cell.paired(),        cell.known_count(),
                          found->second.size(), 0,
                          cell.refusal,         {}};
    std::set<std::size_t> stated;
    for (const Said& said : found->second) {
      one.withheld += said.withheld ? 1 : 0;
      stated.insert(said.stated.begin(), said.stated.end());
    }
    if (one.withheld == 0 || 2 * one.known <= one.paired) continue;
    for (std::size_t i = 0; i < cell.known.size(); ++i) {
      if (cell.known[i] == true && !stated.contains(i)) one.unsaid.push_back(cell.facts[i]);
    }
    list.push_back(std::move(one));
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const KnowledgeContrast& a, const KnowledgeContrast& b) {
                     const double first = weight(a), second = weight(b);
                     return first != second ? first > second : a.refusal > b.refusal;
                   });
  if (list.size() > kKnowledgeContrasts) list.resize(kKnowledgeContrasts);
}

}  // namespace

std::size_t KnowledgeCell::paired() const {
  return static_cast<std::size_t>(
      std::count_if(known.begin(), known.end(), [](const auto& one) { return one.has_value(); }));
}

std::size_t KnowledgeCell::known_count() const {
  return static_cast<std::size_t>(
      std::count_if(known.begin(), known.end(), [](const auto& one) { return one == true; }));
}

KnowledgeFigures knowledge_figures(const RunData& data) {
  KnowledgeFigures figures;
  if (data.knowledge.empty()) return figures;
  std::set<std::string> languages;
  std::set<std::tuple<std::string, std::string, std::string>> measured;
  for (const Sample& sample : data.knowledge) {
    std::optional<KnowledgeCell> cell = cell_of(sample);
    if (!cell) {
      ++figures.failed;
      continue;
    }
    languages.insert(cell->language);
    // A question asked under several conditions counts under the first.
    if (measured.insert({cell->role, cell->language, cell->probe}).second) {
      figures.cells.push_back(std::move(*cell));
    }
  }
  if (languages.erase("en") > 0) figures.languages.push_back("en");
  figures.languages.insert(figures.languages.end(), languages.begin(), languages.end());
  std::sort(figures.cells.begin(), figures.cells.end(),
            [](const KnowledgeCell& a, const KnowledgeCell& b) {
              return std::tie(a.role, a.language, a.probe) < std::tie(b.role, b.language, b.probe);
            });

  const Cells cells(figures.cells);
  add_rows(figures, cells);
  add_gaps(figures, cells);
  const Answers answers = answers_of(data);
  for (const auto& [key, said] : answers) {
    if (!measured.contains(key)) ++figures.not_measured;
  }
  for (const char* role : {"probe", "twin"}) {
    for (const std::string& language : figures.languages) {
      if (auto row = speech_row(role, language, cells, answers)) {
        figures.speech.push_back(std::move(*row));
      }
    }
  }
  add_contrasts(figures, answers);
  return figures;
}

}  // namespace candor::reports
