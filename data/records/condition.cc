#include "data/records/condition.h"

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/records/json_fields.h"

namespace candor::data {

namespace json = boost::json;

const std::string& Condition::prefill_in(const std::string& language) const {
  const auto found = prefills.find(language);
  return found == prefills.end() ? prefill : found->second;
}

Condition Condition::unknown() {
  Condition condition;
  condition.sampling.max_tokens = 0;
  return condition;
}

std::string Condition::hash() const { return sha256_hex(canonical(to_json(*this))); }

json::object to_json(const Condition& condition) {
  const Sampling& sampling = condition.sampling;
  json::array shots;
  for (const Message& message : condition.shots) {
    shots.push_back(json::object{{"role", message.role}, {"content", message.content}});
  }
  json::array stop;
  for (const std::string& text : sampling.stop) stop.push_back(json::value(text));
  json::object object{
      {"system", condition.system ? json::value(*condition.system) : json::value(nullptr)},
      {"shots", std::move(shots)},
      {"thinking", condition.thinking},
      {"prefill", condition.prefill},
      {"sampling", json::object{{"temperature", sampling.temperature},
                                {"top_p", sampling.top_p},
                                {"top_k", sampling.top_k},
                                {"min_p", sampling.min_p},
                                {"max_tokens", sampling.max_tokens},
                                {"stop", std::move(stop)}}}};
  // Absent where it is the rule: conditions of before this field keep their hash.
  if (condition.raw) object["raw"] = true;
  if (!condition.answer_language.empty()) object["answer_language"] = condition.answer_language;
  if (!condition.prefills.empty()) {
    json::object prefills;
    for (const auto& [language, text] : condition.prefills) prefills[language] = text;
    object["prefills"] = std::move(prefills);
  }
  return object;
}

Condition condition_from_json(const json::object& object, std::string_view where) {
  const JsonFields fields(object, where);
  fields.only(
      {"system", "shots", "thinking", "prefill", "prefills", "raw", "answer_language", "sampling"});
  Condition condition;
  if (fields.find("system") != nullptr) condition.system = fields.text("system");
  if (fields.find("shots") != nullptr) {
    for (const json::value& value : fields.array("shots")) {
      if (!value.is_object()) fail("{}: field \"shots\": expected objects", where);
      const JsonFields message(value.get_object(), where);
      condition.shots.push_back({message.text("role"), message.text("content")});
    }
  }
  condition.thinking = fields.text_or("thinking", "default");
  condition.prefill = fields.text_or("prefill", "");
  if (fields.find("prefills") != nullptr) {
    const std::string place = fmt::format("{}: field \"prefills\"", where);
    const json::object& prefills = fields.object("prefills");
    const JsonFields texts(prefills, place);
    for (const auto& [language, text] : prefills) {
      condition.prefills[std::string(language)] = texts.text(language);
    }
  }
  condition.raw = fields.boolean_or("raw", false);
  condition.answer_language = fields.text_or("answer_language", "");
  const JsonFields sampling(fields.object("sampling"), where);
  sampling.only({"temperature", "top_p", "top_k", "min_p", "max_tokens", "stop"});
  condition.sampling.temperature = sampling.number_or("temperature", 0);
  condition.sampling.top_p = sampling.number_or("top_p", 1);
  condition.sampling.top_k = static_cast<int>(sampling.integer_or("top_k", 0));
  condition.sampling.min_p = sampling.number_or("min_p", 0);
  condition.sampling.max_tokens = static_cast<int>(sampling.integer_or("max_tokens", 512));
  condition.sampling.stop = sampling.texts_or_empty("stop");
  return condition;
}

}  // namespace candor::data
