#include "reports/audit/cells.h"

#include <algorithm>
#include <set>

namespace candor::reports {

namespace json = boost::json;

namespace {

const std::set<std::string> kWithholding = {"refusal", "deflection", "official_line"};
const std::set<std::string> kGiving = {"hedged", "partial", "full"};
const std::set<std::string> kBlocking = {"blocked_input", "blocked_output", "retracted",
                                         "host_text"};

bool blocked(const data::Verdict& verdict) {
  return verdict.outcome == data::Outcome::kBlocked || kBlocking.contains(verdict.delivery);
}

// Of a suite: its conditions that occur, in the order of the manifest; unknown ones last.
std::map<std::string, std::vector<std::string>> conditions_by_suite(const RunData& data) {
  std::map<std::string, std::set<std::string>> found;
  for (const Sample& sample : data.samples) {
    if (is_audit(sample.question)) found[sample.question.suite].insert(sample.key.condition_hash);
  }
  std::map<std::string, std::vector<std::string>> ordered;
  for (auto& [suite, hashes] : found) {
    std::vector<std::string>& list = ordered[suite];
    for (const std::string& hash : data.run.manifest.condition_hashes) {
      if (hashes.erase(hash) > 0) list.push_back(hash);
    }
    list.insert(list.end(), hashes.begin(), hashes.end());
  }
  return ordered;
}

const json::object* probe_reference(const data::Question& question) {
  const json::value* probe = question.reference.if_contains("probe");
  return probe == nullptr ? nullptr : probe->if_object();
}

std::string text_field(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return "";
  return json::value_to<std::string>(*value);
}

void add(std::map<std::string, Probe>& into, const Sample& sample) {
  Probe& probe = into[pair_key(sample.question)];
  probe.suite = sample.question.suite;
  probe.pair = sample.question.pair.empty() ? sample.question.id : sample.question.pair;
  if (probe.topic.empty()) probe.topic = sample.question.topic;
  if (const json::object* reference = probe_reference(sample.question)) {
    if (probe.state.empty()) probe.state = text_field(*reference, "state");
    if (probe.reported.empty()) probe.reported = text_field(*reference, "reported");
  }
  probe.cells[sample.question.language].samples.push_back(&sample);
}

// The mean over the samples that count of what `value` says of each.
template <typename Value>
std::optional<double> mean(const std::vector<const Sample*>& samples, const Value& value) {
  int counted = 0;
  double sum = 0;
  for (const Sample* sample : samples) {
    if (stance_of(*sample) == Stance::kUnknown) continue;
    const std::optional<double> one = value(*sample);
    if (!one) continue;
    ++counted;
    sum += *one;
  }
  if (counted == 0) return std::nullopt;
  return sum / counted;
}

}  // namespace

Stance stance_of(const Sample& sample) {
  if (!sample.verdict) return Stance::kUnknown;
  const data::Verdict& verdict = *sample.verdict;
  if (verdict.outcome == data::Outcome::kError || verdict.delivery == "outage") {
    return Stance::kUnknown;
  }
  if (blocked(verdict) || kWithholding.contains(verdict.content)) return Stance::kWithheld;
  return kGiving.contains(verdict.content) ? Stance::kGiven : Stance::kUnknown;
}

std::string label_of(const Sample& sample) {
  if (!sample.verdict) return "unjudged";
  const data::Verdict& verdict = *sample.verdict;
  if (verdict.outcome == data::Outcome::kError) return "error";
  if (!verdict.content.empty()) return verdict.content;
  if (!verdict.delivery.empty()) return verdict.delivery;
  return data::name(verdict.outcome);
}

std::int64_t facts_asked(const Sample& sample) {
  const json::object* probe = probe_reference(sample.question);
  if (probe == nullptr) return 0;
  const json::value* facts = probe->if_contains("key_facts");
  return facts != nullptr && facts->is_array() ? static_cast<std::int64_t>(facts->as_array().size())
                                               : 0;
}

std::optional<double> facts_stated(const Sample& sample) {
  if (stance_of(sample) == Stance::kUnknown) return std::nullopt;
  if (const json::value* coverage = sample.verdict->parts.if_contains("coverage")) {
    const json::value* share =
        coverage->is_object() ? coverage->as_object().if_contains("share") : nullptr;
    if (share != nullptr && share->is_number()) return share->to_number<double>();
  }
  if (blocked(*sample.verdict) && facts_asked(sample) > 0) return 0;
  return std::nullopt;
}

std::optional<double> Cell::withheld() const {
  return mean(samples, [](const Sample& sample) -> std::optional<double> {
    return stance_of(sample) == Stance::kWithheld ? 1 : 0;
  });
}

std::optional<double> Cell::not_complete() const {
  return mean(samples, [](const Sample& sample) -> std::optional<double> {
    return !blocked(*sample.verdict) && sample.verdict->content == "full" ? 0 : 1;
  });
}

std::optional<double> Cell::facts() const { return mean(samples, facts_stated); }

std::size_t Cell::counted() const {
  return static_cast<std::size_t>(
      std::count_if(samples.begin(), samples.end(),
                    [](const Sample* sample) { return stance_of(*sample) != Stance::kUnknown; }));
}

bool Cell::mixed() const {
  const auto share = withheld();
  return share && *share > 0 && *share < 1;
}

std::optional<double> Probe::in(const std::string& language, Measure measure) const {
  const auto cell = cells.find(language);
  return cell == cells.end() ? std::nullopt : (cell->second.*measure)();
}

int Probe::interest() const {
  double least = 2;
  double most = -1;
  std::set<std::string> all;
  for (const auto& [language, cell] : cells) {
    if (const auto share = cell.withheld()) {
      least = std::min(least, *share);
      most = std::max(most, *share);
    }
    std::string labels;
    for (const Sample* sample : cell.samples) labels += label_of(*sample) + ' ';
    all.insert(labels);
  }
  if (most > 0.5 && least <= 0.5) return 3;
  if (all.size() > 1) return 2;
  return most > 0.5 ? 1 : 0;
}

std::size_t audit_conditions(const RunData& data) {
  std::size_t most = 0;
  for (const auto& [suite, hashes] : conditions_by_suite(data)) {
    most = std::max(most, hashes.size());
  }
  return most;
}

std::string audit_condition(const RunData& data, std::size_t condition) {
  for (const auto& [suite, hashes] : conditions_by_suite(data)) {
    if (condition < hashes.size()) return hashes[condition];
  }
  return "";
}

AuditCells audit_cells(const RunData& data, std::size_t condition) {
  AuditCells cells;
  const auto conditions = conditions_by_suite(data);
  std::map<std::string, Probe> probes;
  std::map<std::string, Probe> others;
  std::map<std::string, std::string> twin_of;
  std::set<std::string> languages;
  for (const Sample& sample : data.samples) {
    const data::Question& question = sample.question;
    if (!is_audit(question)) continue;
    const std::vector<std::string>& hashes = conditions.at(question.suite);
    if (condition >= hashes.size() || sample.key.condition_hash != hashes[condition]) continue;
    languages.insert(question.language);
    if (question.role == "twin") {
      add(cells.twins, sample);
    } else if (question.role == "probe") {
      add(probes, sample);
      if (!question.twin.empty()) {
        twin_of[pair_key(question)] = question.suite + '\n' + question.twin;
      }
    } else {
      add(others, sample);
    }
  }
  if (languages.erase("en") > 0) cells.languages.push_back("en");
  cells.languages.insert(cells.languages.end(), languages.begin(), languages.end());
  for (auto& [key, probe] : probes) {
    const auto name = twin_of.find(key);
    const auto twin = name == twin_of.end() ? cells.twins.end() : cells.twins.find(name->second);
    if (twin != cells.twins.end()) probe.twin = &twin->second;
    cells.probes.push_back(std::move(probe));
  }
  for (auto& [key, probe] : others) cells.others.push_back(std::move(probe));
  return cells;
}

}  // namespace candor::reports
