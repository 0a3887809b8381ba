#include "data/records/question.h"

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/records/json_fields.h"

namespace candor::data {

namespace json = boost::json;

std::string Question::hash() const { return sha256_hex(canonical(to_json(*this))); }

std::vector<std::string> proof_of(const Question& question) {
  std::vector<std::string> lines;
  const json::value* proof = question.reference.if_contains("proof");
  if (proof == nullptr || !proof->is_array()) return {};
  for (const json::value& line : proof->get_array()) {
    if (!line.is_string()) return {};
    lines.emplace_back(line.get_string());
  }
  return lines;
}

json::object to_json(const Question& question) {
  json::array messages;
  for (const Message& message : question.messages) {
    messages.push_back(json::object{{"role", message.role}, {"content", message.content}});
  }
  json::object object{{"id", question.id},
                      {"suite", question.suite},
                      {"language", question.language},
                      {"level", question.level},
                      {"topic", question.topic},
                      {"role", question.role},
                      {"pair", question.pair},
                      {"twin", question.twin},
                      {"messages", std::move(messages)},
                      {"judge", question.judge},
                      {"reference", question.reference}};
  if (!question.follows.empty()) object["follows"] = question.follows;
  return object;
}

Question question_from_json(const json::object& object, std::string_view where) {
  const JsonFields fields(object, where);
  fields.only({"id", "suite", "language", "level", "topic", "role", "pair", "twin", "messages",
               "judge", "reference", "follows"});
  Question question;
  question.id = fields.text("id");
  question.suite = fields.text("suite");
  question.language = fields.text("language");
  question.level = static_cast<int>(fields.integer_or("level", 0));
  question.topic = fields.text_or("topic", "");
  question.role = fields.text_or("role", "item");
  question.pair = fields.text_or("pair", "");
  question.twin = fields.text_or("twin", "");
  for (const json::value& value : fields.array("messages")) {
    if (!value.is_object()) fail("{}: field \"messages\": expected objects", where);
    const JsonFields message(value.get_object(), where);
    message.only({"role", "content"});
    question.messages.push_back({message.text("role"), message.text("content")});
  }
  if (question.messages.empty()) fail("{}: field \"messages\" is empty", where);
  question.follows = fields.text_or("follows", "");
  question.judge = fields.text("judge");
  question.reference = fields.object("reference");
  return question;
}

}  // namespace candor::data
