#include "scoring/maths/segments.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "data/text/unicode.h"
#include "scoring/maths/reader.h"

namespace candor::scoring::maths {

namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_connector(std::string_view word) {
  return word == "and" || word == "or" || word == "pct" || word == "percent";
}

// Words of two letters and more outside commands, text groups and "and" / "or".
int prose_words(std::string_view text) {
  int words = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      const std::size_t begin = ++i;
      while (i < text.size() && is_letter(text[i])) ++i;
      const std::string_view name = text.substr(begin, i - begin);
      const bool group = name == "text" || name == "mbox" || name == "begin" || name == "end" ||
                         name == "mathrm" || name == "textbf" || name == "operatorname";
      if (group) i = std::min(text.find('}', i), text.size());
      if (!group && i > begin) --i;
      continue;
    }
    if (!is_letter(text[i])) continue;
    const std::size_t begin = i;
    while (i < text.size() && is_letter(text[i])) ++i;
    if (i - begin >= 2 && !is_connector(text.substr(begin, i - begin))) ++words;
    --i;
  }
  return words;
}

int han_characters(std::string_view text) {
  if (data::is_ascii(text)) return 0;
  int count = 0;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    if (data::is_han(data::code_point_at(text, at, length))) ++count;
  }
  return count;
}

// "最后 7": words before the number; behind it they would be its unit.
bool leads_with_han(std::string_view text) {
  const auto digit = std::find_if(text.begin(), text.end(), is_digit);
  return digit != text.end() && han_characters({text.begin(), digit}) > 0;
}

// The closing delimiter at or after `from`, not escaped; npos when there is none.
std::size_t closing(std::string_view text, std::string_view delimiter, std::size_t from) {
  for (std::size_t at = text.find(delimiter, from); at != std::string_view::npos;
       at = text.find(delimiter, at + 1)) {
    if (delimiter[0] == '\\' || at == 0 || text[at - 1] != '\\') return at;
  }
  return std::string_view::npos;
}

bool is_dollar_formula(std::string_view content) {
  if (data::trimmed(content).empty() || content.find("\n\n") != std::string_view::npos)
    return false;
  // A dollar alone at the end of a line, and its partner on another.
  const std::size_t first = content.find_first_not_of(" \t");
  if (content[first] == '\n' && content.back() != '\\') return false;
  return prose_words(content) < 2 && han_characters(content) < 2;
}

struct Candidate {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
  bool digit = false;
};

std::vector<Candidate> candidates_in(std::string_view text) {
  std::vector<Candidate> found;
  std::string outside(text);
  for (const Segment& formula : formulas_in(text)) {
    std::fill(outside.begin() + static_cast<std::ptrdiff_t>(formula.begin),
              outside.begin() + static_cast<std::ptrdiff_t>(formula.end), ' ');
    const bool digit = std::any_of(formula.content.begin(), formula.content.end(), is_digit);
    found.push_back(
        {formula.begin, formula.end, std::string(data::trimmed(formula.content)), digit});
  }
  // Lone dollars around lines hide what they hold.
  static const RE2 hidden(R"(\$[ \t]*\n[^$]*\n[ \t]*\$)");
  re2::StringPiece rest(outside);
  re2::StringPiece whole;
  std::vector<std::pair<std::size_t, std::size_t>> blanks;
  static const RE2 hidden_group(R"((\$[ \t]*\n[^$]*\n[ \t]*\$))");
  while (RE2::FindAndConsume(&rest, hidden_group, &whole)) {
    blanks.emplace_back(static_cast<std::size_t>(whole.data() - outside.data()), whole.size());
  }
  for (const auto& [at, length] : blanks) outside.replace(at, length, length, ' ');

    // A number as prose writes it: groups, a mixed number, a ratio or time, a power, a multiple of
    // pi or of a root, a fraction, 万 and 亿, per cent.
#define NUMBER \
  R"((?:[0-9]{1,3}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3}){2,}|[0-9]+)(?:\.[0-9]+)?)"
#define SURD R"((?:\\pi\b|sqrt[ ]?(?:\([^()\n]{1,20}\)|\{[^{}\n]{1,20}\}|[0-9]+)))"
  static const RE2 number(
      R"((-?(?:[0-9]+(?::[0-9]+)+|(?:)" NUMBER R"([ ]?\*?[ ]?)?)" SURD
      R"((?:[ ]?/[ ]?[0-9]+)?|[0-9]+[ ][0-9]+/[0-9]+|)"
      R"((?:)" NUMBER R"([ ]?(?:\\times|x|\*)[ ]{0,2})?[0-9]+\^(?:\{-?[0-9]+\}|-?[0-9]+)))"
      R"(|-?\$?-?)" NUMBER R"((?:[ ]?/[ ]?[0-9]+)?(?:[ ]?[万亿])?|-?\.[0-9]+)([ ]?\\?%)?)");
#undef NUMBER
#undef SURD
  rest = outside;
  re2::StringPiece value;
  re2::StringPiece percent;
  while (RE2::FindAndConsume(&rest, number, &value, &percent)) {
    const auto begin = static_cast<std::size_t>(value.data() - outside.data());
    const std::size_t end = begin + value.size() + percent.size();
    const char before = begin == 0 ? ' ' : outside[begin - 1];
    // An exponent, an index or the digits of a name is no number of its own.
    const bool inner =
        is_letter(before) || before == '^' || before == '_' || before == '\\' ||
        (before == '{' && begin >= 2 && (outside[begin - 2] == '^' || outside[begin - 2] == '_'));
    if (inner) continue;
    std::string text_of(value.data(), value.size());
    // "5-3" read from the end: the minus belongs to the number only where nothing stands before it.
    const bool minus_is_operator = text_of[0] == '-' && (is_digit(before) || before == ')');
    if (minus_is_operator) text_of.erase(0, 1);
    std::erase(text_of, '$');
    if (!percent.empty()) text_of += '%';
    found.push_back({begin, end, std::move(text_of), true});
  }
  std::sort(found.begin(), found.end(),
            [](const Candidate& a, const Candidate& b) { return a.end < b.end; });
  return found;
}

// "x" of "$x = 3$" and of "x = 3"; empty where the value has no such name.
std::string name_of(std::string_view text, const Candidate& value) {
  static const RE2 inside(R"(^([A-Za-z](?:_(?:\w|\{\w+\}))?)\s*=[^=]*$)");
  static const RE2 before(R"((?:^|[^A-Za-z\\])([A-Za-z](?:_(?:\w|\{\w+\}))?)\s*=\s*$)");
  std::string name;
  if (RE2::FullMatch(value.text, inside, &name)) return name;
  const std::size_t from = value.begin > 40 ? value.begin - 40 : 0;
  const std::string_view head = text.substr(from, value.begin - from);
  RE2::PartialMatch(re2::StringPiece(head.data(), head.size()), before, &name);
  return name;
}

// The values that the last one is joined to, as a list; the last one alone where it is joined to
// none.
std::string joined(std::string_view text, const std::vector<Candidate>& found, std::size_t last) {
  static const RE2 connector(
      R"(^[\s.]*(?:,|、|;|(?:,\s*)?\b(?:and|or)\b|,?\s*(?:或者|或|和|以及|及|与))[\s]*(?:[A-Za-z](?:_(?:\w|\{\w+\}))?\s*=\s*)?$)");
  static const RE2 several(
      R"((?i)(?:\b(?:solutions|roots|zeros|zeroes|values)\b[^.\n]{0,60}?(?:\bare\b|:|=)|(?:解|根|取值)[^。.\n]{0,12}?(?:是|为|有|:))\s*(?:[A-Za-z](?:_(?:\w|\{\w+\}))?\s*=\s*)?\$?\s*$)");
  const std::string name = name_of(text, found[last]);
  std::size_t first = last;
  while (first > 0) {
    const Candidate& previous = found[first - 1];
    if (previous.end > found[first].begin || !previous.digit) break;
    const std::string_view between = text.substr(previous.end, found[first].begin - previous.end);
    if (between.size() > 40 ||
        !RE2::PartialMatch(re2::StringPiece(between.data(), between.size()), connector)) {
      break;
    }
    --first;
  }
  bool together = first < last;
  for (std::size_t i = first; i < last && together && !name.empty(); ++i) {
    together = name_of(text, found[i]) == name;
  }
  if (together && name.empty()) {
    const std::size_t from = found[first].begin > 200 ? found[first].begin - 200 : 0;
    const std::string_view head = text.substr(from, found[first].begin - from);
    together = RE2::PartialMatch(re2::StringPiece(head.data(), head.size()), several);
  }
  if (!together) return found[last].text;
  std::string list;
  for (std::size_t i = first; i <= last; ++i) {
    if (!list.empty()) list += ", ";
    list += found[i].text;
  }
  return list;
}

std::string last_of(std::string_view text, const std::vector<Candidate>& found) {
  for (std::size_t i = found.size(); i-- > 0;) {
    if (found[i].digit) return joined(text, found, i);
  }
  return found.empty() ? std::string() : found.back().text;
}

// Between formulas: "和", "或", "、" and the like.
std::string without_connectors(std::string text) {
  static const RE2 connector("或者|或|和|以及|及|与|、");
  RE2::GlobalReplace(&text, connector, " ");
  return text;
}

bool can_be_read(std::string_view text) {
  constexpr long kSteps = 5'000;
  Budget budget(kSteps);
  try {
    return read_expression(text, budget).has_value();
  } catch (const Budget::Exhausted&) {
    return true;  // long, but no sentence
  }
}

}  // namespace

std::vector<Segment> formulas_in(std::string_view text) {
  std::vector<Segment> found;
  std::vector<std::string_view> unclosed;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    std::string_view open;
    std::string_view close;
    if (rest.starts_with("\\[")) {
      open = "\\[", close = "\\]";
    } else if (rest.starts_with("\\(")) {
      open = "\\(", close = "\\)";
    } else if (rest.starts_with("$$")) {
      open = "$$", close = "$$";
    } else if (rest.starts_with("$")) {
      open = "$", close = "$";
    } else {
      i += rest[0] == '\\' ? 2 : 1;
      continue;
    }
    const std::size_t from = i + open.size();
    // Once a delimiter closes nowhere, it closes nowhere further on.
    const bool hopeless = std::find(unclosed.begin(), unclosed.end(), close) != unclosed.end();
    const std::size_t at = hopeless ? std::string_view::npos : closing(text, close, from);
    if (at == std::string_view::npos) {
      if (!hopeless) unclosed.push_back(close);
      i = from;
      continue;
    }
    const std::string_view content = text.substr(from, at - from);
    if (open == "$" && !is_dollar_formula(content)) {
      i = from;
      continue;
    }
    found.push_back({i, at + close.size(), content});
    i = at + close.size();
  }
  return found;
}

bool is_expression_text(std::string_view text) {
  text = data::trimmed(text);
  if (text.empty() || text.size() > 2'000) return false;
  if (han_characters(text) > 4 || leads_with_han(text)) return false;
  const std::vector<Segment> formulas = formulas_in(text);
  if (formulas.empty()) {
    if (text.find('\n') != std::string_view::npos &&
        text.find("\\begin") == std::string_view::npos) {
      return false;
    }
    // "It takes 45 minutes": words before the first number make a sentence, behind it a unit.
    const std::size_t digit = text.find_first_of("0123456789");
    if (digit != std::string_view::npos && prose_words(text.substr(0, digit)) >= 2) return false;
    const int words = prose_words(text);
    if (words == 0 || words > 3) return words == 0;
    // "Profit: 20%"; "5 (3 boys and 2 girls)".
    static const RE2 remark(
        R"(^[A-Za-z ]*[a-z]{2}[A-Za-z ]*:|[0-9a-z%.] \([^()]*[A-Za-z]{3}[^()]*\))");
    if (RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), remark)) return false;
    // With words in it, only what the reader makes sense of.
    return digit == std::string_view::npos || can_be_read(text);
  }
  // With formulas: nothing but connectors between them.
  std::string outside(text);
  for (const Segment& formula : formulas) {
    std::fill(outside.begin() + static_cast<std::ptrdiff_t>(formula.begin),
              outside.begin() + static_cast<std::ptrdiff_t>(formula.end), ' ');
  }
  return prose_words(outside) == 0 && han_characters(without_connectors(outside)) == 0 &&
         outside.find('\n') == std::string::npos;
}

bool is_short_statement(std::string_view text) {
  constexpr int kMostWords = 6;
  constexpr int kMostCharacters = 12;
  text = data::trimmed(text);
  if (text.empty() || text.size() > 120 || text.find('\n') != std::string_view::npos) return false;
  static const RE2 speech(
      R"((?i)(?:[?？]$|^(?:let|i|we|ok|okay|sure|sorry|please|here|first|to|hello|hi)[ ,'!.]|answer|答案)"
      R"(|boxed|^[<{\[]|^(?:我|抱歉|对不起|好的|首先|请|让)))");
  return prose_words(text) <= kMostWords && han_characters(text) <= kMostCharacters &&
         !RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), speech);
}

std::string_view first_sentence(std::string_view text) {
  const std::vector<Segment> formulas = formulas_in(text);
  auto next = formulas.begin();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (next != formulas.end() && i == next->begin) {
      i = next->end - 1;
      ++next;
      continue;
    }
    if (text[i] == '\n') return text.substr(0, i);
    const bool point =
        text[i] == '.' && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n');
    // "4:30 p.m. today": the point of an abbreviation has a letter and a point before it.
    const bool abbreviation = point && i >= 2 && is_letter(text[i - 1]) && text[i - 2] == '.';
    // "B. 17": the letter of an option.
    const std::size_t behind = std::min(text.find_first_not_of(' ', i + 1), text.size());
    const bool option = point && i == 1 && text[0] >= 'A' && text[0] <= 'J' &&
                        behind < text.size() &&
                        (is_digit(text[behind]) || text[behind] == '$' || text[behind] == '-' ||
                         text[behind] == '\\');
    if (point && !abbreviation && !option) return text.substr(0, i);
  }
  return text;
}

std::string last_value(std::string_view text) { return last_of(text, candidates_in(text)); }

std::string leading_or_last_value(std::string_view text) {
  const std::vector<Candidate> found = candidates_in(text);
  if (found.empty()) return {};
  const auto first =
      std::min_element(found.begin(), found.end(),
                       [](const Candidate& a, const Candidate& b) { return a.begin < b.begin; });
  const bool leads =
      text.substr(0, first->begin).find_first_not_of(" \t*_:$(") == std::string_view::npos;
  if (!leads) return last_of(text, found);
  // "$x=3$ or $x=-2$": the first of several that go together.
  const std::string all = last_of(text, found);
  return all.size() > first->text.size() && all.starts_with(first->text + ", ") ? all : first->text;
}

}  // namespace candor::scoring::maths
