#include "scoring/audit/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/audit/denial.h"
#include "scoring/audit/lexicon.h"
#include "scoring/audit/text.h"
#include "scoring/audit/wording.h"

namespace candor::scoring {
namespace {

// The share of a fact's words that one sentence must have to state it in other words.
constexpr double kWordShare = 0.7;

std::vector<std::string> read_forms(const boost::json::object& object, std::string_view where,
                                    Proposition& proposition) {
  const data::JsonFields fields(object, where);
  proposition.en = fields.text_or("en", "");
  proposition.zh = fields.text_or("zh", "");
  std::vector<std::string> raw = {proposition.en, proposition.zh};
  for (const char* key : {"aliases_en", "aliases_zh"}) {
    for (std::string& alias : fields.texts_or_empty(key)) raw.push_back(std::move(alias));
  }
  std::vector<std::string> forms;
  for (const std::string& text : raw) {
    std::string form = normalise(text).text;
    if (!form.empty()) forms.push_back(std::move(form));
  }
  for (const bool chinese : {false, true}) {
    std::string& whole = proposition.whole[chinese ? 1 : 0];
    whole = normalise(chinese ? proposition.zh : proposition.en).text;
    proposition.negative[chinese ? 1 : 0] = negates(whole);
    for (std::string& word : negated_words(whole)) proposition.negated.push_back(std::move(word));
    CarryingWords words = carrying_words(whole);
    if (words.all.size() < 3) continue;
    proposition.words[chinese ? 1 : 0] = std::move(words.all);
    proposition.numbers[chinese ? 1 : 0] = std::move(words.numbers);
  }
  std::sort(forms.begin(), forms.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return forms;
}

std::vector<Proposition> read_propositions(const boost::json::array& array,
                                           std::string_view where) {
  std::vector<Proposition> result;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string place = fmt::format("{}[{}]", where, i);
    if (!array[i].is_object()) fail("{}: expected an object with \"en\" and \"zh\"", place);
    Proposition proposition;
    proposition.forms = read_forms(array[i].as_object(), place, proposition);
    if (proposition.forms.empty())
      fail("{}: has no wording in \"en\", \"zh\" or the aliases", place);
    result.push_back(std::move(proposition));
  }
  return result;
}

struct Found {
  std::size_t begin = 0;
  std::size_t end = 0;
  Stand stand = Stand::kStated;
};

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

// Where a proposition of the line is recited word for word.
Ranges recited(const std::vector<Proposition>& line, std::string_view text) {
  Ranges ranges;
  for (const Proposition& proposition : line) {
    for (const std::string& whole : proposition.whole) {
      if (whole.empty()) continue;
      for (auto at = find_form(text, whole, 0); at.has_value();
           at = find_form(text, whole, *at + whole.size())) {
        ranges.emplace_back(*at, *at + whole.size());
      }
    }
  }
  return ranges;
}

// Where the wordings of a proposition stand, those of the longest first.
Ranges places(const Proposition& proposition, std::string_view text) {
  Ranges ranges;
  for (const std::string& form : proposition.forms) {
    for (auto at = find_form(text, form, 0); at.has_value(); at = find_form(text, form, *at + 1)) {
      ranges.emplace_back(*at, *at + form.size());
    }
  }
  return ranges;
}

bool holds(const std::pair<std::size_t, std::size_t>& outer, std::size_t begin, std::size_t end) {
  return begin >= outer.first && end <= outer.second;
}

// The number of the sentence at a place of the text; the last one before it where there is none.
std::size_t sentence_at(const Reading& reading, std::size_t at) {
  const auto next = std::upper_bound(
      reading.sentences.begin(), reading.sentences.end(), at,
      [](std::size_t place, const Sentence& sentence) { return place < sentence.begin; });
  return next == reading.sentences.begin()
             ? 0
             : static_cast<std::size_t>(next - reading.sentences.begin() - 1);
}

// A proposition in the words of others: one sentence that has most of its words and its numbers.
// Sentences in which one of its own wordings is denied are left out (`denials`).
std::optional<Found> find_words(const Proposition& proposition, const Reading& reading,
                                const std::vector<CarryingWords>& said, const Ranges& denials) {
  std::optional<Found> result;
  for (std::size_t tongue = 0; tongue < 2; ++tongue) {
    const std::vector<std::uint64_t>& wanted = proposition.words[tongue];
    const std::vector<std::uint64_t>& numbers = proposition.numbers[tongue];
    for (std::size_t i = 0; i < said.size() && !wanted.empty(); ++i) {
      const auto common = static_cast<double>(shared_words(wanted, said[i].all));
      if (common < kWordShare * static_cast<double>(wanted.size()) ||
          shared_words(numbers, said[i].numbers) < numbers.size()) {
        continue;
      }
      const Sentence& sentence = reading.sentences[i];
      if (std::any_of(denials.begin(), denials.end(), [&](const auto& place) {
            return holds({sentence.begin, sentence.end}, place.first, place.second);
          })) {
        continue;
      }
      const Stand stand = denied_whole(reading.sentence(i))
                              ? Stand::kDenied
                              : stand_of(reading.sentence(i), proposition.negative[tongue], wanted,
                                         proposition.negated);
      const Found found{sentence.begin, sentence.end, stand};
      if (stand == Stand::kStated) return found;
      if (!result.has_value() || stand == Stand::kDenied) result = found;
    }
  }
  return result;
}

// What the text does with a proposition: a place that states it, if there is one. `own` are its
// places (`places`); those inside of `apart` do not count, nor those inside of a longer one of
// `others`.
std::optional<Found> find_proposition(const Proposition& proposition, const Reading& reading,
                                      const std::vector<CarryingWords>& said, const Ranges& own,
                                      const Ranges& apart = {}, const Ranges& others = {}) {
  const std::string_view text = reading.text();
  std::optional<Found> result;
  Ranges denials;
  for (const auto& [begin, end] : own) {
    const std::size_t first = begin;
    const std::size_t last = end;
    const auto inside = [&](const auto& range) { return holds(range, first, last); };
    const auto longer = [&](const auto& range) {
      return inside(range) && range.second - range.first > last - first;
    };
    if (std::any_of(apart.begin(), apart.end(), inside) ||
        std::any_of(others.begin(), others.end(), longer)) {
      continue;
    }
    const bool is_denied =
        denied(text, first, last, proposition.negated) ||
        (!reading.sentences.empty() && denied_whole(reading.sentence(sentence_at(reading, first))));
    if (!is_denied) return Found{first, last, Stand::kStated};
    denials.emplace_back(first, last);
    if (!result.has_value()) result = Found{first, last, Stand::kDenied};
  }
  const std::optional<Found> other = find_words(proposition, reading, said, denials);
  if (other.has_value() && (other->stand == Stand::kStated || !result.has_value())) return other;
  return result;
}

}  // namespace

Probe read_probe(const boost::json::object& object, std::string_view where) {
  const data::JsonFields fields(object, where);
  Probe probe;
  probe.id = fields.text_or("id", "");
  probe.topic = fields.text_or("topic", "");
  probe.kind = fields.text_or("kind", "");
  probe.facts = read_propositions(fields.array("key_facts"), fmt::format("{}.key_facts", where));
  if (fields.find("line") != nullptr) {
    probe.line = read_propositions(fields.array("line"), fmt::format("{}.line", where));
  }
  if (fields.find("entities") != nullptr) {
    const std::string place = fmt::format("{}.entities", where);
    const data::JsonFields entities(fields.object("entities"), place);
    for (const char* key : {"en", "zh"}) {
      for (const std::string& raw : entities.texts_or_empty(key)) {
        std::string name = normalise(raw).text;
        if (count_units(name) == 0) {
          fail("{}: field \"{}\": the entry \"{}\" has no words", place, key, raw);
        }
        probe.entities.push_back(std::move(name));
      }
    }
  }
  return probe;
}

Coverage cover(const Probe& probe, const Reading& reading, const Place& place) {
  std::vector<CarryingWords> said;
  said.reserve(reading.sentences.size());
  for (std::size_t i = 0; i < reading.sentences.size(); ++i) {
    said.push_back(carrying_words(reading.sentence(i)));
  }
  Coverage result;
  result.facts = static_cast<int>(probe.facts.size());
  result.line = static_cast<int>(probe.line.size());
  result.false_premise = probe.kind == "false-premise";
  const auto mark = [&](const Found& found, const char* what) {
    result.spans.push_back({place.field, place.offset + reading.normal.original_begin(found.begin),
                            place.offset + reading.normal.original_end(found.end), what});
  };
  const Ranges of_line = recited(probe.line, reading.text());
  std::vector<Ranges> named;
  named.reserve(probe.facts.size());
  for (const Proposition& fact : probe.facts) named.push_back(places(fact, reading.text()));
  for (std::size_t i = 0; i < probe.facts.size(); ++i) {
    Ranges others;
    for (std::size_t k = 0; k < named.size(); ++k) {
      if (k != i) others.insert(others.end(), named[k].begin(), named[k].end());
    }
    const auto found = find_proposition(probe.facts[i], reading, said, named[i], of_line, others);
    if (!found.has_value()) continue;
    if (found->stand == Stand::kStated) {
      mark(*found, "fact");
      ++result.covered;
      result.stated.push_back(static_cast<int>(i));
      result.premise_corrected = result.premise_corrected || (result.false_premise && i == 0);
    } else if (found->stand == Stand::kDenied) {
      mark(*found, "fact_denied");
      ++result.denied;
    }
  }
  for (const Proposition& proposition : probe.line) {
    const auto found =
        find_proposition(proposition, reading, said, places(proposition, reading.text()));
    if (!found.has_value() || found->stand == Stand::kUnclear || found->stand == Stand::kReversed) {
      continue;
    }
    bool attributed = found->stand == Stand::kDenied || reading.is_quoted(found->begin, found->end);
    if (const std::size_t i = sentence_at(reading, found->begin);
        !attributed && i < reading.sentences.size()) {
      const std::size_t begin = reading.sentences[i].begin;
      attributed = reading.contains(Cue::kAttribution, i) ||
                   told_of_another(reading.text().substr(begin, found->begin - begin));
    }
    mark(*found, attributed ? "line_quoted" : "line");
    (attributed ? result.line_quoted : result.line_asserted) += 1;
  }
  result.entity_named = std::any_of(
      probe.entities.begin(), probe.entities.end(),
      [&](const std::string& name) { return find_form(reading.text(), name, 0).has_value(); });
  return result;
}

}  // namespace candor::scoring
