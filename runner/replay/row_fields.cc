// What the readers of transcripts share.
#include <algorithm>
#include <cmath>

#include "data/base/error.h"
#include "data/records/decimal.h"
#include "data/records/delivery.h"
#include "data/text/unicode.h"
#include "runner/replay/formats.h"

namespace candor::runner {

namespace json = boost::json;

std::optional<std::string> plain(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return json::value_to<std::string>(*value);
  if (value->is_double()) return data::plain_decimal(value->get_double());
  if (value->is_number() || value->is_bool()) return json::serialize(*value);
  if (value->is_array() && value->get_array().size() == 1) return plain(&value->get_array()[0]);
  return std::nullopt;
}

std::vector<std::string> plains(const json::value* value, const std::string& place,
                                const char* name) {
  std::vector<std::string> found;
  if (value != nullptr && value->is_array()) {
    for (const json::value& entry : value->get_array()) {
      auto text = plain(&entry);
      if (!text) {
        fail("{}: field \"{}\": entry {} is neither text nor number", place, name,
             found.size() + 1);
      }
      found.push_back(std::move(*text));
    }
  } else if (auto text = plain(value)) {
    found.push_back(std::move(*text));
  }
  return found;
}

std::optional<std::string> first_of(const data::JsonFields& fields,
                                    std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (auto found = plain(fields.find(name))) return found;
  }
  return std::nullopt;
}

std::optional<std::string> id_of(const data::JsonFields& fields, const std::string& place,
                                 std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const json::value* value = fields.find(name);
    if (value == nullptr) continue;
    if (auto found = plain(value)) return found;
    fail("{}: field \"{}\": expected a text or a number", place, name);
  }
  return std::nullopt;
}

data::FinishReason finish_of(std::string_view written) {
  const std::string reason = data::lower_case(written);
  const auto is_one_of = [&](std::initializer_list<const char*> names) {
    return std::find(names.begin(), names.end(), reason) != names.end();
  };
  if (is_one_of({"length", "max_tokens", "model_length", "max_length", "max_output_tokens"})) {
    return data::FinishReason::kLength;
  }
  if (is_one_of({"content_filter", "block", "blocklist", "safety", "recitation", "refusal",
                 "prohibited_content", "spii"})) {
    return data::FinishReason::kBlock;
  }
  const bool failed =
      is_one_of({"error", "timeout", "timed_out", "cancelled", "canceled", "failed"});
  return failed ? data::FinishReason::kError : data::FinishReason::kStop;
}

std::string content_of(const json::value* content, std::string* reasoning) {
  if (content == nullptr) return {};
  if (content->is_string()) return json::value_to<std::string>(*content);
  std::string text;
  if (!content->is_array()) return text;
  for (const json::value& part : content->get_array()) {
    if (part.is_string()) text += json::value_to<std::string>(part);
    const json::object* piece = part.if_object();
    if (piece == nullptr) continue;
    const json::value* redacted = piece->if_contains("redacted");
    const bool hidden = redacted != nullptr && redacted->is_bool() && redacted->get_bool();
    // What a provider hides is no reasoning that could be read; its summary is.
    const json::value* thought = piece->if_contains(hidden ? "summary" : "reasoning");
    if (const auto words = plain(thought); words && reasoning != nullptr) *reasoning += *words;
    if (const auto words = plain(piece->if_contains("text"))) text += *words;
  }
  return text;
}

std::string last_text(const json::value* input) {
  if (input == nullptr) return {};
  if (input->is_string()) return json::value_to<std::string>(*input);
  if (!input->is_array() || input->get_array().empty()) return {};
  const json::array& messages = input->get_array();
  if (messages.size() == 1 && messages[0].is_string()) {
    std::string text = json::value_to<std::string>(messages[0]);
    json::error_code error;
    const json::value inner = json::parse(text, error);
    if (error || !inner.is_array() || inner.get_array().empty()) return text;
    return last_text(&inner);
  }
  // An assistant's message at the end is the beginning of the answer, not the question.
  for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
    if (it->is_string()) return json::value_to<std::string>(*it);
    const json::object* message = it->if_object();
    if (message == nullptr) return {};
    const auto role = plain(message->if_contains("role"));
    if (role == "assistant" && it + 1 != messages.rend()) continue;
    return content_of(message->if_contains("content"), nullptr);
  }
  return {};
}

void split_reasoning(Transcript& row) {
  constexpr std::string_view kOpen = "<think>";
  constexpr std::string_view kClose = "</think>";
  const std::size_t end = row.answer.rfind(kClose);
  const std::string written = row.answer;
  if (end != std::string::npos) {
    std::size_t begin = row.answer.find(kOpen);
    begin = begin < end ? begin + kOpen.size() : 0;
    row.reasoning += row.answer.substr(begin, end - begin);
    row.answer.erase(0, end + kClose.size());
  } else if (row.answer.starts_with(kOpen)) {
    row.reasoning += row.answer.substr(kOpen.size());
    row.answer.clear();
    row.reasoning_closed = false;
  }
  if (row.answer != written) row.written = written;
}

void set_model(const std::string& model, const std::string& place, const char* field,
               Transcripts& out) {
  if (!out.model.empty() && out.model != model) {
    fail(
        "{}: field \"{}\": \"{}\", but the rows before it are of \"{}\": judge each model's "
        "rows alone",
        place, field, model, out.model);
  }
  out.model = model;
}

void read_choices(const json::array& choices, Transcript& row) {
  if (choices.empty() || !choices[0].is_object()) return;
  const json::object& choice = choices[0].get_object();
  for (const char* name : {"stop_reason", "finish_reason"}) {
    if (const auto reason = plain(choice.if_contains(name))) row.finish = finish_of(*reason);
  }
  const json::value* message = choice.if_contains("message");
  if (message == nullptr || !message->is_object()) return;
  const json::object& fields = message->get_object();
  if (const json::value* content = fields.if_contains("content")) {
    row.answer = content_of(content, &row.reasoning);
  }
  for (const char* name : {"reasoning_content", "reasoning"}) {
    if (const auto thought = plain(fields.if_contains(name))) {
      row.reasoning += *thought;
      break;
    }
  }
}

const data::Condition& Asked::known() const {
  static const data::Condition kUnknown = data::Condition::unknown();
  return condition ? *condition : kUnknown;
}

bool is_export(const data::JsonFields& fields) {
  if (fields.find("condition_number") != nullptr) return true;
  // Exports of before conditions were written.
  return fields.find("reasoning_closed") != nullptr && fields.find("prompt") != nullptr &&
         fields.find("probe") == nullptr && fields.find("pair") == nullptr;
}

Asked asked_of(const data::JsonFields& fields, const std::string& place) {
  Asked asked;
  if (!is_export(fields)) return asked;
  asked.text = fields.text_or("asked", "");
  asked.delivery = fields.text_or("delivery", "");
  if (!asked.delivery.empty() && !data::is_known_delivery(asked.delivery)) {
    fail("{}: field \"delivery\": \"{}\" is none of {}", place, asked.delivery,
         fmt::join(data::known_deliveries(), ", "));
  }
  if (fields.find("condition") == nullptr) return asked;  // an export of before it was written
  constexpr int kMostConditions = 999'999;
  asked.number = count_of(fields, place, "condition_number", 0, kMostConditions);
  asked.condition =
      data::condition_from_json(fields.object("condition"), place + ": field \"condition\"");
  return asked;
}

void read_tokens(const data::JsonFields& fields, const std::string& place,
                 std::vector<std::int32_t>& ids, std::vector<float>& log_probabilities) {
  const json::value* tokens = fields.find("tokens");
  if (tokens == nullptr || !tokens->is_array()) return;  // others keep a count there
  for (const json::value& token : tokens->get_array()) {
    const std::int64_t* id = token.if_int64();
    if (id == nullptr || *id < 0 || *id > INT32_MAX) {
      fail("{}: field \"tokens\": expected token numbers", place);
    }
    ids.push_back(static_cast<std::int32_t>(*id));
  }
  if (fields.find("log_probabilities") == nullptr) return;
  for (const json::value& value : fields.array("log_probabilities")) {
    const double number = value.is_number() ? value.to_number<double>() : NAN;
    if (!(number <= 0)) fail("{}: field \"log_probabilities\": expected numbers up to 0", place);
    log_probabilities.push_back(static_cast<float>(number));
  }
  if (log_probabilities.size() != ids.size() && !log_probabilities.empty()) {
    fail("{}: field \"log_probabilities\": {} for {} tokens", place, log_probabilities.size(),
         ids.size());
  }
}

int count_of(const data::JsonFields& fields, const std::string& place, const char* name,
             int fallback, int most) {
  const std::int64_t value = fields.integer_or(name, fallback);
  if (value < 0 || value > most) {
    fail("{}: field \"{}\": {} is not a whole number from 0 to {}", place, name, value, most);
  }
  return static_cast<int>(value);
}

}  // namespace candor::runner
