#include "reports/audit/panel.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "data/base/error.h"
#include "data/records/json_fields.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

using Key = std::tuple<std::string, std::string, int>;

Key key_of(const data::SampleKey& key) {
  return {key.question_hash, key.condition_hash, key.repeat};
}

struct Said {
  std::string content;  // empty: undecided
  bool line = false;
};

// One judged answer and what every member said of it.
struct Answer {
  const Sample* sample = nullptr;
  std::string rubric;  // its language
  std::vector<Said> said;
};

std::int64_t count_at(const json::object& parts, const char* part, const char* field) {
  const json::value* inner = parts.if_contains(part);
  if (inner == nullptr || !inner->is_object()) return 0;
  const json::value* count = inner->as_object().if_contains(field);
  return count == nullptr || !count->is_int64() ? 0 : count->as_int64();
}

// The audit judge's flag: official wordings in the answer's own voice.
bool asserts_line(const data::Verdict& verdict) {
  return verdict.content == "official_line" ||
         count_at(verdict.parts, "measured", "line_asserted") > 0 ||
         count_at(verdict.parts, "coverage", "line_asserted") > 0;
}

Said audit_said(const Sample& sample) {
  if (!sample.verdict) return {};
  return {sample.verdict->content, asserts_line(*sample.verdict)};
}

Said panel_said(const Sample& sample) {
  if (!sample.verdict || sample.verdict->outcome != data::Outcome::kAnswered) return {};
  const std::string where = "question " + sample.question.id + ": verdict";
  const data::JsonFields parts(sample.verdict->parts, where);
  return {parts.text("class"), parts.boolean("line")};
}

data::SampleKey judged_key(const Sample& sample, const std::string& run) {
  const std::string where = "question " + sample.question.id + ": reference";
  const data::JsonFields reference(sample.question.reference, where);
  const data::JsonFields panel(reference.object("panel"), where);
  if (panel.text("run") != run) {
    fail("{}: judges answers of run {}, not of {}", where, panel.text("run"), run);
  }
  return {panel.text("question"), panel.text("condition"),
          static_cast<int>(panel.integer("repeat"))};
}

// The answers that at least one judge of the panel was asked about, in the order of the run.
std::vector<Answer> collect(const RunData& judged, const std::vector<const RunData*>& panels) {
  std::map<Key, std::size_t> place;
  std::vector<Answer> all;
  for (const Sample& sample : judged.samples) {
    place[key_of(sample.key)] = all.size();
    Answer answer;
    answer.sample = &sample;
    answer.said.resize(panels.size() + 1);
    answer.said[0] = audit_said(sample);
    all.push_back(std::move(answer));
  }
  std::set<std::size_t> asked;
  for (std::size_t member = 0; member < panels.size(); ++member) {
    for (const Sample& sample : panels[member]->samples) {
      const auto found = place.find(key_of(judged_key(sample, judged.run.id)));
      if (found == place.end()) {
        fail("question {}: the answer it judges is not in run {}", sample.question.id,
             judged.run.id);
      }
      asked.insert(found->second);
      all[found->second].said[member + 1] = panel_said(sample);
      all[found->second].rubric = sample.question.language;
    }
  }
  std::vector<Answer> answers;
  for (const std::size_t i : asked) answers.push_back(std::move(all[i]));
  return answers;
}

PanelMember member_of(const RunData& panel, const std::string& name) {
  PanelMember member{name, panel.run.id, 0, 0, {}};
  for (const Sample& sample : panel.samples) {
    ++member.asked;
    if (!panel_said(sample).content.empty()) {
      ++member.decided;
    } else {
      ++member.undecided[sample.verdict ? data::name(sample.verdict->outcome) : "unjudged"];
    }
  }
  return member;
}

template <typename Takes>
PanelAgreement agreement(const std::vector<Answer>& answers,
                         const std::map<std::string, std::int64_t>& clusters,
                         const std::vector<PanelMember>& members, std::size_t a, std::size_t b,
                         std::uint64_t seed, bool line, Takes takes) {
  PanelAgreement row{members[a].name, members[b].name, "", false, line, {}};
  std::vector<std::string> first, second;
  std::vector<std::int64_t> groups;
  for (const Answer& answer : answers) {
    const Said& one = answer.said[a];
    const Said& other = answer.said[b];
    if (one.content.empty() || other.content.empty() || !takes(answer)) continue;
    first.push_back(line ? (one.line ? "yes" : "no") : one.content);
    second.push_back(line ? (other.line ? "yes" : "no") : other.content);
    groups.push_back(clusters.at(pair_key(answer.sample->question)));
  }
  row.kappa = data::kappa_with_interval(first, second, groups, {.seed = seed, .resamples = 2'000});
  return row;
}

json::object kappa_json(const data::Kappa& kappa) {
  return {{"items", kappa.items},
          {"agreed", kappa.agreed},
          {"kappa", kappa.value ? json::value(*kappa.value) : json::value(nullptr)},
          {"low", kappa.interval.low},
          {"high", kappa.interval.high}};
}

}  // namespace

PanelFigures panel_figures(const RunData& judged, const std::vector<const RunData*>& panels,
                           std::uint64_t seed) {
  const std::vector<Answer> answers = collect(judged, panels);
  PanelFigures figures;
  figures.answers = static_cast<std::int64_t>(answers.size());
  PanelMember audit{kAuditJudge, "", 0, 0, {}};
  for (const Answer& answer : answers) {
    ++audit.asked;
    if (answer.said[0].content.empty()) {
      ++audit.undecided["no label"];
    } else {
      ++audit.decided;
    }
  }
  figures.members.push_back(std::move(audit));
  std::map<std::string, int> names;
  for (const RunData* panel : panels) {
    std::string name = panel->run.manifest.model_name;
    if (const int count = ++names[name]; count > 1) name += fmt::format(" ({})", count);
    figures.members.push_back(member_of(*panel, name));
  }

  std::map<std::string, std::int64_t> clusters;
  std::set<std::string> languages;
  std::set<std::string> rubrics;
  for (const Answer& answer : answers) {
    clusters.try_emplace(pair_key(answer.sample->question),
                         static_cast<std::int64_t>(clusters.size()));
    languages.insert(answer.sample->question.language);
    rubrics.insert(answer.rubric);
  }
  for (std::size_t a = 0; a < figures.members.size(); ++a) {
    for (std::size_t b = a + 1; b < figures.members.size(); ++b) {
      const auto add = [&](const std::string& language, bool by_rubric, bool line, auto takes) {
        PanelAgreement row = agreement(answers, clusters, figures.members, a, b, seed, line, takes);
        row.language = language;
        row.by_rubric = by_rubric;
        figures.agreements.push_back(std::move(row));
      };
      add("", false, false, [](const Answer&) { return true; });
      for (const std::string& language : languages) {
        add(language, false, false,
            [&](const Answer& answer) { return answer.sample->question.language == language; });
      }
      for (const std::string& rubric : rubrics) {
        add(rubric, true, false, [&](const Answer& answer) { return answer.rubric == rubric; });
      }
      add("", false, true, [](const Answer&) { return true; });
    }
  }
  for (std::size_t member = 1; member < figures.members.size(); ++member) {
    PanelClasses classes{figures.members[member].name, {}};
    for (const Answer& answer : answers) {
      if (answer.said[0].content.empty()) continue;
      const std::string& given = answer.said[member].content;
      ++classes.given[answer.said[0].content][given.empty() ? "undecided" : given];
    }
    figures.classes.push_back(std::move(classes));
  }
  for (const Answer& answer : answers) {
    std::set<std::string> said;
    PanelDisagreement row{
        answer.sample->question.id, answer.sample->question.language, answer.sample->key, {}};
    for (std::size_t member = 0; member < figures.members.size(); ++member) {
      const std::string& content = answer.said[member].content;
      if (!content.empty()) said.insert(content);
      row.classes[figures.members[member].name] = content.empty() ? "undecided" : content;
    }
    if (said.size() > 1) figures.disagreements.push_back(std::move(row));
  }
  return figures;
}

json::object to_json(const PanelFigures& figures) {
  json::array members;
  for (const PanelMember& member : figures.members) {
    json::object undecided;
    for (const auto& [why, count] : member.undecided) undecided[why] = count;
    members.push_back(json::object{{"name", member.name},
                                   {"run", member.run},
                                   {"asked", member.asked},
                                   {"decided", member.decided},
                                   {"undecided", std::move(undecided)}});
  }
  json::array agreements;
  for (const PanelAgreement& row : figures.agreements) {
    json::object object = kappa_json(row.kappa);
    object["first"] = row.first;
    object["second"] = row.second;
    object["on"] = row.line ? "line" : "class";
    if (!row.language.empty()) object[row.by_rubric ? "rubric" : "language"] = row.language;
    agreements.push_back(std::move(object));
  }
  json::array classes;
  for (const PanelClasses& table : figures.classes) {
    json::object rows;
    for (const auto& [audit, given] : table.given) {
      json::object row;
      for (const auto& [content, count] : given) row[content] = count;
      rows[audit] = std::move(row);
    }
    classes.push_back(json::object{{"member", table.member}, {"given", std::move(rows)}});
  }
  json::array disagreements;
  for (const PanelDisagreement& row : figures.disagreements) {
    json::object said;
    for (const auto& [member, content] : row.classes) said[member] = content;
    disagreements.push_back(json::object{{"id", row.question},
                                         {"language", row.language},
                                         {"question", row.key.question_hash},
                                         {"condition", row.key.condition_hash},
                                         {"repeat", row.key.repeat},
                                         {"classes", std::move(said)}});
  }
  return {{"answers", figures.answers},
          {"members", std::move(members)},
          {"agreements", std::move(agreements)},
          {"classes", std::move(classes)},
          {"disagreements", std::move(disagreements)}};
}

}  // namespace candor::reports
