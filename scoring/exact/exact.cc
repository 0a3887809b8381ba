#include "scoring/exact/exact.h"

#include <re2/re2.h>

#include <array>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "data/text/unicode.h"
#include "scoring/exact/python_literal.h"
#include "scoring/scoring.h"

namespace candor::scoring {

namespace {

constexpr char kVersion[] = "exact-2";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes off what encloses the whole: **x**, `x`, "x", $x$, and a final full stop outside of it.
std::string_view bare(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kAround = {"**", "`", "\"", "$", "*"};
  for (bool changed = true; changed;) {
    changed = false;
    text = data::trimmed(text);
    for (const std::string_view stop : {std::string_view("."), std::string_view("。")}) {
      if (text.size() > stop.size() && text.ends_with(stop)) {
        text = data::trimmed(text.substr(0, text.size() - stop.size()));
        changed = true;
      }
    }
    for (const std::string_view mark : kAround) {
      if (text.size() > 2 * mark.size() && text.starts_with(mark) && text.ends_with(mark) &&
          text.substr(mark.size(), text.size() - 2 * mark.size()).find(mark) == text.npos) {
        text = text.substr(mark.size(), text.size() - 2 * mark.size());
        changed = true;
      }
    }
  }
  // "**yes**, since …": what is emphasised is said first and explained then.
  if (text.starts_with("**")) {
    const std::size_t end = text.find("**", 2);
    if (end != text.npos && end > 2) return bare(text.substr(2, end - 2));
  }
  return text;
}

std::optional<std::string_view> boxed(std::string_view answer) {
  constexpr std::string_view kBox = "\\boxed{";
  const std::size_t at = answer.rfind(kBox);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = answer.substr(at + kBox.size());
  int depth = 1;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    depth += rest[i] == '{' ? 1 : rest[i] == '}' ? -1 : 0;
    if (depth == 0) return rest.substr(0, i);
  }
  return std::nullopt;
}

// The text behind the last match of `pattern`, to the end of the answer.
std::optional<std::string_view> behind_last(std::string_view answer, const RE2& pattern) {
  re2::StringPiece rest(answer.data(), answer.size());
  std::optional<std::string_view> found;
  while (RE2::FindAndConsume(&rest, pattern)) found = std::string_view(rest.data(), rest.size());
  return found;
}

// What an answer announces; to the end of the answer, for the caller to cut.
std::optional<std::string_view> announced(std::string_view answer) {
  static const RE2 line(
      R"((?im)^[\s>#*_\-]*(?:(?:so|thus|hence|therefore|final|the|my)[,\s]+){0,4}answer[*_]*\s*[:：](?:[*_]+\s)?|^[\s>#*_\-]*(?:最终|最后)?(?:的)?答案[*_]*\s*[:：](?:[*_]+\s)?)");
  static const RE2 prose(
      R"((?i)answer\s+is\s*[:：]?|答案(?:是|为)\s*[:：]?|(?:answer|答案)\s*[:：])");
  if (const auto found = behind_last(answer, line); found && !data::trimmed(*found).empty()) {
    return data::trimmed(*found);
  }
  const auto found = behind_last(answer, prose);
  if (!found) return std::nullopt;
  return data::trimmed(*found);
}

std::string plain_form(std::string_view text) {
  std::string out;
  for (const char c : data::trimmed(text)) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) {
      out += lower(c);
    } else if (!out.ends_with(' ')) {
      out += ' ';
    }
  }
  return out;
}

// The content of the last fenced block; empty where there is none.
std::optional<std::string_view> last_block(std::string_view answer) {
  static const RE2 fence("(?s)```[a-zA-Z0-9]*\\s*\\n(.*?)\\n?\\s*```");
  re2::StringPiece rest(answer.data(), answer.size()), inside;
  std::optional<std::string_view> found;
  while (RE2::FindAndConsume(&rest, fence, &inside)) {
    found = std::string_view(inside.data(), inside.size());
  }
  return found;
}

bool announces(std::string_view answer) { return boxed(answer) || announced(answer); }

// The literal that `text` gives, with what may stand around it: a fence, marks of emphasis or code,
// a call and "==" before it; behind it nothing that would make it part of something else.
std::optional<std::string> literal_in(std::string_view text) {
  static const RE2 before(
      R"(^(?:\s+|```[a-zA-Z0-9]*|`|\*\*|\$|\\boxed\{|\\text\{|(?:assert\s+)?\w+\([^\n]*\)\s*==))");
  static const RE2 after(
      R"(^\s*(?:$|\n|```|`|\*\*|\$|\}|[.,;。，；]|[-–—(]|\s(?:because|since|as)\b))");
  re2::StringPiece rest(text.data(), text.size());
  while (RE2::Consume(&rest, before)) {
  }
  const std::string_view begin(rest.data(), rest.size());
  std::size_t length = 0;
  if (!parse_python(begin, length)) return std::nullopt;
  const std::string_view behind = begin.substr(length);
  if (!RE2::PartialMatch(re2::StringPiece(behind.data(), behind.size()), after)) {
    return std::nullopt;
  }
  return std::string(data::trimmed(begin.substr(0, length)));
}

}  // namespace

std::optional<std::string> read_exact(std::string_view answer) {
  answer = data::trimmed(answer);
  std::optional<std::string_view> found = boxed(answer);
  if (!found) {
    found = announced(answer);
    if (found) {
      found = found->substr(0, found->find('\n'));
    } else if (!answer.empty() && answer.find('\n') == std::string_view::npos) {
      found = answer;
    }
  }
  if (!found || bare(*found).empty()) return std::nullopt;
  return std::string(bare(*found));
}

std::optional<std::string> read_python_literal(std::string_view answer) {
  answer = data::trimmed(answer);
  if (const auto found = boxed(answer)) return literal_in(*found);
  if (const auto found = announced(answer)) return literal_in(*found);
  if (const auto found = last_block(answer)) return literal_in(*found);
  if (answer.find('\n') == std::string_view::npos) return literal_in(answer);
  return std::nullopt;
}

bool same_text(std::string_view read, std::string_view gold) {
  return plain_form(read) == plain_form(gold);
}

data::Verdict judge_exact(const data::Question& question, const data::Generation& generation) {
  const std::string where = fmt::format("question {}: reference", question.id);
  const data::JsonFields reference(question.reference, where);
  const std::string gold = reference.text("answer");
  const std::string form = reference.text_or("form", "text");
  if (form != "text" && form != "python") {
    fail("{}: field \"form\": \"{}\" is not text or python", where, form);
  }
  const std::string answer = generation.reasoning_closed ? generation.answer : std::string();
  const bool python = form == "python";
  std::optional<std::string> read = python ? read_python_literal(answer) : read_exact(answer);
  bool right = false;
  if (python) {
    std::size_t length = 0;
    const auto wanted = parse_python(gold, length);
    if (!wanted || !data::trimmed(std::string_view(gold).substr(length)).empty()) {
      fail("{}: field \"answer\": is not a Python literal: {}", where, gold.substr(0, 80));
    }
    right = read && *parse_python(*read, length) == *wanted;
    // What is announced and is no literal is a wrong answer, not a missing one.
    if (!read && announces(answer)) read = read_exact(answer);
  } else {
    right = read && same_text(*read, gold);
  }
  // What a cut text happened to end with was not given as the answer.
  const bool cut = generation.finish == data::FinishReason::kLength;
  if (cut && !announces(answer)) read.reset();
  data::Verdict verdict;
  verdict.judge = question.judge;
  verdict.version = kVersion;
  verdict.truncated = cut;
  verdict.extracted = read.value_or("");
  verdict.reason =
      !read   ? std::string("no answer could be read")
      : right ? std::string(python ? "the value is the right one" : "the text is the right one")
              : fmt::format("expected: {}", gold.substr(0, 200));
  const bool refused = !right && is_refusal(answer, question.language);
  const bool parsed = read && (right || !refused);
  verdict.outcome = decide_outcome(generation, parsed, right && parsed, refused);
  if (verdict.outcome == data::Outcome::kRight || verdict.outcome == data::Outcome::kWrong) {
    verdict.value = right ? 1.0 : 0.0;
  }
  return verdict;
}

}  // namespace candor::scoring
