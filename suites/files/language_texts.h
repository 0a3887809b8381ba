// Templates as a YAML file writes them: one text, or one for each language.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "suites/files/template_text.h"
#include "suites/files/yaml_fields.h"

namespace candor::suites {

// The one of language "" serves where a language has none.
struct LanguageTexts {
  std::vector<std::pair<std::string, TemplateText>> texts;

  bool empty() const { return texts.empty(); }
  // Throws Error (without place) when there is none for the language.
  const TemplateText& of(const std::string& language) const;
};

// Notes bad syntax as a problem of the field; the template is then empty.
TemplateText template_of(const YamlFields& fields, const std::string& key, const std::string& text);

// "key: text" or "key: {en: text, zh: text}"; empty where the field is missing.
LanguageTexts language_texts(const YamlFields& fields, const std::string& key);

}  // namespace candor::suites
