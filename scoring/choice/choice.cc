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
constexpr char kDressed[] =
    R"((?:[\s*_`$({\[（【:：]|\\(?:text|mathrm|mathbf|textbf|boxed|left|\()|(?i:options?|choices?|letters?)\b|选项)*)"
    R"(([A-Za-z](?:(?:\s*[,、&/]\s*|\s+and\s+|\s*,\s*and\s+|\s*[和与及]\s*)?[A-Z]){0,9}))";

struct Phrase {
  std::unique_ptr<RE2> pattern;
  bool lower_case;  // a lower-case letter counts, too ("answer: d")
};

const std::vector<Phrase>& phrases() {
  static const auto* list = [] {
    auto* made = new std::vector<Phrase>;
    const auto add = [made](const std::string& before, const std::string& after, bool lower_case) {
      made->push_back({std::make_unique<RE2>(before + kDressed + after), lower_case});
    };
    const std::string end = R"([\s*_`$)}\]）】]*(?:$|[.,;:!。，；：)\]）\n*$}]|\s))";
    add(R"((?i:\banswers?|回答|答案)[\s*_】\]]*(?:[:：=]|\bis\b|\bare\b|是|为|选择?|应为|应是)+)",
        end, true);
    add(R"((?:答案|【答案】))", "", false);
    add(R"((?i:\b(?:correct|right|best|final)\s+(?:answer|option|choice|statement|one)s?)(?:[\s*_]*(?:is|are|[:：]))+)",
        end, false);
    add(R"((?i:\b(?:I|we|I'd|would|should|must|to)\s+(?:choose|select|pick|go\s+with)))", end,
        false);
    add(R"((?:故|应|应该|因此|所以|我|则|可|^|[，。；：\s])选择?(?:项)?[：:是为]?)", "", false);
    add(R"(正确(?:的)?(?:答案|选项|的)?(?:应该)?(?:是|为|：|:))", "", false);
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

// What follows a letter and takes it back, or leaves it open ("B or D").
bool taken_back(std::string_view after, std::string_view options) {
  static const RE2 open(
      R"((?i)^[\s*_`)）}$]*[,，、]?\s*(?:\bor\b|或者?)\s*(?:options?\s*)?[(（*]*([A-Za-z])(?:[^A-Za-z]|$))");
  re2::StringPiece other;
  if (RE2::PartialMatch(re2::StringPiece(after.data(), after.size()), open, &other) &&
      options.find(other[0]) != std::string_view::npos) {
    return true;
  }
  static const RE2 wrong(
      R"((?i)^[\s*_`)）}$]*(?:选项|项)?(?:错|不正确|不对|有误|是错|不是|is\s+(?:not|wrong|incorrect)|isn't|are\s+(?:wrong|incorrect|not)))");
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

void search(std::string_view text, const RE2& pattern, std::string_view options, bool lower_case,
            Found& best) {
  const re2::StringPiece whole(text.data(), text.size());
  std::array<re2::StringPiece, 2> groups;
  std::size_t from = 0;
  while (from <= text.size() &&
         pattern.Match(whole, from, whole.size(), RE2::UNANCHORED, groups.data(), 2)) {
    const auto at = static_cast<std::size_t>(groups[1].data() - text.data());
    from = std::max(static_cast<std::size_t>(groups[0].data() - text.data()) + 1, at);
    const std::size_t end = at + groups[1].size();
    const std::string letters =
        options_in({groups[1].data(), groups[1].size()}, options, lower_case);
    // "the answer is a matter of taste": a small letter counts only where nothing follows it.
    static const RE2 line_end(R"(^[\s*_`$)}\].]*(?:\n|$))");
    const bool small = text[at] >= 'a' && text[at] <= 'z';
    if (small &&
        !RE2::PartialMatch(re2::StringPiece(text.data() + end, text.size() - end), line_end)) {
      continue;
    }
    if (letters.empty() || !ends_word(text, end) || taken_back(text.substr(end), options)) continue;
    if (best.letters.empty() || at >= best.at) best = {at, letters};
  }
}

std::string boxed(std::string_view text, std::string_view options) {
  static const RE2 box(
      R"(\\boxed\s*\{((?:[\s(){},、&.]|\\(?:text|mathrm|mathbf|textbf)|and|[A-Za-z])*?)\})");
  static const RE2 layout(R"(\\(?:text|mathrm|mathbf|textbf)|[\s(){}.])");
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece inside;
  std::string last;
  while (RE2::FindAndConsume(&rest, box, &inside)) {
    std::string content(inside.data(), inside.size());
    RE2::GlobalReplace(&content, layout, "");
    const std::string letters = options_in(content, options, true);
    if (!letters.empty()) last = letters;
  }
  return last;
}

// "The closest value is (E).", "…, which is option (B) 12 m": how the last line ends where no
// phrase announced a choice.
std::string concluded(std::string_view line, std::string_view options) {
  static const RE2 ending(
      R"((?:\b(?:is|be|option|choice|answer)|是|为|选项?)[\s:：*]*[(（]([A-Z])[)）][^()（）A-Z]{0,60}$)");
  re2::StringPiece letter;
  if (!RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), ending, &letter)) return {};
  const auto end = static_cast<std::size_t>(letter.data() + 1 - line.data());
  if (taken_back(line.substr(end), options)) return {};
  return options_in({letter.data(), letter.size()}, options, false);
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
  Found best;
  for (const Phrase& phrase : phrases()) {
    search(text, *phrase.pattern, options, phrase.lower_case, best);
  }
  for (const auto& pattern : judged()) search(text, *pattern, options, false, best);
  if (!best.letters.empty()) return best.letters;
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
