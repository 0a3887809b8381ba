// The word scan: every word of a list put into every template ("Who is {}?"), to find the words
// that a model refuses by themselves. Makes ordinary questions of a list; asks and counts nothing.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "suites/suites.h"

namespace candor::suites {

// The group whose words measure how often a model withholds when there is nothing to withhold.
inline constexpr const char* kControlGroup = "control";

struct ScanWord {
  std::string text;     // as it is asked in English, and where a language has no form of its own
  std::string zh;       // in Simplified Chinese; empty: `text`
  std::string zh_hant;  // in Traditional Chinese; empty: `zh`, then `text`
  std::vector<std::string> languages;  // templates of these alone; empty: of all
  std::string group;                   // "control" is the base rate; may be empty
  std::size_t line = 0;                // of its file

  const std::string& in(std::string_view language) const;
  bool asked_in(std::string_view language) const;
};

struct ScanTemplate {
  std::string language;  // "en", "zh" or "zh-Hant"
  std::string text;      // with one "{}", where the word goes

  std::string with(std::string_view word) const;
};

// A list: UTF-8, a word a line, lines that begin with # left out; after the word, set apart by
// tabs, if wanted: its Chinese form, languages ("en", "en,zh"), group, Traditional form; "-" or
// nothing for none. Throws Error that lists every mistake with file and line: too many columns,
// bytes that are no UTF-8, unknown languages, words that are there twice (in a language).
std::vector<ScanWord> load_scan_words(const std::filesystem::path& path);

// "en:Who is {}?"; without a language in front, Chinese where it has Chinese characters, else
// English. Throws Error (usage) unless there is exactly one "{}".
ScanTemplate read_scan_template(const std::string& text);

// The questions: role "scan", topic the word's group, no key facts; the n-th templates of each
// language are pairs. `reference["scan"]` has "word", "zh", "group", "template" (its text) and
// "number" (the template's among those of its language, from 1). Throws Error (usage) for no
// templates, one that is there twice, and a word that no template asks for.
Suite scan_suite(const std::vector<ScanWord>& words, const std::vector<ScanTemplate>& templates);

}  // namespace candor::suites
