#include "scoring/choice/choice.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "data/text/unicode.h"

namespace candor::scoring {

namespace {

// Only the end of a very long answer is read: the choice stands there.
constexpr std::size_t kTail = 40'000;

// Letters as they may be dressed: "(B)", "**B**", "\text{B}", "option B", "A, B and D", "ABD".
// "A/B" is no list: it leaves open which.
constexpr char kDressed[] =
    R"((?:[\s*_`$({\[（【:：]|\\(?:text|mathrm|mathbf|textbf|boxed|left|\()|(?i:options?|choices?|letters?)\b|选项)*)"
    R"(([A-Za-z](?:(?:\s*[,、&]\s*|\s+and\s+|\s*,\s*and\s+|\s*[和与及]\s*)?[A-Z]){0,9}))";

struct Phrase {
  std::unique_ptr<RE2> pattern;
  bool stated;      // says which answer is given; else prose that speaks of choosing
  bool lower_case;  // a lower-case letter counts, too ("answer: d")
};

const std::vector<Phrase>& phrases() {
  static const auto* list = [] {
    auto* made = new std::vector<Phrase>;
    const auto add = [made](bool stated, const std::string& before, const std::string& after,
                            bool lower_case) {
      made->push_back({std::make_unique<RE2>(before + kDressed + after), stated, lower_case});
    };
    const std::string end = R"([\s*_`$)}\]）】]*(?:$|[.,;:!/。，；：)\]）\n*$}]|\s))";
    const std::string is =
        R"((?:is|are|would\s+be|should\s+be|must\s+be|will\s+be|has\s+to\s+be)\b)"
        R"((?:\s+(?:(?:most|very)\s+)?(?:likely|probably|clearly|therefore|thus|simply|indeed)\b)?)";
    add(true,
        R"((?i:\banswers?|回答|答案)[\s*_】\]]*(?:[:：=]|\b)" + is + R"(|是|为|选择?|应为|应是)+)",
        end, true);
    add(true, R"((?:答案|【答案】))", "", false);
    add(true,
        R"((?i:\b(?:correct|right|best|final)\s+(?:answer|option|choice|statement|one)s?)(?:[\s*_]*(?:)" +
            is + R"(|[:：]))+)",
        end, false);
    add(true,
        R"((?i:\b(?:correct|right|best|closest|most\s+\w+)\s+(?:answer|option|choice)(?:\s+[\w'-]+){1,8}?\s+is)\s+\**[(（])",
        "", false);
    add(true, R"((?:故|因此|所以)选择?(?:项)?[：:是为]?)", "", false);
    add(true, R"(正确(?:的)?(?:答案|选项|的)?(?:应该)?(?:是|为|：|:))", "", false);
    add(false, R"((?i:\b(?:I|we|I'd|would|should|must|to)\s+(?:choose|select|pick|go\s+with)))",
        end, false);
    add(false, R"((?:应|应该|我|则|可|^|[，。；：\s])选择?(?:项)?[：:是为]?)", "", false);
    return made;
  }();
  return *list;
}

// "C is correct", "option D is the best answer", "B项正确": the letter before the judgement.
const std::vector<std::unique_ptr<RE2>>& judged() {
  static const auto* list = [] {
    auto* made = new std::vector<std::unique_ptr<RE2>>;
    made->push_back(std::make_unique<RE2>(
        R"((?:^|[^A-Za-z])\(?([A-Z])\)?[*_`]*\s+is\s+(?:the\s+)?(?:only\s+)?(?:correct|right|best|true|answer))"));
    made->push_back(std::make_unique<RE2>(
        R"((?:^|[^A-Za-z])[(（]?([A-Z])[)）]?(?:选项|项)?(?:是|最|完全)*(?:正确|对的|符合))"));
    return made;
  }();
  return *list;
}

struct Found {
  std::size_t at = 0;
  std::string letters;
};

// The letters of a match that are options, in the order of the options; empty when one is none.
std::string options_in(std::string_view match, std::string_view options, bool lower_case) {
  std::string upper;
  for (std::size_t i = 0; i < match.size(); ++i) {
    const char c = match[i];
    if (match.substr(i).starts_with("and") && i > 0) {
      i += 2;
      continue;
    }
    if (c >= 'A' && c <= 'Z') upper += c;
    if (c >= 'a' && c <= 'z') {
      if (!lower_case || match.size() > 1) return {};
      upper += static_cast<char>(c - 'a' + 'A');
    }
  }
  std::string ordered;
  for (const char option : options) {
    if (upper.find(option) != std::string::npos) ordered += option;
  }
  const bool all = std::all_of(upper.begin(), upper.end(),
                               [&](char c) { return options.find(c) != std::string_view::npos; });
  return all ? ordered : std::string();
}

// What follows a letter and takes it back, or leaves it open ("B or D", "B/D").
bool taken_back(std::string_view after, std::string_view options) {
  static const RE2 open(
      R"((?i)^[\s*_`)）}$]*[,，、]?\s*(?:\b(?:and\s*/\s*)?or\b(?:\s+(?:possibly|perhaps|maybe|even)\b)?|或者?|/)\s*(?:options?\s*)?[(（*]*([A-Za-z])(?:[^A-Za-z]|$))");
  re2::StringPiece other;
  if (RE2::PartialMatch(re2::StringPiece(after.data(), after.size()), open, &other) &&
      options.find(other[0]) != std::string_view::npos) {
    return true;
  }
  static const RE2 wrong(
      R"((?i)^[\s*_`)）}$]*(?:选项|项)?(?:错|不正确|不对|有误|是错|不是|[,;]?\s*but\s+it(?:'s|\s+is)\s+not\b|is\s+(?:not|wrong|incorrect)|isn't|are\s+(?:wrong|incorrect|not)))");
  return RE2::PartialMatch(re2::StringPiece(after.data(), after.size()), wrong);
}

// A letter run must end where the word ends: the "C" of "Carbon" is no choice.
bool ends_word(std::string_view text, std::size_t end) {
  if (end >= text.size()) return true;
  const char c = text[end];
  const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '\'' || c == '-';
  return !word;
}

// "A good reason", "I think": the article and the pronoun look like bare options.
bool is_plain_word(std::string_view text, std::size_t at) {
  if (text[at] != 'A' && text[at] != 'I') return false;
  static const RE2 sentence(R"(^[ \t]+([a-z]+))");
  re2::StringPiece word;
  if (!RE2::PartialMatch(re2::StringPiece(text.data() + at + 1, text.size() - at - 1), sentence,
                         &word)) {
    return false;
  }
  constexpr std::array<std::string_view, 12> kGoesOn = {
      "because", "since", "as", "is", "and", "or", "due", "for", "which", "but", "if", "given"};
  return std::find(kGoesOn.begin(), kGoesOn.end(), std::string_view(word.data(), word.size())) ==
         kGoesOn.end();
}

// Where a run of letters really ends. In "A, I believe" and "B, A is out" a clause begins with what
// looks like the last of a list, so a list counts as far as no clause follows it.
std::size_t end_of_list(std::string_view text, std::size_t at, std::size_t end) {
  static const RE2 goes_on(
      R"(^(?:[*_`$)}\]）】]|\\\))*(?:\s*(?:$|[^\sA-Za-z0-9'-])|\s*\n|\s+(?:because|since|as|for|due|which|but|or|and)\b))");
  while (true) {
    if (RE2::PartialMatch(re2::StringPiece(text.data() + end, text.size() - end), goes_on)) {
      return end;
    }
    const std::size_t gap = text.substr(at, end - at).find_last_of(" ,");
    if (gap == std::string_view::npos) return end;
    const std::string_view kept = text.substr(at, gap);
    const std::size_t letter = kept.find_last_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (letter == std::string_view::npos) return end;
    end = at + letter + 1;
  }
}

bool finds(std::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

void search(std::string_view text, const RE2& pattern, std::string_view options, bool stated,
            bool lower_case, Found& best) {
  // "the answer is a matter of taste": a small letter counts only where nothing follows it.
  static const RE2 line_end(R"(^[\s*_`$)}\].]*(?:\n|$))");
  // "I would choose A if …", "C is right only if …": no choice but a case.
  static const RE2 condition(
      R"((?i)^[\s*_`$)}\]）】,]*(?:(?:is|are)\s+(?:the\s+)?[a-z]+\s+)?(?:only\s+)?(?:if|when|unless|provided)\b)");
  const re2::StringPiece whole(text.data(), text.size());
  std::array<re2::StringPiece, 2> groups;
  std::size_t from = 0;
  while (from <= text.size() &&
         pattern.Match(whole, from, whole.size(), RE2::UNANCHORED, groups.data(), 2)) {
    const auto at = static_cast<std::size_t>(groups[1].data() - text.data());
    from = std::max(static_cast<std::size_t>(groups[0].data() - text.data()) + 1, at);
    const std::size_t end = end_of_list(text, at, at + groups[1].size());
    const std::string letters = options_in(text.substr(at, end - at), options, lower_case);
    const std::string_view after = text.substr(end);
    const bool small = text[at] >= 'a' && text[at] <= 'z';
    if (small && !finds(after, line_end)) continue;
    if (!stated && finds(after, condition)) continue;
    if (letters.empty() || !ends_word(text, end) || taken_back(after, options)) continue;
    if (letters.size() == 1 && is_plain_word(text, at)) continue;
    if (best.letters.empty() || at >= best.at) best = {at, letters};
  }
}

// What braces hold, from behind the opening one; the rest where they do not close.
std::string_view braced(std::string_view text) {
  int depth = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return text.substr(0, i);
  }
  return text;
}

// The last box that holds letters, or a letter with the option's text: "\boxed{\text{B. Paris}}".
std::string boxed(std::string_view text, std::string_view options) {
  constexpr std::string_view kBox = "\\boxed";
  constexpr std::size_t kMostRead = 400;
  static const RE2 layout(R"(\\(?:text|mathrm|mathbf|textbf|bf|rm)\b|[${}*])");
  static const RE2 letters_only(R"((?:[\s().,、&]|and|[A-Za-z])*)");
  static const RE2 spaces(R"([\s().])");
  static const RE2 with_text(
      R"(\s*(?:\(([A-Z])\)|([A-Z])\)|([A-Z])[.:、](?:[\s\\]|[^ -~]))[^A-Z]?.*)");
  std::string last;
  for (std::size_t at = text.find(kBox); at != std::string_view::npos; at = text.find(kBox, at)) {
    at += kBox.size();
    const std::size_t open = text.find_first_not_of(" \t\n", at);
    if (open == std::string_view::npos || text[open] != '{') continue;
    std::string content(braced(text.substr(open + 1, kMostRead)));
    RE2::GlobalReplace(&content, layout, "");
    std::array<std::string, 3> letter;
    std::string read;
    if (RE2::FullMatch(content, letters_only)) {
      std::string letters = content;
      RE2::GlobalReplace(&letters, spaces, "");
      read = options_in(letters, options, true);
    }
    if (read.empty() && RE2::FullMatch(content, with_text, &letter[0], &letter[1], &letter[2])) {
      read = options_in(letter[0] + letter[1] + letter[2], options, false);
    }
    if (!read.empty()) last = read;
  }
  return last;
}

// How the last line ends where no phrase announced a choice: "The closest value is (E).", "…, which
// is option (B) 12 m", "The best match is D, with …", "(option B).", "it isn't A; it's C." A bare
// letter counts only behind such words: "her blood type is A" is no choice.
std::string concluded(std::string_view line, std::string_view options) {
  static const auto* endings = [] {
    auto* made = new std::vector<std::unique_ptr<RE2>>;
    for (
        const char* pattern :
        {R"((?:\b(?:is|(?:would|should|must|will|to)\s+be|option|choice|answer)|是|为|选项?)[\s:：*]*[(（]([A-Z])[)）][^()（）]{0,240}$)",
         R"((?i:\b(?:closest|nearest|best|most\s+\w+|only)\b(?:\s+\w+){0,9}?\s+(?:is|be)(?:\s+(?:option|choice))?)\s+[*]*([A-Z])[*]*(?:[.,:;][^()（）]{0,240})?$)",
         R"([(（](?i:option|choice|选项)\s*([A-Z])[)）][\s.。*]*$)",
         R"((?i:\b(?:it's|it\s+is|it\s+must\s+be|which\s+is|leaves)\s+(?:only\s+)?(?:option\s+|choice\s+)?)[*]*([A-Z])[*]*[\s.。]*$)"}) {
      made->push_back(std::make_unique<RE2>(pattern));
    }
    return made;
  }();
  static const RE2 refuted(
      R"((?i)\b(?:wrong|incorrect|not\s+(?:correct|right)|false|ruled\s+out|eliminated)\b|错|不正确|不对)");
  for (const auto& ending : *endings) {
    re2::StringPiece letter;
    if (!RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *ending, &letter)) continue;
    const auto end = static_cast<std::size_t>(letter.data() + 1 - line.data());
    const std::string_view after = line.substr(end);
    if (taken_back(after, options) || finds(after, refuted)) continue;
    std::string read = options_in({letter.data(), letter.size()}, options, false);
    if (!read.empty()) return read;
  }
  return {};
}

// The whole answer, or its first or last line, is a letter with at most the option's text behind
// it.
std::string alone(std::string_view line, std::string_view options) {
  static const RE2 bare(std::string("^") + kDressed + R"([\s*_`$)}\]）】.。]*$)");
  static const RE2 listed(
      R"(^[\s*_`#]*[(（]?([A-Z])[*_`]*[.)）:：、][*_`]*(?:\s.*|[^A-Za-z0-9].*)?$)");
  re2::StringPiece letters;
  const re2::StringPiece whole(line.data(), line.size());
  for (const RE2* pattern : {&bare, &listed}) {
    if (!RE2::FullMatch(whole, *pattern, &letters)) continue;
    std::string read = options_in({letters.data(), letters.size()}, options, false);
    if (!read.empty()) return read;
  }
  return {};
}

}  // namespace

std::optional<std::string> read_choice(std::string_view answer, std::string_view options) {
  if (const std::size_t end = answer.rfind("</think>"); end != std::string_view::npos) {
    answer.remove_prefix(end + 8);
  }
  if (answer.size() > kTail) answer.remove_prefix(answer.size() - kTail);
  const std::string text = data::nfkc(data::trimmed(answer));
  if (text.empty()) return std::nullopt;
  if (std::string letters = boxed(text, options); !letters.empty()) return letters;
  // A stated answer outranks prose about choosing, which may explain or suppose; unless the writer
  // changed his mind in between.
  Found stated;
  Found prose;
  for (const Phrase& phrase : phrases()) {
    search(text, *phrase.pattern, options, phrase.stated, phrase.lower_case,
           phrase.stated ? stated : prose);
  }
  for (const auto& pattern : judged()) search(text, *pattern, options, false, false, prose);
  if (!stated.letters.empty() && !prose.letters.empty() && prose.at > stated.at) {
    static const RE2 changed(
        R"((?i)\bwait\b|\bactually\b|\breconsider|\bon (?:reflection|second thought)|\b(?:made a|my) mistake|更正|重新(?:考虑|审视|检查)|不对，)");
    if (finds(std::string_view(text).substr(stated.at, prose.at - stated.at), changed)) {
      return prose.letters;
    }
  }
  if (!stated.letters.empty()) return stated.letters;
  if (!prose.letters.empty()) return prose.letters;
  const std::string_view view = text;
  for (const std::string_view line :
       {view, view.substr(0, view.find('\n')), view.substr(view.rfind('\n') + 1)}) {
    if (std::string letters = alone(data::trimmed(line), options); !letters.empty()) return letters;
  }
  const std::string_view last = data::trimmed(view.substr(view.rfind('\n') + 1));
  if (std::string letters = concluded(last, options); !letters.empty()) return letters;
  return std::nullopt;
}

}  // namespace candor::scoring
