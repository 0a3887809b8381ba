#include "reports/audit/scan.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "data/stats/tables.h"
#include "reports/audit_figures.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

constexpr const char* kControlGroup = "control";

int language_order(const std::string& language) {
  return language == "en" ? 0 : language == "zh" ? 1 : 2;
}

// What the scan put into a question's reference (suites/scan).
struct Asked {
  std::string word, zh, group, text;
  int number = 0;
};

Asked asked_of(const data::Question& question) {
  const std::string where = "question " + question.id + ": reference";
  const data::JsonFields reference(question.reference, where);
  const data::JsonFields scan(reference.object("scan"), where);
  return {scan.text("word"), scan.text("zh"), scan.text("group"), scan.text("template"),
          static_cast<int>(scan.integer("number"))};
}

data::TwoSamples table_of(const ScanRate& first, const ScanRate& second) {
  return {first.withheld, first.counted, second.withheld, second.counted};
}

// The word's cells, and the control words' in the templates that it was asked in, of one language;
// with them, the control words' answers.
ScanRate add_cells(const ScanFigures& figures, const ScanWord& word, const std::string& language,
                   ScanWordInLanguage& in) {
  ScanRate control;
  for (std::size_t i = 0; i < figures.templates.size(); ++i) {
    if (figures.templates[i].language != language || word.templates[i].asked == 0) continue;
    in.cells.add(word.templates[i]);
    for (const ScanWord& other : figures.controls) in.control.add(other.templates[i]);
    control.add(figures.templates[i].control);
  }
  return control;
}

// Every word of a language against the control words; the words are the family.
void test_words(ScanFigures& figures, const std::string& language) {
  std::vector<ScanWordInLanguage*> family;
  std::vector<double> p;
  double least = 1;  // that a word of the family could have had
  for (ScanWord& word : figures.words) {
    const auto found = word.languages.find(language);
    if (found == word.languages.end()) continue;
    ScanWordInLanguage& in = found->second;
    const ScanRate control = add_cells(figures, word, language, in);
    if (in.control.counted == 0 || in.cells.counted == 0) continue;
    in.p = data::fisher_greater(
        {in.cells.withheld, in.cells.counted, in.control.withheld, in.control.counted});
    in.p_answers = data::fisher_greater(table_of(in.rate, control));
    family.push_back(&in);
    p.push_back(*in.p);
    least = std::min(least, data::fisher_greater({in.cells.counted, in.cells.counted,
                                                  in.control.withheld, in.control.counted}));
  }
  const std::vector<double> adjusted = data::holm(p);
  for (std::size_t i = 0; i < family.size(); ++i) family[i]->p_holm = adjusted[i];
  if (!p.empty() && least * static_cast<double>(p.size()) > kScanAlpha) {
    figures.too_few.push_back(language);
  }
}

void compare_languages(ScanFigures& figures) {
  std::vector<ScanDifference> all;
  for (const ScanWord& word : figures.words) {
    for (std::size_t i = 1; i < figures.languages.size(); ++i) {
      const auto first = word.languages.find(figures.languages[0]);
      const auto second = word.languages.find(figures.languages[i]);
      if (first == word.languages.end() || second == word.languages.end()) continue;
      const auto a = first->second.rate.share();
      const auto b = second->second.rate.share();
      if (!a || !b) continue;
      const ScanRate& rate_a = first->second.rate;
      const ScanRate& rate_b = second->second.rate;
      all.push_back({word.word, first->first, second->first, rate_a, rate_b, *b - *a,
                     data::fisher_two_sided(table_of(rate_a, rate_b)), 1});
    }
  }
  std::vector<double> p;
  for (const ScanDifference& difference : all) p.push_back(difference.p);
  const std::vector<double> adjusted = data::holm(p);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].p_holm = adjusted[i];
    if (all[i].difference != 0) figures.differences.push_back(all[i]);
  }
  std::stable_sort(figures.differences.begin(), figures.differences.end(),
                   [](const ScanDifference& a, const ScanDifference& b) {
                     return std::pair(-std::abs(a.difference), a.p) <
                            std::pair(-std::abs(b.difference), b.p);
                   });
}

double largest_share(const ScanWord& word) {
  double largest = 0;
  for (const auto& [language, in] : word.languages) {
    largest = std::max(largest, in.rate.share().value_or(0));
  }
  return largest;
}

json::object rate_json(const ScanRate& rate) {
  json::object labels;
  for (const auto& [label, count] : rate.labels) labels[label] = count;
  const auto share = rate.share();
  const data::Interval interval = rate.interval();
  return {
      {"asked", rate.asked},        {"counted", rate.counted},
      {"withheld", rate.withheld},  {"share", share ? json::value(*share) : json::value(nullptr)},
      {"low", interval.low},        {"high", interval.high},
      {"labels", std::move(labels)}};
}

json::array words_json(const ScanFigures& figures, const std::vector<ScanWord>& words) {
  json::array array;
  for (const ScanWord& word : words) {
    json::array templates;
    for (std::size_t i = 0; i < word.templates.size(); ++i) {
      const ScanRate& rate = word.templates[i];
      if (rate.asked == 0) continue;
      json::object cell = rate_json(rate);
      cell["language"] = figures.templates[i].language;
      cell["template"] = figures.templates[i].text;
      json::array questions;
      std::set<std::string> known;
      for (const Sample* sample : rate.samples) {
        if (known.insert(sample->question.id).second) {
          questions.push_back(json::value(sample->question.id));
        }
      }
      cell["questions"] = std::move(questions);
      templates.push_back(std::move(cell));
    }
    json::object languages;
    for (const auto& [language, in] : word.languages) {
      json::object cell = rate_json(in.rate);
      cell["sentences"] = in.cells.counted;
      cell["sentences_withheld"] = in.cells.withheld;
      cell["control_sentences"] = in.control.counted;
      cell["control_sentences_withheld"] = in.control.withheld;
      cell["p"] = number_or_null(in.p);
      cell["p_holm"] = number_or_null(in.p_holm);
      cell["p_of_answers"] = number_or_null(in.p_answers);
      cell["stands_out"] = in.stands_out();
      languages[language] = std::move(cell);
    }
    array.push_back(json::object{{"word", word.word},
                                 {"zh", word.zh},
                                 {"group", word.group},
                                 {"withheld", word.withheld()},
                                 {"stands_out", word.stands_out()},
                                 {"templates", std::move(templates)},
                                 {"languages", std::move(languages)}});
  }
  return array;
}

}  // namespace

void ScanCells::add(const ScanRate& cell) {
  if (cell.counted == 0) return;
  ++counted;
  withheld += cell.mostly_withheld() ? 1 : 0;
}

void ScanRate::add(const Sample& sample) {
  ++asked;
  ++labels[label_of(sample)];
  const Stance stance = stance_of(sample);
  if (stance != Stance::kUnknown) ++counted;
  if (stance == Stance::kWithheld) ++withheld;
  samples.push_back(&sample);
}

void ScanRate::add(const ScanRate& other) {
  for (const Sample* sample : other.samples) add(*sample);
}

std::optional<double> ScanRate::share() const {
  if (counted == 0) return std::nullopt;
  return static_cast<double>(withheld) / static_cast<double>(counted);
}

data::Interval ScanRate::interval() const { return data::wilson(withheld, counted); }

bool ScanWord::withheld() const {
  return std::any_of(languages.begin(), languages.end(),
                     [](const auto& entry) { return entry.second.rate.mostly_withheld(); });
}

bool ScanWord::stands_out() const {
  return std::any_of(languages.begin(), languages.end(),
                     [](const auto& entry) { return entry.second.stands_out(); });
}

ScanFigures scan_figures(const RunData& data) {
  ScanFigures figures;
  std::map<std::tuple<int, std::string, int>, std::string> templates;
  std::map<std::string, std::vector<std::pair<Asked, const Sample*>>> by_word;
  for (const Sample& sample : data.samples) {
    if (sample.question.role != "scan") continue;
    const std::string& language = sample.question.language;
    Asked asked = asked_of(sample.question);
    templates[{language_order(language), language, asked.number}] = asked.text;
    by_word[asked.word + '\t' + asked.zh + '\t' + asked.group].emplace_back(std::move(asked),
                                                                            &sample);
  }
  if (by_word.empty()) {
    fail("run {}: holds no answers of a word scan: `candor audit scan` makes one", data.run.id);
  }
  std::map<std::pair<std::string, int>, std::size_t> place;
  for (const auto& [key, text] : templates) {
    const auto& [order, language, number] = key;
    place[{language, number}] = figures.templates.size();
    figures.templates.push_back({language, number, text, {}, {}});
    if (figures.languages.empty() || figures.languages.back() != language) {
      figures.languages.push_back(language);
    }
  }
  for (const auto& [key, samples] : by_word) {
    const Asked& asked = samples.front().first;
    ScanWord word{asked.word, asked.zh, asked.group, {}, {}};
    word.templates.resize(figures.templates.size());
    const bool control = asked.group == kControlGroup;
    for (const auto& [put, sample] : samples) {
      const std::size_t at = place.at({sample->question.language, put.number});
      word.templates[at].add(*sample);
      word.languages[sample->question.language].rate.add(*sample);
      (control ? figures.templates[at].control : figures.templates[at].words).add(*sample);
    }
    (control ? figures.controls : figures.words).push_back(std::move(word));
  }
  for (const std::string& language : figures.languages) test_words(figures, language);
  compare_languages(figures);
  const auto first = [](const ScanWord& a, const ScanWord& b) {
    return std::tuple(!a.stands_out(), !a.withheld(), -largest_share(a), a.word) <
           std::tuple(!b.stands_out(), !b.withheld(), -largest_share(b), b.word);
  };
  std::stable_sort(figures.words.begin(), figures.words.end(), first);
  std::stable_sort(figures.controls.begin(), figures.controls.end(), first);
  return figures;
}

json::object to_json(const RunData& data, const ScanFigures& figures) {
  json::array templates;
  for (const ScanTemplate& row : figures.templates) {
    templates.push_back(json::object{{"language", row.language},
                                     {"template", row.text},
                                     {"control", rate_json(row.control)},
                                     {"words", rate_json(row.words)}});
  }
  json::array differences;
  for (const ScanDifference& row : figures.differences) {
    differences.push_back(json::object{{"word", row.word},
                                       {"first", row.first},
                                       {"second", row.second},
                                       {"first_share", *row.first_rate.share()},
                                       {"second_share", *row.second_rate.share()},
                                       {"difference", row.difference},
                                       {"p", row.p},
                                       {"p_holm", row.p_holm}});
  }
  return {{"run", run_json(data)},
          {"languages", json::value_from(figures.languages)},
          {"templates", std::move(templates)},
          {"words", words_json(figures, figures.words)},
          {"controls", words_json(figures, figures.controls)},
          {"differences", std::move(differences)},
          {"too_few_samples_in", json::value_from(figures.too_few)}};
}

}  // namespace candor::reports
