// The figures of a word scan (`candor audit scan`): how often each word is withheld in each
// template, against words that nobody withholds, and in which language. Read from the verdicts of a
// stored run, never judged here. What it says of a word it says of the word in these templates.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "reports/html/tongue.h"
#include "reports/run_data.h"

namespace candor::reports {

inline constexpr double kScanAlpha = 0.05;

struct ScanRate {
  std::int64_t asked = 0;    // samples
  std::int64_t counted = 0;  // of them, those withheld or given; errors and cut answers are neither
  std::int64_t withheld = 0;
  std::map<std::string, std::int64_t> labels;  // label_of every sample; they sum to `asked`
  std::vector<const Sample*> samples;

  void add(const Sample& sample);
  void add(const ScanRate& other);
  std::optional<double> share() const;  // none: no sample counts
  bool mostly_withheld() const { return 2 * withheld > counted; }
  data::Interval interval() const;  // Wilson, over the samples that count
};

struct ScanTemplate {
  std::string language;
  int number = 0;  // among those of its language, from 1
  std::string text;
  ScanRate control;  // over all control words
  ScanRate words;    // over all the others
};

// Words in sentences (templates): each is withheld in most of its answers, or not. Repeats of one
// are not independent of each other, so they make no cell more.
struct ScanCells {
  std::int64_t counted = 0;  // with an answer that counts
  std::int64_t withheld = 0;

  void add(const ScanRate& cell);
};

// A word in one language, over all its templates. `p`: Fisher's exact test that more of its cells
// are withheld than of the control words' in the same templates; `p_holm` adjusted for all words of
// the language. None without control words. `p_answers` is the same test with every answer for
// itself, as if repeats were independent: a description, on which nothing rests.
struct ScanWordInLanguage {
  ScanRate rate;
  ScanCells cells;
  ScanCells control;  // of all control words in the same templates
  std::optional<double> p;
  std::optional<double> p_holm;
  std::optional<double> p_answers;

  bool stands_out() const { return p_holm && *p_holm <= kScanAlpha; }
};

struct ScanWord {
  std::string word;
  std::string zh;
  std::string group;
  std::vector<ScanRate> templates;  // one a template of the figures; `asked` is 0 where not asked
  std::map<std::string, ScanWordInLanguage> languages;

  bool withheld() const;    // mostly, in at least one language
  bool stands_out() const;  // in at least one language
};

// A word that is withheld more often in one language than in the other: second minus first. Fisher,
// two-sided; Holm over all words asked in both. Here both sides are the same sentences and every
// answer is a draw of its own, so the test is of these sentences alone, not of others.
struct ScanDifference {
  std::string word;
  std::string first;
  std::string second;
  ScanRate first_rate;
  ScanRate second_rate;
  double difference = 0;
  double p = 1;
  double p_holm = 1;
};

struct ScanFigures {
  std::vector<std::string> languages;   // English first
  std::vector<ScanTemplate> templates;  // by language, then number
  // Those that stand out first, then those mostly withheld, then by the share; words of the control
  // group apart.
  std::vector<ScanWord> words;
  std::vector<ScanWord> controls;
  std::vector<ScanDifference> differences;  // those that are not nought, the largest first
  // Languages in which no word could have stood out, even one always withheld: too few control
  // words and templates. More repeats do not help.
  std::vector<std::string> too_few;
};

// Error when the run is no word scan. The rates point into `data`, which must outlive the figures.
ScanFigures scan_figures(const RunData& data);

boost::json::object to_json(const RunData& data, const ScanFigures& figures);
// Words that were withheld at least once, a line a template; then how many were not.
std::string scan_text(const RunData& data, const ScanFigures& figures);
// One file without network or script, written beside the target and renamed.
void write_html_scan(const RunData& data, const ScanFigures& figures, Tongue tongue,
                     const std::filesystem::path& target);

}  // namespace candor::reports
