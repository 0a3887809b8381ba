#include "scoring/audit/reading.h"

#include <algorithm>
#include <numeric>

namespace candor::scoring {

Reading::Reading(std::string_view original)
    : normal(normalise(original)),
      sentences(split_sentences(normal.text)),
      quotes(quoted_ranges(normal.text)),
      single_quotes(single_quoted_ranges(normal.text)),
      // Sentences end where no word goes on, so nothing is counted twice.
      units(std::accumulate(sentences.begin(), sentences.end(), 0,
                            [](int sum, const Sentence& s) { return sum + s.units; })),
      cues_(normal.text) {}

bool Reading::is_quoted(std::size_t begin, std::size_t end) const {
  const auto holds = [&](const auto& range) { return begin >= range.first && end <= range.second; };
  return std::any_of(quotes.begin(), quotes.end(), holds) ||
         std::any_of(single_quotes.begin(), single_quotes.end(), holds);
}

}  // namespace candor::scoring
