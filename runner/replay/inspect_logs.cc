// Logs of Inspect (version 2): one JSON object, or an archive with a JSON file for each sample and
// epoch. An evalscope row keeps its answer in the same form.
#include <algorithm>
#include <cmath>

#include "data/base/error.h"
#include "runner/replay/byte_source.h"
#include "runner/replay/formats.h"
#include "runner/replay/json_stream.h"

namespace candor::runner {

namespace json = boost::json;
using data::JsonFields;

namespace {

// What a sample has beside its answer, and more of it: every event of the way there.
const std::set<std::string>& passed_over() {
  static const std::set<std::string> kNames = {"events",      "events_data", "timelines",  "store",
                                               "model_usage", "role_usage",  "role_events"};
  return kNames;
}

// "C", "I", "P", "N", a number, a truth value.
std::optional<double> mark_of(const json::value& value) {
  if (value.is_bool()) return value.get_bool() ? 1.0 : 0.0;
  if (value.is_number()) {
    const double number = value.to_number<double>();
    if (std::isfinite(number)) return number;
    return std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.get_string();
  if (text == "C") return 1;
  if (text == "P") return 0.5;
  if (text == "I" || text == "N") return 0;
  return std::nullopt;
}

void read_score(const std::string& name, const json::value& score, Transcript& row) {
  const json::object* fields = score.if_object();
  const json::value* value = fields == nullptr ? &score : fields->if_contains("value");
  if (value == nullptr) return;
  if (const json::object* several = value->if_object()) {
    for (const auto& part : *several) {
      if (const auto mark = mark_of(part.value())) {
        row.marks[name + "/" + std::string(part.key())] = *mark;
      }
    }
  } else if (const auto mark = mark_of(*value)) {
    row.marks[name] = *mark;
  }
}

// Long texts are kept once, apart: "attachment://KEY" stands for them.
void put_back(const json::object* attachments, std::string& text, const std::string& place) {
  constexpr std::string_view kMark = "attachment://";
  if (!text.starts_with(kMark)) return;
  const json::value* found =
      attachments == nullptr ? nullptr : attachments->if_contains(text.substr(kMark.size()));
  if (found == nullptr || !found->is_string()) {
    fail("{}: field \"attachments\" does not hold {}", place, text.substr(0, 80));
  }
  text = json::value_to<std::string>(*found);
}

std::string error_text(const json::value& error) {
  const json::value* message =
      error.is_object() ? error.get_object().if_contains("message") : &error;
  if (message != nullptr && message->is_string()) return json::value_to<std::string>(*message);
  return json::serialize(error);
}

void read_output(const json::object& output, Transcript& row) {
  const std::string where = row.place + ": output";
  const JsonFields fields(output, where);
  if (const json::value* error = fields.find("error")) {
    row.finish = data::FinishReason::kError;
    row.error = error_text(*error);
    return;
  }
  const json::value* choices = fields.find("choices");
  const bool any = choices != nullptr && choices->is_array() && !choices->get_array().empty();
  if (!any && fields.find("completion") == nullptr) {
    fail("{}: field \"choices\" is missing: the sample has no answer", where);
  }
  row.answer = fields.text_or("completion", "");
  if (any) read_choices(choices->get_array(), row);
  if (row.reasoning.empty()) split_reasoning(row);
}

}  // namespace

void read_inspect_sample(const json::object& sample, const std::string& place, Transcripts& out) {
  const JsonFields fields(sample, place);
  Transcript row;
  row.place = place;
  row.id = plain(fields.find("id")).value_or("");
  row.listed = true;
  row.repeat = count_of(fields, place, "epoch", 1, 1'000'000) - 1;
  if (row.repeat < 0) fail("{}: field \"epoch\": expected a whole number from 1", place);
  row.question = last_text(fields.find("input"));
  row.golds = plains(fields.find("target"), place, "target");
  if (const json::value* choices = fields.find("choices"); choices && choices->is_array()) {
    const std::size_t count = std::min<std::size_t>(choices->get_array().size(), 26);
    if (count > 0) row.options = std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZ").substr(0, count);
  }
  if (const json::value* scores = fields.find("scores"); scores && scores->is_object()) {
    for (const auto& score : scores->get_object()) {
      read_score(std::string(score.key()), score.value(), row);
    }
  } else if (const json::value* score = fields.find("score")) {
    read_score("score", *score, row);
  }
  if (const json::value* error = fields.find("error")) {
    row.finish = data::FinishReason::kError;
    row.error = error_text(*error);
  } else {
    read_output(fields.object("output"), row);
    if (fields.find("limit") != nullptr && row.finish == data::FinishReason::kStop) {
      row.finish = data::FinishReason::kLength;  // of tokens, messages or time
    }
  }
  const json::value* kept = fields.find("attachments");
  const json::object* attachments = kept == nullptr ? nullptr : kept->if_object();
  for (std::string* text : {&row.question, &row.answer, &row.reasoning}) {
    put_back(attachments, *text, place);
  }
  out.rows.push_back(std::move(row));
}

void read_inspect_head(const std::string& name, const json::value& value, const std::string& file,
                       Transcripts& out) {
  if (name == "eval" && value.is_object()) {
    out.model = plain(value.get_object().if_contains("model")).value_or("");
  } else if (name == "status" && value != "success") {
    out.notices.push_back(fmt::format("{}: its status is {}: not every sample may be in it", file,
                                      plain(&value).value_or("unknown")));
  } else if (name == "invalidated" && value == true) {
    out.notices.push_back(fmt::format("{}: its author has declared it invalid", file));
  }
}

void read_inspect_json(const std::filesystem::path& path, Transcripts& out) {
  const std::string file = path.string();
  std::size_t number = 0;
  JsonStream wanted;
  wanted.elements = JsonStream::Elements::kList;
  wanted.list = "samples";
  wanted.members = {"eval", "status", "invalidated"};
  wanted.skipped = passed_over();
  wanted.on_member = [&](const std::string& name, json::value&& value) {
    read_inspect_head(name, value, file, out);
  };
  wanted.on_element = [&](const std::string&, json::value&& value) {
    const std::string place = fmt::format("{}: sample {}", file, ++number);
    try {
      if (!value.is_object()) fail("{}: expected an object", place);
      read_inspect_sample(value.get_object(), place, out);
    } catch (const Error& error) {
      out.errors.emplace_back(error.what());
    }
  };
  const auto bytes = open_bytes(path);
  try {
    if (!stream_json(*bytes, file, wanted).list) {
      fail(
          "{}: field \"samples\" is missing or no list: save the log with its samples "
          "(log_samples)",
          file);
    }
  } catch (const Error& error) {
    // What was read before the damage is good; what follows is lost, and said to be.
    if (number == 0) throw;
    out.errors.push_back(fmt::format("{} (behind sample {})", error.what(), number));
  }
}

void read_inspect_archive(const std::filesystem::path& path, Transcripts& out) {
  const ZipBytes archive(path);
  const std::string file = path.string();
  bool header = false;
  std::size_t samples = 0;
  const auto read = [&](const std::string& name, const JsonStream& wanted) {
    const auto bytes = archive.open(name);
    (void)stream_json(*bytes, file + "/" + name, wanted);
  };
  for (const std::string& name : archive.names()) {
    header = header || name == "header.json";
    const bool sample = name.starts_with("samples/") && name.ends_with(".json");
    if (!sample) continue;
    ++samples;
    const std::string place = file + "/" + name;
    JsonStream wanted;
    wanted.skipped = passed_over();
    wanted.on_element = [&](const std::string&, json::value&& value) {
      if (!value.is_object()) fail("{}: expected an object", place);
      read_inspect_sample(value.get_object(), place, out);
    };
    try {
      read(name, wanted);
    } catch (const Error& error) {
      out.errors.emplace_back(error.what());
    }
  }
  // "header.json" is written when a log ends; until then its journal names the model.
  const std::string head = header ? "header.json" : "_journal/start.json";
  const auto& names = archive.names();
  if (std::find(names.begin(), names.end(), head) == names.end()) {
    fail("{}: holds neither header.json nor _journal/start.json: it is no Inspect log", file);
  }
  JsonStream wanted;
  wanted.elements = JsonStream::Elements::kMembers;
  wanted.on_element = [&](const std::string& name, json::value&& value) {
    read_inspect_head(name, value, file, out);
  };
  read(head, wanted);
  if (!header) out.notices.push_back(fmt::format("{}: the log was not finished", file));
  if (samples == 0) {
    out.errors.push_back(fmt::format("{}: holds no samples (log_samples was off?)", file));
  }
}

void read_evalscope_row(const json::object& object, const std::string& place, Transcripts& out) {
  const JsonFields fields(object, place);
  Transcript row;
  row.place = place;
  row.id = first_of(fields, {"index", "sample_id", "id"}).value_or("");
  if (row.id.empty()) fail("{}: field \"index\" is missing", place);
  row.listed = true;
  row.question = last_text(fields.find("messages"));
  if (row.question.empty()) row.question = last_text(fields.find("input"));
  const json::object& output = fields.object("model_output");
  if (const auto model = plain(output.if_contains("model"))) {
    set_model(*model, place, "model", out);
  }
  read_output(output, row);
  out.rows.push_back(std::move(row));
}

void read_opencompass_entry(const std::string& name, const json::object& entry,
                            const std::string& place, Transcripts& out) {
  const JsonFields fields(entry, place);
  Transcript row;
  row.place = place;
  row.id = name;
  row.listed = true;
  const json::value* asked = fields.find("origin_prompt");
  if (asked != nullptr && asked->is_array() && !asked->get_array().empty()) {
    const json::object* last = asked->get_array().back().if_object();
    row.question = last == nullptr ? "" : plain(last->if_contains("prompt")).value_or("");
  } else {
    row.question = plain(asked).value_or("");
  }
  row.golds = plains(fields.find("gold"), place, "gold");
  const std::vector<std::string> answers = plains(fields.find("prediction"), place, "prediction");
  if (answers.empty()) fail("{}: field \"prediction\" is missing", place);
  for (const std::string& answer : answers) {
    Transcript one = row;
    one.answer = answer;
    split_reasoning(one);
    out.rows.push_back(std::move(one));
    ++row.repeat;
  }
}

}  // namespace candor::runner
