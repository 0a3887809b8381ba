#include "suites/files/item.h"

#include <re2/re2.h>

#include <algorithm>

#include "suites/files/filters.h"
#include "suites/files/options.h"

namespace candor::suites {

namespace json = boost::json;

namespace {

// Of the whole text; the patterns were checked when the description was read.
bool matches(const json::object& fields, const std::string& field, const std::string& pattern) {
  const json::value* value = fields.if_contains(field);
  std::string text;
  if (value != nullptr && !value->is_null()) {
    text = value->is_structured() ? json::serialize(*value) : plain_text(*value);
  }
  return RE2::FullMatch(text, RE2(pattern, RE2::Quiet));
}

bool left_out(const Description& description, const json::object& fields) {
  return std::any_of(
      description.row_rules.begin(), description.row_rules.end(),
      [&](const RowRule& rule) { return matches(fields, rule.field, rule.pattern) != rule.keep; });
}

std::vector<std::string> options_of(const Description& description, const json::object& fields) {
  std::vector<std::string> options;
  if (description.options.size() == 1) {
    const json::value value = description.options[0].value(fields);
    if (!value.is_array()) fail("\"options\": expected a list");
    for (const json::value& option : value.get_array()) options.push_back(plain_text(option));
  }
  if (description.options.size() > 1) {
    for (const TemplateText& option : description.options) options.push_back(option.fill(fields));
  }
  return without_labels(options);
}

int level_of(const std::string& text) {
  if (text.empty()) return 0;
  const bool digits = text.size() <= 2 && text.find_first_not_of("0123456789") == text.npos;
  if (digits && std::stoi(text) <= kMaxLevel) return std::stoi(text);
  fail("level \"{}\": expected a whole number from 0 to {}", printable(text), kMaxLevel);
}

std::string filled(const std::optional<TemplateText>& own, const TemplateText& general,
                   const json::object& fields) {
  return (own ? *own : general).fill(fields);
}

}  // namespace

std::optional<Item> item_of(const Description& description, const DataFile& file,
                            const Record& record, std::size_t row) {
  Item item;
  item.where = record.where;
  item.fields = record.fields;
  for (const auto& field : file.fields) item.fields[field.key()] = field.value();
  const std::string name = std::filesystem::path(file.name).filename().string();
  item.fields["_file"] = name.substr(0, name.find('.', 1));
  item.fields["_row"] = row;
  if (left_out(description, item.fields)) return std::nullopt;
  try {
    item.language = filled(file.language, description.language, item.fields);
    item.topic = filled(file.topic, description.topic, item.fields);
    if (!description.has_item()) return item;
    if (item.fields.contains("item")) fail("field \"item\": the name is taken; rename the field");
    json::object parts;
    parts["topic"] = item.topic;
    parts["question"] = description.question.of(item.language).fill(item.fields);
    item.options = options_of(description, item.fields);
    if (!item.options.empty()) {
      parts["options"] = json::value_from(item.options);
      parts["choices"] = lettered(item.options);
      parts["letters"] = option_letters(item.options.size());
    }
    item.fields["item"] = std::move(parts);  // an answer may be a place among the options
    const auto add = [&](const char* part, const TemplateText& text) {
      if (text.empty()) return;
      std::string filled_in = text.fill(item.fields);
      item.fields["item"].as_object()[part] = std::move(filled_in);
    };
    add("answer", description.answer);
    add("solution", description.solution);
  } catch (const Error& error) {
    fail("{}: {}", record.where, error.what());
  }
  return item;
}

data::Question question_of(const Description& description, const DataFile& file, const Item& item) {
  data::Question q;
  try {
    q.suite = description.suite;
    q.language = item.language;
    q.topic = item.topic;
    q.role = "item";
    q.id = description.id.fill(item.fields);
    if (q.id.empty()) q.id = fmt::format("{}/{:05}", description.suite, item.number);
    q.pair = filled(file.pair, description.pair, item.fields);
    q.level = level_of(filled(file.level, description.level, item.fields));
    q.messages = {{"user", description.prompt.of(item.language).fill(item.fields)}};
    const auto chosen =
        std::find_if(description.cases.begin(), description.cases.end(), [&](const JudgeCase& one) {
          return one.field.empty() || matches(item.fields, one.field, one.pattern);
        });
    if (chosen == description.cases.end()) fail("no case of \"cases\" fits this row");
    q.judge = chosen->judge;
    q.reference = chosen->reference.fill(item.fields).as_object();
  } catch (const Error& error) {
    fail("{}: {}", item.where, error.what());
  }
  return q;
}

}  // namespace candor::suites
