// Rows of JSON that name question and answer in one of the usual ways, our own export among them.
#include <algorithm>

#include "data/base/error.h"
#include "runner/replay/formats.h"

namespace candor::runner {

namespace json = boost::json;
using data::JsonFields;

namespace {

constexpr int kMostRepeats = 999'999;

// The value at a dotted path; Error when it is not there.
const json::value& at_path(const json::object& object, const std::string& path,
                           const std::string& place) {
  const json::object* inner = &object;
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(path.find('.', at), path.size());
    const json::value* found =
        inner == nullptr ? nullptr : inner->if_contains(path.substr(at, end - at));
    if (found == nullptr) fail("{}: field \"{}\" is missing", place, path);
    if (end == path.size()) return *found;
    inner = found->if_object();
    at = end + 1;
  }
}

// The option letters: as they are, or as many as there are options.
std::string letters_of(const JsonFields& fields) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (const char* name : {"options", "choices"}) {
    const json::value* options = fields.find(name);
    if (options == nullptr) continue;
    if (options->is_string()) return json::value_to<std::string>(*options);
    if (options->is_array() && !options->get_array().empty() &&
        !options->get_array()[0].is_object())
      return std::string(kAlphabet.substr(0, options->get_array().size()));
  }
  const std::int64_t count = fields.integer_or("n_options", 4);
  return std::string(
      kAlphabet.substr(0, static_cast<std::size_t>(std::clamp<std::int64_t>(count, 1, 26))));
}

// The answers of a row, with what else is told of them in `row`.
std::vector<std::string> answers_of(const JsonFields& fields, Transcript& row) {
  for (const char* name : {"answer", "output", "completion", "response", "model_response",
                           "model_output", "prediction", "generated_text", "generation", "text"}) {
    const json::value* value = fields.find(name);
    if (value == nullptr || value->is_object()) continue;
    if (auto found = plains(value, row.place, name); !found.empty()) return found;
  }
  for (const char* name : {"answers", "outputs", "responses", "completions", "generations"}) {
    if (auto found = plains(fields.find(name), row.place, name); !found.empty()) return found;
  }
  // A stored answer of a chat service, bare or as its batches wrap it.
  const json::value* choices = fields.find("choices");
  if (const json::value* response = fields.find("response"); response && response->is_object()) {
    const json::object* body = &response->get_object();
    if (const json::value* inner = body->if_contains("body"); inner && inner->is_object()) {
      body = &inner->get_object();
    }
    choices = body->if_contains("choices");
  }
  if (choices != nullptr && choices->is_array() && !choices->get_array().empty() &&
      choices->get_array()[0].is_object()) {
    read_choices(choices->get_array(), row);
    return {row.answer};
  }
  const json::value* messages = fields.find("messages");
  if (messages != nullptr && messages->is_array() && !messages->get_array().empty()) {
    const json::object* last = messages->get_array().back().if_object();
    const bool theirs = last != nullptr && plain(last->if_contains("role")) == "assistant";
    if (theirs) {
      row.question = last_text(messages);
      return {content_of(last->if_contains("content"), &row.reasoning)};
    }
  }
  fail(
      "{}: field \"answer\" (or output, completion, response, text) is missing: name it with "
      "--answer-field",
      row.place);
}

}  // namespace

void read_plain_row(const json::object& object, const std::string& place,
                    const TranscriptFields& named, Transcripts& out) {
  const JsonFields fields(object, place);
  Transcript row;
  row.place = place;
  row.finish =
      finish_of(first_of(fields, {"finish", "finish_reason", "stop_reason"}).value_or("stop"));
  row.error = fields.text_or("error", "");
  if (!row.error.empty()) row.finish = data::FinishReason::kError;
  std::vector<std::string> answers;
  if (!named.answer.empty()) {
    answers = plains(&at_path(object, named.answer, place), place, named.answer.c_str());
    if (answers.empty()) fail("{}: field \"{}\": expected a text", place, named.answer);
  } else if (row.finish == data::FinishReason::kError) {
    answers = {fields.text_or("answer", "")};
  } else {
    answers = answers_of(fields, row);
  }
  // Exports of ours name the question's id "question"; where another field is the id, it is a text.
  const auto id = !named.id.empty() ? plain(&at_path(object, named.id, place))
                                    : id_of(fields, place,
                                            {"id", "question_id", "custom_id", "task_id",
                                             "sample_id", "problem_idx", "idx", "index"});
  if (!named.id.empty() && !id) fail("{}: field \"{}\": expected a text", place, named.id);
  row.id = id ? *id : first_of(fields, {"question"}).value_or("");
  if (row.question.empty()) row.question = first_of(fields, {"prompt"}).value_or("");
  for (const char* name : {"question", "problem", "input", "query", "instruction"}) {
    const json::value* value = fields.find(name);
    if (value != nullptr && value->is_string()) row.texts.push_back(*plain(value));
  }
  row.repeat = count_of(fields, place, "repeat", 0, kMostRepeats);
  if (fields.find("reasoning") != nullptr) {
    row.reasoning = fields.text("reasoning");
  } else if (fields.find("reasoning_content") != nullptr) {
    row.reasoning = fields.text("reasoning_content");
  }
  row.reasoning_closed = fields.boolean_or("reasoning_closed", true);
  row.asked = asked_of(fields, place);
  read_tokens(fields, place, row.tokens, row.log_probabilities);
  if (!named.gold.empty()) {
    row.golds = plains(&at_path(object, named.gold, place), place, named.gold.c_str());
  } else {
    for (const char* name : {"gold", "target", "ground_truth", "expected_answer", "ideal"}) {
      if (row.golds = plains(fields.find(name), place, name); !row.golds.empty()) break;
    }
  }
  row.options = letters_of(fields);
  row.language = fields.text_or("language", fields.text_or("lang", ""));
  if (const auto model = first_of(fields, {"model"})) set_model(*model, place, "model", out);
  const bool split = fields.find("reasoning") == nullptr && row.reasoning.empty();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Transcript one = row;
    one.answer = std::move(answers[i]);
    one.repeat += static_cast<int>(i);
    if (split) split_reasoning(one);
    out.rows.push_back(std::move(one));
  }
}

}  // namespace candor::runner
