// Every question of the suites with a known answer, folded by suite.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "reports/figures.h"
#include "reports/html/parts.h"
#include "reports/html/sections.h"
#include "reports/lengths.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

constexpr std::size_t kExcerptCharacters = 110;
constexpr std::size_t kShortGold = 200;  // longer ones are folded

std::string plain(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

// What the judge compared with, for a reader: the answer alone where there is one.
struct Gold {
  std::string text;
  const char* what;
};
Gold gold_of(const data::Question& question) {
  const json::object& reference = question.reference;
  if (const json::value* answer = reference.if_contains("answer"))
    return {plain(*answer), "answer"};
  if (const json::value* cells = reference.if_contains("cells"); cells != nullptr) {
    if (const json::object* named = cells->if_object()) {
      std::string text;
      for (const json::key_value_pair& cell : *named) {
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", std::string_view(cell.key()),
                            plain(cell.value()));
      }
      return {text, "solution"};
    }
  }
  if (const json::value* test = reference.if_contains("test")) return {plain(*test), "tests"};
  return {json::serialize(reference), "reference"};
}

std::string role_name(const std::string& role) {
  return role == "user" ? "Question" : role == "system" ? "System prompt" : role;
}

// The replies to one question, in the order of their repeats.
using Replies = std::span<const Sample>;

std::int64_t right_of(Replies replies) {
  return std::count_if(replies.begin(), replies.end(), [](const Sample& sample) {
    return outcome_of(sample) == static_cast<std::size_t>(data::Outcome::kRight);
  });
}

bool is_right(Replies replies) {
  return 2 * right_of(replies) > static_cast<std::int64_t>(replies.size());
}

void add_reply(Dictionary& item, const Sample& sample, std::size_t of, std::size_t limit) {
  const std::string& language = sample.question.language;
  Dictionary& reply = *item.AddSectionDictionary("SAMPLE");
  if (of > 1) {
    Dictionary& number = *reply.AddSectionDictionary("NUMBERED");
    const std::size_t outcome = outcome_of(sample);
    number.SetValue("NUMBER", fmt::to_string(sample.key.repeat + 1));
    number.SetValue("OUTCOME", outcome_name(outcome));
    number.SetValue("SHOWN", outcome_meanings()[outcome].shown);
  }
  if (sample.verdict && !sample.verdict->extracted.empty()) {
    Dictionary& extracted = *reply.AddSectionDictionary("EXTRACTED");
    set(extracted, "TEXT", sample.verdict->extracted, limit);
    const bool code = sample.verdict->extracted.find('\n') != std::string::npos;
    extracted.SetValue("FONT", code ? "words code" : "code");
  } else {
    reply.ShowSection("NOTHING");
  }
  if (sample.verdict && !sample.verdict->reason.empty()) {
    set(*reply.AddSectionDictionary("REASON"), "TEXT", sample.verdict->reason);
  }
  const std::vector<data::Span> spans =
      sample.verdict ? sample.verdict->spans : std::vector<data::Span>();
  if (sample.answer.empty()) {
    set(*reply.AddSectionDictionary("NO_ANSWER"), "TEXT",
        sample.error.empty() ? "(empty)" : "no answer: " + sample.error);
  } else {
    Dictionary& answer = *reply.AddSectionDictionary("ANSWER");
    set(answer, "LANG", text_language(sample.answer, language));
    set_marked(answer, sample.answer, spans, "answer", limit);
  }
  if (!sample.reasoning.empty()) {
    Dictionary& reasoning = *reply.AddSectionDictionary("REASONING");
    reasoning.SetValue("COUNT", fmt::to_string(characters(sample.reasoning)));
    if (!sample.reasoning_closed) reasoning.ShowSection("OPEN");
    set(reasoning, "LANG", text_language(sample.reasoning, language));
    set_marked(reasoning, sample.reasoning, spans, "reasoning", limit);
  }
  set(reply, "ASIDE",
      fmt::format("{} tokens{}", sample.tokens,
                  sample.finish == data::FinishReason::kLength ? ", cut off at the limit" : ""));
}

void add_item(Dictionary& part, Replies replies, std::size_t limit) {
  const Sample& first = replies.front();
  const data::Question& question = first.question;
  Dictionary& item = *part.AddSectionDictionary("ITEM");
  if (replies.size() == 1) {
    const std::size_t outcome = outcome_of(first);
    item.SetValue("OUTCOME", outcome_name(outcome));
    item.SetValue("SHOWN", outcome_meanings()[outcome].shown);
  } else {
    const std::int64_t right = right_of(replies);
    item.SetValue("OUTCOME", is_right(replies) ? "right" : right > 0 ? "truncated" : "wrong");
    item.SetValue("SHOWN", fmt::format("{} of {} right", right, replies.size()));
  }
  std::string meta = language_name(question.language);
  if (question.level > 0) meta += fmt::format(" · level {}", question.level);
  set(item, "META", meta);
  set(item, "ID", question.id);
  const std::string asked = question.messages.empty() ? "" : question.messages.back().content;
  set(item, "LANG", text_language(asked, question.language));
  set(item, "EXCERPT", shortened(asked, kExcerptCharacters));
  for (const data::Message& message : question.messages) {
    Dictionary& entry = *item.AddSectionDictionary("MESSAGE");
    set(entry, "ROLE", role_name(message.role));
    set(entry, "LANG", text_language(message.content, question.language));
    set(entry, "TEXT", message.content, limit);
  }
  const Gold gold = gold_of(question);
  Dictionary& gold_entry = *item.AddSectionDictionary("GOLD");
  const bool is_short = gold.text.size() <= kShortGold && gold.text.find('\n') == std::string::npos;
  Dictionary& gold_text = *gold_entry.AddSectionDictionary(is_short ? "SHORT" : "LONG");
  set(gold_text, "TEXT", gold.text, limit);
  if (!is_short) gold_text.SetValue("WHAT", gold.what);
  if (const std::vector<std::string> proof = data::proof_of(question); !proof.empty()) {
    Dictionary& entry = *item.AddSectionDictionary("PROOF");
    entry.SetValue("COUNT", fmt::to_string(proof.size()));
    set(entry, "LANG", question.language);
    set(entry, "TEXT", fmt::format("{}", fmt::join(proof, "\n")), limit);
  }
  for (const Sample& sample : replies) add_reply(item, sample, replies.size(), limit);
}

// Cut into the replies to each question, which stand together.
std::vector<Replies> by_question(Replies samples) {
  std::vector<Replies> questions;
  for (std::size_t begin = 0; begin < samples.size();) {
    std::size_t end = begin + 1;
    while (end < samples.size() &&
           samples[end].key.question_hash == samples[begin].key.question_hash) {
      ++end;
    }
    questions.push_back(samples.subspan(begin, end - begin));
    begin = end;
  }
  return questions;
}

std::string suite_html(const std::string& name, Replies samples, std::size_t limit) {
  std::vector<Replies> parts[2];  // not right, right
  std::int64_t right = 0;
  std::size_t asked = 0;
  for (const Replies& replies : by_question(samples)) {
    if (is_audit(replies.front().question)) continue;
    parts[is_right(replies) ? 1 : 0].push_back(replies);
    right += right_of(replies);
    asked += replies.size();
  }
  if (asked == 0) return "";
  Dictionary suite("suite");
  set(suite, "NAME", name);
  suite.SetValue("COUNT", fmt::format("{} right of {} asked", right, asked));
  const bool repeated = asked > parts[0].size() + parts[1].size();
  for (const bool is_right_part : {false, true}) {
    const std::vector<Replies>& questions = parts[is_right_part ? 1 : 0];
    if (questions.empty()) continue;
    Dictionary& part = *suite.AddSectionDictionary("PART");
    part.SetValue("HEAD", fmt::format("{}{} ({})", is_right_part ? "Right" : "Not right",
                                      repeated ? " in most samples" : "", questions.size()));
    for (const Replies& replies : questions) add_item(part, replies, limit);
  }
  return expand("suite.tpl", suite);
}

}  // namespace

std::string questions_html(const RunData& data) {
  const std::size_t limit = text_limit(data.samples.size());
  const Replies all = data.samples;
  std::string suites;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    const std::string& name = all[begin].question.suite;
    while (end < all.size() && all[end].question.suite == name) ++end;
    suites += suite_html(name, all.subspan(begin, end - begin), limit);
    begin = end;
  }
  if (suites.empty()) return "";
  Dictionary page("questions");
  if (limit < kShownBytes) {
    page.AddSectionDictionary("CUT")->SetValue("LIMIT", fmt::to_string(limit));
  }
  return expand("questions.tpl", page) + suites;
}

}  // namespace candor::reports
