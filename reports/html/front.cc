// The first page: what was run, and its main figures.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/figures.h"
#include "reports/html/parts.h"
#include "reports/html/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

// What a suite holds, told from the judges of its questions.
std::string suite_description(const RunData& data, const std::string& suite) {
  std::set<std::string> judges;
  for (const Sample& sample : data.samples) {
    if (sample.question.suite == suite) judges.insert(sample.question.judge);
  }
  std::string text;
  const auto add = [&](const char* judge, const char* what) {
    if (judges.erase(judge) > 0) text += (text.empty() ? "" : "; ") + std::string(what);
  };
  add("maths", "maths problems, judged by the value of the answer");
  add("logic", "logic puzzles with one solution");
  add("choice", "questions with lettered answers");
  add("code", "short programs, run against hidden tests");
  add("audit", "sensitive questions and their twins");
  for (const std::string& judge : judges) text += (text.empty() ? "" : "; ") + judge;
  return text;
}

std::string lead(const RunData& data, const RunFigures& figures) {
  const AuditFigures& audit = figures.audit;
  std::int64_t questions = 0;
  for (const ScoreRow& row : figures.scores) questions += row.questions;
  std::string text = "What this language model got right";
  if (!audit.probes.empty()) text += questions > 0 ? ", and what it would not say" : "";
  if (questions == 0) text = "What this language model would not say";
  text += ": ";
  if (questions > 0) text += fmt::format("{} questions with a known answer", questions);
  if (!audit.probes.empty()) {
    text +=
        fmt::format("{}{} sensitive topics{}", questions > 0 ? " and " : "", audit.probes.size(),
                    audit.languages.size() > 1 ? ", each asked in more than one language" : "");
  }
  const std::string time = readable_time(data.run.created_utc);
  return text + (is_replay(data.run.manifest) ? fmt::format(". Read on {}; asked elsewhere.", time)
                                              : fmt::format(". Asked on {}.", time));
}

void add_facts(Dictionary& front, const RunData& data) {
  const data::Manifest& manifest = data.run.manifest;
  const auto fact = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    Dictionary& entry = *front.AddSectionDictionary("FACT");
    entry.SetValue("NAME", name);
    set(entry, "VALUE", value);
  };
  std::int64_t answers = static_cast<std::int64_t>(data.samples.size());
  fact("Model", manifest.model_name);
  fact(is_replay(manifest) ? "File of answers (SHA-256)" : "Model file (SHA-256)",
       manifest.model_sha256.substr(0, 16) + "…");
  fact("Run", fmt::format("{} ({})", data.run.id, data.run.status));
  fact("Answers", fmt::format("{}, {} of each question", answers, manifest.repeats));
  std::string judges;
  for (const auto& [judge, version] : data.judges) {
    judges += judges.empty() ? "" : ", ";
    judges += version.starts_with(judge) ? version : fmt::format("{} ({})", judge, version);
  }
  fact(data.judges.size() == 1 ? "Judge" : "Judges", judges);
  fact("Protocol", manifest.protocol.empty()
                       ? "each suite’s own way"
                       : manifest.protocol + (manifest.protocol_version.empty()
                                                  ? ""
                                                  : ", version " + manifest.protocol_version));
  fact("Precision", manifest.precision);
  std::map<double, std::set<int>> limits;  // by temperature
  for (const auto& [hash, condition] : data.conditions) {
    if (!settings_known(manifest, condition)) continue;
    limits[condition.sampling.temperature].insert(condition.sampling.max_tokens);
  }
  std::string shown =
      limits.empty() ? "asked elsewhere; the settings are not in the file of answers" : "";
  for (const auto& [temperature, tokens] : limits) {
    shown += fmt::format("{}{}, at most {} tokens", shown.empty() ? "" : "; ",
                         temperature == 0 ? std::string("most likely token each time")
                                          : fmt::format("temperature {}", temperature),
                         fmt::join(tokens, " or "));
  }
  fact("Sampling", shown);
  fact("Seed", fmt::to_string(manifest.seed));
  fact("Program", "Candor " + manifest.engine_version);
}

void add_warnings(Dictionary& front, const RunData& data, const Tally& total) {
  const auto warn = [&](const char* head, const std::string& text) {
    Dictionary& warning = *front.AddSectionDictionary("WARNING");
    warning.SetValue("HEAD", head);
    set(warning, "TEXT", text);
  };
  if (data.run.status != "finished") {
    warn("This run is not finished.",
         fmt::format("{} of {} planned answers are in the store; every figure here is of those "
                     "alone. The same command goes on with the rest.",
                     data.samples.size(), planned_answers(data)));
  }
  std::size_t cut = 0;
  for (const Sample& sample : data.samples) {
    if (sample.finish == data::FinishReason::kLength) ++cut;
  }
  if (total.counts[kOutcomes - 1] > 0) {
    warn("Not everything is judged.",
         fmt::format("{} answers wait for their judge: `candor score` judges them.",
                     total.counts[kOutcomes - 1]));
  }
  const std::size_t errors = static_cast<std::size_t>(total.counts[7]);
  if (errors > 0) {
    warn("Some questions could not be asked.",
         fmt::format("{} of {} failed; they count as not right.", errors, data.samples.size()));
  }
  if (4 * cut > data.samples.size()) {
    warn("Many answers were cut off.",
         fmt::format("{} of {} reached the token limit. A higher limit may change the figures.",
                     cut, data.samples.size()));
  }
}

void add_cards(Dictionary& front, const RunData& data, const RunFigures& figures) {
  const AuditFigures& audit = figures.audit;
  const std::vector<std::string> languages = languages_of(data);
  for (const data::SuiteUse& suite : data.run.manifest.suites) {
    Dictionary& card = *front.AddSectionDictionary("CARD");
    set(card, "NAME", suite.name);
    set(card, "WHAT", suite_description(data, suite.name));
    if (!suite.not_run.empty()) {
      set(*card.AddSectionDictionary("NOT_RUN"), "REASON", suite.not_run);
      continue;
    }
    const auto line = [&](const std::string& figure, const std::string& language,
                          const std::string& label, const std::string& range) {
      Dictionary& entry = *card.AddSectionDictionary("LINE");
      set(entry, "FIGURE", figure);
      entry.SetValue("COLOUR", colour(language_place(languages, language)));
      set(entry, "LABEL", label);
      set(entry, "RANGE", range);
    };
    for (const ScoreRow& row : figures.scores) {
      if (row.suite != suite.name) continue;
      line(tenths(row.rate), row.language, "right in " + language_name(row.language),
           fmt::format("({}) of {} questions", percent(row.interval), row.questions));
    }
    const bool audited = std::any_of(
        data.samples.begin(), data.samples.end(),
        [&](const Sample& s) { return s.question.suite == suite.name && is_audit(s.question); });
    if (!audited) continue;
    for (const RateRow& row : audit.rates) {
      if (row.role != "probe") continue;
      line(tenths(row.rate), row.language, "withheld in " + language_name(row.language),
           fmt::format("({}) of {} probes", percent(row.interval), row.probes));
    }
  }
}

}  // namespace

std::string front_html(const RunData& data, const RunFigures& figures) {
  Dictionary front("front");
  set(front, "MODEL", data.run.manifest.model_name);
  set(front, "LEAD", lead(data, figures));
  add_facts(front, data);
  add_warnings(front, data, figures.total);
  add_cards(front, data, figures);
  if (!figures.scores.empty()) {
    front.ShowSection("SCORES_LINK");
    front.ShowSection("QUESTIONS_LINK");
  }
  if (!figures.audit.empty()) front.ShowSection("AUDIT_LINK");
  return expand("front.tpl", front);
}

}  // namespace candor::reports
