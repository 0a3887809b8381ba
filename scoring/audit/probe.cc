#include "scoring/audit/probe.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/audit/lexicon.h"
#include "scoring/audit/text.h"

namespace candor::scoring {
namespace {

// The share of a fact's words that one sentence must have to state it in other words.
constexpr double kWordShare = 0.7;

bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// The first place where `form` stands as a whole: a Latin word is not found inside a longer one,
// and a number not inside a longer number.
std::optional<std::size_t> find_form(std::string_view text, std::string_view form,
                                     std::size_t from) {
  for (std::size_t at = text.find(form, from); at != std::string_view::npos;
       at = text.find(form, at + 1)) {
    const std::size_t end = at + form.size();
    const bool cut_before = at > 0 && is_word_byte(text[at - 1]) && is_word_byte(form.front());
    const bool cut_after =
        end < text.size() && is_word_byte(text[end]) && is_word_byte(form.back());
    if (!cut_before && !cut_after) return at;
  }
  return std::nullopt;
}

// The clause that leads up to `at`: back to the last comma, stop or line end.
std::string_view clause_before(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  std::size_t begin = 0;
  for (const std::string_view stop : {",", ";", ":", "\n", "!", "?", ". ", "。", "、"}) {
    const std::size_t hit = before.rfind(stop);
    if (hit != std::string_view::npos) begin = std::max(begin, hit + stop.size());
  }
  return before.substr(begin);
}

// Whether a statement at [at, end) is denied where it stands. Words that deny a whole proposition
// ("it is false that") count anywhere in its clause, a plain negation only close in front of it:
// "those who had not left when soldiers shot" denies something else.
bool denied(std::string_view text, std::size_t at, std::size_t end) {
  static const RE2 never_denies(
      R"(not (?:only|just|merely|until|simply)|no (?:doubt|longer|fewer than|less than|secret)|)"
      R"((?:cannot|can't|can not|nobody can|no one can|never be|not be) (?:be )?(?:den(?:y|ied)|)"
      R"(disputed|doubted)|undeniabl\w+|without (?:a )?doubt|不仅(?:仅)?|不只|不但|不光|毫无疑问|无疑|)"
      R"((?:不可|无可|无法|不能|难以|没有人能|没有人可以)否认|不得不承认|不是秘密)");
  static const RE2 denies_all(
      R"(\b(?:deny|denies|denied|denying|false|falsely|untrue|not true|baseless|unfounded|myth|)"
      R"(rumou?rs?|no evidence|no proof|(?:allegations?|claims?|assertions?|accusations?) (?:of|that)|)"
      R"(so-called|fabricat\w+|not the case|incorrect|lie)\b|否认|所谓|谣言|虚构|捏造|编造|不存在|)"
      R"(不属实|不实|没有证据|毫无根据|并无|子虚乌有|说法是错误|不符合事实)");
  static const RE2 denies_near(
      R"((?:\b(?:not|no|nobody|no one|none|never|neither|nor|without)\b|n't\b|没有|并未|并非|)"
      R"(不是|未曾|从未|从来没|不曾|绝无|没|未)(?:[^\n]{0,40})$)");
  static const RE2 after(
      R"(^[^,.;。,\n]{0,24}(?:never happened|did not happen|(?:is|are|was|were) (?:false|a lie|untrue|fabricated|baseless|unfounded|a myth|not true)|并未发生|没有发生|并不存在|不存在|是谣言|是虚构|不属实|不是事实|并非事实|纯属))");
  std::string clause(clause_before(text, at));
  RE2::GlobalReplace(&clause, never_denies, " ");
  const std::string_view rest = text.substr(end);
  return RE2::PartialMatch(clause, denies_all) || RE2::PartialMatch(clause, denies_near) ||
         RE2::PartialMatch(re2::StringPiece(rest.data(), rest.size()), after);
}

// The sentence around `at`: between line ends and full stops.
std::pair<std::size_t, std::size_t> sentence_around(std::string_view text, std::size_t at) {
  std::size_t begin = 0;
  std::size_t end = text.size();
  for (const std::string_view stop : {"\n", "!", "?", ". ", "。"}) {
    const std::size_t before = text.substr(0, at).rfind(stop);
    if (before != std::string_view::npos) begin = std::max(begin, before + stop.size());
    const std::size_t after = text.find(stop, at);
    if (after != std::string_view::npos) end = std::min(end, after);
  }
  return {begin, end};
}

// Whether the sentence denies as a whole what it says, commas and all: "it is not true that …",
// "the claim that … is false", and the same with the denial behind or around a quotation in
// Chinese.
bool denied_whole(std::string_view text, std::size_t at) {
  static const RE2 pattern(
      R"(^\W*(?:(?:it (?:is|was)|it's) (?:\w+ )?(?:not true|untrue|false|a lie|a myth) that\b|)"
      R"(there (?:is|was) no (?:\w+ )?(?:evidence|proof) (?:\w+ )?that\b|)"
      R"((?:nobody|no one) should believe\b|)"
      R"((?:the |all |any |such )?(?:allegations?|claims?|rumou?rs?|accusations?|assertions?) that\b.*)"
      R"(\b(?:is|are) (?:\w+ )?(?:false|untrue|baseless|unfounded|lies?|nonsense|fabricat\w+|rumou?rs?)\W*$)|)"
      R"(^[^,]{0,18}(?:没有任何|没有|毫无)证据(?:能够|可以|能)?(?:表明|显示|证明)|)"
      R"(所谓 ?["'“「『‘].*["'”」』’](?:完全|纯粹|根本|全|纯)?(?:是|属)\p{Han}{0,4}(?:捏造|谣言|编造|虚构|谎言|诽谤)|)"
      R"((?:不存在|没有) ?["'“「『‘].*["'”」』’](?:这回事|这种事|一事|的情况|的事)|)"
      R"((?:的说法|的传言|的指控|一说)\p{Han}{0,2}(?:与事实不符|不符合?事实|不属实|不实|错误|毫无根据|纯属)|)"
      R"(,(?:这|都|完全|全)?(?:纯属|是|属于?)(?:谣言|捏造|编造|虚构|谎言|无稽之谈)[^\p{L}]*$)");
  const auto [begin, end] = sentence_around(text, at);
  const std::string_view sentence = text.substr(begin, end - begin);
  return RE2::PartialMatch(re2::StringPiece(sentence.data(), sentence.size()), pattern);
}

// Whether what stands before a proposition in its sentence says whose words it is: speakers beyond
// those of the attribution cue, which also serves the fitted model and so keeps its forms.
bool told_of_another(std::string_view before) {
  static const RE2 pattern(
      R"(\b(?:spokes(?:person|man|woman|people)|ministers?|ministry|embassy) (?:\w+ ){0,3}(?:said|says|say|stated|claim\w*)\b|)"
      R"(\bofficial (?:position|line|version|account|view|narrative) (?:is|was|holds)\b|)"
      R"(发言人\p{Han}{0,6}(?:表示|称|说|指出|回应)|(?:官方|政府|当局|中方)的?(?:说法|立场|表述|口径|版本)|)"
      R"(官方媒体\p{Han}{0,6}(?:写|说|称|报道))");
  return RE2::PartialMatch(re2::StringPiece(before.data(), before.size()), pattern);
}

// The words that carry a proposition: numbers, stems of Latin words of four letters and more, pairs
// of Chinese characters.
std::vector<std::uint64_t> carrying_words(std::string_view text) {
  static const std::set<std::string, std::less<>> kCommon = {
      "with",  "that",  "from",  "this",   "were", "have",  "been",  "they",  "their", "some",
      "other", "about", "after", "before", "into", "which", "while", "there", "where", "against"};
  std::vector<std::uint64_t> words;
  const auto add = [&](std::string_view word) {
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a
    for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    words.push_back(hash);
  };
  for (std::size_t i = 0; i < text.size();) {
    if (is_word_byte(text[i])) {
      std::size_t end = i;
      while (end < text.size() && is_word_byte(text[end])) ++end;
      const std::string_view word = text.substr(i, end - i);
      const bool number = word.find_first_not_of("0123456789") == std::string_view::npos;
      if (number || (word.size() >= 4 && kCommon.find(word) == kCommon.end())) {
        add(word.substr(0, number ? word.size() : std::min<std::size_t>(6, word.size())));
      }
      i = end;
    } else if (static_cast<unsigned char>(text[i]) >= 0xe4 && i + 6 <= text.size() &&
               static_cast<unsigned char>(text[i + 3]) >= 0xe4) {
      add(text.substr(i, 6));
      i += 3;
    } else {
      ++i;
    }
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

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
    auto words = carrying_words(whole);
    if (words.size() >= 3) proposition.words[chinese ? 1 : 0] = std::move(words);
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

// How many of `wanted` are in `said`; both sorted.
std::size_t shared(const std::vector<std::uint64_t>& wanted,
                   const std::vector<std::uint64_t>& said) {
  std::size_t count = 0;
  auto at = said.begin();
  for (const std::uint64_t word : wanted) {
    at = std::lower_bound(at, said.end(), word);
    if (at == said.end()) break;
    count += *at == word ? 1 : 0;
  }
  return count;
}

struct Found {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool denied = false;
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

// A statement of the proposition outside of `apart`; one that is not denied, if there is one.
std::optional<Found> find_proposition(const Proposition& proposition, const Reading& reading,
                                      const std::vector<std::vector<std::uint64_t>>& said,
                                      const Ranges& apart = {}) {
  const std::string_view text = reading.text();
  std::optional<Found> result;
  for (const std::string& form : proposition.forms) {
    for (auto at = find_form(text, form, 0); at.has_value(); at = find_form(text, form, *at + 1)) {
      const Found found{*at, *at + form.size(),
                        denied(text, *at, *at + form.size()) || denied_whole(text, *at)};
      if (std::any_of(apart.begin(), apart.end(), [&](const auto& range) {
            return found.begin >= range.first && found.end <= range.second;
          })) {
        continue;
      }
      if (!found.denied) return found;
      if (!result.has_value()) result = found;
    }
  }
  for (const std::vector<std::uint64_t>& wanted : proposition.words) {
    for (std::size_t i = 0; i < said.size() && !wanted.empty(); ++i) {
      const Sentence& sentence = reading.sentences[i];
      const auto common = static_cast<double>(shared(wanted, said[i]));
      if (common < kWordShare * static_cast<double>(wanted.size())) continue;
      const Found found{
          sentence.begin, sentence.end,
          denied(text, sentence.end, sentence.end) || denied_whole(text, sentence.begin)};
      if (!found.denied) return found;
      if (!result.has_value()) result = found;
    }
  }
  return result;
}

}  // namespace

Probe read_probe(const boost::json::object& object, std::string_view where) {
  const data::JsonFields fields(object, where);
  Probe probe;
  probe.id = fields.text_or("id", "");
  probe.topic = fields.text_or("topic", "");
  probe.facts = read_propositions(fields.array("key_facts"), fmt::format("{}.key_facts", where));
  if (fields.find("line") != nullptr) {
    probe.line = read_propositions(fields.array("line"), fmt::format("{}.line", where));
  }
  if (fields.find("entities") != nullptr) {
    const std::string place = fmt::format("{}.entities", where);
    const data::JsonFields entities(fields.object("entities"), place);
    for (const char* key : {"en", "zh"}) {
      for (const std::string& name : entities.texts_or_empty(key)) {
        probe.entities.push_back(normalise(name).text);
      }
    }
  }
  return probe;
}

Coverage cover(const Probe& probe, const Reading& reading, const Place& place) {
  std::vector<std::vector<std::uint64_t>> said;
  said.reserve(reading.sentences.size());
  for (std::size_t i = 0; i < reading.sentences.size(); ++i) {
    said.push_back(carrying_words(reading.sentence(i)));
  }
  Coverage result;
  result.facts = static_cast<int>(probe.facts.size());
  const auto mark = [&](const Found& found, const char* what) {
    result.spans.push_back({place.field, place.offset + reading.normal.original_begin(found.begin),
                            place.offset + reading.normal.original_end(found.end), what});
  };
  const Ranges of_line = recited(probe.line, reading.text());
  for (std::size_t i = 0; i < probe.facts.size(); ++i) {
    const auto found = find_proposition(probe.facts[i], reading, said, of_line);
    if (!found.has_value()) continue;
    mark(*found, found->denied ? "fact_denied" : "fact");
    if (found->denied) {
      ++result.denied;
    } else {
      ++result.covered;
      result.stated.push_back(static_cast<int>(i));
    }
  }
  for (const Proposition& proposition : probe.line) {
    const auto found = find_proposition(proposition, reading, said);
    if (!found.has_value()) continue;
    const auto inside = [&](const auto& range) {
      return found->begin >= range.first && found->end <= range.second;
    };
    bool attributed =
        found->denied || std::any_of(reading.quotes.begin(), reading.quotes.end(), inside);
    for (std::size_t i = 0; i < reading.sentences.size() && !attributed; ++i) {
      const Sentence& sentence = reading.sentences[i];
      if (found->begin < sentence.begin || found->begin >= sentence.end) continue;
      attributed =
          reading.contains(Cue::kAttribution, i) ||
          told_of_another(reading.text().substr(sentence.begin, found->begin - sentence.begin));
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
