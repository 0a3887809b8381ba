#include "data/records/verdict.h"

#include "data/records/json_fields.h"

namespace candor::data {

namespace json = boost::json;

const char* name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRight:
      return "right";
    case Outcome::kWrong:
      return "wrong";
    case Outcome::kAnswered:
      return "answered";
    case Outcome::kUnparsed:
      return "unparsed";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kBlocked:
      return "blocked";
    case Outcome::kTruncated:
      return "truncated";
    case Outcome::kError:
      return "error";
  }
  return "error";
}

std::optional<Outcome> outcome_by_name(const std::string& text) {
  for (const Outcome outcome :
       {Outcome::kRight, Outcome::kWrong, Outcome::kAnswered, Outcome::kUnparsed, Outcome::kRefused,
        Outcome::kBlocked, Outcome::kTruncated, Outcome::kError}) {
    if (text == name(outcome)) return outcome;
  }
  return std::nullopt;
}

json::array to_json(const std::vector<Span>& spans) {
  json::array array;
  for (const Span& span : spans) {
    array.push_back(json::object{
        {"field", span.field}, {"begin", span.begin}, {"end", span.end}, {"what", span.what}});
  }
  return array;
}

std::vector<Span> spans_from_json(const json::array& array) {
  std::vector<Span> spans;
  for (const json::value& value : array) {
    const JsonFields fields(value.as_object(), "spans");
    spans.push_back({fields.text("field"), static_cast<std::size_t>(fields.integer("begin")),
                     static_cast<std::size_t>(fields.integer("end")), fields.text("what")});
  }
  return spans;
}

}  // namespace candor::data
