// Every question of the suites with a known answer, folded by suite.
#include <fmt/format.h>

#include "reports/figures.h"
#include "reports/html/parts.h"
#include "reports/html/sections.h"
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

void add_item(Dictionary& suite, const Sample& sample, int repeats) {
  const data::Question& question = sample.question;
  const std::size_t outcome = outcome_of(sample);
  Dictionary& item = *suite.AddSectionDictionary("ITEM");
  item.SetValue("OUTCOME", outcome_name(outcome));
  item.SetValue("SHOWN", outcome_meanings()[outcome].shown);
  std::string meta = language_name(question.language);
  if (question.level > 0) meta += fmt::format(" · level {}", question.level);
  if (repeats > 1) meta += fmt::format(" · {}", sample.key.repeat + 1);
  set(item, "META", meta);
  const std::string asked = question.messages.empty() ? "" : question.messages.back().content;
  set(item, "LANG", text_language(asked, question.language));
  set(item, "EXCERPT", shortened(asked, kExcerptCharacters));
  for (const data::Message& message : question.messages) {
    Dictionary& entry = *item.AddSectionDictionary("MESSAGE");
    set(entry, "ROLE", role_name(message.role));
    set(entry, "LANG", text_language(message.content, question.language));
    set(entry, "TEXT", message.content);
  }
  const Gold gold = gold_of(question);
  Dictionary& gold_entry = *item.AddSectionDictionary("GOLD");
  const bool is_short = gold.text.size() <= kShortGold && gold.text.find('\n') == std::string::npos;
  Dictionary& gold_text = *gold_entry.AddSectionDictionary(is_short ? "SHORT" : "LONG");
  set(gold_text, "TEXT", gold.text);
  if (!is_short) gold_text.SetValue("WHAT", gold.what);
  if (sample.verdict && !sample.verdict->extracted.empty()) {
    Dictionary& extracted = *item.AddSectionDictionary("EXTRACTED");
    set(extracted, "TEXT", sample.verdict->extracted);
    const bool code = sample.verdict->extracted.find('\n') != std::string::npos;
    extracted.SetValue("FONT", code ? "words code" : "code");
  } else {
    item.ShowSection("NOTHING");
  }
  if (sample.verdict && !sample.verdict->reason.empty()) {
    set(*item.AddSectionDictionary("REASON"), "TEXT", sample.verdict->reason);
  }
  const std::vector<data::Span> spans =
      sample.verdict ? sample.verdict->spans : std::vector<data::Span>();
  if (sample.answer.empty()) {
    set(*item.AddSectionDictionary("NO_ANSWER"), "TEXT",
        sample.error.empty() ? "(empty)" : "no answer: " + sample.error);
  } else {
    Dictionary& answer = *item.AddSectionDictionary("ANSWER");
    set(answer, "LANG", text_language(sample.answer, question.language));
    set_marked(answer, sample.answer, spans, "answer");
  }
  if (!sample.reasoning.empty()) {
    Dictionary& reasoning = *item.AddSectionDictionary("REASONING");
    reasoning.SetValue("COUNT", fmt::to_string(sample.reasoning.size()));
    if (!sample.reasoning_closed) reasoning.ShowSection("OPEN");
    set(reasoning, "LANG", text_language(sample.reasoning, question.language));
    set_marked(reasoning, sample.reasoning, spans, "reasoning");
  }
  set(item, "ASIDE",
      fmt::format("{} tokens{} · {}", sample.tokens,
                  sample.finish == data::FinishReason::kLength ? ", cut off at the limit" : "",
                  question.id));
}

}  // namespace

std::string questions_html(const RunData& data) {
  std::string suites;
  for (std::size_t begin = 0; begin < data.samples.size();) {
    std::size_t end = begin;
    const std::string& name = data.samples[begin].question.suite;
    while (end < data.samples.size() && data.samples[end].question.suite == name) ++end;
    Dictionary suite("suite");
    Tally tally;
    for (std::size_t i = begin; i < end; ++i) {
      if (is_audit(data.samples[i].question)) continue;
      tally.add(data.samples[i]);
      add_item(suite, data.samples[i], data.run.manifest.repeats);
    }
    if (tally.asked() > 0) {
      set(suite, "NAME", name);
      suite.SetValue("COUNT", fmt::format("{} right of {} asked", tally.right(), tally.asked()));
      suites += expand("suite.tpl", suite);
    }
    begin = end;
  }
  if (suites.empty()) return "";
  return expand("questions.tpl", Dictionary("questions")) + suites;
}

}  // namespace candor::reports
