// The scores: by suite and language, by level and topic, over several samples, in two languages;
// how sure they are and what they cannot show.
#include <fmt/format.h>

#include <cmath>

#include "reports/html/parts.h"
#include "reports/html/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::vector<BarRow> score_bars(const std::vector<ScoreRow>& rows,
                               const std::vector<std::string>& languages) {
  std::vector<BarRow> bars;
  std::string last;
  for (const ScoreRow& row : rows) {
    std::string head = row.suite;
    if (row.level != 0) head += fmt::format(", level {}", row.level);
    if (!row.topic.empty()) head += ", " + row.topic;
    bars.push_back({head == last ? "" : head, language_name(row.language),
                    colour(language_place(languages, row.language)),
                    fmt::format("{} of {}", row.tally.right(), row.tally.asked()), row.rate,
                    row.interval});
    last = head;
  }
  return bars;
}

TableCell mean_cell(const MeanOfQuestions& mean) {
  return {tenths(mean.value), mean.error ? fmt::format("± {:.1f}", 100 * *mean.error) : ""};
}

void add_repeated(Dictionary& page, const std::vector<SamplesRow>& rows) {
  Table table;
  table.names = {"suite", "language"};
  table.figures = {"questions",     "k",        "pass@k", "maj@k", "G-Pass@k, half",
                   "G-Pass@k, all", "mG-Pass@k"};
  for (const SamplesRow& row : rows) {
    for (const AtK& at : row.at) {
      table.rows.push_back({row.suite, language_name(row.language), fmt::to_string(at.questions),
                            fmt::to_string(at.k), mean_cell(at.pass), mean_cell(at.majority),
                            mean_cell(at.half), mean_cell(at.all),
                            at.mean ? mean_cell(*at.mean) : TableCell("–")});
    }
  }
  if (!table.rows.empty()) add_table(*page.AddSectionDictionary("REPEATED"), "TABLE", table);
}

std::string points_or_nothing(const std::optional<double>& difference) {
  return difference ? fmt::format("{} points", std::lround(*difference * 100))
                    : std::string("nothing");
}

// "+12 points" -> "+12": the head of the column has the unit.
std::string without_unit(const std::string& points) { return points.substr(0, points.rfind(' ')); }

void add_pairs(Dictionary& page, const std::vector<LanguagePairs>& rows) {
  if (rows.empty()) return;
  Dictionary& section = *page.AddSectionDictionary("PAIRS");
  Table table;
  table.names = {"suite", "languages"};
  table.figures = {"pairs",
                   "both right",
                   "only first",
                   "only second",
                   "neither",
                   "second − first, points",
                   "95% interval",
                   "p",
                   "p (Holm)",
                   "could show",
                   ""};
  for (const LanguagePairs& row : rows) {
    const std::string first = language_name(row.base);
    const std::string second = language_name(row.language);
    const double size = static_cast<double>(row.pairs);
    TableCell picture(fmt::format("right in both {}, only in {} {}, only in {} {}, in neither {}",
                                  row.both, first, row.only_base, second, row.only_language,
                                  row.neither));
    picture.parts = {{"p-both", static_cast<double>(row.both) / size},
                     {"p-first", static_cast<double>(row.only_base) / size},
                     {"p-second", static_cast<double>(row.only_language) / size},
                     {"p-neither", static_cast<double>(row.neither) / size}};
    table.rows.push_back({row.suite, fmt::format("{}, {}", first, second),
                          fmt::to_string(row.pairs), fmt::to_string(row.both),
                          fmt::to_string(row.only_base), fmt::to_string(row.only_language),
                          fmt::to_string(row.neither), without_unit(points(row.difference.value)),
                          without_unit(points(row.difference.interval)), plain_p(row.p),
                          plain_p(row.p_holm), points_or_nothing(row.detectable), picture});
    std::string said = fmt::format(
        "{}: of {} questions asked in both, {} were right in {} alone and {} in {} alone. ",
        row.suite, row.pairs, row.only_base, first, row.only_language, second);
    const std::string test = rows.size() == 1
                                 ? fmt::format("exact McNemar test, {}", p_value(row.p))
                                 : fmt::format("exact McNemar test, {} after adjusting for {} rows",
                                               p_value(row.p_holm), rows.size());
    said += row.p_holm <= 0.05
                ? fmt::format("The difference, {} ({}), is more than chance would make ({}).",
                              points(row.difference.value), points(row.difference.interval), test)
                : fmt::format(
                      "That is no more than chance would make ({}): it shows no difference "
                      "and proves no equality.",
                      test);
    set(*section.AddSectionDictionary("NOTE"), "TEXT", said);
  }
  add_table(section, "TABLE", table);
  const std::pair<const char*, const char*> keys[] = {{"p-both", "right in both"},
                                                      {"p-first", "only in the first"},
                                                      {"p-second", "only in the second"},
                                                      {"p-neither", "right in neither"}};
  for (const auto& [kind, text] : keys) {
    Dictionary& key = *section.AddSectionDictionary("KEY");
    key.SetValue("KIND", kind);
    key.SetValue("TEXT", text);
  }
}

void add_sure(Dictionary& page, const std::vector<ScoreRow>& rows) {
  Table table;
  table.names = {"suite", "language"};
  table.figures = {"questions", "right", "95% interval", "standard error", "could show"};
  for (const ScoreRow& row : rows) {
    table.rows.push_back(
        {row.suite, language_name(row.language), fmt::to_string(row.questions), tenths(row.rate),
         fmt::format("{} to {}", tenths(row.interval.low), tenths(row.interval.high)),
         row.standard_error ? fmt::format("{:.1f} points", 100 * *row.standard_error)
                            : std::string("unknown"),
         points_or_nothing(row.detectable)});
  }
  add_table(page, "SURE", table);
}

void add_limits(Dictionary& page, const RunData& data, const RunFigures& figures) {
  const auto limit = [&](const std::string& text) {
    set(*page.AddSectionDictionary("LIMIT"), "TEXT", text);
  };
  limit(
      "A difference between two models smaller than the last column would mostly be missed; that "
      "none was found is no proof that there is none. `candor compare` pairs two runs question by "
      "question and says what they could have shown.");
  const std::size_t bars = figures.scores.size() + figures.levels.size() + figures.topics.size();
  if (bars >= 20) {
    limit(fmt::format(
        "This page has {} intervals of scores. About one in twenty misses the rate it is for, so "
        "some of these do; the best and the worst of many look better and worse than they are.",
        bars));
  }
  bool sampled = false;
  bool known = true;
  for (const auto& [hash, condition] : data.conditions) {
    known = known && settings_known(data.run.manifest, condition);
    sampled = sampled || condition.sampling.temperature > 0;
  }
  if (data.run.manifest.repeats <= 1) {
    limit(!known ? "Each question was asked once, elsewhere, with settings that are not known: how "
                   "much an answer changes from sample to sample is not known either."
          : sampled
              ? "Each question was asked once, with sampling: how much an answer changes from "
                "sample to sample is not known. `--repeats` shows it."
              : "Each question was asked once, taking the most likely token each time: these "
                "figures do not say how the model answers when it is sampled.");
  } else {
    limit(fmt::format("With {} samples a question nothing is said of more than {}.",
                      data.run.manifest.repeats, data.run.manifest.repeats));
  }
  std::int64_t unknown = 0;
  for (const SamplesRow& row : figures.samples) unknown += row.unknown;
  if (unknown > 0) {
    limit(
        fmt::format("{} answers could not be read, were cut off or never came. They count as not "
                    "right; “Without a readable answer” below says where the scores would lie if "
                    "it were known what they were.",
                    unknown));
  }
  limit(
      "A score belongs to its protocol: other prompts, worked examples, token limits or readers of "
      "answers give other figures. Whether the model had met these questions in its training was "
      "not tested.");
}

}  // namespace

std::string scores_html(const RunData& data, const RunFigures& figures) {
  if (figures.scores.empty()) return "";
  const std::vector<std::string> languages = languages_of(data);
  Dictionary page("scores");
  add_rate_chart(page, "CHART", score_bars(figures.scores, languages));
  if (!figures.levels.empty()) {
    add_rate_chart(*page.AddSectionDictionary("LEVELS"), "LEVEL_CHART",
                   score_bars(figures.levels, languages));
  }
  if (!figures.topics.empty()) {
    Dictionary& topics = *page.AddSectionDictionary("TOPICS");
    topics.SetValue("COUNT", fmt::format("{} rows", figures.topics.size()));
    add_rate_chart(topics, "TOPIC_CHART", score_bars(figures.topics, languages));
  }
  add_repeated(page, figures.samples);
  add_pairs(page, figures.languages);
  add_sure(page, figures.scores);
  add_limits(page, data, figures);
  return expand("scores.tpl", page);
}

}  // namespace candor::reports
