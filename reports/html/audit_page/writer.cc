#include "reports/html/audit_page/writer.h"

namespace candor::reports {

void begin_article(Dictionary& head, Tongue tongue) {
  const bool english = tongue == Tongue::kEnglish;
  head.SetValue("ID", english ? "en" : "zh");
  head.SetValue("LANG", english ? "en" : "zh-Hans");
  for (const bool first : {true, false}) {
    Dictionary& item = *head.AddSectionDictionary("SWITCH");
    Dictionary& one = *item.AddSectionDictionary(first == english ? "HERE" : "THERE");
    one.SetValue("ID", first ? "en" : "zh");
    one.SetValue("LANG", first ? "en" : "zh-Hans");
    one.SetValue("NAME", first ? "English" : "中文");
  }
}

std::string Writer::id(std::string_view name) const {
  return (tongue_ == Tongue::kEnglish ? "en-" : "zh-") + std::string(name);
}

void Writer::heading(std::string_view id_name, Words words) {
  Dictionary block("heading");
  Dictionary& h2 = *block.AddSectionDictionary("H2");
  set(h2, "ID", id(id_name));
  set(h2, "TEXT", words.in(tongue_));
  html_ += expand("blocks.tpl", block);
}

void Writer::subheading(Words words) {
  Dictionary block("subheading");
  set(*block.AddSectionDictionary("H3"), "TEXT", words.in(tongue_));
  html_ += expand("blocks.tpl", block);
}

void Writer::paragraph(const std::string& text, const char* kind) {
  Dictionary block("paragraph");
  Dictionary& p = *block.AddSectionDictionary("P");
  p.SetValue("KIND", *kind == '\0' ? "text" : kind);
  set(p, "TEXT", text);
  html_ += expand("blocks.tpl", block);
}

void Writer::paragraph(Words words, const char* kind) {
  paragraph(std::string(words.in(tongue_)), kind);
}

void Writer::lead(Words head, Words words) {
  Dictionary block("paragraph");
  Dictionary& p = *block.AddSectionDictionary("P");
  p.SetValue("KIND", "text");
  set(*p.AddSectionDictionary("LEAD"), "TEXT", head.in(tongue_));
  set(p, "TEXT", words.in(tongue_));
  html_ += expand("blocks.tpl", block);
}

void Writer::list(const std::vector<std::pair<std::string, std::string>>& items) {
  if (items.empty()) return;
  Dictionary block("list");
  Dictionary& list = *block.AddSectionDictionary("LIST");
  for (const auto& [head, text] : items) {
    Dictionary& item = *list.AddSectionDictionary("ITEM");
    if (!head.empty()) set(*item.AddSectionDictionary("LEAD"), "TEXT", head);
    set(item, "TEXT", text);
  }
  html_ += expand("blocks.tpl", block);
}

void Writer::facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  Dictionary block("facts");
  Dictionary& list = *block.AddSectionDictionary("FACTS");
  for (const auto& [name, value] : facts) {
    if (value.empty()) continue;
    Dictionary& fact = *list.AddSectionDictionary("FACT");
    set(fact, "NAME", name);
    set(fact, "VALUE", value);
  }
  html_ += expand("blocks.tpl", block);
}

void Writer::code(const std::string& text) {
  Dictionary block("code");
  set(*block.AddSectionDictionary("CODE"), "TEXT", text);
  html_ += expand("blocks.tpl", block);
}

void Writer::rates(const std::vector<BarRow>& rows) {
  Dictionary block("rates");
  add_rate_chart(*block.AddSectionDictionary("CHART"), "PICTURE", rows, tongue_);
  html_ += expand("blocks.tpl", block);
}

void Writer::gaps(const std::vector<BarRow>& rows) {
  Dictionary block("gaps");
  add_gap_chart(*block.AddSectionDictionary("CHART"), "PICTURE", rows, tongue_, true);
  html_ += expand("blocks.tpl", block);
}

void Writer::table(const Table& table) {
  Dictionary block("table");
  add_table(*block.AddSectionDictionary("FIGURES"), "TABLE", table);
  html_ += expand("blocks.tpl", block);
}

void Writer::fold(const std::string& summary) {
  Dictionary block("fold");
  set(*block.AddSectionDictionary("FOLD"), "TEXT", summary);
  html_ += expand("blocks.tpl", block);
}

void Writer::unfold() {
  Dictionary block("unfold");
  block.ShowSection("UNFOLD");
  html_ += expand("blocks.tpl", block);
}

}  // namespace candor::reports
