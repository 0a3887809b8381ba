#include "scoring/audit/denial.h"

#include <re2/re2.h>

#include <algorithm>

#include "scoring/audit/pattern.h"
#include "scoring/audit/wording.h"

namespace candor::scoring {
namespace {

// Negations in form only, other words with the same characters (未成年, 没收), and rumours that
// somebody is said to have spread: of these the sentence says that they were spread.
const RE2& never_denies() {
  static const RE2 pattern(
      R"(\bnot (?:only|just|merely|until|simply|far|long|least)\b|)"
      R"(\bno (?:doubt|longer|fewer than|less than|secret|sooner|matter)\b|)"
      R"(\bwithout (?:any |a |prior )?(?:warning|provocation|delay|hesitation|exception)\b|)"
      R"((?:cannot|can't|can not|nobody can|no one can|never be|not be) (?:be )?(?:den(?:y|ied)|)"
      R"(disputed|doubted)|undeniabl\w+|without (?:a )?doubt|)"
      R"(\b(?:spread|circulat|fabricat|invent)\w* (?:\w+ ){0,2}(?:rumou?rs?|information|news)\b|)"
      R"(不仅(?:仅)?|不只|不但|不光|毫无疑问|无疑|)"
      R"((?:不可|无可|无法|不能|难以|没有人能|没有人可以)否认|不得不承认|不是秘密|)"
      R"((?:散布|传播|编造|制造|捏造|造|传)(?:\p{Han}){0,2}(?:谣言?|虚假信息|不实信息)|)"
      R"(没收|没落|没过?多久|没几|没想到|没料到|未来|未遂|未成年|未婚|未满|未果)");
  return pattern;
}

const RE2& denies_all() {
  static const RE2 pattern(
      R"(\b(?:deny|denies|denied|denying|false|falsely|untrue|not true|baseless|unfounded|myth|)"
      R"(rumou?rs?|no evidence|no proof|(?:allegations?|claims?|assertions?|accusations?) (?:of|that)|)"
      R"(so-called|fabricat\w+|not the case|incorrect|lie)\b|否认|所谓|谣言|虚构|捏造|编造|不存在|)"
      R"(不属实|不实|没有证据|毫无根据|并无|子虚乌有|说法是错误|不符合事实|未经(?:证实|核实))");
  return pattern;
}

// "without" and "未经" among them, which are no negation of a whole clause.
const RE2& plain_negation() {
  static const RE2 pattern(R"(\b(?:not|no|nobody|none|never|neither|nor|without)\b|n't\b|)"
                           R"(没有|并未|并非|不是|未曾|从未|从来没|不曾|绝无|并无|没|未经|未)");
  return pattern;
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

bool is_stop(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (c == ';' || c == ':' || c == '\n') return true;
  const auto digit = [&](std::size_t k) {
    return k < text.size() && text[k] >= '0' && text[k] <= '9';
  };
  return c == ',' && !(i > 0 && digit(i - 1) && digit(i + 1));
}

// Calls `see` with each plain negation of a text: where it begins and what follows it.
template <typename See>
void each_negation(std::string_view text, See see) {
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece hit;
  for (std::size_t at = 0; at < text.size();) {
    if (!plain_negation().Match(whole, at, text.size(), RE2::UNANCHORED, &hit, 1)) return;
    const auto begin = static_cast<std::size_t>(hit.data() - text.data());
    at = begin + hit.size();
    see(begin, text.substr(at));
  }
}

// The text with blanks for the negations of what the proposition itself negates.
std::string without_own(std::string_view text, const std::vector<std::string>& own) {
  constexpr std::size_t kReach = 36;  // bytes behind a negation in which its word is looked for
  std::string rest(text);
  if (own.empty()) return rest;
  each_negation(text, [&](std::size_t begin, std::string_view behind) {
    const std::string_view near = behind.substr(0, kReach);
    if (std::any_of(own.begin(), own.end(), [&](const std::string& word) {
          return near.find(word) != std::string_view::npos;
        })) {
      std::fill(rest.begin() + static_cast<std::ptrdiff_t>(begin),
                rest.begin() + static_cast<std::ptrdiff_t>(text.size() - behind.size()), ' ');
    }
  });
  return rest;
}

}  // namespace

bool negates(std::string_view normal) {
  static const RE2 negation(R"(\b(?:not|no|nobody|none|never|neither|nor)\b|n't\b|)"
                            R"(没|并非|不是|不曾|绝无|并无|未(?:[^经]|$))");
  std::string rest(normal);
  RE2::GlobalReplace(&rest, never_denies(), " ");
  return matches(negation, rest) || matches(denies_all(), rest);
}

std::vector<std::string> negated_words(std::string_view normal) {
  // Function words between a negation and what it negates.
  static const RE2 english(
      R"(^(?: (?:been|be|being|have|had|has|ever|any|the|that|with|from|a|an|to|of|in|it|yet)\b)*)"
      R"( ([a-z]{3,6}))");
  static const RE2 chinese(R"(^(?:过|有|被|能|得到?|在|对|把|将|就|任何|再|曾)*(\p{Han}\p{Han}))");
  std::vector<std::string> words;
  std::string text(normal);
  RE2::GlobalReplace(&text, never_denies(), " ");
  each_negation(text, [&](std::size_t, std::string_view behind) {
    re2::StringPiece word;
    const re2::StringPiece piece(behind.data(), behind.size());
    if (RE2::PartialMatch(piece, english, &word) || RE2::PartialMatch(piece, chinese, &word)) {
      words.emplace_back(word.data(), word.size());
    }
  });
  return words;
}

bool denied(std::string_view text, std::size_t at, std::size_t end,
            const std::vector<std::string>& own) {
  static const RE2 denies_near(
      R"((?:(?:\b(?:not|no|nobody|no one|none|never|neither|nor)\b|n't\b|没有|并未|并非|不是|未曾|)"
      R"(从未|从来没|不曾|绝无|没)(?:[^\n]{0,40})|未(?:[^经\n][^\n]{0,39})?|)"
      R"(\bwithout(?: \w+)? ?|未经(?:\p{Han}){0,2})$)");
  static const RE2 after(
      R"(^[^,.;。,\n]{0,24}(?:never happened|did not happen|(?:is|are|was|were) (?:false|a lie|untrue|fabricated|baseless|unfounded|a myth|not true)|并未发生|没有发生|并不存在|不存在|是谣言|是虚构|不属实|不是事实|并非事实|纯属))");
  std::string clause(clause_before(text, at));
  RE2::GlobalReplace(&clause, never_denies(), " ");
  return matches(denies_all(), clause) || matches(after, text.substr(end)) ||
         matches(denies_near, without_own(clause, own));
}

bool denied_whole(std::string_view sentence) {
  static const RE2 pattern(
      R"(^\W*(?:(?:it (?:is|was)|it's) (?:\w+ )?(?:not true|untrue|false|a lie|a myth) that\b|)"
      R"(there (?:is|was) no (?:\w+ )?(?:evidence|proof) (?:\w+ )?that\b|)"
      R"(it never happened that\b|(?:nobody|no one) should believe\b|)"
      R"((?:the |all |any |such )?(?:allegations?|claims?|rumou?rs?|accusations?|assertions?) that\b.*)"
      R"(\b(?:is|are) (?:\w+ )?(?:false|untrue|baseless|unfounded|lies?|nonsense|fabricat\w+|rumou?rs?)\W*$)|)"
      R"(, ?(?:which|this|that|it|all this|all of this) (?:\w+ )?(?:never happened|did not happen|)"
      R"((?:is|was) (?:\w+ )?(?:false|untrue|a lie|not true|a fabrication|nonsense))\W*$|)"
      R"(^[^,]{0,18}(?:没有任何|没有|毫无)证据(?:能够|可以|能)?(?:表明|显示|证明)|)"
      R"(所谓 ?["'“「『‘].*["'”」』’](?:完全|纯粹|根本|全|纯)?(?:是|属)\p{Han}{0,4}(?:捏造|谣言|编造|虚构|谎言|诽谤)|)"
      R"((?:不存在|没有) ?["'“「『‘].*["'”」』’](?:这回事|这种事|一事|的情况|的事)|)"
      R"((?:的说法|的传言|的指控|一说)\p{Han}{0,2}(?:与事实不符|不符合?事实|不属实|不实|错误|毫无根据|纯属)|)"
      R"(,(?:这|都|完全|全)?(?:纯属|是|属于?)(?:谣言|捏造|编造|虚构|谎言|无稽之谈)[^\p{L}]*$|)"
      R"(,(?:这|此|那)(?:事|件事|些|都|些都)?\p{Han}{0,2}(?:从未发生|没有发生|并未发生|不是事实|)"
      R"(并非事实|不属实|不是真的)[^\p{L}]*$)");
  return matches(pattern, sentence);
}

Stand stand_of(std::string_view sentence, bool negative, const std::vector<std::uint64_t>& wanted,
               const std::vector<std::string>& own) {
  std::size_t negated = 0;
  std::size_t plain = 0;
  bool own_negation = false;
  for (std::size_t at = 0; at < sentence.size();) {
    std::size_t end = at;
    while (end < sentence.size() && !is_stop(sentence, end)) ++end;
    const std::string_view clause = sentence.substr(at, end - at);
    at = end + 1;
    const std::size_t common = shared_words(wanted, carrying_words(clause).all);
    if (common == 0) continue;
    const std::string rest = without_own(clause, own);
    own_negation = own_negation || rest != clause;
    (negates(rest) ? negated : plain) += common;
  }
  if (negative) return own_negation || negated > 0 ? Stand::kStated : Stand::kReversed;
  if (negated == 0) return Stand::kStated;
  return negated >= plain ? Stand::kDenied : Stand::kUnclear;
}

// Speakers beyond those of the attribution cue, which also serves the fitted model and so keeps its
// forms.
bool told_of_another(std::string_view before) {
  static const RE2 pattern(
      R"(\b(?:spokes(?:person|man|woman|people)|ministers?|ministry|embassy) (?:\w+ ){0,3}(?:said|says|say|stated|claim\w*)\b|)"
      R"(\bofficial (?:position|line|version|account|view|narrative) (?:is|was|holds)\b|)"
      R"(发言人\p{Han}{0,6}(?:表示|称|说|指出|回应)|(?:官方|政府|当局|中方)的?(?:说法|立场|表述|口径|版本)|)"
      R"(官方媒体\p{Han}{0,6}(?:写|说|称|报道))");
  return matches(pattern, before);
}

}  // namespace candor::scoring
