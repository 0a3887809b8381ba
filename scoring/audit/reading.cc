#include "scoring/audit/reading.h"

#include <numeric>

namespace candor::scoring {

Reading::Reading(std::string_view original)
    : normal(normalise(original)),
      sentences(split_sentences(normal.text)),
      quotes(quoted_ranges(normal.text)),
      // Sentences end where no word goes on, so nothing is counted twice.
      units(std::accumulate(sentences.begin(), sentences.end(), 0,
                            [](int sum, const Sentence& s) { return sum + s.units; })),
      cues_(normal.text) {}

}  // namespace candor::scoring
