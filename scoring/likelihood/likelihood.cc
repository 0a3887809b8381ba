#include "scoring/likelihood/likelihood.h"

#include <cmath>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/scoring.h"

namespace candor::scoring {

namespace {

constexpr char kVersion[] = "likelihood-1";

std::size_t characters(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return count;
}

double worth(const data::OptionScore& score, LikelihoodRule rule) {
  if (rule == LikelihoodRule::kSum) return score.log_probability;
  const std::size_t length =
      rule == LikelihoodRule::kTokens ? score.tokens : characters(score.continuation);
  return score.log_probability / static_cast<double>(std::max<std::size_t>(length, 1));
}

}  // namespace

std::optional<LikelihoodRule> likelihood_rule_by_name(std::string_view name) {
  if (name == "sum") return LikelihoodRule::kSum;
  if (name == "characters") return LikelihoodRule::kCharacters;
  if (name == "tokens") return LikelihoodRule::kTokens;
  return std::nullopt;
}

std::optional<std::size_t> best_option(const std::vector<data::OptionScore>& scores,
                                       LikelihoodRule rule) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i].log_probability)) return std::nullopt;
    if (!best || worth(scores[i], rule) > worth(scores[*best], rule)) best = i;
  }
  return best;
}

data::Verdict judge_likelihood(const data::Question& question, const data::Generation& generation) {
  const std::string where = fmt::format("question {}: reference", question.id);
  const data::JsonFields reference(question.reference, where);
  const std::string gold = reference.text("answer");
  const std::string letters = reference.text("options");
  const std::string name = reference.text_or("by", "sum");
  const auto rule = likelihood_rule_by_name(name);
  if (!rule) fail("{}: field \"by\": \"{}\" is not sum, characters or tokens", where, name);
  const std::vector<std::string> expected = data::continuations(question);
  if (expected.size() != letters.size()) {
    fail("{}: {} continuations for {} options", where, expected.size(), letters.size());
  }

  data::Verdict verdict;
  verdict.judge = question.judge;
  verdict.version = kVersion;
  const bool failed = generation.finish == data::FinishReason::kError;
  std::vector<data::OptionScore> scores;
  if (!failed) scores = data::option_scores(generation.answer, "generation of " + question.id);
  const auto best = scores.size() == letters.size() ? best_option(scores, *rule) : std::nullopt;
  const bool right = best && std::string(1, letters[*best]) == gold;
  verdict.outcome = decide_outcome(generation, best.has_value(), right, false);
  if (!best) {
    verdict.reason = failed ? generation.error : "an option has no finite score";
    return verdict;
  }
  verdict.extracted = letters[*best];
  verdict.reason =
      fmt::format("{} is the likeliest option by {}, {} is right", verdict.extracted, name, gold);
  if (verdict.outcome == data::Outcome::kRight || verdict.outcome == data::Outcome::kWrong) {
    verdict.value = right ? 1.0 : 0.0;
  }
  for (const char* other : {"sum", "characters", "tokens"}) {
    const auto chosen = best_option(scores, *likelihood_rule_by_name(other));
    verdict.parts[std::string("by_") + other] = std::string(1, letters[*chosen]);
  }
  return verdict;
}

}  // namespace candor::scoring
