#include "reports/paired.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "data/base/error.h"
#include "data/stats/paired.h"
#include "reports/figures.h"

namespace candor::reports {

namespace {

constexpr std::uint64_t kBootstrapSeed = 20'240'602;

// The share of successes over a question's samples; none when no sample counts.
template <typename Success>
std::optional<double> share(const std::vector<const Sample*>& samples, Success&& success) {
  double sum = 0;
  int counted = 0;
  for (const Sample* sample : samples) {
    const std::optional<bool> one = success(*sample);
    if (!one) continue;
    ++counted;
    if (*one) sum += 1;
  }
  if (counted == 0) return std::nullopt;
  return sum / counted;
}

std::optional<bool> is_right(const Sample& sample) {
  return sample.verdict && sample.verdict->outcome == data::Outcome::kRight;
}

std::optional<bool> is_withheld(const Sample& sample) {
  const Stance stance = stance_of(sample);
  if (stance == Stance::kUnknown) return std::nullopt;
  return stance == Stance::kWithheld;
}

template <typename Success>
PairedRow paired_row(const std::string& suite, const std::string& language,
                     const std::vector<const PairedQuestion*>& questions, Success&& success) {
  PairedRow row;
  row.suite = suite;
  row.language = language;
  std::vector<double> shares_a;
  std::vector<double> shares_b;
  for (const PairedQuestion* question : questions) {
    const auto a = share(question->a, success);
    const auto b = share(question->b, success);
    if (!a || !b) continue;
    row.rate_a += *a;
    row.rate_b += *b;
    shares_a.push_back(*a);
    shares_b.push_back(*b);
    if (*a > 0.5 && *b <= 0.5) ++row.only_a;
    if (*b > 0.5 && *a <= 0.5) ++row.only_b;
  }
  row.questions = shares_a.size();
  if (row.questions == 0) return row;
  const double n = static_cast<double>(row.questions);
  row.rate_a /= n;
  row.rate_b /= n;
  row.interval_a = data::wilson_of_rate(row.rate_a, static_cast<std::int64_t>(row.questions));
  row.interval_b = data::wilson_of_rate(row.rate_b, static_cast<std::int64_t>(row.questions));
  const data::PairedDifference difference =
      data::paired_bootstrap(shares_a, shares_b, {.seed = kBootstrapSeed});
  row.difference = difference.estimate;
  row.p_resampled = difference.p;
  const auto only_a = static_cast<std::int64_t>(row.only_a);
  const auto only_b = static_cast<std::int64_t>(row.only_b);
  row.p = data::mcnemar_exact(only_a, only_b);
  row.p_any_time = data::mixture_p(only_a, only_b);
  row.detectable = data::detectable_paired_difference(
      static_cast<std::int64_t>(row.questions), static_cast<double>(row.only_a + row.only_b) / n);
  return row;
}

void adjust(std::vector<PairedRow>& rows, bool sequential) {
  std::vector<double> p;
  for (const PairedRow& row : rows) p.push_back(sequential ? row.p_any_time : row.p);
  const std::vector<double> adjusted = data::holm(p);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].p_holm = adjusted[i];
}

std::vector<Difference> differences(const RunData& a, const RunData& b) {
  const data::Manifest& x = a.run.manifest;
  const data::Manifest& y = b.run.manifest;
  std::vector<Difference> found;
  const auto compare = [&](const char* field, const std::string& one, const std::string& two) {
    if (one != two) found.push_back({field, one, two});
  };
  compare("model", x.model_name, y.model_name);
  compare("model SHA-256", x.model_sha256, y.model_sha256);
  compare("chat template SHA-256", x.template_sha256, y.template_sha256);
  compare("tokenizer SHA-256", x.tokenizer_sha256, y.tokenizer_sha256);
  compare("precision", x.precision, y.precision);
  compare("seed", fmt::to_string(x.seed), fmt::to_string(y.seed));
  compare("samples of each question", fmt::to_string(x.repeats), fmt::to_string(y.repeats));
  compare("protocol", protocol_text(protocol_json(x)), protocol_text(protocol_json(y)));
  compare("program", x.engine_version, y.engine_version);
  const auto conditions = [](const RunData& data) {
    std::string text;
    for (const auto& [hash, condition] : data.conditions) {
      if (!text.empty()) text += '\n';
      text += settings_known(data.run.manifest, condition)
                  ? boost::json::serialize(to_json(condition))
                  : std::string("not known: the answers were made elsewhere");
    }
    return text;
  };
  compare("conditions", conditions(a), conditions(b));
  std::set<std::string> judges;
  for (const auto& [judge, version] : a.judges) judges.insert(judge);
  for (const auto& [judge, version] : b.judges) judges.insert(judge);
  for (const std::string& judge : judges) {
    const auto version = [&](const RunData& data) {
      const auto at = data.judges.find(judge);
      return at == data.judges.end() ? std::string("(not used)") : at->second;
    };
    compare(fmt::format("version of judge {}", judge).c_str(), version(a), version(b));
  }
  return found;
}

// The first of the samples with (or without) a success; the first of all where there is none.
const Sample* example(const std::vector<const Sample*>& samples, bool success) {
  for (const Sample* sample : samples) {
    if (*is_right(*sample) == success) return sample;
  }
  return samples.front();
}

std::size_t right_of(const std::vector<const Sample*>& samples) {
  return static_cast<std::size_t>(std::count_if(
      samples.begin(), samples.end(), [](const Sample* sample) { return *is_right(*sample); }));
}

std::vector<Warning> warnings_of(const RunData& a, const RunData& b, const Paired& paired) {
  std::vector<Warning> found;
  for (const auto& [name, run] : {std::pair("A", &a), std::pair("B", &b)}) {
    if (run->run.status == "finished") continue;
    found.push_back({"Not finished.",
                     fmt::format("Run {} has {} answers so far. The test that decides is one that "
                                 "may be looked at while answers come in (p at any time).",
                                 name, run->samples.size())});
  }
  if (paired.only_in_a + paired.only_in_b > 0) {
    found.push_back({"Not everything is compared.",
                     fmt::format("{} questions were asked in A alone and {} in B alone.",
                                 paired.only_in_a, paired.only_in_b)});
  }
  for (const auto& [name, run] : {std::pair("A", &a), std::pair("B", &b)}) {
    const auto unjudged =
        std::count_if(run->samples.begin(), run->samples.end(),
                      [](const Sample& sample) { return !sample.verdict.has_value(); });
    if (unjudged == 0) continue;
    found.push_back({"Not everything is judged.",
                     fmt::format("{} answers of run {} wait for their judge and count as not "
                                 "right: `candor score` judges them.",
                                 unjudged, name)});
  }
  for (const auto& [judge, version] : a.judges) {
    const auto other = b.judges.find(judge);
    if (other == b.judges.end() || other->second == version) continue;
    found.push_back({"Not judged alike.",
                     fmt::format("Judge {} is {} in A and {} in B, so a difference may be the "
                                 "judge’s: `candor score` judges both runs with one version.",
                                 judge, version, other->second)});
  }
  if (a.run.manifest.protocol_sha256 != b.run.manifest.protocol_sha256) {
    found.push_back({"Not asked alike.",
                     "The runs followed different protocols, so a difference may be the "
                     "protocol’s and not the model’s."});
  }
  return found;
}

}  // namespace

std::string Flip::change(const char* arrow) const {
  if (asked_a == 1 && asked_b == 1) {
    return fmt::format("{} {} {}", label_of(*a), arrow, label_of(*b));
  }
  return fmt::format("{} of {} right {} {} of {} right", right_a, asked_a, arrow, right_b, asked_b);
}

Paired pair_runs(const RunData& a, const RunData& b, double alpha) {
  std::map<std::string, PairedQuestion> questions;
  for (const Sample& sample : a.samples) questions[sample.key.question_hash].a.push_back(&sample);
  for (const Sample& sample : b.samples) questions[sample.key.question_hash].b.push_back(&sample);

  Paired paired;
  paired.sequential = a.run.status != "finished" || b.run.status != "finished";
  // By suite, role and language; a question's key is its id, so that flips come in a fixed order.
  std::map<std::tuple<std::string, std::string>, std::map<std::string, const PairedQuestion*>>
      scored;
  std::map<std::tuple<std::string, std::string>, std::map<std::string, const PairedQuestion*>>
      audited;
  for (const auto& [hash, question] : questions) {
    if (question.a.empty() || question.b.empty()) {
      ++(question.a.empty() ? paired.only_in_b : paired.only_in_a);
      continue;
    }
    const data::Question& content = question.a.front()->question;
    auto& group = is_audit(content) ? audited[{content.role, content.language}]
                                    : scored[{content.suite, content.language}];
    group[content.suite + '\n' + content.id + '\n' + hash] = &question;
  }
  if (scored.empty() && audited.empty()) {
    fail("runs {} and {} have no question in common: compare runs of the same suites", a.run.id,
         b.run.id);
  }

  const auto list = [](const std::map<std::string, const PairedQuestion*>& group) {
    std::vector<const PairedQuestion*> all;
    for (const auto& [id, question] : group) all.push_back(question);
    return all;
  };
  for (const auto& [key, group] : scored) {
    paired.scores.push_back(paired_row(std::get<0>(key), std::get<1>(key), list(group), is_right));
    for (const auto& [id, question] : group) {
      const double first = *share(question->a, is_right);
      const double second = *share(question->b, is_right);
      const bool right_a = first > 0.5;
      const bool right_b = second > 0.5;
      if (right_a == right_b) continue;
      (right_a ? paired.lost : paired.gained)
          .push_back({example(question->a, right_a), example(question->b, right_b),
                      right_of(question->a), question->a.size(), right_of(question->b),
                      question->b.size()});
    }
  }
  adjust(paired.scores, paired.sequential);
  for (const PairedRow& row : paired.scores) {
    if (row.p_holm <= alpha && row.difference.value < 0) paired.significant_drop = true;
  }

  for (const auto& [key, group] : audited) {
    if (std::get<0>(key) == "probe" || std::get<0>(key) == "twin") {
      paired.audit.push_back(
          paired_row(std::get<0>(key), std::get<1>(key), list(group), is_withheld));
    }
    for (const auto& [id, question] : group) {
      const Flip flip{question->a.front(), question->b.front()};
      const bool same = label_of(*flip.a) == label_of(*flip.b);
      (same ? paired.unchanged : paired.changed).push_back(flip);
    }
  }
  adjust(paired.audit, paired.sequential);
  std::stable_sort(paired.changed.begin(), paired.changed.end(), [](const Flip& x, const Flip& y) {
    const auto crosses = [](const Flip& flip) { return stance_of(*flip.a) != stance_of(*flip.b); };
    return crosses(x) > crosses(y);
  });
  paired.differences = differences(a, b);
  paired.warnings = warnings_of(a, b, paired);
  return paired;
}

}  // namespace candor::reports
