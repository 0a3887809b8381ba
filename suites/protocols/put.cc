#include "suites/protocols/put.h"

#include "suites/files/records.h"
#include "suites/files/text_data.h"

namespace candor::suites {

namespace json = boost::json;

namespace {

std::string_view bare(const Item& item) {
  std::string_view text = item.fields.at("item").at("question").as_string();
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != text.npos) {
    text.remove_prefix(1);
  }
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

Wording::Wording(const Protocol& protocol, const Description& description,
                 const std::vector<const Item*>& rows, const std::filesystem::path& shots_file)
    : protocol_(protocol), description_(description), rows_(rows), shots_file_(shots_file) {}

std::filesystem::path Wording::examples_path() const {
  if (!shots_file_.empty()) return shots_file_;
  if (description_.shots.data.empty()) return {};
  return description_.folder / description_.shots.data;
}

void Wording::load_examples() {
  loaded_ = true;
  const std::filesystem::path path = examples_path();
  if (path.empty()) return;
  if (std::error_code ignored; shots_file_.empty() && !std::filesystem::exists(path, ignored)) {
    fail_usage(
        "suite {}: its worked examples are not here ({}): get them with `candor suites pull {}`, "
        "or "
        "name a file of your own with --shots-file",
        description_.suite, path.string(), description_.suite);
  }
  if (shots_file_.empty() && description_.source) {
    check_source_file(*description_.source, description_.suite, description_.folder,
                      description_.shots.data);
  }
  const DataFile file{path.filename().string(), {}, {}, {}, {}, {}};
  Problems problems;
  const bool by_name = description_.format.empty() || !shots_file_.empty();
  const Format format = by_name ? format_of(path) : format_by_name(description_.format);
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
  if (count == 0) return {};
  if (!loaded_) load_examples();
  std::vector<const Item*> chosen;
  std::size_t itself = 0;  // examples that are the question asked
  const auto consider = [&](const Item& other) {
    const bool enough = chosen.size() == static_cast<std::size_t>(count);
    if (enough || &other == &item || other.topic != item.topic) return;
    if (other.language != item.language) return;
    if (bare(other) == bare(item)) {
      ++itself;
    } else {
      chosen.push_back(&other);
    }
  };
  if (examples_path().empty()) {
    for (const Item* other : rows_) consider(*other);
  } else {
    for (const Item& other : pool_) consider(other);
  }
  if (chosen.size() + itself < static_cast<std::size_t>(count)) {
    fail("{}: {} examples are wanted, there are {} of its language and topic", item.where, count,
         chosen.size());
  }
  return chosen;
}

std::string Wording::ready_examples(const Item& item) {
  const std::string name = TemplateText(description_.shots.text).fill(item.fields);
  const auto found = ready_.find(name);
  if (found != ready_.end()) return found->second;
  if (description_.source) {
    check_source_file(*description_.source, description_.suite, description_.folder, name);
  }
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
  const bool put_here = !form.prompt.empty() && description_.has_item();
  if (!put_here && form.raw) protocol_.refuse_own_wording(description_.suite, question.judge);
  if (put_here) {
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
      if (!form.preface.empty()) {
        const json::object fields{{"item", item.fields.at("item")}};
        messages.front().content.insert(0, form.preface.of(item.language).fill(fields));
      }
      question.messages = std::move(messages);
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::kUsage) throw;  // of the whole set, not of this row
      fail("{}: protocol {}: {}", item.where, protocol_.name(), error.what());
    }
  }
  if (!form.judge.empty()) question.judge = form.judge;
  if (form.likelihood) score_options(item, form, question);
}

}  // namespace candor::suites
