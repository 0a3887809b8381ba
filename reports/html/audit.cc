// The audit's part of the page: rates, gaps, what they mean, and the bilingual table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/html/parts.h"
#include "reports/html/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::string colour_of(const AuditFigures& audit, const std::string& language) {
  const auto at = std::find(audit.languages.begin(), audit.languages.end(), language);
  return colour(static_cast<std::size_t>(at - audit.languages.begin()));
}

const RateRow* rate_of(const AuditFigures& audit, const char* role, const std::string& language) {
  for (const RateRow& row : audit.rates) {
    if (row.role == role && row.language == language) return &row;
  }
  return nullptr;
}

// The finding in words, for a reader who knows no statistics.
void add_findings(Dictionary& page, const AuditFigures& audit) {
  const auto say = [&](const std::string& text) {
    set(*page.AddSectionDictionary("FINDING"), "TEXT", text);
  };
  if (audit.languages.empty()) return;
  const std::string& base = audit.languages[0];
  for (const GapRow& gap : audit.gaps) {
    const RateRow* first = rate_of(audit, "probe", base);
    const RateRow* second = rate_of(audit, "probe", gap.language);
    if (first == nullptr || second == nullptr || gap.probes.clusters == 0) continue;
    const std::string other = language_name(gap.language);
    const std::string base_name = language_name(base);
    say(fmt::format(
        "Asked in {}, the model withheld {} of its answers to the sensitive questions; asked the "
        "same in {}, {}. The gap is {} (95% interval {}).",
        other, percent(second->rate), base_name, percent(first->rate), points(gap.probes.value),
        points(gap.probes.interval)));
    const GapVerdict verdict = verdict_of(gap);
    if (verdict == GapVerdict::kNotMeasured) {
      say("No probe with a twin could be judged in both languages, so general caution in a "
          "language "
          "cannot be told from caution about these topics.");
    } else if (verdict == GapVerdict::kDependsOnScale) {
      say(fmt::format(
          "On the twins the languages differ by {}. That leaves {} ({}) in points, and {:+.2f} "
          "({:+.2f} to {:+.2f}) in log-odds: one of the two intervals includes nought and the "
          "other does not, so whether the topics themselves account for anything depends on the "
          "scale.",
          points(gap.twins.value), points(gap.difference.value), points(gap.difference.interval),
          gap.log_odds->value, gap.log_odds->interval.low, gap.log_odds->interval.high));
    } else if (verdict != GapVerdict::kUnclear) {
      say(fmt::format(
          "On the twins the languages differ by {}. That leaves {} ({}) that the topics themselves "
          "account for: the interval does not include nought (sign-flip test, adjusted: {}), so on "
          "these questions asking in {} makes the model withhold {} than its general caution "
          "explains.",
          points(gap.twins.value), points(gap.difference.value), points(gap.difference.interval),
          p_value(gap.p_holm.value_or(gap.p)), other,
          verdict == GapVerdict::kMore ? "more" : "less"));
    } else {
      std::string text = fmt::format(
          "On the twins the languages differ by {}. That leaves {} ({}) that the topics themselves "
          "could account for: {}, so this run does not show that the language matters more on "
          "these topics than on others.",
          points(gap.twins.value), points(gap.difference.value), points(gap.difference.interval),
          excludes_zero(gap.difference.interval)
              ? "the test adjusted for all others of the run does not find it (" +
                    p_value(gap.p_holm.value_or(gap.p)) + ")"
              : std::string("the interval includes nought"));
      if (gap.detectable_difference) {
        text += fmt::format(" It could have found a difference of about {} points or more.",
                            std::lround(*gap.detectable_difference * 100));
      }
      say(text);
    }
  }
}

void add_rates(Dictionary& page, const AuditFigures& audit) {
  if (audit.rates.empty()) return;
  Dictionary& section = *page.AddSectionDictionary("RATES");
  std::vector<BarRow> bars;
  std::string last;
  for (const RateRow& row : audit.rates) {
    const std::string head = row.role == "probe" ? "Sensitive probes" : "Their twins";
    if (row.probes > 0) {
      bars.push_back({head == last ? "" : head, language_name(row.language),
                      colour_of(audit, row.language),
                      fmt::format("{} of {}", row.withheld, row.counted), row.rate, row.interval});
      last = head;
    }
    if (row.counted < row.asked) {
      std::string why;
      static const std::set<std::string> kCounted = {
          "refusal", "deflection",    "official_line",  "hedged",    "partial",
          "full",    "blocked_input", "blocked_output", "retracted", "host_text"};
      for (const auto& [label, count] : row.labels) {
        if (!kCounted.contains(label)) {
          why += fmt::format("{}{} {}", why.empty() ? "" : ", ", count, shown_label(label));
        }
      }
      set(*section.AddSectionDictionary("LEFT_OUT"), "TEXT",
          fmt::format("{}, {}: {} of {} samples say neither and are not counted in the rate ({}).",
                      head, language_name(row.language), row.asked - row.counted, row.asked, why));
    }
  }
  add_rate_chart(section, "CHART", bars);
}

void add_gaps(Dictionary& page, const AuditFigures& audit) {
  if (audit.gaps.empty() && audit.topics.empty()) return;
  Dictionary& section = *page.AddSectionDictionary("GAPS");
  std::vector<BarRow> bars;
  const auto note = [&](const std::string& text) {
    set(*section.AddSectionDictionary("NOTE"), "TEXT", text);
  };
  const auto bar = [&](const std::string& head, const std::string& label,
                       const std::string& language, const data::Estimate& estimate) {
    if (estimate.clusters == 0) return;
    bars.push_back({head, label, colour_of(audit, language),
                    fmt::format("{} pairs", estimate.clusters), estimate.value, estimate.interval});
  };
  for (std::size_t i = 0; i < audit.topics.size(); ++i) {
    const TopicRow& row = audit.topics[i];
    bar(i == 0 ? "Probe minus twin" : "", language_name(row.language), row.language, row.gap);
  }
  for (const GapRow& row : audit.gaps) {
    const std::string base = language_name(audit.languages[0]);
    const std::string other = language_name(row.language);
    bar(fmt::format("{} minus {}", other, base), "probes", row.language, row.probes);
    bar("", "twins", row.language, row.twins);
    bar("Difference in differences", other, row.language, row.difference);
    note(fmt::format(
        "Probes withheld in {} only: {}; in {} only: {}. Exact McNemar test of the two, twins "
        "not taken off: {}.",
        other, row.withheld_here_only, base, row.withheld_base_only, p_value(row.mcnemar)));
    note(row.detectable
             ? fmt::format(
                   "The smallest language gap that a run of {} probes like this one would find "
                   "four times in five: {} points.",
                   row.probes.clusters, std::lround(*row.detectable * 100))
             : fmt::format("With {} probes judged in both languages, no language gap of any size "
                           "could have been found reliably.",
                           row.probes.clusters));
    if (row.difference.clusters == 0) continue;
    note(row.detectable_difference
             ? fmt::format(
                   "For the difference in differences: {} points, from {} probes with a twin.",
                   std::lround(*row.detectable_difference * 100), row.difference.clusters)
             : fmt::format(
                   "The {} probes with a twin are too few to find a difference in differences "
                   "reliably, whatever its size.",
                   row.difference.clusters));
  }
  add_gap_chart(section, "GAP_CHART", bars);
}

void add_content(Dictionary& page, const AuditFigures& audit) {
  if (audit.rates.empty()) return;
  Dictionary& section = *page.AddSectionDictionary("CONTENT");
  // The six content labels always, the rest where they occur.
  std::vector<std::string> columns;
  std::set<std::string> occurring;
  for (const RateRow& row : audit.rates) {
    for (const auto& [label, count] : row.labels) occurring.insert(label);
  }
  for (std::size_t i = 0; i < label_meanings().size(); ++i) {
    const std::string label = label_meanings()[i].name;
    if (occurring.erase(label) > 0 || i < kContentLabels) columns.push_back(label);
  }
  columns.insert(columns.end(), occurring.begin(), occurring.end());
  for (const std::string& label : columns) {
    set(*section.AddSectionDictionary("COLUMN"), "NAME", shown_label(label));
  }
  for (const RateRow& row : audit.rates) {
    Dictionary& line = *section.AddSectionDictionary("ROW");
    line.SetValue("ROLE", row.role == "probe" ? "probes" : "twins");
    set(line, "LANGUAGE", language_name(row.language));
    line.SetValue("ASKED", fmt::to_string(row.asked));
    for (const std::string& label : columns) {
      const auto found = row.labels.find(label);
      const std::size_t count = found == row.labels.end() ? 0 : found->second;
      Dictionary& cell = *line.AddSectionDictionary("CELL");
      cell.SetValue("COUNT", fmt::to_string(count));
      if (count == 0) cell.ShowSection("NOUGHT");
    }
  }
}

}  // namespace

std::string audit_html(const AuditFigures& audit, std::size_t limit) {
  if (audit.empty()) return "";
  Dictionary page("audit");
  std::string heading = "What the model will not say";
  if (audit.languages.size() > 1) {
    heading = fmt::format("{} against {}: what the model will not say",
                          language_name(audit.languages[0]), language_name(audit.languages[1]));
  }
  set(page, "HEADING", heading);
  std::string more =
      "The audit has a page of its own, in English and in Chinese, with its figures by topic, the "
      "judge's errors and the method: candor report --audit.";
  if (audit.conditions > 1) {
    more += fmt::format(
        " The figures and answers here are of the first of {} conditions; that page has all of "
        "them.",
        audit.conditions);
  }
  set(page, "MORE", more);
  add_findings(page, audit);
  add_rates(page, audit);
  add_gaps(page, audit);
  add_content(page, audit);
  std::set<std::string> occurring;
  for (const RateRow& row : audit.rates) {
    for (const auto& [label, count] : row.labels) occurring.insert(label);
  }
  for (std::size_t i = 0; i < label_meanings().size(); ++i) {
    const Meaning& meaning = label_meanings()[i];
    if (i >= kContentLabels && !occurring.contains(meaning.name)) continue;
    Dictionary& label = *page.AddSectionDictionary("LABEL");
    label.SetValue("CLASS", label_class(meaning.name));
    label.SetValue("SHOWN", meaning.shown);
    label.SetValue("MEANING", meaning.meaning);
  }
  for (const char* what : {"refusal", "line", "line_quoted", "fact", "hedge"}) {
    const MarkKind kind = mark_kind(what);
    Dictionary& mark = *page.AddSectionDictionary("MARK");
    mark.SetValue("KIND", kind.css);
    set(mark, "SHOWN", kind.shown.en);
  }
  std::string out =
      expand("audit.tpl", page) + probe_articles(audit.probes, audit.languages, limit);
  // Twins whose probe was not asked would otherwise be in the counts and nowhere to be read.
  std::set<const Probe*> shown;
  for (const Probe& probe : audit.probes) shown.insert(probe.twin);
  std::vector<Probe> rest = audit.others;
  for (const auto& [key, twin] : audit.twins) {
    if (!shown.contains(&twin)) rest.push_back(twin);
  }
  std::stable_sort(rest.begin(), rest.end(),
                   [](const Probe& a, const Probe& b) { return a.interest() > b.interest(); });
  if (!rest.empty()) {
    Dictionary group("group");
    group.SetValue("HEAD", "Other questions, neither probe nor twin of one");
    group.SetValue("COUNT", fmt::to_string(rest.size()));
    out += expand("group.tpl", group) + probe_articles(rest, audit.languages, limit);
  }
  return out;
}

}  // namespace candor::reports
