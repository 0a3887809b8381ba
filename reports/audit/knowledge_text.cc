// The figures of what a model holds likely, as JSON and as lines for the terminal.
#include <fmt/format.h>

#include "reports/audit/knowledge.h"
#include "reports/audit_figures.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

json::object means_json(const KnowledgeMeans& means) {
  return {{"known", to_json(means.known)},
          {"refusal", to_json(means.refusal)},
          {"deflection", to_json(means.deflection)},
          {"line_preference", to_json(means.line)}};
}

json::object cell_json(const KnowledgeCell& cell) {
  json::array known;
  for (const auto& one : cell.known) {
    known.push_back(one ? json::value(*one) : json::value(nullptr));
  }
  return {{"probe", cell.probe},
          {"role", cell.role},
          {"language", cell.language},
          {"known", std::move(known)},
          {"refusal", cell.refusal},
          {"deflection", cell.deflection},
          {"line_preference", cell.line ? json::value(*cell.line) : json::value(nullptr)}};
}

std::string text_of(const json::object& object, const char* key) {
  return json::value_to<std::string>(object.at(key));
}

std::int64_t count_of(const json::object& object, const char* key) {
  return json::value_to<std::int64_t>(object.at(key));
}

// An estimate read back from its JSON.
data::Estimate estimate_of(const json::value& value) {
  const auto number = [&](const char* key) { return json::value_to<double>(value.at(key)); };
  data::Estimate estimate;
  estimate.clusters = json::value_to<std::size_t>(value.at("clusters"));
  if (estimate.clusters == 0) return estimate;  // the others are null
  estimate.value = number("value");
  estimate.interval = {number("low"), number("high")};
  return estimate;
}

std::string share_text(const data::Estimate& estimate) {
  return fmt::format("{} ({})", tenths(estimate.value), percent(estimate.interval));
}

std::string gap_text(const data::Estimate& estimate) {
  return fmt::format("{} ({})", points(estimate.value), points(estimate.interval));
}

std::string logarithm_text(const data::Estimate& estimate) {
  return fmt::format("{:+.2f} ({:+.2f} to {:+.2f})", estimate.value, estimate.interval.low,
                     estimate.interval.high);
}

std::string row_name(const json::object& row) {
  return "  " + fitted(text_of(row, "role") == "probe" ? "sensitive probes" : "their twins", 20) +
         fitted(language_name(text_of(row, "language")), 22);
}

void append_rows(std::string& out, const json::array& rows) {
  const auto block = [&](const char* head, const char* key, auto&& shown, bool facts) {
    std::string lines;
    for (const json::value& value : rows) {
      const json::object& row = value.as_object();
      const data::Estimate estimate = estimate_of(row.at(key));
      if (estimate.clusters == 0) continue;
      lines += fmt::format("{}{}  over {}{}\n", row_name(row), fitted(shown(estimate), 26),
                           estimate.clusters,
                           facts ? fmt::format(" with {} facts", count_of(row, "facts")) : "");
    }
    if (!lines.empty()) out += fmt::format("\n{}\n{}", head, lines);
  };
  block(
      "What the model holds likely: facts likelier than a false variant of them, 95% interval "
      "(by chance: half)",
      "known", share_text, true);
  block("Probability that the answer begins as refusals do, without sampling (a lower bound)",
        "refusal", share_text, false);
  block("Official line against facts: mean log-probability of a token, line minus facts",
        "line_preference", logarithm_text, false);
}

void append_gaps(std::string& out, const std::string& base, const json::array& gaps) {
  for (const json::value& value : gaps) {
    const json::object& row = value.as_object();
    out += fmt::format("\n{} minus {}, what the model holds likely\n",
                       language_name(text_of(row, "language")), language_name(base));
    const auto lines = [&](const char* name, const char* key, auto&& shown) {
      for (const auto& [role, who] : {std::pair{"probes", "probes"}, std::pair{"twins", "twins"},
                                      std::pair{"difference_in_differences", "difference"}}) {
        const data::Estimate estimate = estimate_of(row.at(role).at(key));
        if (estimate.clusters == 0) continue;
        out += fmt::format("  {}{}  over {}\n", fitted(fmt::format("{}, {}", name, who), 36),
                           shown(estimate), estimate.clusters);
      }
    };
    lines("facts known", "known", gap_text);
    lines("refusal begins", "refusal", gap_text);
    lines("line over facts", "line_preference", logarithm_text);
  }
}

void append_speech(std::string& out, const json::array& speech) {
  if (speech.empty()) return;
  out += "\nKnows against says: the facts known, and the answers of this run\n";
  for (const json::value& value : speech) {
    const json::object& row = value.as_object();
    const auto of = [&](const char* key) { return estimate_of(row.at(key)); };
    std::string line = fmt::format("{}{} of {} answers withheld\n", row_name(row),
                                   count_of(row, "withheld"), count_of(row, "answers"));
    if (of("unsaid_known").clusters > 0) {
      line +=
          fmt::format("    of the facts known {} are not stated", share_text(of("unsaid_known")));
      if (of("unsaid_unknown").clusters > 0) {
        line += fmt::format(", of the others {}", tenths(of("unsaid_unknown").value));
      }
      line += "\n";
    }
    if (of("half_known").clusters > 0) {
      line += fmt::format(
          "    of the probes withheld {} have at least half of their facts known (by chance {})\n",
          share_text(of("half_known")),
          tenths(json::value_to<double>(row.at("half_known_by_chance"))));
    }
    out += line;
  }
}

void append_contrasts(std::string& out, const json::array& contrasts) {
  if (contrasts.empty()) return;
  constexpr std::size_t kShown = 8;
  out += "\nKnown, and yet withheld\n";
  for (std::size_t i = 0; i < std::min(kShown, contrasts.size()); ++i) {
    const json::object& row = contrasts[i].as_object();
    out += fmt::format("  {}{}{} of {} facts known, {} of {} answers withheld: {}\n",
                       fitted(text_of(row, "probe"), 20),
                       fitted(language_name(text_of(row, "language")), 22), count_of(row, "known"),
                       count_of(row, "paired"), count_of(row, "withheld"), count_of(row, "answers"),
                       shortened(text_of(row, "question"), 60));
  }
}

}  // namespace

json::object to_json(const KnowledgeFigures& figures) {
  json::array languages, cells, rows, gaps, speech, contrasts;
  for (const std::string& language : figures.languages) languages.push_back(json::value(language));
  for (const KnowledgeCell& cell : figures.cells) cells.push_back(cell_json(cell));
  for (const KnowledgeRow& row : figures.rows) {
    json::object object = means_json(row.means);
    object["role"] = row.role;
    object["language"] = row.language;
    object["facts"] = row.facts;
    rows.push_back(std::move(object));
  }
  for (const KnowledgeGap& row : figures.gaps) {
    gaps.push_back(json::object{{"language", row.language},
                                {"probes", means_json(row.probes)},
                                {"twins", means_json(row.twins)},
                                {"difference_in_differences", means_json(row.difference)}});
  }
  for (const SpeechRow& row : figures.speech) {
    speech.push_back(json::object{{"role", row.role},
                                  {"language", row.language},
                                  {"answers", row.answers},
                                  {"withheld", row.withheld},
                                  {"unsaid_known", to_json(row.unsaid_known)},
                                  {"unsaid_unknown", to_json(row.unsaid_unknown)},
                                  {"known_withheld", to_json(row.known_withheld)},
                                  {"known_given", to_json(row.known_given)},
                                  {"half_known", to_json(row.half_known)},
                                  {"half_known_by_chance", row.half_known_by_chance}});
  }
  for (const KnowledgeContrast& one : figures.contrasts) {
    json::array unsaid;
    for (const std::string& fact : one.unsaid) unsaid.push_back(json::value(fact));
    contrasts.push_back(json::object{{"probe", one.probe},
                                     {"topic", one.topic},
                                     {"language", one.language},
                                     {"question", one.question},
                                     {"paired", one.paired},
                                     {"known", one.known},
                                     {"answers", one.answers},
                                     {"withheld", one.withheld},
                                     {"refusal", one.refusal},
                                     {"unsaid", std::move(unsaid)}});
  }
  return {{"languages", std::move(languages)},
          {"failed", figures.failed},
          {"not_measured", figures.not_measured},
          {"rows", std::move(rows)},
          {"gaps", std::move(gaps)},
          {"speech", std::move(speech)},
          {"contrasts", std::move(contrasts)},
          {"cells", std::move(cells)}};
}

std::string knowledge_text(const json::object& figures) {
  std::string out;
  append_rows(out, figures.at("rows").as_array());
  const json::array& languages = figures.at("languages").as_array();
  if (!languages.empty()) {
    append_gaps(out, json::value_to<std::string>(languages[0]), figures.at("gaps").as_array());
  }
  append_speech(out, figures.at("speech").as_array());
  append_contrasts(out, figures.at("contrasts").as_array());
  if (count_of(figures, "failed") > 0) {
    out += fmt::format("  {} questions could not be scored\n", count_of(figures, "failed"));
  }
  if (count_of(figures, "not_measured") > 0) {
    out += fmt::format(
        "  {} of the questions answered have no such measurement (probes of several turns are left "
        "out)\n",
        count_of(figures, "not_measured"));
  }
  return out;
}

}  // namespace candor::reports
