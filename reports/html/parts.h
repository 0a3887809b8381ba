// The parts that both the report and the comparison are made of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/stats/stats.h"
#include "reports/audit_figures.h"
#include "reports/html/page.h"

namespace candor::reports {

// Adds a row of bars.tpl: `head` begins a new group and is empty inside one.
struct BarRow {
  std::string head;
  std::string label;
  std::string colour;
  std::string count;  // "11 of 36"
  double rate = 0;
  data::Interval interval;
};
// The axis and the rows of a chart of rates (0 to 100%).
void add_rate_chart(Dictionary& dictionary, const char* include, const std::vector<BarRow>& rows,
                    Tongue tongue = Tongue::kEnglish);
// The same for differences, nought in the middle: 10, 20, 50, 100 or 200 points to either side, as
// the rows need.
void add_gap_chart(Dictionary& dictionary, const char* include, const std::vector<BarRow>& rows,
                   Tongue tongue = Tongue::kEnglish, bool precise = false);

// One cell of a table: a text, perhaps with a softer remark behind it ("± 3.9"), or a bar of parts.
struct TableCell {
  TableCell(std::string words) : text(std::move(words)) {}
  TableCell(const char* words) : text(words) {}
  TableCell(std::string words, std::string behind)
      : text(std::move(words)), remark(std::move(behind)) {}

  std::string text;
  std::string remark;
  std::vector<std::pair<const char*, double>> parts;  // class (style.css) and share of the width
};
struct Table {
  std::vector<std::string> names;    // columns of words, to the left
  std::vector<std::string> figures;  // columns of figures
  std::vector<std::vector<TableCell>> rows;
};
void add_table(Dictionary& dictionary, const char* include, const Table& table);

// Fills sample.tpl with one sample; `head` is what stands first ("English", or a run's name).
struct SampleView {
  std::string head;
  std::string colour;
  bool question = true;
  std::size_t limit = kShownBytes;  // of each text
};
void fill_sample(Dictionary& dictionary, const Sample& sample, const SampleView& view);

// A cell: its first sample, the others folded beneath.
void fill_cell(Dictionary& dictionary, const Cell& cell, const SampleView& view);

struct Meaning {
  const char* name;
  const char* shown;  // with a sign, so that colour is never alone
  const char* meaning;
};
const std::vector<Meaning>& outcome_meanings();  // by outcome number
constexpr std::size_t kContentLabels = 6;
constexpr std::size_t kDeliveryLabels = 8;
// The content labels first, then deliveries: the audit's page's own words (audit_page/words.h).
const std::vector<Meaning>& label_meanings();
std::string shown_label(const std::string& label);
std::string label_class(const std::string& label);

// The languages asked, English first, and the place of one among them: its colour.
std::vector<std::string> languages_of(const RunData& data);
std::size_t language_place(const std::vector<std::string>& languages, const std::string& language);

// "22 November 2026, 20:45 UTC" from ISO 8601; the text itself when it is no such time.
std::string readable_time(const std::string& iso);

// Appends the articles of probes under a heading for each degree of interest.
std::string probe_articles(const std::vector<Probe>& probes,
                           const std::vector<std::string>& languages, std::size_t limit);

}  // namespace candor::reports
