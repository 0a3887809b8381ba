// Finds the final answer in a text. Every step is one pass over the text; only the tail of a very
// long text is looked at, as the answer stands at the end.
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "data/text/unicode.h"
#include "scoring/maths/fields.h"
#include "scoring/maths/lexer.h"
#include "scoring/maths/maths.h"
#include "scoring/maths/segments.h"

namespace candor::scoring::maths {

namespace {

constexpr std::size_t kTail = 60'000;          // bytes of a text that are searched
constexpr std::size_t kLongestAnswer = 4'000;  // an answer longer than this is none

constexpr int kMaxBoxes = 64;  // from the end

// The text behind the thinking block and before an end-of-turn marker that leaked.
std::string_view answer_part(std::string_view text) {
  if (const std::size_t end = text.rfind("</think>"); end != std::string_view::npos) {
    text.remove_prefix(end + 8);
  }
  text = text.substr(0, text.find("<|"));
  if (text.size() > kTail) text.remove_prefix(text.size() - kTail);
  return text;
}

// "\\\\frac" with every backslash doubled, as JSON written twice leaves it.
std::string single_backslashes(std::string_view text) {
  static const RE2 doubled(R"(\\\\(boxed|frac|left|right|sqrt|text)\b)");
  std::string out(text);
  if (!RE2::PartialMatch(out, doubled) || out.find("\\begin") != std::string::npos) return out;
  static const RE2 command(R"(\\\\([A-Za-z]))");
  RE2::GlobalReplace(&out, command, R"(\\\1)");
  // The line break of such a text is the two characters "\n", too.
  static const RE2 line(R"(\\n(\\n|[A-Z*]|$))");
  RE2::GlobalReplace(&out, line, "\n\\1");
  return out;
}

struct Box {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view content;
};

std::optional<Box> box_at(std::string_view text, std::size_t at, std::size_t name_length) {
  Box box;
  box.begin = at;
  std::size_t open = at + name_length;
  while (open < text.size() && text[open] == ' ') ++open;
  if (open >= text.size()) return std::nullopt;
  if (text[open] != '{') {
    // "\boxed 5"
    box.end = std::min(text.find_first_of(" $.,\n\\", open), text.size());
    box.content = text.substr(open, box.end - open);
    return box;
  }
  int depth = 0;
  std::size_t close = open;
  for (; close < text.size(); ++close) {
    if (text[close] == '\\') {
      ++close;
    } else if (text[close] == '{') {
      ++depth;
    } else if (text[close] == '}' && --depth == 0) {
      break;
    }
  }
  if (close >= text.size()) {
    // Never closed: up to the end of the formula or line.
    close = std::min(text.find_first_of("$\n", open), text.size());
  }
  box.content = text.substr(open + 1, close - open - 1);
  box.end = std::min(close + 1, text.size());
  return box;
}

// Between two boxes that give one answer together: "$\boxed{1}$ and $\boxed{2}$".
bool joins_boxes(std::string_view between) {
  return between.size() <= 40 && between.find_first_of(".\n=") == std::string_view::npos;
}

std::string boxed_answer(std::string_view text) {
  std::vector<Box> boxes;
  for (const std::string_view name : {"\\boxed", "\\fbox"}) {
    int seen = 0;
    for (std::size_t at = text.rfind(name); at != std::string_view::npos && ++seen <= kMaxBoxes;
         at = at == 0 ? at - 1 : text.rfind(name, at - 1)) {
      const auto box = box_at(text, at, name.size());
      if (box && !data::trimmed(box->content).empty()) boxes.push_back(*box);
    }
  }
  if (boxes.empty()) return {};
  std::sort(boxes.begin(), boxes.end(),
            [](const Box& a, const Box& b) { return a.begin < b.begin; });
  std::size_t first = boxes.size() - 1;
  while (
      first > 0 && boxes[first - 1].end <= boxes[first].begin &&
      joins_boxes(text.substr(boxes[first - 1].end, boxes[first].begin - boxes[first - 1].end))) {
    --first;
  }
  std::string joined;
  for (std::size_t i = first; i < boxes.size(); ++i) {
    const std::string_view content = data::trimmed(boxes[i].content);
    const bool repeated =
        std::any_of(boxes.begin() + static_cast<std::ptrdiff_t>(first),
                    boxes.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Box& other) { return data::trimmed(other.content) == content; });
    if (repeated) continue;
    if (!joined.empty()) joined += ", ";
    joined += content;
  }
  return joined;
}

// What is said behind `begin`, up to the end of its sentence, without hedges before it.
std::string said_at(std::string_view text, std::size_t begin) {
  std::string_view said = text.substr(begin);
  said.remove_prefix(std::min(said.find_first_not_of(" \t\r\n*_#"), said.size()));
  static const RE2 hedge(
      R"((?i)(?:(?:approximately|about|roughly|exactly|simply|just|therefore|thus|so)\b|大约是?|大约为?|约等于|约为|约|大概是?|<b>|<strong>)[ \t,:]*)");
  re2::StringPiece hedged(said.data(), said.size());
  while (RE2::Consume(&hedged, hedge)) said.remove_prefix(said.size() - hedged.size());
  return std::string(first_sentence(said));
}

// "#### 18": the rest of the line, where that is an answer and not a heading ("#### Step 2").
std::string marked_answer(std::string_view text) {
  for (std::size_t at = text.rfind("####"); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : text.rfind("####", at - 1)) {
    std::string_view rest = text.substr(at);
    rest.remove_prefix(std::min(rest.find_first_not_of("# "), rest.size()));
    rest = data::trimmed(rest.substr(0, rest.find('\n')));
    static const RE2 heading(R"(^(?:[0-9]+[.)、]\s|[^0-9$\\+-]*[A-Za-z]{2}))");
    if (!rest.empty() && !RE2::PartialMatch(re2::StringPiece(rest.data(), rest.size()), heading) &&
        is_expression_text(rest)) {
      return std::string(rest);
    }
    while (at > 0 && text[at - 1] == '#') --at;
  }
  return {};
}

// What is said after the last "answer is", "Answer:", "答案是", up to the end of its sentence.
std::string announced_answer(std::string_view text) {
  static const RE2 announcement(
      R"((?im)(?:\b(?:answers?|ans)\b(?:[ \t]+(?:to|of|for|in)\b[^.\n=:]{0,60}?)?[ \t*_]*)"
      R"((?:(?:is|are|was|equals|(?:would|should|must|will|to)[ \t]+be)\b|=|:|：|->)+)"
      R"(|答案[ \t*]*(?:应该|应当|应|就|即)?[ \t*]*(?:是|为|等于|：|:|=|】)+|^[#* \t]*答[：:]|因此答案)"
      R"(|^[#* \t]*(?:the[ \t]+)?(?:final[ \t]+)?answer[#* \t]*\n|^[#* \t]*(?:最终|最后的?)?答案[#* \t]*\n))"
      R"([ \t:：*_]*)");
  constexpr int kMost = 64;
  std::vector<std::size_t> found;
  re2::StringPiece rest(text.data(), text.size());
  while (RE2::FindAndConsume(&rest, announcement)) {
    found.push_back(static_cast<std::size_t>(rest.data() - text.data()));
  }
  // "the answer is not 5", "Answer:" at the end of a text: what was announced before counts.
  int tries = 0;
  for (auto begin = found.rbegin(); begin != found.rend() && ++tries <= kMost; ++begin) {
    const std::string said = said_at(text, *begin);
    static const RE2 denied(R"((?i)^(?:not\b|不是|incorrect|wrong|correct\b|right\b|错误|正确))");
    if (said.find_first_not_of(" .,:;!?*_-#$") == std::string::npos) continue;
    if (!RE2::PartialMatch(said, denied)) return said;
  }
  return {};
}

std::string without_markup(std::string text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool bold = text[i] == '*' && i + 1 < text.size() && text[i + 1] == '*';
    if (bold) {
      ++i;
    } else if (text[i] != '`') {
      out += text[i];
    }
  }
  return out;
}

std::string tidy(std::string_view text) {
  text = data::trimmed(text);
  constexpr std::string_view kEnds = ".,;:!?*_";
  while (!text.empty()) {
    const char last = text.back();
    // "2004!" is a factorial, "Done!" is not.
    const bool factorial = last == '!' && text.size() >= 2 &&
                           (std::isdigit(static_cast<unsigned char>(text[text.size() - 2])) != 0 ||
                            text[text.size() - 2] == ')');
    const bool spacing = text.size() >= 2 && text[text.size() - 2] == '\\';
    if (kEnds.find(last) == std::string_view::npos || spacing || factorial) break;
    text = data::trimmed(text.substr(0, text.size() - 1));
  }
  while (!text.empty() && (text.front() == '*' || text.front() == '_' || text.front() == ':')) {
    text = data::trimmed(text.substr(1));
  }
  if (text.size() > kLongestAnswer) return {};
  return std::string(text);
}

std::string prepared(std::string_view answer) {
  return without_markup(plain_notation(single_backslashes(answer_part(answer))));
}

// The field that gives the answer, unless a box follows it.
std::optional<std::string> field_of(std::string_view text) {
  const auto json = json_field(text);
  const auto tagged = tagged_field(text);
  const auto& last = !json || (tagged && tagged->end > json->end) ? tagged : json;
  if (!last || text.find("\\boxed", last->end) != std::string_view::npos) return std::nullopt;
  return last->content;
}

// Letters of options that the value goes with: "(B) 17", "17 (B)". Neither is a product.
std::string_view without_option(std::string_view text) {
  static const RE2 before(
      R"(^(?:\\text(?:bf)?\{)?[(（]?[A-J](?:[)）][ ]?\}?|[.、:][ ]?\}|[.、:][ \\])(?:\\[ ,;:]|\\q?quad|[ ~])*([-+]?[0-9$\\.(].*)$)");
  static const RE2 behind(R"(^(.*[0-9}$)])[ ~]+[(（][A-J][)）]$)");
  re2::StringPiece value;
  const re2::StringPiece whole(text.data(), text.size());
  for (const RE2* pattern : {&before, &behind}) {
    if (RE2::FullMatch(whole, *pattern, &value)) return {value.data(), value.size()};
  }
  return text;
}

constexpr int kMostFields = 3;  // fields inside fields

std::string stated(std::string_view answer, bool& marked, int depth) {
  marked = true;
  const std::string_view part = answer_part(answer);
  if (depth < kMostFields) {
    if (const auto field = field_of(part)) {
      bool inner = false;
      if (std::string said = stated(*field, inner, depth + 1); !said.empty()) return said;
      // It says nothing; what else is written is no answer, unless it was put in a box.
      return tidy(boxed_answer(prepared(answer)));
    }
  }
  const std::string text = prepared(answer);
  if (std::string boxed = tidy(boxed_answer(text)); !boxed.empty()) return boxed;
  if (std::string hashed = tidy(marked_answer(text)); !hashed.empty()) return hashed;
  if (const std::string said = tidy(announced_answer(text)); !said.empty()) {
    if (is_expression_text(said)) return said;
    const std::string value = leading_or_last_value(said);
    return tidy(value.empty() ? std::string_view(said) : std::string_view(value));
  }
  marked = false;
  const std::string whole = tidy(text);
  // Signs alone state nothing; "\{\}" does.
  if (whole.find_first_not_of("$ .,:;!?*-=#|") == std::string::npos) return {};
  static const RE2 empty_field(
      R"(\$*\\f?box(?:ed)?\s*\{\s*\}\$*|<[^<>]*>\s*</[^<>]*>|\{[^{}]*"[^{}]*\})");
  if (RE2::FullMatch(whole, empty_field) &&
      whole.find_first_of("0123456789") == std::string::npos) {
    return {};
  }
  const bool words = whole.find_first_of("0123456789=<>+^_$\\") == std::string::npos;
  if (!words && is_expression_text(whole)) return whole;
  const std::string value = last_value(text);
  if (!value.empty()) return tidy(value);
  // Words without a number: an answer in itself where they are few.
  return words && is_short_statement(text) ? whole : std::string();
}

}  // namespace

bool has_marked_answer(std::string_view answer) {
  bool marked = false;
  return !stated(answer, marked, 0).empty() && marked;
}

std::string extract(std::string_view answer) {
  bool marked = false;
  const std::string text = stated(answer, marked, 0);
  return tidy(without_option(text));
}

std::string option_letter(std::string_view answer) {
  bool marked = false;
  const std::string text = stated(answer, marked, 0);
  static const RE2 letter(R"(^(?:\\(?:text(?:bf)?|mathrm)\{)?[(（]?([A-J])(?:[)）.、:]|\}|$))");
  static const RE2 behind(R"([ ~][(（]([A-J])[)）]$)");
  std::string found;
  if (!RE2::PartialMatch(text, letter, &found)) RE2::PartialMatch(text, behind, &found);
  return found;
}

}  // namespace candor::scoring::maths
