#include "runner/replay/transcripts.h"

#include <algorithm>
#include <map>
#include <set>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "suites/files/text_data.h"

namespace candor::runner {

namespace {

namespace json = boost::json;
using data::JsonFields;

// "<think>…</think>answer" where the file keeps both in one text.
void split_reasoning(Transcript& row) {
  constexpr std::string_view kOpen = "<think>";
  constexpr std::string_view kClose = "</think>";
  const std::size_t end = row.answer.rfind(kClose);
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
}

// Text, or a number as it is written.
std::optional<std::string> plain(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return json::value_to<std::string>(*value);
  if (value->is_number()) return json::serialize(*value);
  // Several golds: the first stands for them where there is only one kind of figure to give.
  if (value->is_array() && !value->as_array().empty()) return plain(&value->as_array().front());
  return std::nullopt;
}

std::optional<std::string> first_of(const JsonFields& fields,
                                    std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (auto found = plain(fields.find(key))) return found;
  }
  return std::nullopt;
}

data::FinishReason finish_of(const std::string& reason) {
  if (reason == "length" || reason == "max_tokens" || reason == "model_length") {
    return data::FinishReason::kLength;
  }
  if (reason == "content_filter" || reason == "block") return data::FinishReason::kBlock;
  return reason == "error" ? data::FinishReason::kError : data::FinishReason::kStop;
}

// Puts the value at a dotted path where read_plain_row looks for it. Error when it is not there.
void lift(json::object& object, const std::string& path, const char* key,
          const std::string& place) {
  if (path.empty()) return;
  const json::object* inner = &object;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('.', at), path.size());
    const json::value* found =
        inner == nullptr ? nullptr : inner->if_contains(path.substr(at, end - at));
    if (found == nullptr) fail("{}: field \"{}\" is missing", place, path);
    if (end == path.size()) {
      json::value copy = *found;  // the assignment may move what `found` points to
      object[key] = std::move(copy);
      return;
    }
    inner = found->if_object();
    at = end + 1;
  }
}

// The option letters: as they are, or as many as there are options.
std::string letters_of(const JsonFields& fields) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (const json::value* options = fields.find("options")) {
    if (options->is_string()) return json::value_to<std::string>(*options);
    if (options->is_array()) return std::string(kAlphabet.substr(0, options->as_array().size()));
  }
  const std::int64_t count = fields.integer_or("n_options", 4);
  return std::string(
      kAlphabet.substr(0, static_cast<std::size_t>(std::clamp<std::int64_t>(count, 1, 26))));
}

// The text of the last message of a conversation, or the text itself.
std::string last_text(const json::value* input) {
  if (input == nullptr) return {};
  if (input->is_string()) return json::value_to<std::string>(*input);
  if (!input->is_array() || input->as_array().empty()) return {};
  const json::value& last = input->as_array().back();
  if (last.is_string()) return json::value_to<std::string>(last);
  const json::object* message = last.if_object();
  const json::value* content = message != nullptr ? message->if_contains("content") : nullptr;
  return content != nullptr && content->is_string() ? json::value_to<std::string>(*content)
                                                    : std::string();
}

void read_plain_row(const JsonFields& fields, Transcript row, Transcripts& out) {
  const auto answer = first_of(fields, {"answer", "output", "completion", "text", "response"});
  if (!answer) fail("{}: field \"answer\" (or output, completion, text) is missing", row.place);
  row.answer = *answer;
  row.id = first_of(fields, {"question", "id", "question_id"}).value_or("");
  // Exports of ours name the question's id "question"; other files put its text there.
  if (fields.find("id") != nullptr || fields.find("question_id") != nullptr) {
    row.id = *first_of(fields, {"id", "question_id"});
    row.question = first_of(fields, {"question", "prompt"}).value_or("");
  }
  row.repeat = static_cast<int>(fields.integer_or("repeat", 0));
  row.reasoning = fields.text_or("reasoning", "");
  row.finish = finish_of(fields.text_or("finish", fields.text_or("finish_reason", "stop")));
  row.error = fields.text_or("error", "");
  row.gold = first_of(fields, {"gold", "target", "ground_truth"});
  row.options = letters_of(fields);
  row.language = fields.text_or("language", fields.text_or("lang", "en"));
  if (const auto model = first_of(fields, {"model"})) out.model = *model;
  out.rows.push_back(std::move(row));
}

void read_lm_eval_row(const JsonFields& fields, const Transcript& base, std::set<std::string>& seen,
                      Transcripts& out) {
  Transcript row = base;
  row.id = plain(fields.find("doc_id")).value_or("");
  if (row.id.empty()) fail("{}: field \"doc_id\" is missing", row.place);
  // One row a filter over the same answers: the first one is taken.
  if (!seen.insert(row.id).second) return;
  row.gold = plain(fields.find("target"));
  const json::array& requests = fields.array("resps");
  if (requests.empty() || !requests[0].is_array() || requests[0].as_array().empty()) {
    fail("{}: field \"resps\": expected a list of lists of answers", row.place);
  }
  if (const json::value* arguments = fields.find("arguments");
      arguments && arguments->is_object()) {
    const json::object& all = arguments->as_object();
    if (!all.empty() && all.begin()->value().is_object()) {
      row.question = last_text(all.begin()->value().as_object().if_contains("arg_0"));
    }
  }
  for (const json::value& answer : requests[0].as_array()) {
    if (!answer.is_string()) {
      fail("{}: field \"resps\": log-likelihoods, not an answer in words", row.place);
    }
    row.answer = json::value_to<std::string>(answer);
    out.rows.push_back(row);
    ++row.repeat;
  }
}

void read_inspect_sample(const JsonFields& fields, Transcript row, Transcripts& out) {
  row.id = plain(fields.find("id")).value_or("");
  row.repeat = static_cast<int>(fields.integer_or("epoch", 1)) - 1;
  row.question = last_text(fields.find("input"));
  row.gold = plain(fields.find("target"));
  if (fields.find("error") != nullptr) {
    row.finish = data::FinishReason::kError;
    const json::value& error = *fields.find("error");
    const json::value* message =
        error.is_object() ? error.as_object().if_contains("message") : &error;
    row.error = message != nullptr && message->is_string() ? json::value_to<std::string>(*message)
                                                           : json::serialize(error);
    out.rows.push_back(std::move(row));
    return;
  }
  const std::string where = row.place + ": output";
  const JsonFields output(fields.object("output"), where);
  row.answer = output.text_or("completion", "");
  const json::value* choices = output.find("choices");
  if (choices != nullptr && choices->is_array() && !choices->as_array().empty() &&
      choices->as_array().front().is_object()) {
    const json::object& choice = choices->as_array().front().as_object();
    if (const auto reason = plain(choice.if_contains("stop_reason")))
      row.finish = finish_of(*reason);
    const json::value* message = choice.if_contains("message");
    const json::value* content = message != nullptr && message->is_object()
                                     ? message->as_object().if_contains("content")
                                     : nullptr;
    if (content != nullptr && content->is_array()) {
      row.answer.clear();
      for (const json::value& part : content->as_array()) {
        const json::object* piece = part.if_object();
        if (piece == nullptr) continue;
        if (const auto text = plain(piece->if_contains("text"))) row.answer += *text;
        if (const auto thought = plain(piece->if_contains("reasoning"))) row.reasoning += *thought;
      }
    }
  }
  out.rows.push_back(std::move(row));
}

void read_inspect(std::string_view text, const std::string& file, Transcripts& out) {
  const json::object log = data::parse_object(text, file);
  const JsonFields fields(log, file);
  if (const json::value* eval = fields.find("eval"); eval != nullptr && eval->is_object()) {
    out.model = plain(eval->as_object().if_contains("model")).value_or("");
  }
  std::size_t number = 0;
  for (const json::value& sample : fields.array("samples")) {
    Transcript row;
    row.place = fmt::format("{}: sample {}", file, ++number);
    try {
      if (!sample.is_object()) fail("{}: expected an object", row.place);
      const std::string where = row.place;
      read_inspect_sample(JsonFields(sample.as_object(), where), std::move(row), out);
    } catch (const Error& error) {
      out.errors.emplace_back(error.what());
    }
  }
}

// Events of one sample are joined by "sample_id": the answer from "sampling", the gold from
// "match".
class EvalsEvents {
 public:
  void add(const JsonFields& fields, const std::string& place, Transcripts& out) {
    if (const json::value* spec = fields.find("spec"); spec != nullptr && spec->is_object()) {
      out.model = plain(spec->as_object().if_contains("completion_fns")).value_or("");
      return;
    }
    if (fields.find("final_report") != nullptr) return;
    const std::string type = fields.text("type");
    if (type != "sampling" && type != "match") return;
    const std::string id = fields.text("sample_id");
    const json::object& data = fields.object("data");
    Pair& pair = pairs_[id];
    if (pair.row.id.empty()) order_.push_back(id);
    pair.row.id = id;
    if (type == "match") {
      pair.row.gold = plain(data.if_contains("expected"));
      return;
    }
    const auto sampled = plain(data.if_contains("sampled"));
    if (!sampled) fail("{}: field \"sampled\" is missing", place);
    // Further samplings of a sample are further turns; the last one answers.
    pair.row.answer = *sampled;
    pair.row.place = place;
    pair.row.question = last_text(data.if_contains("prompt"));
    pair.answered = true;
  }

  void finish(const std::string& file, Transcripts& out) {
    for (const std::string& id : order_) {
      Pair& pair = pairs_[id];
      if (pair.answered) {
        out.rows.push_back(std::move(pair.row));
      } else {
        out.errors.push_back(fmt::format("{}: sample {}: has no \"sampling\" event", file, id));
      }
    }
  }

 private:
  struct Pair {
    Transcript row;
    bool answered = false;
  };
  std::map<std::string, Pair> pairs_;
  std::vector<std::string> order_;
};

std::string told_by(const json::object& first) {
  if (first.contains("spec")) return "openai-evals";
  if (first.contains("doc_id") && first.contains("resps")) return "lm-eval";
  if (first.contains("eval") && first.contains("samples")) return "inspect";
  return "jsonl";
}

void read_lines(std::string_view text, const std::string& file, const TranscriptFields& named,
                Transcripts& out) {
  std::set<std::string> seen;
  EvalsEvents events;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    Transcript row;
    row.place = fmt::format("{}:{}", file, number);
    const std::string place = row.place;
    try {
      json::object object = data::parse_object(line, place);
      if (out.format.empty()) out.format = told_by(object);
      if (out.format == "jsonl") {
        lift(object, named.id, "id", place);
        lift(object, named.answer, "answer", place);
        lift(object, named.gold, "gold", place);
      }
      const JsonFields fields(object, place);
      if (out.format == "lm-eval") {
        read_lm_eval_row(fields, row, seen, out);
      } else if (out.format == "openai-evals") {
        events.add(fields, place, out);
      } else {
        read_plain_row(fields, std::move(row), out);
      }
    } catch (const Error& error) {
      out.errors.emplace_back(error.what());
    }
  }
  events.finish(file, out);
}

}  // namespace

Transcripts read_transcripts(const std::filesystem::path& path, const std::string& format,
                             const TranscriptFields& fields) {
  static const std::set<std::string> known = {"", "jsonl", "lm-eval", "inspect", "openai-evals"};
  if (!known.contains(format)) {
    fail_usage("--format {}: known are jsonl, lm-eval, inspect, openai-evals", format);
  }
  const std::string text = suites::read_text(path);
  const std::string file = path.string();
  if (text.starts_with("PK")) {
    fail("{}: is a ZIP file: write the log as JSON first (`inspect log dump` or log_format=json)",
         file);
  }
  Transcripts out;
  out.format = format;
  // A log in one object may be written over many lines; lines of objects end where a line ends.
  bool whole = format == "inspect";
  if (format.empty()) {
    json::error_code error;
    json::parse_options options;
    options.max_depth = 64;
    const json::value value = json::parse(text, error, {}, options);
    whole = !error && value.is_object() && told_by(value.as_object()) == "inspect";
  }
  if (whole) {
    out.format = "inspect";
    read_inspect(text, file, out);
  } else {
    read_lines(text, file, fields, out);
  }
  for (Transcript& row : out.rows) split_reasoning(row);
  return out;
}

}  // namespace candor::runner
