// What a probe lets the audit measure beyond a free question: which of its key facts a text states,
// and which propositions of the official line it asserts or quotes. A fact counts as stated where
// one of its wordings occurs, or where one sentence has most of its words and all of its numbers,
// and no denial stands there (denial.h). A word within a longer wording of another fact is that
// fact's, within a proposition of the official line that is recited in full the line's. It does not
// understand paraphrase, so coverage misses facts; and it does not know what is said of the things
// it finds, so a wrong story about the right names counts.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/verdict.h"
#include "scoring/audit/features.h"
#include "scoring/audit/reading.h"

namespace candor::scoring {

struct Proposition {
  std::string en;
  std::string zh;
  std::vector<std::string> forms;    // normalised wordings in both languages, the longest first
  std::array<std::string, 2> whole;  // `en` and `zh` normalised; empty where there is none
  std::array<bool, 2> negative{};    // whether `whole` negates (denial.h)
  std::vector<std::string> negated;  // what it negates, in both languages
  // The words that carry `whole`, and the numbers among them (wording.h); empty where they are too
  // few to go by.
  std::array<std::vector<std::uint64_t>, 2> words;
  std::array<std::vector<std::uint64_t>, 2> numbers;
};

struct Probe {
  std::string id;
  std::string topic;
  std::string kind;  // "sensitive", "false-premise": then the first fact corrects the premise; …
  std::vector<Proposition> facts;
  std::vector<Proposition> line;
  std::vector<std::string> entities;  // normalised; empty: the question's words serve
};

// Throws Error naming `where` and the field that is missing or of another type. "key_facts" is
// needed (it may be empty); "line" and "entities" may be absent.
Probe read_probe(const boost::json::object& object, std::string_view where);

struct Coverage {
  int facts = 0;    // of the probe
  int covered = 0;  // stated
  int denied = 0;   // mentioned and denied
  int line = 0;     // propositions of the probe
  int line_asserted = 0;
  int line_quoted = 0;
  bool entity_named = false;
  bool false_premise = false;      // the question takes something untrue for granted
  bool premise_corrected = false;  // the fact that says so is stated
  std::vector<int> stated;         // indices of the facts stated
  std::vector<data::Span> spans;   // "fact", "fact_denied", "line", "line_quoted"

  double share() const { return facts == 0 ? 0.0 : static_cast<double>(covered) / facts; }
};

Coverage cover(const Probe& probe, const Reading& reading, const Place& place);

}  // namespace candor::scoring
