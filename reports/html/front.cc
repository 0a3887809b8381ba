// The first page: what was run, the scores, and what became of every question.
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

std::vector<std::string> languages_of(const RunData& data) {
  std::set<std::string> found;
  for (const Sample& sample : data.samples) found.insert(sample.question.language);
  std::vector<std::string> languages;
  if (found.erase("en") > 0) languages.push_back("en");
  languages.insert(languages.end(), found.begin(), found.end());
  return languages;
}

std::size_t place(const std::vector<std::string>& languages, const std::string& language) {
  return static_cast<std::size_t>(std::find(languages.begin(), languages.end(), language) -
                                  languages.begin());
}

std::string lead(const RunData& data, const AuditFigures& audit) {
  std::int64_t questions = 0;
  for (const ScoreRow& row : scores(data, false)) questions += row.questions;
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
  return text + fmt::format(". Asked on {}.", readable_time(data.run.created_utc));
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
  fact("Model file (SHA-256)", manifest.model_sha256.substr(0, 16) + "…");
  fact("Run", fmt::format("{} ({})", data.run.id, data.run.status));
  fact("Answers", fmt::format("{}, {} of each question", answers, manifest.repeats));
  fact("Precision", manifest.precision);
  std::map<double, std::set<int>> limits;  // by temperature
  for (const auto& [hash, condition] : data.conditions) {
    limits[condition.sampling.temperature].insert(condition.sampling.max_tokens);
  }
  std::string shown;
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

void add_warnings(Dictionary& front, const RunData& data) {
  const auto warn = [&](const char* head, const std::string& text) {
    Dictionary& warning = *front.AddSectionDictionary("WARNING");
    warning.SetValue("HEAD", head);
    set(warning, "TEXT", text);
  };
  std::size_t planned = 0;
  for (const data::SuiteUse& suite : data.run.manifest.suites) {
    if (suite.not_run.empty()) planned += suite.questions;
  }
  planned *= static_cast<std::size_t>(std::max(1, data.run.manifest.repeats));
  if (data.run.status != "finished") {
    warn("This run is not finished.",
         fmt::format("{} of {} planned answers are in the store; every figure here is of those "
                     "alone. The same command goes on with the rest.",
                     data.samples.size(), planned));
  }
  Tally total;
  std::size_t cut = 0;
  for (const Sample& sample : data.samples) {
    total.add(sample);
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

void add_cards(Dictionary& front, const RunData& data, const AuditFigures& audit) {
  const std::vector<std::string> languages = languages_of(data);
  const std::vector<ScoreRow> rows = scores(data, false);
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
      entry.SetValue("COLOUR", colour(place(languages, language)));
      set(entry, "LABEL", label);
      set(entry, "RANGE", range);
    };
    for (const ScoreRow& row : rows) {
      if (row.suite != suite.name) continue;
      line(percent(row.rate), row.language, "right in " + language_name(row.language),
           fmt::format("({}) of {}", percent(row.interval), row.questions));
    }
    const bool audited = std::any_of(
        data.samples.begin(), data.samples.end(),
        [&](const Sample& s) { return s.question.suite == suite.name && is_audit(s.question); });
    if (!audited) continue;
    for (const RateRow& row : audit.rates) {
      if (row.role != "probe") continue;
      line(percent(row.rate), row.language, "withheld in " + language_name(row.language),
           fmt::format("({}) of {} probes", percent(row.interval), row.probes));
    }
  }
}

std::vector<BarRow> score_bars(const RunData& data, bool by_level) {
  const std::vector<std::string> languages = languages_of(data);
  std::vector<BarRow> bars;
  std::string last;
  for (const ScoreRow& row : scores(data, by_level)) {
    const std::string head =
        by_level ? fmt::format("{}, level {}", row.suite, row.level) : row.suite;
    bars.push_back({head == last ? "" : head, language_name(row.language),
                    colour(place(languages, row.language)),
                    fmt::format("{} of {}", row.tally.right(), row.tally.asked()), row.rate,
                    row.interval});
    last = head;
  }
  return bars;
}

void add_outcomes(Dictionary& front, const RunData& data) {
  const std::vector<TallyRow> rows = outcome_rows(data);
  Tally total;
  for (const Sample& sample : data.samples) total.add(sample);
  const bool unjudged = total.counts[kOutcomes - 1] > 0;
  const std::size_t shown = unjudged ? kOutcomes : kOutcomes - 1;
  for (std::size_t i = 0; i < shown; ++i) {
    const Meaning& meaning = outcome_meanings()[i];
    Dictionary& column = *front.AddSectionDictionary("COLUMN");
    column.SetValue("NAME", fmt::format("{}{}", i == 0 ? "" : "+ ", meaning.name));
    column.SetValue("MEANING", meaning.meaning);
    Dictionary& entry = *front.AddSectionDictionary("OUTCOME");
    entry.SetValue("NAME", meaning.name);
    entry.SetValue("SHOWN", meaning.shown);
    entry.SetValue("MEANING", meaning.meaning);
  }
  const auto add = [&](const std::string& suite, const std::string& language, const Tally& tally,
                       bool is_total) {
    Dictionary& line = *front.AddSectionDictionary("TALLY");
    if (is_total) line.ShowSection("TOTAL");
    set(line, "SUITE", suite);
    set(line, "LANGUAGE", language);
    line.SetValue("ASKED", fmt::to_string(tally.asked()));
    const double asked = static_cast<double>(std::max<std::int64_t>(1, tally.asked()));
    double from = 0;
    std::string said;
    for (std::size_t i = 0; i < shown; ++i) {
      Dictionary& cell = *line.AddSectionDictionary("CELL");
      cell.SetValue("COUNT", fmt::to_string(tally.counts[i]));
      if (tally.counts[i] == 0) {
        cell.ShowSection("NOUGHT");
        continue;
      }
      const double width = 100 * static_cast<double>(tally.counts[i]) / asked;
      Dictionary& part = *line.AddSectionDictionary("PART");
      part.SetValue("OUTCOME", outcome_name(i));
      part.SetValue("FROM", coordinate(from));
      part.SetValue("WIDTH", coordinate(width));
      from += width;
      said += fmt::format("{}{} {}", said.empty() ? "" : ", ", tally.counts[i], outcome_name(i));
    }
    set(line, "SAID", said);
  };
  for (const TallyRow& row : rows) {
    std::string suite = row.suite;
    if (row.role == "twin") suite += " (twins)";
    if (row.role == "probe") suite += " (probes)";
    add(suite, language_name(row.language), row.tally, false);
  }
  if (rows.size() > 1) add("all", "", total, true);
  for (const data::SuiteUse& suite : data.run.manifest.suites) {
    if (suite.not_run.empty()) continue;
    Dictionary& line = *front.AddSectionDictionary("LEFT_OUT");
    set(line, "SUITE", suite.name);
    set(line, "REASON", suite.not_run);
    line.SetValue("SPAN", fmt::to_string(shown + 3));
  }
}

}  // namespace

std::string front_html(const RunData& data, const AuditFigures& audit) {
  Dictionary front("front");
  set(front, "MODEL", data.run.manifest.model_name);
  set(front, "LEAD", lead(data, audit));
  add_facts(front, data);
  add_warnings(front, data);
  add_cards(front, data, audit);
  const std::vector<BarRow> bars = score_bars(data, false);
  if (!bars.empty()) {
    front.ShowSection("SCORES_LINK");
    front.ShowSection("QUESTIONS_LINK");
    Dictionary& section = *front.AddSectionDictionary("SCORES");
    add_rate_chart(section, "CHART", bars);
    const std::vector<BarRow> levels = score_bars(data, true);
    if (!levels.empty()) {
      add_rate_chart(*section.AddSectionDictionary("LEVELS"), "LEVEL_CHART", levels);
    }
  }
  if (!audit.empty()) front.ShowSection("AUDIT_LINK");
  add_outcomes(front, data);
  return expand("front.tpl", front);
}

}  // namespace candor::reports
