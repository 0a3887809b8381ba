// What became of every question: outcomes, answers that could not be read, lengths.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/html/parts.h"
#include "reports/html/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

void add_outcomes(Dictionary& page, const RunData& data, const RunFigures& figures) {
  const std::vector<TallyRow>& rows = figures.outcomes;
  const Tally& total = figures.total;
  const bool unjudged = total.counts[kOutcomes - 1] > 0;
  const std::size_t shown = unjudged ? kOutcomes : kOutcomes - 1;
  for (std::size_t i = 0; i < shown; ++i) {
    const Meaning& meaning = outcome_meanings()[i];
    Dictionary& column = *page.AddSectionDictionary("COLUMN");
    column.SetValue("NAME", fmt::format("{}{}", i == 0 ? "" : "+ ", meaning.name));
    column.SetValue("MEANING", meaning.meaning);
    Dictionary& entry = *page.AddSectionDictionary("OUTCOME");
    entry.SetValue("NAME", meaning.name);
    entry.SetValue("SHOWN", meaning.shown);
    entry.SetValue("MEANING", meaning.meaning);
  }
  const auto add = [&](const std::string& suite, const std::string& language, const Tally& tally,
                       bool is_total) {
    Dictionary& line = *page.AddSectionDictionary("TALLY");
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
    Dictionary& line = *page.AddSectionDictionary("LEFT_OUT");
    set(line, "SUITE", suite.name);
    set(line, "REASON", suite.not_run);
    line.SetValue("SPAN", fmt::to_string(shown + 3));
  }
}

// "3 (1.8%)" with its interval behind; nothing of nought.
TableCell share_cell(const Share& share) {
  if (share.count == 0) return "0";
  return {fmt::format("{} · {}", share.count, tenths(share.rate)),
          fmt::format("({})", percent(share.interval))};
}

void add_unknown(Dictionary& page, const std::vector<SamplesRow>& rows) {
  Table table;
  table.names = {"suite", "language"};
  table.figures = {"truncated",    "unparsed",     "failed",
                   "if all wrong", "if all right", "95% interval"};
  for (const SamplesRow& row : rows) {
    if (row.unknown == 0) continue;
    table.rows.push_back({row.suite, language_name(row.language), share_cell(row.truncated),
                          share_cell(row.unparsed), share_cell(row.failed),
                          tenths(row.bounds.worst), tenths(row.bounds.best),
                          percent(row.bounds.interval)});
  }
  if (!table.rows.empty()) add_table(*page.AddSectionDictionary("UNKNOWN"), "TABLE", table);
}

std::string whole(double number) { return fmt::to_string(std::lround(number)); }

void add_lengths(Dictionary& page, const std::vector<LengthRow>& rows) {
  Table table;
  table.names = {"suite", "language"};
  table.figures = {"replies",      "tokens, median",
                   "ninth decile", "answer, characters, median",
                   "ninth decile", "reasoning, characters, median",
                   "ninth decile", "at the token limit"};
  for (const LengthRow& row : rows) {
    const auto cells = [](const Spread& spread, const char* none) {
      return spread.replies == 0 ? std::pair<TableCell, TableCell>(none, "")
                                 : std::pair<TableCell, TableCell>(whole(spread.median),
                                                                   whole(spread.ninth_decile));
    };
    const auto [tokens, most_tokens] = cells(row.tokens, "not known");
    const auto [answer, most_answer] = cells(row.answer, "none");
    auto [reasoning, most_reasoning] = cells(row.reasoning, "none");
    if (row.reasoning.replies > 0 && row.reasoning.replies < row.replies) {
      reasoning.remark = fmt::format("in {} replies", row.reasoning.replies);
    }
    std::string limit = fmt::to_string(row.at_limit);
    if (row.unclosed > 0) limit += fmt::format(", {} still reasoning", row.unclosed);
    table.rows.push_back({row.suite, language_name(row.language), fmt::to_string(row.replies),
                          tokens, most_tokens, answer, most_answer, reasoning, most_reasoning,
                          limit});
  }
  if (!table.rows.empty()) add_table(*page.AddSectionDictionary("LENGTHS"), "TABLE", table);
}

}  // namespace

std::string replies_html(const RunData& data, const RunFigures& figures) {
  Dictionary page("replies");
  add_outcomes(page, data, figures);
  add_unknown(page, figures.samples);
  add_lengths(page, figures.lengths);
  return expand("replies.tpl", page);
}

}  // namespace candor::reports
