#include "suites/protocols/put.h"

#include "suites/files/records.h"
#include "suites/files/text_data.h"

namespace candor::suites {

namespace json = boost::json;

Wording::Wording(const Protocol& protocol, const Description& description,
                 const std::vector<const Item*>& rows)
    : protocol_(protocol), description_(description), rows_(rows) {}

void Wording::load_examples() {
  loaded_ = true;
  if (description_.shots.data.empty()) return;
  const DataFile file{description_.shots.data, {}, {}, {}, {}, {}};
  const std::filesystem::path path = description_.folder / file.name;
  Problems problems;
  const Format format =
      description_.format.empty() ? format_of(path) : format_by_name(description_.format);
  const std::vector<Record> records =
      read_records(path, {format, description_.columns, description_.rows}, problems);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (std::optional<Item> item = item_of(description_, file, records[i], i + 1)) {
      pool_.push_back(std::move(*item));
    }
  }
  problems.throw_any();
}

std::vector<const Item*> Wording::examples(const Item& item, int count) {
  if (!loaded_) load_examples();
  std::vector<const Item*> chosen;
  const auto consider = [&](const Item& other) {
    const bool enough = chosen.size() == static_cast<std::size_t>(count);
    if (enough || &other == &item || other.topic != item.topic) return;
    if (other.language == item.language) chosen.push_back(&other);
  };
  if (description_.shots.data.empty()) {
    for (const Item* other : rows_) consider(*other);
  } else {
    for (const Item& other : pool_) consider(other);
  }
  if (chosen.size() < static_cast<std::size_t>(count)) {
    fail("{}: {} examples are wanted, there are {} of its language and topic", item.where, count,
         chosen.size());
  }
  return chosen;
}

std::string Wording::ready_examples(const Item& item) {
  const std::string name = TemplateText(description_.shots.text).fill(item.fields);
  const auto found = ready_.find(name);
  if (found != ready_.end()) return found->second;
  std::string text = read_text(description_.folder / name);
  const std::string& behind = description_.shots.behind;
  if (!behind.empty()) {
    const std::size_t at = text.find(behind);
    if (at == std::string::npos) {
      fail("{}: does not hold \"{}\"", (description_.folder / name).string(), printable(behind));
    }
    text.erase(0, at + behind.size());
  }
  text.resize(text.find_last_not_of(" \r\n") + 1);
  return ready_.emplace(name, std::move(text)).first->second;
}

void Wording::score_options(const Item& item, const Form& form, data::Question& question) const {
  if (question.judge != "choice") {
    fail("{}: \"likelihood\" needs options, and this question has none", item.where);
  }
  if (question.reference.at("answer").as_string().size() != 1) {
    fail("{}: \"likelihood\" needs one right option, not {}", item.where,
         std::string(question.reference.at("answer").as_string()));
  }
  const std::string letters(question.reference.at("options").as_string());
  json::array continuations;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    json::object option{{"letter", std::string(1, letters[i])}};
    if (i < item.options.size()) option["text"] = item.options[i];
    continuations.emplace_back(form.continuation.of(item.language).fill(option));
  }
  question.judge = "likelihood";
  question.reference["continuations"] = std::move(continuations);
  question.reference["by"] = form.by;
}

void Wording::put(const Item& item, data::Question& question) {
  const Form& form = protocol_.form(description_.suite, question.judge);
  if (!form.prompt.empty() && description_.has_item()) {
    try {
      std::vector<data::Message> messages;
      std::string text;
      const auto asked = [&](const Item& one) {
        json::object fields{{"item", one.fields.at("item")}};
        if (!description_.shots.text.empty()) {
          fields["item"].as_object()["examples"] = ready_examples(one);
        }
        return form.prompt.of(one.language).fill(fields);
      };
      const bool ready = !description_.shots.text.empty();
      for (const Item* example : ready ? std::vector<const Item*>() : examples(item, form.shots)) {
        const std::string answer = form.answer.of(example->language)
                                       .fill(json::object{{"item", example->fields.at("item")}});
        if (form.turns) {
          messages.push_back({"user", asked(*example)});
          messages.push_back({"assistant", answer});
        } else {
          text += asked(*example) + answer + form.separator;
        }
      }
      messages.push_back({"user", text + asked(item)});
      question.messages = std::move(messages);
    } catch (const Error& error) {
      fail("{}: protocol {}: {}", item.where, protocol_.name(), error.what());
    }
  }
  if (!form.judge.empty()) question.judge = form.judge;
  if (form.likelihood) score_options(item, form, question);
}

}  // namespace candor::suites
