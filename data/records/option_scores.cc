#include "data/records/option_scores.h"

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "data/records/knowledge_reference.h"

namespace candor::data {

namespace json = boost::json;

std::vector<std::string> continuations(const Question& question) {
  std::vector<std::string> texts;
  const std::string where = "question " + question.id + ": reference";
  if (question.judge == "knowledge") {
    return continuations(read_knowledge_reference(JsonFields(question.reference, where), where));
  }
  if (question.judge != "likelihood") return texts;
  for (const json::value& value : JsonFields(question.reference, where).array("continuations")) {
    if (!value.is_string() || value.get_string().empty()) {
      fail("{}: field \"continuations\": expected texts", where);
    }
    texts.emplace_back(value.get_string());
  }
  if (texts.size() < 2) fail("{}: field \"continuations\": expected at least two", where);
  return texts;
}

std::string to_text(const std::vector<OptionScore>& scores) {
  json::array list;
  for (const OptionScore& score : scores) {
    list.push_back(json::object{{"continuation", score.continuation},
                                {"log_probability", score.log_probability},
                                {"tokens", score.tokens}});
  }
  return json::serialize(list);
}

std::vector<OptionScore> option_scores(std::string_view text, std::string_view where) {
  boost::system::error_code error;
  const json::value root = json::parse(text, error);
  if (error || !root.is_array()) fail("{}: expected a list of scored options", where);
  std::vector<OptionScore> scores;
  for (const json::value& value : root.get_array()) {
    if (!value.is_object()) fail("{}: expected objects", where);
    const JsonFields fields(value.get_object(), where);
    scores.push_back({fields.text("continuation"),
                      static_cast<std::size_t>(fields.integer("tokens")),
                      fields.number("log_probability")});
  }
  return scores;
}

}  // namespace candor::data
