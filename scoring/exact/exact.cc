#include "scoring/exact/exact.h"

#include <algorithm>
#include <array>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/scoring.h"

namespace candor::scoring {

namespace {

constexpr char kVersion[] = "exact-1";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Takes off what encloses the whole: **x**, `x`, "x", $x$, and a final full stop outside of it.
std::string_view bare(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kAround = {"**", "`", "\"", "$", "*"};
  for (bool changed = true; changed;) {
    changed = false;
    text = trimmed(text);
    for (const std::string_view stop : {std::string_view("."), std::string_view("\xe3\x80\x82")}) {
      if (text.size() > stop.size() && text.ends_with(stop)) {
        text = trimmed(text.substr(0, text.size() - stop.size()));
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
  return text;
}

std::optional<std::string_view> behind_words(std::string_view answer) {
  static constexpr std::array<std::string_view, 6> kWords = {
      "answer is",
      "answer:",
      "\xe7\xad\x94\xe6\xa1\x88\xe6\x98\xaf" /* 答案是 */,
      "\xe7\xad\x94\xe6\xa1\x88\xef\xbc\x9a" /* 答案： */,
      "\xe7\xad\x94\xe6\xa1\x88:" /* 答案: */,
      "\xe7\xad\x94\xe6\xa1\x88\xe4\xb8\xba" /* 答案为 */};
  const std::string small = lowered(answer);
  std::optional<std::size_t> end;
  for (const std::string_view words : kWords) {
    const std::size_t at = small.rfind(words);
    if (at != std::string::npos && (!end || at + words.size() > *end)) end = at + words.size();
  }
  if (!end) return std::nullopt;
  std::string_view rest = answer.substr(*end);
  if (rest.starts_with(':')) rest.remove_prefix(1);
  if (rest.starts_with("**")) rest.remove_prefix(2);  // "**Answer:** x"
  rest = trimmed(rest);
  return rest.substr(0, rest.find('\n'));
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

std::string plain_form(std::string_view text) {
  std::string out;
  for (const char c : trimmed(text)) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) {
      out += lower(c);
    } else if (!out.ends_with(' ')) {
      out += ' ';
    }
  }
  return out;
}

// White space outside of texts is dropped; every text is written between \x01 and \x02 with its
// escapes of quotes undone. Other escapes stay as they are written: '\n' and a raw line end differ.
std::string python_form(std::string_view text) {
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && i + 1 < text.size()) {
        const char next = text[++i];
        if (next != '\'' && next != '"') out += c;
        out += next;
      } else if (c == quote) {
        out += '\x02';
        quote = 0;
      } else {
        out += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      out += '\x01';
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> read_exact(std::string_view answer) {
  answer = trimmed(answer);
  std::optional<std::string_view> found = behind_words(answer);
  const bool announced = found.has_value();
  if (!found || trimmed(*found).empty()) found = boxed(answer);
  if (found) {
    if (const auto inner = boxed(*found)) found = inner;
  } else if (!announced && !answer.empty() && answer.find('\n') == std::string_view::npos) {
    found = answer;
  }
  if (!found || bare(*found).empty()) return std::nullopt;
  return std::string(bare(*found));
}

bool same_exact(std::string_view read, std::string_view gold, ExactForm form) {
  if (form == ExactForm::kText) return plain_form(read) == plain_form(gold);
  return python_form(read) == python_form(gold);
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
  std::optional<std::string> read = read_exact(answer);
  // A literal that is a text loses its quotes as an enclosed answer does.
  bool right = read && same_exact(*read, gold, python ? ExactForm::kPython : ExactForm::kText);
  if (read && !right && python) {
    right = same_exact("\"" + *read + "\"", gold, ExactForm::kPython) &&
            answer.find("\"" + *read + "\"") != std::string::npos;
  }
  // What a cut text happened to end with was not given as the answer.
  const bool cut = generation.finish == data::FinishReason::kLength;
  if (cut && !boxed(answer) && !behind_words(answer)) read.reset();
  data::Verdict verdict;
  verdict.judge = question.judge;
  verdict.version = kVersion;
  verdict.truncated = cut;
  verdict.extracted = read.value_or("");
  verdict.reason = !read   ? std::string("no answer could be read")
                   : right ? std::string("the text is the right one")
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
