// Where a checkpoint keeps its chat templates, and which of several is meant. The one place that
// decides; rendering is chat_template.h.
//
// GGUF: the keys tokenizer.chat_template and, for named ones, tokenizer.chat_template.NAME. A
// folder: chat_template.jinja with additional_chat_templates/NAME.jinja; without that file
// "chat_template" of tokenizer_config.json (a text, or a list of {"name", "template"}), else
// "chat_template" of chat_template.json. Everything is read as it is: nothing is parsed here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/gguf.h"

namespace candor::engine {

struct NamedTemplate {
  std::string name;  // "default", "tool_use", "rag"
  std::string text;
  std::string place;  // file, and field of it: "model.gguf: tokenizer.chat_template"
};

class TemplateSource {
 public:
  TemplateSource() = default;  // none
  static TemplateSource of(const GgufFile& file);
  // A folder, or a GGUF file (of which the header alone is read).
  static TemplateSource of(const std::filesystem::path& path);

  const std::vector<NamedTemplate>& all() const { return all_; }
  // The one of that name; without a name the default. Null: there is none at all and none was
  // named. Error (usage) that names those there are when the choice is not among them.
  const NamedTemplate* choose(std::string_view name) const;
  const NamedTemplate* find(std::string_view name) const;  // null instead of an error

 private:
  explicit TemplateSource(std::string where) : where_(std::move(where)) {}
  void add(std::string name, std::string text, std::string place);
  static TemplateSource of_folder(const std::filesystem::path& folder);

  std::string where_;
  std::vector<NamedTemplate> all_;  // names are unique
};

}  // namespace candor::engine
