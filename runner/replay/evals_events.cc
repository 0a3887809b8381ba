// Logs of OpenAI Evals: a "spec" line, events, a "final_report" line.
#include "data/base/error.h"
#include "runner/replay/formats.h"

namespace candor::runner {

namespace json = boost::json;
using data::JsonFields;

namespace {

// Whether the conversation holds this answer as the assistant's.
bool goes_on_from(const json::value* prompt, const std::vector<std::string>& answers) {
  if (prompt == nullptr || !prompt->is_array()) return false;
  for (const json::value& value : prompt->get_array()) {
    const json::object* message = value.if_object();
    if (message == nullptr || plain(message->if_contains("role")) != "assistant") continue;
    const auto text = plain(message->if_contains("content"));
    for (const std::string& answer : answers) {
      if (text == answer) return true;
    }
  }
  return false;
}

}  // namespace

void EvalsEvents::add(const json::object& event, const std::string& place, Transcripts& out) {
  const JsonFields fields(event, place);
  if (const json::value* spec = fields.find("spec"); spec != nullptr && spec->is_object()) {
    // The first is the one that is evaluated; further ones help a grader.
    const std::vector<std::string> models =
        plains(spec->get_object().if_contains("completion_fns"), place, "completion_fns");
    set_model(models.empty() ? "" : models[0], place, "completion_fns", out);
    return;
  }
  if (fields.find("final_report") != nullptr) return;
  const std::string type = fields.text("type");
  if (type != "sampling" && type != "match" && type != "error") return;
  const std::string run = fields.text_or("run_id", "");
  const auto key = std::pair(run, fields.text("sample_id"));
  if (key.second.empty()) fail("{}: field \"sample_id\" is empty", place);
  const json::object& data = fields.object("data");
  const int repeat = runs_.emplace(run, static_cast<int>(runs_.size())).first->second;
  const auto [found, added] = samples_.try_emplace(key);
  Sample& sample = found->second;
  if (added) {
    order_.push_back(key);
    sample.row.id = key.second;
    sample.row.listed = true;
    sample.row.repeat = repeat;
    sample.row.place = place;
  }
  if (type == "match") {
    sample.row.golds = plains(data.if_contains("expected"), place, "expected");
    const json::value* correct = data.if_contains("correct");
    if (correct != nullptr && correct->is_bool()) {
      sample.row.marks["match"] = correct->get_bool() ? 1 : 0;
    }
    return;
  }
  if (type == "error") {
    sample.row.finish = data::FinishReason::kError;
    sample.row.error = plain(data.if_contains("message")).value_or(json::serialize(data));
    sample.answers = {""};
    return;
  }
  std::vector<std::string> sampled = plains(data.if_contains("sampled"), place, "sampled");
  if (sampled.empty()) fail("{}: field \"sampled\" is missing", place);
  const json::value* prompt = data.if_contains("prompt");
  const bool first = !sample.answered;
  if (!first && !goes_on_from(prompt, sample.answers)) {
    ++others_;
    return;
  }
  sample.answered = true;
  sample.answers = std::move(sampled);
  sample.row.place = place;
  if (first) sample.row.question = last_text(prompt);
}

void EvalsEvents::finish(const std::string& file, Transcripts& out) {
  for (const auto& key : order_) {
    Sample& sample = samples_[key];
    if (sample.answers.empty()) {
      out.errors.push_back(
          fmt::format("{}: sample {}: has no \"sampling\" event", file, key.second));
      continue;
    }
    for (std::size_t i = 0; i < sample.answers.size(); ++i) {
      Transcript row = sample.row;
      row.answer = sample.answers[i];
      row.repeat += static_cast<int>(i);
      if (i > 0) row.marks.clear();
      split_reasoning(row);
      out.rows.push_back(std::move(row));
    }
  }
  if (others_ > 0) {
    out.notices.push_back(
        fmt::format("{}: {} further samplings do not go on from the answer (a grader's?): each "
                    "sample's first answer is judged",
                    file, others_));
  }
}

}  // namespace candor::runner
