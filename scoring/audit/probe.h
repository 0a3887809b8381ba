// What a probe lets the audit measure beyond a free question: which of its key facts a text states,
// and which propositions of the official line it asserts or quotes. A fact counts as stated where
// one of its wordings occurs, or where one sentence has most of its words, and no denial stands
// before it in the same clause or over the whole sentence. A fact's word within a proposition of
// the official line that is recited in full is the line's. It does not understand paraphrase:
// coverage is a lower bound.
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
  // The words that carry `en` and `zh`, sorted, as numbers; empty where they are too few to go by.
  std::array<std::vector<std::uint64_t>, 2> words;
};

struct Probe {
  std::string id;
  std::string topic;
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
  int line_asserted = 0;
  int line_quoted = 0;
  bool entity_named = false;
  std::vector<int> stated;        // indices of the facts stated
  std::vector<data::Span> spans;  // "fact", "fact_denied", "line", "line_quoted"

  double share() const { return facts == 0 ? 0.0 : static_cast<double>(covered) / facts; }
};

Coverage cover(const Probe& probe, const Reading& reading, const Place& place);

}  // namespace candor::scoring
