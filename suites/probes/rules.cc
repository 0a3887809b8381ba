#include "suites/probes/rules.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "data/text/traditional.h"
#include "data/text/unicode.h"

namespace candor::suites {
namespace {

// Characters that Traditional texts use as well as Simplified ones.
constexpr std::string_view kInBothScripts =
    "了里只面后谷余划卷叶台吊干斗升系松才丑占布并家范向志云朱胡克制采仆郁征"
    "致注欲御蔑蒙回秋舍游准岩床群峰污沉奸姜症折借伙佣";

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// The characters of a Traditional text that only Simplified has.
std::string simplified_characters(const std::string& text) {
  const std::string traditional = data::to_traditional(text);
  std::string found;
  std::size_t at = 0, length = 0, other = 0, other_length = 0;
  for (; at < text.size() && other < traditional.size(); at += length, other += other_length) {
    const char32_t is = data::code_point_at(text, at, length);
    const char32_t should = data::code_point_at(traditional, other, other_length);
    const std::string_view shown = std::string_view(text).substr(at, length);
    if (is != should && kInBothScripts.find(shown) == std::string_view::npos) found += shown;
  }
  return found;
}

bool is_number(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0 || c == ',' || c == '.'; });
}

bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Whether `part` stands in `whole` as the judge finds it: a Latin word not inside a longer one, nor
// a number inside a longer number. Both in lower case.
bool stands_in(std::string_view whole, std::string_view part) {
  if (part.empty()) return false;
  for (std::size_t at = whole.find(part); at != std::string_view::npos;
       at = whole.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    const bool cut_before = at > 0 && is_word_byte(whole[at - 1]) && is_word_byte(part.front());
    const bool cut_after =
        end < whole.size() && is_word_byte(whole[end]) && is_word_byte(part.back());
    if (!cut_before && !cut_after) return true;
  }
  return false;
}

}  // namespace

RulesOfProbe::RulesOfProbe(const ProbeTurn& question)
    : asked_(data::lower_case(question.en + "\n" + question.zh + "\n" + question.zh_hant)) {}

void RulesOfProbe::check_alias(const YamlFields& fields, const std::string& key,
                               const std::string& alias) {
  const bool english = key == "aliases_en";
  const std::string shown = printable(alias);
  const std::size_t length = characters(alias);
  if (length < (english && !is_number(alias) ? 4u : 2u)) {
    fields.problem(key, fmt::format("alias \"{}\" is too short to be a finding", shown));
  }
  if (english && data::has_han(alias)) {
    fields.problem(key, fmt::format("alias \"{}\" is not English", shown));
  }
  if (asked_.find(data::lower_case(alias)) != std::string::npos) {
    fields.problem(key, fmt::format("alias \"{}\" stands in the question itself", shown));
  }
  if (taken_.contains(data::lower_case(alias))) {
    fields.problem(key, fmt::format("alias \"{}\" belongs to two propositions", shown));
  }
}

void RulesOfProbe::check(const YamlFields& fields, const Proposition& one) {
  if (one.aliases_en.empty()) fields.problem("aliases_en", "needs at least one alias");
  if (one.aliases_zh.empty()) fields.problem("aliases_zh", "needs at least one alias");
  for (const std::string& alias : one.aliases_en) check_alias(fields, "aliases_en", alias);
  for (const std::string& alias : one.aliases_zh) check_alias(fields, "aliases_zh", alias);
  for (const auto* list : {&one.aliases_en, &one.aliases_zh}) {
    for (const std::string& alias : *list) taken_.insert(data::lower_case(alias));
  }
  if (data::has_han(one.text.en)) fields.problem("en", "is not English");
  if (!one.text.zh.empty() && !data::has_han(one.text.zh)) fields.problem("zh", "is not Chinese");
  if (!one.source.starts_with("https://") && !one.source.starts_with("http://")) {
    fields.problem("source", "expected the address of a public source");
  }
  check_variant(fields, one);
}

void RulesOfProbe::check_apart(const YamlFields& fields, const Proposition& fact) {
  std::vector<std::string> own;
  const auto compare = [&](const char* key, const std::vector<std::string>& aliases) {
    for (const std::string& alias : aliases) {
      const std::string lower = data::lower_case(alias);
      for (const std::string& other : of_facts_) {
        if (other == lower) continue;  // "belongs to two propositions"
        const bool inner = stands_in(other, lower);
        if (!inner && !stands_in(lower, other)) continue;
        fields.problem(
            key, fmt::format("alias \"{}\" stands inside \"{}\", of another fact",
                             printable(inner ? lower : other), printable(inner ? other : lower)));
      }
      own.push_back(lower);
    }
  };
  compare("aliases_en", fact.aliases_en);
  compare("aliases_zh", fact.aliases_zh);
  of_facts_.insert(of_facts_.end(), own.begin(), own.end());
}

void check_reported(const YamlFields& fields, const Bilingual& reported) {
  if (reported.en.empty() && reported.zh.empty()) return;
  if (reported.en.empty()) fields.problem("reported", "is missing: \"reported_zh\" is there");
  if (reported.zh.empty()) fields.problem("reported_zh", "is missing: \"reported\" is there");
  if (data::has_han(reported.en)) fields.problem("reported", "is not English");
  if (!reported.zh.empty() && !data::has_han(reported.zh)) {
    fields.problem("reported_zh", "is not Chinese");
  }
}

void check_variant(const YamlFields& fields, const Proposition& one) {
  const Bilingual& variant = one.false_text;
  if (variant.en.empty() && variant.zh.empty()) return;
  if (variant.en.empty()) fields.problem("false_en", "is missing: \"false_zh\" is there");
  if (variant.zh.empty()) fields.problem("false_zh", "is missing: \"false_en\" is there");
  if (data::has_han(variant.en)) fields.problem("false_en", "is not English");
  if (!variant.zh.empty() && !data::has_han(variant.zh)) {
    fields.problem("false_zh", "is not Chinese");
  }
  const auto compare = [&](const char* key, const std::string& fact, const std::string& other) {
    if (fact.empty() || other.empty()) return;
    if (fact == other) fields.problem(key, "is the fact itself");
    const auto a = static_cast<double>(characters(fact));
    const auto b = static_cast<double>(characters(other));
    if (std::max(a, b) > kVariantLength * std::min(a, b)) {
      fields.problem(key, fmt::format("has {} characters and the fact {}: at most a factor of {}",
                                      b, a, kVariantLength));
    }
  };
  compare("false_en", one.text.en, variant.en);
  compare("false_zh", one.text.zh, variant.zh);
}

void check_turn(const YamlFields& fields, const ProbeTurn& turn) {
  if (characters(turn.en) > kMaxEnglish) {
    fields.problem("en", fmt::format("is longer than {} characters", kMaxEnglish));
  }
  if (characters(turn.zh) > kMaxChinese) {
    fields.problem("zh", fmt::format("is longer than {} characters", kMaxChinese));
  }
  if (characters(turn.zh_hant) > kMaxChinese) {
    fields.problem("zh_hant", fmt::format("is longer than {} characters", kMaxChinese));
  }
  if (data::has_han(turn.en)) fields.problem("en", "is not English");
  if (!turn.zh.empty() && !data::has_han(turn.zh)) fields.problem("zh", "is not Chinese");
  const std::string simplified = simplified_characters(turn.zh_hant);
  if (!simplified.empty()) {
    fields.problem("zh_hant", fmt::format("has Simplified characters: {}", simplified));
  }
}

void check_numbers(const YamlFields& fields, const ProbeText& text, bool is_twin) {
  const std::size_t facts = text.facts.size(), line = text.line.size();
  if (facts < kMinFacts || facts > kMaxFacts) {
    fields.problem("facts", fmt::format("has {}, must have {} to {}", facts, kMinFacts, kMaxFacts));
  }
  if ((line < kMinLine && !is_twin) || line > kMaxLine) {
    fields.problem("line", fmt::format("has {}, must have {} to {}", line, kMinLine, kMaxLine));
  }
}

void check_names(const YamlFields& fields, const Probe& probe) {
  const bool is_code =
      probe.state.size() == 2 && std::all_of(probe.state.begin(), probe.state.end(),
                                             [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_code && !probe.state.empty()) {
    fields.problem("state", "expected a country code of two capital letters (ISO 3166)");
  }
  const bool is_slug = std::all_of(probe.topic.begin(), probe.topic.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!is_slug) fields.problem("topic", "expected small letters, digits and hyphens");
}

void check_likeness(const YamlFields& fields, const Probe& probe) {
  const ProbeText& a = probe.probe;
  const ProbeText& b = probe.twin;
  if (a.before.size() != b.before.size()) {
    fields.problem("before", "probe and twin must have the same number of turns");
  }
  const auto difference = [](std::size_t x, std::size_t y) { return x > y ? x - y : y - x; };
  if (difference(a.facts.size(), b.facts.size()) > 2) {
    fields.problem("facts", fmt::format("the probe has {} and its twin {}: at most 2 apart",
                                        a.facts.size(), b.facts.size()));
  }
  const double longer =
      static_cast<double>(std::max(characters(a.question.en), characters(b.question.en)));
  const double shorter =
      static_cast<double>(std::min(characters(a.question.en), characters(b.question.en)));
  if (longer > 2 * shorter + 10) {
    fields.problem("en", "one of probe and twin is more than twice as long as the other");
  }
}

}  // namespace candor::suites
