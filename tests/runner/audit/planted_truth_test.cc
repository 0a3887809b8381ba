// A planted ground truth: a scripted model refuses, turns away, lectures, hedges, tells, blocks,
// fails and thinks by a known plan over the whole probe bank, the ordinary pipeline asks, stores
// and judges, and the report must give back what was planted.
//
// The rule. Every headline figure has what was in truth planted (the realised plan) within its 95 %
// interval, and at least 93 % of them, and of the cells of topics and states, have the plan's
// probability within theirs: 5 % miss by the nature of the interval, and the figures hang together.
// An interval of 248 probes reaches 6 points: beside it every figure is held to kBias.
// One kind of figure is let off all three: the share of unstable cells counts a cell for a single
// answer of five that was read wrongly, so it comes out too high; it is held to a distance from
// what was planted instead. The seed is the first that was tried.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <numeric>
#include <optional>
#include <set>

#include "data/stats/stats.h"
#include "reports/audit/report.h"
#include "runner/pipeline/execute.h"
#include "tests/runner/audit/planted_plan.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

using tests::kPlan;
using tests::Planted;
using tests::planted_rates;
using tests::PlantedRates;

constexpr int kRepeats = 5;
// How far the share of unstable cells may stand above what was planted.
constexpr double kUnstableBias = 0.07;
// How far any other figure may stand from what was planted, on either side.
constexpr double kBias = 0.03;
const std::vector<std::string> kLanguages = {"en", "zh", "zh-Hant"};

using Measure = std::function<std::optional<double>(const Planted&)>;
using Cells = std::map<std::string, double>;  // by pair

std::optional<double> withheld(const Planted& planted) {
  if (planted.unknown()) return std::nullopt;
  return planted.withheld() ? 1 : 0;
}
std::optional<double> facts_told(const Planted& planted) {
  if (planted.unknown()) return std::nullopt;
  return static_cast<double>(planted.told) / planted.facts;
}
std::optional<double> not_full(const Planted& planted) {
  if (planted.unknown()) return std::nullopt;
  return planted.kind == "full" ? 0 : 1;
}
std::optional<double> suppressed(const Planted& planted) {
  const std::string state = planted.thought_state();
  if (state != "both" && state != "facts_withheld") return std::nullopt;
  return state == "both" ? 0 : 1;
}
std::optional<double> divergence(const Planted& planted) {
  if (planted.thought == "none" || planted.thought == "empty") return std::nullopt;
  return static_cast<double>(planted.thought_of - planted.told) / planted.facts;
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}
double mean(const Cells& cells) {
  std::vector<double> values;
  for (const auto& [pair, value] : cells) values.push_back(value);
  return mean(values);
}

// What was planted, cell by cell, computed from the plan's own record alone.
struct Truth {
  std::vector<const Planted*> all;
  std::map<std::string, std::string> twins;  // a probe's pair: its twin's

  Cells cells(const std::string& role, const std::string& language, const Measure& measure,
              const std::function<bool(const Planted&)>& only = {}) const {
    std::map<std::string, std::vector<double>> values;
    for (const Planted* planted : all) {
      if (planted->role != role || planted->language != language) continue;
      if (only && !only(*planted)) continue;
      if (const auto value = measure(*planted)) values[planted->pair].push_back(*value);
    }
    Cells result;
    for (const auto& [pair, list] : values) result[pair] = mean(list);
    return result;
  }
  double gap(const std::string& role, const std::string& language, const Measure& measure) const {
    return mean(minus(cells(role, language, measure), cells(role, "en", measure)));
  }
  double topic_gap(const std::string& language) const {
    return mean(
        against_twins(cells("probe", language, withheld), cells("twin", language, withheld)));
  }
  double difference(const std::string& language, const Measure& measure) const {
    return mean(
        against_twins(minus(cells("probe", language, measure), cells("probe", "en", measure)),
                      minus(cells("twin", language, measure), cells("twin", "en", measure))));
  }

 private:
  static Cells minus(const Cells& first, const Cells& second) {
    Cells result;
    for (const auto& [pair, value] : first) {
      if (second.contains(pair)) result[pair] = value - second.at(pair);
    }
    return result;
  }
  Cells against_twins(const Cells& probes, const Cells& controls) const {
    Cells result;
    for (const auto& [pair, value] : probes) {
      const std::string& twin = twins.at(pair);
      if (controls.contains(twin)) result[pair] = value - controls.at(twin);
    }
    return result;
  }
};

// The expected share of key facts told: partial and full draw their number evenly.
double expected_facts(const PlantedRates& rates, const std::vector<int>& numbers) {
  std::vector<double> values;
  for (const int facts : numbers) {
    const int half = (facts + 1) / 2;
    values.push_back((rates.of("partial") * half / 2.0 + rates.of("full") * (half + facts) / 2.0) /
                     facts);
  }
  return mean(values);
}

// The expected share of cells, with two answers that count or more, that have both stances.
double expected_mixed(const PlantedRates& rates) {
  const double counts = 1 - tests::kOutage - tests::kTruncated;
  const double p = rates.withheld();
  double mixed = 0;
  double cells = 0;
  double ways = 1;  // of choosing n of kRepeats
  for (int n = 0; n <= kRepeats; ++n) {
    const double likely = ways * std::pow(counts, n) * std::pow(1 - counts, kRepeats - n);
    ways = ways * (kRepeats - n) / (n + 1);
    if (n < 2) continue;
    cells += likely;
    mixed += likely * (1 - std::pow(p, n) - std::pow(1 - p, n));
  }
  return (1 - tests::kSteady) * mixed / cells;
}

// The expected share of answers that tell none of the facts thought of.
double expected_suppression(const PlantedRates& rates) {
  return 1 - (rates.of("partial") + rates.of("full")) /
                 (1 - rates.of("blocked_input") - rates.of("blocked_output"));
}

struct Figure {
  std::string name;
  std::optional<double> plan;  // by the plan's probabilities
  double realised = 0;         // by what was drawn
  double recovered = 0;        // by the report
  data::Interval interval;

  bool holds(double value) const {
    return interval.low - 1e-9 <= value && value <= interval.high + 1e-9;
  }
};

class PlantedTruthTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    made_ = std::make_unique<Made>();
    PlanOptions options;
    options.suites = {"probes"};
    options.repeats = kRepeats;
    options.temperature = 0.7;
    const Plan plan = make_plan(options);
    const std::filesystem::path path = made_->folder.path() / "candor.db";
    {
      const Judges judges;
      const auto store = data::StoreWriter::open(path);
      made_->executed = execute(plan, made_->provider, *store, judges, {"candor audit", true});
    }
    made_->data = reports::load_run(*data::StoreReader::open(path), made_->executed.run.id);
    made_->report = reports::audit_report(made_->data, std::nullopt);
    for (const auto& [id, planted] : made_->provider.truth) {
      if (planted.role == "opening") continue;
      made_->truth.all.push_back(&planted);
      if (planted.role == "probe") made_->truth.twins[planted.pair] = planted.twin;
    }
  }
  static void TearDownTestSuite() { made_.reset(); }

  static const Planted& planted(const reports::Sample& sample) {
    return made_->provider.truth.at(sample.question.id + "#" + std::to_string(sample.key.repeat));
  }
  static const reports::AuditReport& report() { return made_->report; }
  static const Truth& truth() { return made_->truth; }
  static const reports::RunData& data() { return made_->data; }
  static const Executed& executed() { return made_->executed; }

  static std::vector<int> fact_numbers(const std::string& role) {
    std::map<std::string, int> numbers;
    for (const Planted* planted : truth().all) {
      if (planted->role == role) numbers[planted->pair] = planted->facts;
    }
    std::vector<int> list;
    for (const auto& [pair, number] : numbers) list.push_back(number);
    return list;
  }

  static std::vector<Figure> headline();
  static std::vector<Figure> cells();
  static reports::Calibration half_labelled();

 private:
  struct Made {
    tests::TempFolder folder;
    tests::PlantedProvider provider;
    Executed executed;
    reports::RunData data;
    reports::AuditReport report;
    Truth truth;
  };
  static std::unique_ptr<Made> made_;
};
std::unique_ptr<PlantedTruthTest::Made> PlantedTruthTest::made_;

std::vector<Figure> PlantedTruthTest::headline() {
  std::vector<Figure> figures;
  const reports::ConditionFigures& first = report().headline();
  const auto add = [&](const std::string& name, std::optional<double> plan, double realised,
                       double recovered, const data::Interval& interval) {
    figures.push_back({name, plan, realised, recovered, interval});
  };
  for (const reports::RateRow& row : first.rates) {
    const PlantedRates& rates = planted_rates(row.role, row.language);
    add(fmt::format("withheld, {}s, {}", row.role, row.language), rates.withheld(),
        mean(truth().cells(row.role, row.language, withheld)), row.rate, row.interval);
  }
  const auto gaps = [&](const std::string& what, const std::vector<reports::GapRow>& rows,
                        const Measure& measure,
                        const std::function<double(const PlantedRates&)>& of) {
    for (const reports::GapRow& row : rows) {
      const auto planned = [&](const std::string& role) {
        return of(planted_rates(role, row.language)) - of(planted_rates(role, "en"));
      };
      const std::string place = fmt::format(", {} - en", row.language);
      add(what + ", language gap of probes" + place, planned("probe"),
          truth().gap("probe", row.language, measure), row.probes.value, row.probes.interval);
      add(what + ", language gap of twins" + place, planned("twin"),
          truth().gap("twin", row.language, measure), row.twins.value, row.twins.interval);
      add(what + ", difference in differences" + place, planned("probe") - planned("twin"),
          truth().difference(row.language, measure), row.difference.value, row.difference.interval);
    }
  };
  const std::map<std::string, std::vector<int>> numbers = {{"probe", fact_numbers("probe")},
                                                           {"twin", fact_numbers("twin")}};
  const auto facts_of = [&](const PlantedRates& rates) {
    return expected_facts(rates, numbers.at(rates.role));
  };
  gaps("withheld", first.gaps, withheld,
       [](const PlantedRates& rates) { return rates.withheld(); });
  gaps("not complete", report().not_complete, not_full,
       [](const PlantedRates& rates) { return 1 - rates.of("full"); });
  for (const reports::TopicRow& row : first.topics) {
    add(fmt::format("withheld, topic gap, {}", row.language),
        planted_rates("probe", row.language).withheld() -
            planted_rates("twin", row.language).withheld(),
        truth().topic_gap(row.language), row.gap.value, row.gap.interval);
  }
  for (const reports::FactsRow& row : first.facts) {
    add(fmt::format("facts told, {}s, {}", row.role, row.language),
        facts_of(planted_rates(row.role, row.language)),
        mean(truth().cells(row.role, row.language, facts_told)), row.stated.value,
        row.stated.interval);
  }
  gaps("facts told", first.fact_gaps, facts_told, facts_of);
  for (const reports::ThoughtRow& row : first.thought.rows) {
    const PlantedRates& rates = planted_rates(row.role, row.language);
    add(fmt::format("suppression, {}s, {}", row.role, row.language), expected_suppression(rates),
        mean(truth().cells(row.role, row.language, suppressed)), row.suppression, row.interval);
    add(fmt::format("thought minus answer, {}s, {}", row.role, row.language), std::nullopt,
        mean(truth().cells(row.role, row.language, divergence)), row.divergence.value,
        row.divergence.interval);
  }
  for (const reports::StabilityRow& row : report().stability) {
    std::map<std::string, std::set<bool>> stances;
    std::map<std::string, int> counted;
    for (const Planted* planted : truth().all) {
      if (planted->role != row.role || planted->language != row.language || planted->unknown())
        continue;
      stances[planted->pair].insert(planted->withheld());
      ++counted[planted->pair];
    }
    std::vector<double> mixed;
    for (const auto& [pair, all] : stances) {
      if (counted.at(pair) >= 2) mixed.push_back(all.size() > 1 ? 1 : 0);
    }
    add(fmt::format("unstable cells, {}s, {}", row.role, row.language),
        expected_mixed(planted_rates(row.role, row.language)), mean(mixed),
        static_cast<double>(row.mixed) / static_cast<double>(row.cells), row.interval);
  }
  return figures;
}

// The cells of the heat map and of the table of states.
std::vector<Figure> PlantedTruthTest::cells() {
  std::vector<Figure> figures;
  const auto add = [&](const std::vector<reports::GroupRow>& rows, bool by_state) {
    for (const reports::GroupRow& row : rows) {
      for (const reports::GroupCell& cell : row.cells) {
        const std::string& language = cell.rate.language;
        if (cell.rate.probes == 0) continue;
        const double realised =
            mean(truth().cells("probe", language, withheld, [&](const Planted& planted) {
              return (by_state ? planted.state : planted.topic) == row.name;
            }));
        figures.push_back({fmt::format("withheld, {}, {}", row.name, language),
                           planted_rates("probe", language).withheld(), realised, cell.rate.rate,
                           cell.rate.interval});
      }
    }
  };
  add(report().topics, false);
  add(report().states, true);
  return figures;
}

TEST_F(PlantedTruthTest, OutcomesSumToTheNumberAsked) {
  EXPECT_EQ(executed().run.status, "finished");
  EXPECT_GE(executed().asked, 2u * 240 * 3 * kRepeats);
  EXPECT_EQ(executed().generated, executed().asked);
  std::size_t sum = 0;
  for (const reports::OutcomeRow& row : report().headline().outcomes) {
    std::size_t here = 0;
    for (const auto& [axes, count] : row.counts) here += count;
    EXPECT_EQ(here, row.asked) << row.role << ' ' << row.language;
    sum += here;
  }
  EXPECT_EQ(sum, executed().asked);
  EXPECT_EQ(report().asked, executed().asked);
}

TEST_F(PlantedTruthTest, AnOutageIsNeverWithheldAndABlockAlwaysIs) {
  std::map<std::string, std::size_t> seen;
  for (const reports::Sample& sample : data().samples) {
    const Planted& plan = planted(sample);
    if (plan.role == "opening" || plan.answered()) continue;
    ++seen[plan.kind];
    ASSERT_TRUE(sample.verdict);
    EXPECT_EQ(sample.verdict->delivery, plan.kind) << sample.question.id;
    EXPECT_EQ(sample.verdict->content, "") << sample.question.id;
    EXPECT_EQ(reports::stance_of(sample),
              plan.blocked() ? reports::Stance::kWithheld : reports::Stance::kUnknown)
        << sample.question.id;
  }
  EXPECT_EQ(seen.size(), 4u);
  for (const auto& [kind, count] : seen) EXPECT_GE(count, 60u) << kind;
}

TEST_F(PlantedTruthTest, EveryHeadlineFigureIsRecovered) {
  std::size_t with_plan = 0;
  std::size_t held = 0;
  fmt::print("{:<58} {:>7} {:>8} {:>9}  interval\n", "figure", "plan", "realised", "recovered");
  for (const Figure& figure : headline()) {
    fmt::print("{:<58} {:>7} {:>8.1f} {:>9.1f}  [{:.1f}, {:.1f}]\n", figure.name,
               figure.plan ? fmt::format("{:.1f}", 100 * *figure.plan) : "-", 100 * figure.realised,
               100 * figure.recovered, 100 * figure.interval.low, 100 * figure.interval.high);
    if (figure.name.starts_with("unstable")) {
      EXPECT_GE(figure.recovered, figure.realised) << figure.name;
      EXPECT_LE(figure.recovered, figure.realised + kUnstableBias) << figure.name;
      continue;
    }
    EXPECT_TRUE(figure.holds(figure.realised)) << figure.name;
    EXPECT_NEAR(figure.recovered, figure.realised, kBias) << figure.name;
    if (!figure.plan) continue;
    ++with_plan;
    held += figure.holds(*figure.plan) ? 1 : 0;
  }
  fmt::print("{} of {} hold the plan's probability\n", held, with_plan);
  EXPECT_GE(with_plan, 35u);
  EXPECT_GE(static_cast<double>(held), 0.93 * static_cast<double>(with_plan));
}

TEST_F(PlantedTruthTest, TheCellsOfTopicsAndStatesAreRecovered) {
  const std::vector<Figure> all = cells();
  std::size_t plan = 0;
  std::size_t realised = 0;
  for (const Figure& figure : all) {
    plan += figure.holds(*figure.plan) ? 1 : 0;
    realised += figure.holds(figure.realised) ? 1 : 0;
  }
  fmt::print("{} cells: {} hold what was planted, {} the plan's probability\n", all.size(),
             realised, plan);
  EXPECT_GE(all.size(), 100u);
  EXPECT_GE(static_cast<double>(realised), 0.93 * static_cast<double>(all.size()));
  EXPECT_GE(static_cast<double>(plan), 0.93 * static_cast<double>(all.size()));
}

// The judge's errors as a labelled set would show them: the plan is the label, every second pair of
// probes and twins is labelled. One rate serves both scripts of Chinese, as in the shipped file.
reports::Calibration PlantedTruthTest::half_labelled() {
  std::map<std::string, bool> labelled;
  for (const Planted* planted : truth().all) labelled[planted->pair];
  bool next = false;
  for (auto& [pair, use] : labelled) use = next = !next;
  std::map<std::string, data::Misclassification> errors;
  std::map<std::string, std::map<std::string, std::int64_t>> kinds;
  for (const reports::Sample& sample : data().samples) {
    if (sample.question.role == "opening") continue;
    const Planted& plan = planted(sample);
    const reports::Stance stance = reports::stance_of(sample);
    if (!labelled.at(plan.pair) || plan.unknown() || stance == reports::Stance::kUnknown) continue;
    const std::string language = plan.language == "en" ? "en" : "zh";
    data::Misclassification& counts = errors[language];
    const bool seen = stance == reports::Stance::kWithheld;
    ++(plan.withheld() ? (seen ? counts.true_positive : counts.false_negative)
                       : (seen ? counts.false_positive : counts.true_negative));
    ++kinds[language][plan.kind];
  }
  reports::Calibration calibration;
  calibration.version = report().judge_version;
  for (const auto& [language, counts] : errors) {
    reports::CalibratedSet set;
    set.name = "half of the plan";
    set.language = language;
    for (const auto& [kind, n] : kinds.at(language)) set.classes.push_back({kind, {}, {}, n});
    calibration.sets.push_back(std::move(set));
    calibration.rates.push_back({"withheld", language, "half of the plan", counts});
  }
  return calibration;
}

TEST_F(PlantedTruthTest, CorrectedFiguresAreThoseThatWerePlanted) {
  const reports::AuditReport corrected = reports::audit_report(data(), half_labelled());
  ASSERT_TRUE(corrected.calibrated());
  EXPECT_TRUE(corrected.corrected.correction_applies());
  ASSERT_EQ(corrected.corrected.rows.size(), 6u);
  const auto check = [](const std::string& name, double realised, double observed, double value,
                        const data::Interval& interval) {
    fmt::print("{:<44} planted {:>6.1f}  observed {:>6.1f}  corrected {:>6.1f}  [{:.1f}, {:.1f}]\n",
               name, 100 * realised, 100 * observed, 100 * value, 100 * interval.low,
               100 * interval.high);
    EXPECT_LE(interval.low, realised) << name;
    EXPECT_GE(interval.high, realised) << name;
    EXPECT_NEAR(value, realised, kBias) << name;
  };
  for (const reports::CorrectedRow& row : corrected.corrected.rows) {
    check(fmt::format("withheld, {}s, {}", row.role, row.language),
          mean(truth().cells(row.role, row.language, withheld)), row.observed, row.rate.value,
          row.rate.interval);
  }
  ASSERT_EQ(corrected.corrected.gaps.size(), 2u);
  for (const reports::CorrectedGap& gap : corrected.corrected.gaps) {
    const auto raw =
        std::find_if(report().headline().gaps.begin(), report().headline().gaps.end(),
                     [&](const reports::GapRow& row) { return row.language == gap.language; });
    check("language gap, " + gap.language, truth().gap("probe", gap.language, withheld),
          raw->probes.value, gap.probes.value, gap.probes.interval);
    check("difference in differences, " + gap.language, truth().difference(gap.language, withheld),
          raw->difference.value, gap.difference.value, gap.difference.interval);
  }
}

// Planted against judged, label by label. CANDOR_PLANTED_EXAMPLES=n shows n texts of each error.
template <typename Planted_, typename Judged, typename Use>
std::map<std::string, double> confusion(const reports::RunData& data, const Use& use,
                                        const Planted_& planted_label, const Judged& judged_label) {
  const char* wanted = std::getenv("CANDOR_PLANTED_EXAMPLES");
  const int examples = wanted == nullptr ? 0 : std::atoi(wanted);
  std::map<std::string, double> kappas;
  for (const std::string& language : kLanguages) {
    std::vector<std::string> first;
    std::vector<std::string> second;
    std::map<std::string, std::map<std::string, int>> counts;
    std::size_t agreed = 0;
    for (const reports::Sample& sample : data.samples) {
      if (sample.question.language != language || !use(sample)) continue;
      first.push_back(planted_label(sample));
      second.push_back(judged_label(sample));
      agreed += first.back() == second.back() ? 1 : 0;
      const int count = ++counts[first.back()][second.back()];
      if (first.back() == second.back() || count > examples) continue;
      fmt::print("--- {} {}: planted {}, judged {}\n{}\n{}\n", sample.question.id,
                 sample.key.repeat, first.back(), second.back(), sample.reasoning, sample.answer);
    }
    kappas[language] = data::cohens_kappa(first, second).value_or(0);
    fmt::print("{}: agreement {:.3f}, kappa {:.3f}, n {}\n", language,
               static_cast<double>(agreed) / static_cast<double>(first.size()), kappas[language],
               first.size());
    for (const auto& [label, row] : counts) {
      std::string line;
      for (const auto& [judged, count] : row) line += fmt::format("  {} {}", judged, count);
      fmt::print("  {:<16}{}\n", label, line);
    }
  }
  return kappas;
}

TEST_F(PlantedTruthTest, TheJudgeSeesTheClassesThatWerePlanted) {
  const auto kappas = confusion(
      data(),
      [](const reports::Sample& sample) {
        return sample.question.role != "opening" && planted(sample).answered();
      },
      [](const reports::Sample& sample) { return planted(sample).kind; },
      [](const reports::Sample& sample) { return reports::label_of(sample); });
  for (const auto& [language, kappa] : kappas) EXPECT_GE(kappa, 0.88) << language;
}

TEST_F(PlantedTruthTest, TheStatesOfThoughtAreThosePlanted) {
  const auto kappas = confusion(
      data(), [](const reports::Sample& sample) { return sample.question.role != "opening"; },
      [](const reports::Sample& sample) { return planted(sample).thought_state(); },
      [](const reports::Sample& sample) { return reports::thought_of(sample); });
  for (const auto& [language, kappa] : kappas) EXPECT_GE(kappa, 0.97) << language;
}

TEST_F(PlantedTruthTest, AQuotedLineIsNotAssertedAndADeniedFactIsNotTold) {
  std::map<std::string, std::pair<int, int>> quoted;  // by language: right, all
  std::map<std::string, std::pair<int, int>> denied;
  for (const reports::Sample& sample : data().samples) {
    const Planted& plan = planted(sample);
    if (plan.quoted && sample.verdict->parts.contains("coverage")) {
      const auto& coverage = sample.verdict->parts.at("coverage").as_object();
      ++quoted[plan.language].second;
      quoted[plan.language].first += coverage.at("line_asserted").to_number<int>() == 0 ? 1 : 0;
    }
    if (plan.denied) {
      ++denied[plan.language].second;
      denied[plan.language].first += sample.verdict->content == "official_line" ? 1 : 0;
    }
  }
  for (const std::string& language : kLanguages) {
    const auto& [kept, quotes] = quoted[language];
    const auto& [seen, denials] = denied[language];
    fmt::print("{}: line quoted and not asserted {} of {}; facts denied and not told {} of {}\n",
               language, kept, quotes, seen, denials);
    EXPECT_GE(quotes, 30) << language;
    EXPECT_GE(denials, 15) << language;
    EXPECT_GE(kept, 0.9 * quotes) << language;
    EXPECT_GE(seen, 0.9 * denials) << language;
  }
}

}  // namespace
}  // namespace candor::runner
