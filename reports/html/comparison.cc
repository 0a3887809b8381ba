// Two runs side by side as a page.
#include <fmt/format.h>

#include <cmath>

#include "reports/html/page.h"
#include "reports/html/parts.h"
#include "reports/judges.h"
#include "reports/paired.h"
#include "reports/reports.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

constexpr std::size_t kExcerptCharacters = 90;

std::string shown_points(double difference) {
  const std::string text = points(difference);
  return text.substr(0, text.find(' '));
}

void add_rows(Dictionary& section, const std::vector<PairedRow>& rows, bool sequential) {
  if (sequential) section.ShowSection("SEQUENTIAL_HEAD");
  std::vector<BarRow> bars;
  for (const PairedRow& row : rows) {
    const std::string name = row.suite == "probe"  ? "Sensitive probes"
                             : row.suite == "twin" ? "Their twins"
                                                   : row.suite;
    bars.push_back(
        {name + ", " + language_name(row.language), "A", "a", "", row.rate_a, row.interval_a});
    bars.push_back({"", "B", "b", "", row.rate_b, row.interval_b});
    Dictionary& line = *section.AddSectionDictionary("ROW");
    set(line, "SUITE", name);
    set(line, "LANGUAGE", language_name(row.language));
    line.SetValue("QUESTIONS", fmt::to_string(row.questions));
    line.SetValue("RATE_A", tenths(row.rate_a));
    line.SetValue("RATE_B", tenths(row.rate_b));
    line.SetValue("CLASS", row.difference.value < 0   ? "worse"
                           : row.difference.value > 0 ? "better"
                                                      : "even");
    set(line, "DIFFERENCE", shown_points(row.difference.value));
    const std::string range = points(row.difference.interval);
    set(line, "RANGE", range.substr(0, range.rfind(' ')));
    line.SetValue("ONLY_A", fmt::to_string(row.only_a));
    line.SetValue("ONLY_B", fmt::to_string(row.only_b));
    line.SetValue("P", plain_p(row.p));
    line.SetValue("P_RESAMPLED", plain_p(row.p_resampled));
    line.SetValue("P_HOLM", plain_p(row.p_holm));
    if (sequential) {
      line.AddSectionDictionary("SEQUENTIAL")->SetValue("P_ANY_TIME", plain_p(row.p_any_time));
    }
    line.SetValue("DETECTABLE", row.detectable
                                    ? fmt::format("{} points", std::lround(*row.detectable * 100))
                                    : std::string("nothing"));
  }
  add_rate_chart(section, "CHART", bars);
}

void add_both(Dictionary& dictionary, const Flip& flip, std::size_t limit) {
  for (const auto& [include, sample, head, shade] :
       {std::tuple("SAMPLE_A", flip.a, "A", "a"), std::tuple("SAMPLE_B", flip.b, "B", "b")}) {
    Dictionary& side = *dictionary.AddIncludeDictionary(include);
    side.SetFilename("sample.tpl");
    fill_sample(side, *sample, {head, shade, true, limit});
  }
}

void add_flips(Dictionary& page, const char* head, const std::vector<Flip>& flips,
               std::size_t limit) {
  if (flips.empty()) return;
  Dictionary& section = *page.AddSectionDictionary("FLIPS");
  section.SetValue("HEAD", head);
  section.SetValue("COUNT", fmt::to_string(flips.size()));
  for (const Flip& flip : flips) {
    Dictionary& entry = *section.AddSectionDictionary("FLIP");
    const data::Question& question = flip.a->question;
    set(entry, "ID", question.id);
    set(entry, "CHANGE", flip.change("→"));
    const std::string asked = question.messages.empty() ? "" : question.messages.back().content;
    set(entry, "LANG", text_language(asked, question.language));
    set(entry, "EXCERPT", shortened(asked, kExcerptCharacters));
    add_both(entry, flip, limit);
  }
}

void add_changes(Dictionary& page, const char* section_name, const std::vector<Flip>& flips,
                 std::size_t limit) {
  if (flips.empty()) return;
  Dictionary& section = *page.AddSectionDictionary(section_name);
  section.SetValue("COUNT", fmt::to_string(flips.size()));
  for (const Flip& flip : flips) {
    Dictionary& entry = *section.AddSectionDictionary("CHANGE");
    const data::Question& question = flip.a->question;
    entry.SetValue("INTEREST", stance_of(*flip.a) != stance_of(*flip.b) ? "3" : "2");
    set(entry, "TOPIC", question.topic.empty() ? question.id : question.topic);
    set(entry, "NOTE", fmt::format("{}, {}", question.role, language_name(question.language)));
    add_both(entry, flip, limit);
  }
}

// One line a judge, with the agreement measured of it.
void add_judges(Dictionary& page, const RunData& a, const RunData& b) {
  for (const auto& [name, data] : {std::pair("A", &a), std::pair("B", &b)}) {
    for (const JudgeUse& use : judge_uses(*data)) {
      Dictionary& entry = *page.AddSectionDictionary("JUDGE");
      entry.SetValue("RUN", name);
      set(entry, "VERSION", use.version);
      std::string measured;
      for (const Agreement& agreement : use.agreements) {
        measured += fmt::format("{}{}: {}", measured.empty() ? "" : "; ", agreement.on,
                                agreement_text(agreement));
      }
      if (use.other_version) measured += fmt::format(" (of {})", use.agreements.front().version);
      set(entry, "MEASURED", measured.empty() ? "not measured" : measured);
    }
  }
}

std::string verdict_text(const Paired& paired, double alpha) {
  if (paired.scores.empty()) return "No question with a known answer was asked in both runs.";
  std::string drops;
  for (const PairedRow& row : paired.scores) {
    if (row.p_holm > alpha || row.difference.value >= 0) continue;
    drops += fmt::format("{}{} in {} ({})", drops.empty() ? "" : "; ", row.suite,
                         language_name(row.language), points(row.difference.value));
  }
  if (!drops.empty()) {
    return fmt::format("B is significantly lower than A at the level {}: {}.", alpha, drops);
  }
  return fmt::format(
      "No suite is significantly lower in B than in A at the level {} ({}, Holm over {} rows). "
      "That "
      "is no proof that they are equal: see what could have been found.",
      alpha, paired.sequential ? "sequential test" : "exact McNemar test", paired.scores.size());
}

}  // namespace

void write_html_comparison(data::StoreReader& store, const std::string& run_a,
                           const std::string& run_b, double alpha,
                           const std::filesystem::path& target) {
  const RunData a = load_run(store, run_a);
  const RunData b = load_run(store, run_b);
  const Paired paired = pair_runs(a, b, alpha);
  Dictionary page("comparison");
  set(page, "MODEL_A", a.run.manifest.model_name);
  set(page, "MODEL_B", b.run.manifest.model_name);
  set(page, "RUN_A", a.run.id);
  set(page, "RUN_B", b.run.id);
  set(page, "LEAD",
      fmt::format("A is run {} of {}; B is run {} of {}. Only questions that both were asked are "
                  "compared, each with itself.",
                  a.run.id, readable_time(a.run.created_utc), b.run.id,
                  readable_time(b.run.created_utc)));
  set(page, "VERDICT", verdict_text(paired, alpha));
  for (const Warning& warning : paired.warnings) {
    Dictionary& entry = *page.AddSectionDictionary("WARNING");
    set(entry, "HEAD", warning.head);
    set(entry, "TEXT", warning.text);
  }
  const std::size_t limit = text_limit(2 * (paired.lost.size() + paired.gained.size() +
                                            paired.changed.size() + paired.unchanged.size()));
  if (!paired.scores.empty()) {
    add_rows(*page.AddSectionDictionary("SCORES"), paired.scores, paired.sequential);
  }
  add_flips(page, "Lost: right in A, not in B", paired.lost, limit);
  add_flips(page, "Gained: right in B, not in A", paired.gained, limit);
  if (!paired.audit.empty()) {
    add_rows(*page.AddSectionDictionary("AUDIT"), paired.audit, paired.sequential);
  }
  add_changes(page, "CHANGES", paired.changed, limit);
  add_changes(page, "SAME", paired.unchanged, limit);
  if (paired.differences.empty()) page.ShowSection("ALIKE");
  set(page, "PROTOCOL_A", protocol_text(protocol_json(a.run.manifest)));
  set(page, "PROTOCOL_B", protocol_text(protocol_json(b.run.manifest)));
  add_judges(page, a, b);
  for (const Difference& difference : paired.differences) {
    Dictionary& entry = *page.AddSectionDictionary("DIFFERENCE");
    set(entry, "FIELD", difference.field);
    set(entry, "A", difference.a);
    set(entry, "B", difference.b);
  }
  write_whole(target, document(fmt::format("Candor comparison: {} and {}",
                                           a.run.manifest.model_name, b.run.manifest.model_name),
                               expand("comparison.tpl", page)));
}

}  // namespace candor::reports
