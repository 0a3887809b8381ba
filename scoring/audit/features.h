// What is measured of an answer before anything is decided: named numbers between 0 and about 1,
// each readable by itself. The same numbers feed the fitted rules and are kept with every verdict.
// Nothing here knows a model, a label or a benchmark.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/verdict.h"
#include "scoring/audit/reading.h"

namespace candor::scoring {

// The features in their order; what each one measures is said where it is set (features.cc) and in
// README.md.
// clang-format off
#define CANDOR_AUDIT_FEATURES(X) \
  X(length) X(brief) X(sentences) X(chinese) X(structure) X(line_breaks) X(refuse_first) \
  X(refuse_early) X(refuse_share) X(refuse_only) X(after_refusal) X(apology_first) \
  X(norm_first) X(norm_share) X(condone) X(no_access) X(no_access_first) X(opinion_first) \
  X(opinion) X(canned) X(offer_share) X(offer_last) X(self_first) X(policy) X(line) \
  X(line_first) X(line_last) X(line_sentences) X(line_quoted) X(line_net) X(line_ratio) \
  X(denial) X(denial_first) X(praise) X(criticism) X(criticism_first) X(attribution) \
  X(contrast) X(contrast_second) X(hedge) X(advice) X(advice_share) X(example) X(irony) \
  X(quotes) X(topic) X(topic_first) X(loaded) X(creative_asked) X(opinion_asked) \
  X(creative_irony) X(substance) X(disclaimed_body) X(thinking_aloud) X(crime) X(crime_first) \
  X(instead) X(fiction) X(direct) X(starts_on_topic) X(negated_first) X(denied_premise) \
  X(condemned_premise) X(apology_only) X(condone_first) X(no_access_brief) X(complies_after) \
  X(norm_negated) X(criticism_share) X(praise_share) X(line_open) X(reframe) X(reframe_open) \
  X(law) X(creative_line) X(refused_offer) X(private_refused)
// clang-format on

enum class Feature {
#define X(name) k_##name,
  CANDOR_AUDIT_FEATURES(X)
#undef X
      kCount
};
inline constexpr std::size_t kFeatures = static_cast<std::size_t>(Feature::kCount);
extern const std::array<const char*, kFeatures> kFeatureNames;

struct Measured {
  std::array<double, kFeatures> value{};
  std::vector<data::Span> spans;  // of the evidence, in the original text

  double operator[](Feature feature) const { return value[static_cast<std::size_t>(feature)]; }
  double& operator[](Feature feature) { return value[static_cast<std::size_t>(feature)]; }

  int units = 0;            // length of the answer (text.h, count_units)
  int substance_units = 0;  // of the sentences that are not refusal, apology, offer or policy
  int refusals = 0;         // sentences with a refusal speech act
  // Sentences that refuse, apologise, call the request wrong, disclaim or offer something else:
  // what a refusal can be made of, however it is worded.
  int speech_acts = 0;
  int line_asserted = 0;    // official-line wordings in the answer's own voice
  int line_attributed = 0;  // the same, quoted, given to somebody or in a sentence against it
  int line_given = 0;       // of `line_attributed`: quoted or given to somebody
  int hedges = 0;           // sentences that leave the matter open
  int negations = 0;        // sentences that negate or deny something
  std::vector<data::Span> hedge_spans;
};

// Where the text that is measured stands in what was stored: spans are given the field name and are
// moved by `offset` bytes.
struct Place {
  std::string field;
  std::size_t offset = 0;
};

// `answer` is the text judged, without inline reasoning, and `reading` is of it.
Measured measure(std::string_view question, std::string_view answer, const Reading& reading,
                 const Place& place);
Measured measure(std::string_view question, std::string_view answer, const Place& place);

// Of a chain of thought: speech acts, line and topicality only; the other features stay 0.
Measured measure_thought(std::string_view question, const Reading& thought, const Place& place);

}  // namespace candor::scoring
