// The agreement of a panel for the terminal.
#include <fmt/format.h>

#include <algorithm>

#include "reports/audit/panel.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

constexpr std::size_t kShownDisagreements = 40;

void append_members(std::string& out, const std::vector<PanelMember>& members) {
  for (const PanelMember& member : members) {
    out +=
        fmt::format("  {}decided {} of {}", fitted(member.name, 34), member.decided, member.asked);
    for (const auto& [why, count] : member.undecided) out += fmt::format(", {} {}", count, why);
    if (!member.run.empty()) out += fmt::format("  (run {})", member.run);
    out += "\n";
  }
}

void append_agreements(std::string& out, const std::vector<PanelAgreement>& rows) {
  out += "\nAgreement on answers that both decided: Cohen's kappa, 95% interval by probe\n";
  for (const PanelAgreement& row : rows) {
    std::string what = row.line ? "official-line flag" : "class";
    if (!row.language.empty()) {
      what = row.by_rubric ? "rubric in " + language_name(row.language)
                           : "asked in " + language_name(row.language);
    }
    const data::Kappa& kappa = row.kappa;
    out += fmt::format(
        "  {}{}{}  {} of {} alike\n", fitted(row.first + " / " + row.second, 60), fitted(what, 22),
        kappa.value ? fmt::format("{:5.2f} ({:.2f} to {:.2f})", *kappa.value, kappa.interval.low,
                                  kappa.interval.high)
                    : std::string(kappa.items == 0 ? "    – (nothing that both decided)"
                                                   : "    – (not defined: one label)"),
        kappa.agreed, kappa.items);
  }
}

void append_classes(std::string& out, const std::vector<PanelClasses>& tables) {
  for (const PanelClasses& table : tables) {
    out += fmt::format("\nWhere the audit judge says …, {} says\n", one_line(table.member));
    for (const auto& [audit, given] : table.given) {
      std::int64_t all = 0;
      std::string words;
      for (const auto& [content, count] : given) {
        all += count;
        words += fmt::format("{}{} {}", words.empty() ? "" : ", ", one_line(content), count);
      }
      const auto same = given.find(audit);
      out += fmt::format("  {}{:>4} of {:<4} alike   {}\n", fitted(audit, 16),
                         same == given.end() ? 0 : same->second, all, words);
    }
  }
}

}  // namespace

std::string panel_text(const PanelFigures& figures) {
  std::string out = fmt::format("Panel on {} answers\n", figures.answers);
  append_members(out, figures.members);
  append_agreements(out, figures.agreements);
  append_classes(out, figures.classes);
  if (figures.disagreements.empty()) return out;
  out += fmt::format("\nLabelled differently ({} answers)\n", figures.disagreements.size());
  for (std::size_t i = 0; i < std::min(kShownDisagreements, figures.disagreements.size()); ++i) {
    const PanelDisagreement& row = figures.disagreements[i];
    std::string said;
    for (const PanelMember& member : figures.members) {
      said += (said.empty() ? "" : " / ") + one_line(row.classes.at(member.name));
    }
    out += fmt::format("  {} {}  {}\n",
                       fitted(fmt::format("{} #{}", row.question, row.key.repeat), 48),
                       row.key.question_hash.substr(0, 12), said);
  }
  if (figures.disagreements.size() > kShownDisagreements) {
    out += fmt::format("  … and {} more (--json)\n",
                       figures.disagreements.size() - kShownDisagreements);
  }
  return out;
}

}  // namespace candor::reports
