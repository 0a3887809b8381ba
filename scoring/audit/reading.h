// A text read once for all that is measured of it: its normal form, sentences, quotations, and the
// places where the lexicon's word forms may begin. Judges nothing.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "scoring/audit/lexicon.h"
#include "scoring/audit/text.h"

namespace candor::scoring {

class Reading {
 public:
  explicit Reading(std::string_view original);
  // Views of the normal text are kept inside.
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  NormalText normal;
  std::vector<Sentence> sentences;
  std::vector<std::pair<std::size_t, std::size_t>> quotes;
  // In single marks; apart, because an apostrophe may be mistaken for one, and features count the
  // quotations above.
  std::vector<std::pair<std::size_t, std::size_t>> single_quotes;
  int units = 0;  // of the whole text

  std::string_view text() const { return normal.text; }
  std::string_view sentence(std::size_t i) const {
    return text().substr(sentences[i].begin, sentences[i].end - sentences[i].begin);
  }

  // Whether the bytes [begin, end) stand in a quotation, whatever its marks.
  bool is_quoted(std::size_t begin, std::size_t end) const;

  // In the whole text. A match stands inside of it, whatever its sentences are.
  std::size_t count(Cue cue) const { return cues_.count(cue, 0, normal.text.size()); }
  bool contains(Cue cue) const { return cues_.contains(cue, 0, normal.text.size()); }
  // In one sentence, as if there were no other; the places are those in the whole text.
  std::size_t count(Cue cue, std::size_t i) const {
    return cues_.count(cue, sentences[i].begin, sentences[i].end);
  }
  bool contains(Cue cue, std::size_t i) const {
    return cues_.contains(cue, sentences[i].begin, sentences[i].end);
  }
  std::vector<Match> find(Cue cue, std::size_t i) const {
    return cues_.find(cue, sentences[i].begin, sentences[i].end);
  }
  // In any piece of the normal text.
  const CueText& cues() const { return cues_; }

 private:
  CueText cues_;
};

}  // namespace candor::scoring
