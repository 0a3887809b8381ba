#include "runner/replay/audit_rows.h"

#include <algorithm>
#include <array>

#include "data/base/error.h"
#include "data/text/unicode.h"
#include "runner/replay/byte_source.h"
#include "runner/replay/formats.h"
#include "runner/replay/json_rows.h"
#include "runner/replay/json_stream.h"

namespace candor::runner {

namespace json = boost::json;
namespace fs = std::filesystem;
using data::JsonFields;

namespace {

constexpr int kMostRepeats = 999'999;

// A text, or nothing where it is not there or null. Throws Error for anything else.
std::optional<std::string> text_of(const JsonFields& fields, const char* name) {
  if (fields.find(name) == nullptr) return std::nullopt;
  return fields.text(name);
}

// A name may be a number in the file.
std::string name_of(const JsonFields& fields, const std::string& place, const char* name) {
  return id_of(fields, place, {name}).value_or("");
}

void read_question(const JsonFields& fields, AuditRow& row) {
  row.probe = name_of(fields, row.place, "probe");
  if (is_export(fields)) {
    const std::string judge = fields.text_or("judge", "audit");
    if (judge != "audit" && judge != "knowledge") {
      fail(
          "{}: field \"judge\": an answer for the judge \"{}\" is none of an audit: replay it with "
          "--suite",
          row.place, judge);
    }
    row.probe = fields.text("question");
    row.question = row.asked.text;
    row.prompt = fields.text("prompt");
    return;
  }
  row.question = text_of(fields, "question").value_or("");
  if (row.question.find_first_not_of(" \t\r\n") == std::string::npos) row.question.clear();
  if (row.question.empty() && row.probe.empty()) {
    fail("{}: field \"question\" is missing or empty: it is the text that was asked", row.place);
  }
}

void read_answer(const JsonFields& fields, AuditRow& row) {
  row.finish =
      finish_of(first_of(fields, {"finish_reason", "finish", "stop_reason"}).value_or("stop"));
  row.error = text_of(fields, "error").value_or("");
  if (!row.error.empty()) row.finish = data::FinishReason::kError;
  if (row.finish == data::FinishReason::kError && row.error.empty()) {
    row.error = "the file does not say which";
  }
  row.shown = text_of(fields, "shown");
  row.sent = text_of(fields, "sent");
  const std::optional<std::string> answer = text_of(fields, "answer");
  const bool needed = !row.shown && !row.sent && row.finish != data::FinishReason::kBlock &&
                      row.finish != data::FinishReason::kError;
  if (!answer && needed) {
    fail(
        "{}: field \"answer\" is missing, and neither shown, sent, error nor finish_reason says "
        "why",
        row.place);
  }
  row.answer = answer.value_or("");
  if (is_export(fields)) {
    row.reasoning = fields.text("reasoning");  // split off when it was stored
    row.reasoning_closed = fields.boolean("reasoning_closed");
    return;
  }
  const std::optional<std::string> reasoning = text_of(fields, "reasoning");
  row.reasoning = reasoning.value_or("");
  row.reasoning_closed = fields.boolean_or("reasoning_closed", true);
  if (row.reasoning.empty()) {
    Transcript whole;
    whole.answer = row.answer;
    split_reasoning(whole);
    row.answer = std::move(whole.answer);
    row.reasoning = std::move(whole.reasoning);
    row.reasoning_closed = row.reasoning_closed && whole.reasoning_closed;
  }
}

AuditRow read_row(const json::object& object, const std::string& place) {
  const JsonFields fields(object, place);
  AuditRow row;
  row.place = place;
  const std::string language = fields.text("language");
  row.language = language_code(language);
  if (row.language.empty()) {
    fail("{}: field \"language\": \"{}\" is none of en, zh, zh-Hant", place, language);
  }
  row.asked = asked_of(fields, place);
  read_question(fields, row);
  read_answer(fields, row);
  if (is_export(fields)) {
    read_tokens(fields, place, row.tokens, row.log_probabilities);
  }
  row.model = name_of(fields, place, "model");
  row.group = name_of(fields, place, "group");
  row.pair = name_of(fields, place, "pair");
  row.topic = name_of(fields, place, "topic");
  row.repeat = count_of(fields, place, "repeat", 0, kMostRepeats);
  return row;
}

}  // namespace

std::string language_code(std::string_view written) {
  std::string name = data::lower_case(data::trimmed(written));
  std::replace(name.begin(), name.end(), '_', '-');
  struct Names {
    const char* code;
    std::array<const char*, 14> names;
  };
  static const std::array<Names, 3> kKnown = {{
      {"en", {"en", "eng", "english", "en-us", "en-gb", "英文", "英语"}},
      {"zh",
       {"zh", "zho", "cmn", "chinese", "mandarin", "zh-cn", "zh-sg", "zh-hans", "zh-hans-cn",
        "simplified chinese", "chinese (simplified)", "中文", "简体中文"}},
      {"zh-Hant",
       {"zh-hant", "zh-tw", "zh-hk", "zh-mo", "zh-hant-tw", "zh-hant-hk", "traditional chinese",
        "chinese (traditional)", "繁體中文", "繁体中文"}},
  }};
  for (const Names& language : kKnown) {
    for (const char* known : language.names) {
      if (known != nullptr && name == known) return language.code;
    }
  }
  return "";
}

bool holds_audit_rows(const fs::path& file) {
  const std::string head = head_of(file, std::size_t{1} << 20);
  JsonHead begins = json_head(head);
  if (begins.array) {
    const std::size_t first = head.find('{');
    if (first != std::string::npos) begins = json_head(std::string_view(head).substr(first));
  }
  const auto has = [&](const char* name) {
    return std::find(begins.names.begin(), begins.names.end(), name) != begins.names.end();
  };
  return begins.object && has("language") && (has("question") || has("probe"));
}

AuditRows read_audit_rows(const std::vector<fs::path>& files) {
  AuditRows all;
  const auto take = [&](const json::object& object, const std::string& place) {
    all.rows.push_back(read_row(object, place));
  };
  for (const fs::path& file : files) {
    const std::string head = head_of(file, std::size_t{1} << 16);
    refuse_other_files(head, file.string());
    if (json_head(head).array) {
      each_json_entry(file, take, all.errors);
    } else {
      each_json_line(file, take, all.errors);
    }
  }
  return all;
}

}  // namespace candor::runner
