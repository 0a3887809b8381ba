#include "suites/files/language_texts.h"

namespace candor::suites {

const TemplateText& LanguageTexts::of(const std::string& language) const {
  for (const std::string& wanted : {language, std::string()}) {
    for (const auto& [name, text] : texts) {
      if (name == wanted) return text;
    }
  }
  fail("there is no text in \"{}\"", printable(language));
}

TemplateText template_of(const YamlFields& fields, const std::string& key,
                         const std::string& text) {
  try {
    return TemplateText(text);
  } catch (const Error& error) {
    fields.problem(key, error.what());
    return TemplateText("");
  }
}

LanguageTexts language_texts(const YamlFields& fields, const std::string& key) {
  LanguageTexts texts;
  if (!fields.has(key)) return texts;
  const YAML::Node node = fields.node(key);
  if (!node.IsMap()) {
    texts.texts.emplace_back("", template_of(fields, key, fields.text(key)));
    return texts;
  }
  const YamlFields languages = fields.map(key);
  for (const std::string& language : languages.keys()) {
    texts.texts.emplace_back(language, template_of(languages, language, languages.text(language)));
  }
  return texts;
}

}  // namespace candor::suites
