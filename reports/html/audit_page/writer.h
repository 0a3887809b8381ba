// Puts a page together from blocks (templates/blocks.tpl): headings, paragraphs, charts, tables.
// All text goes through the templates; nothing here knows what is said.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/html/page.h"
#include "reports/html/parts.h"
#include "reports/html/tongue.h"

namespace candor::reports {

// Id, language and the links between the two articles, of tongue.tpl.
void begin_article(Dictionary& head, Tongue tongue);

class Writer {
 public:
  explicit Writer(Tongue tongue) : tongue_(tongue) {}
  Tongue tongue() const { return tongue_; }

  // Ids are unique in the whole file: "en-method", "zh-method".
  std::string id(std::string_view name) const;

  void heading(std::string_view id_name, Words words);
  void subheading(Words words);
  void paragraph(const std::string& text, const char* kind = "");
  void paragraph(Words words, const char* kind = "");
  void lead(Words head, Words words);
  // Head and text of each; an empty head is left out.
  void list(const std::vector<std::pair<std::string, std::string>>& items);
  void facts(const std::vector<std::pair<std::string, std::string>>& facts);
  void code(const std::string& text);
  void rates(const std::vector<BarRow>& rows);
  void gaps(const std::vector<BarRow>& rows);
  void table(const Table& table);
  void fold(const std::string& summary);  // until unfold()
  void unfold();
  void html(const std::string& expanded) { html_ += expanded; }  // made by expand()

  std::string take() { return std::move(html_); }

 private:
  Tongue tongue_;
  std::string html_;
};

}  // namespace candor::reports
