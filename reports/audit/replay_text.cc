// Replayed transcripts for the terminal.
#include <fmt/format.h>

#include "reports/audit/replay.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

struct Measured {
  const char* title;
  data::Estimate ReplayRate::*rate;
  data::Estimate ReplayGap::*gap;
};
constexpr Measured kMeasured[] = {{"Not complete (all but full answers, blocks included)",
                                   &ReplayRate::not_complete, &ReplayGap::not_complete},
                                  {"Withheld (refusal, deflection, official line, blocked)",
                                   &ReplayRate::withheld, &ReplayGap::withheld}};

// "30.7% [21.2, 40.1]"
std::string rate_text(const data::Estimate& rate) {
  return fmt::format("{} [{:.1f}, {:.1f}]", tenths(rate.value), 100 * rate.interval.low,
                     100 * rate.interval.high);
}

std::string gap_text(const ReplayGap& gap, const data::Estimate& value) {
  return fmt::format("{} [{}, {}] of {} pairs", point_tenths(value.value),
                     point_tenths(value.interval.low), point_tenths(value.interval.high),
                     gap.cells);
}

void append_table(std::string& out, const ReplayFigures& figures, const std::string& role,
                  const Measured& measured) {
  out += fmt::format("\n{}{}, mean over models and questions, 95% interval by question\n",
                     measured.title, role == "twin" ? ", twins" : "");
  std::string head = fmt::format("  {} {:>6} {:>9}", fitted("group", 28), "models", "questions");
  for (const std::string& language : figures.languages) {
    head += fmt::format("  {}", fitted(language_name(language), 20));
  }
  out += head + "  gap in points\n";
  for (const ReplayGroup& group : figures.groups) {
    if (group.role != role) continue;
    const std::string name = group.name.empty() ? "all" : one_line(group.name);
    out += fmt::format("  {} {:>6} {:>9}", fitted(name, 28), group.models, group.questions);
    for (const std::string& language : figures.languages) {
      std::string cell = "-";
      for (const ReplayRate& rate : group.rates) {
        if (rate.language == language && rate.cells > 0) cell = rate_text(rate.*measured.rate);
      }
      out += fmt::format("  {}", fitted(cell, 20));
    }
    for (const ReplayGap& gap : group.gaps) {
      const std::string other =
          group.gaps.size() > 1 ? language_name(gap.language) + " " : std::string();
      out += fmt::format("  {}{}", other, gap_text(gap, gap.*measured.gap));
    }
    out += '\n';
  }
}

// What the change of language does to the probes beyond what it does to their twins.
void append_differences(std::string& out, const ReplayFigures& figures, const Measured& measured) {
  std::string rows;
  for (const ReplayGroup& group : figures.groups) {
    for (const ReplayGap& gap : group.differences) {
      rows += fmt::format(
          "  {} {}  {}\n", fitted(group.name.empty() ? "all" : one_line(group.name), 28),
          fitted(language_name(gap.language), 22), gap_text(gap, gap.*measured.gap));
    }
  }
  if (rows.empty()) return;
  out += fmt::format("\n{}: gap of the probes minus gap of their twins\n{}", measured.title, rows);
}

void append_corrections(std::string& out, const ReplayFigures& figures, const std::string& role) {
  std::string rows;
  for (const ReplayGroup& group : figures.groups) {
    if (group.role != role) continue;
    for (const ReplayCorrection& row : group.corrected) {
      rows += fmt::format("  {} {}  {} ({})",
                          fitted(group.name.empty() ? "all" : one_line(group.name), 28),
                          fitted(language_name(row.language), 22), tenths(row.not_complete.value),
                          percent(row.not_complete.interval));
      if (row.gap) {
        rows +=
            fmt::format(", gap {} [{}, {}]", point_tenths(row.gap->value),
                        point_tenths(row.gap->interval.low), point_tenths(row.gap->interval.high));
      }
      rows +=
          fmt::format("; errors measured on {} answers of {}\n", row.labelled, one_line(row.set));
    }
  }
  if (rows.empty()) return;
  out += fmt::format("\nNot complete{}, corrected for the judge's measured errors\n{}",
                     role == "twin" ? ", twins" : "", rows);
}

}  // namespace

std::string replay_text(const ReplayFigures& figures) {
  std::string out = fmt::format("Answers of {} models, judged by {}\n", figures.models.size(),
                                figures.judge_version);
  for (const std::string role : {"probe", "twin"}) {
    bool any = false;
    for (const ReplayGroup& group : figures.groups) any = any || group.role == role;
    if (!any) continue;
    for (const Measured& measured : kMeasured) append_table(out, figures, role, measured);
    append_corrections(out, figures, role);
  }
  for (const Measured& measured : kMeasured) append_differences(out, figures, measured);
  for (const std::string& language : figures.languages) {
    out += fmt::format("\nModels by answers that are not complete, {}\n", language_name(language));
    for (const auto& [model, rate] : ranking(figures, language)) {
      out +=
          fmt::format("  {:>3}  {} {:>6} ({}), withheld {:>6}, {} questions  run {}\n", rate->rank,
                      fitted(one_line(model->name), 40), tenths(rate->not_complete),
                      percent(rate->interval), tenths(rate->withheld), rate->questions, model->run);
    }
  }
  return out;
}

}  // namespace candor::reports
