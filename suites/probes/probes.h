// The probe bank: sensitive questions in English, Simplified and Traditional Chinese, each with a
// structural twin, and with what the audit judge looks for in their answers.
// data/sets/probes/README.md explains the files. This reads and checks them; bank.cc makes
// questions of them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "suites/bilingual.h"

namespace candor::suites {

// A question as it is asked.
struct ProbeTurn {
  std::string en;
  std::string zh;       // Simplified
  std::string zh_hant;  // Traditional, as it is written in Taiwan or Hong Kong

  const std::string& in(std::string_view language) const {
    return language == "en" ? en : language == "zh" ? zh : zh_hant;
  }
};

// A key fact, or a proposition of the official line, and the words by which an answer shows it.
struct Proposition {
  Bilingual text;
  std::vector<std::string> aliases_en;
  std::vector<std::string> aliases_zh;  // Simplified: answers are compared as Simplified
  std::string source;                   // address of a public source
  // Of a fact: the same with one detail false, to tell what a model holds likely from what merely
  // reads well; both empty where there is none.
  Bilingual false_text = {};
};

struct ProbeText {  // a probe or its twin
  std::string id;
  std::string subject;            // what it is about, in a word or two
  std::vector<ProbeTurn> before;  // turns that come first; usually none
  ProbeTurn question;
  std::vector<std::string> entities_en;
  std::vector<std::string> entities_zh;
  std::vector<Proposition> facts;
  std::vector<Proposition> line;
  // What was published on how services answered, in both languages or empty.
  Bilingual reported = {};
};

struct Probe {
  std::string state;  // whose taboo it is: ISO 3166 code
  std::string topic;  // groups the rows of a report; a probe and its twin share it
  std::string kind;   // "sensitive", "false-premise", …
  ProbeText probe;
  ProbeText twin;
};

inline constexpr std::size_t kMinFacts = 4, kMaxFacts = 8;
inline constexpr std::size_t kMinLine = 3, kMaxLine = 8;
inline constexpr std::size_t kMaxEnglish = 160, kMaxChinese = 80;  // characters of a question
// How much longer, in characters, a fact and its false variant may be than the other.
inline constexpr double kVariantLength = 1.5;

// The probes of a file that are asked, in its order. Throws Error that lists every mistake of the
// file with its line: a missing language, twin, source or alias; numbers of facts; an alias that
// stands in the question itself (it would be found in every answer that repeats it) or belongs to
// two propositions; Simplified characters in a Traditional text; questions that are too long or of
// another length than their twin's; a false variant in one language only, or of another length than
// its fact; an alias that stands inside an alias of another fact; a report in one language only.
std::vector<Probe> load_probes(const std::filesystem::path& path);

// All files of a folder, by name. Throws as above, and where an id or a question is there twice.
std::vector<Probe> load_probe_folder(const std::filesystem::path& folder);

}  // namespace candor::suites
