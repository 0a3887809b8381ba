// How long the replies were: tokens altogether, and the characters of the chain of thought apart
// from those of the answer. Tokens are not split: a store keeps no token's place in the text.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "reports/run_data.h"

namespace candor::reports {

struct Spread {
  std::int64_t replies = 0;  // that have it; the rest is nought of none
  double median = 0;
  double ninth_decile = 0;
  double greatest = 0;
};

struct LengthRow {
  std::string suite;
  std::string language;
  std::int64_t replies = 0;   // that came: without failures and blocks
  Spread tokens;              // generated; replies whose tokens are not known do not count
  Spread answer;              // characters (code points)
  Spread reasoning;           // of the replies that have a chain of thought
  std::int64_t unclosed = 0;  // whose chain of thought did not end
  std::int64_t at_limit = 0;  // that reached the token limit, whatever they hold
};
// All suites, the audit's too, in the order of suite and language.
std::vector<LengthRow> length_rows(const RunData& data);

boost::json::array to_json(const std::vector<LengthRow>& rows);
std::string lengths_text(const boost::json::array& rows);

// Code points; bytes that are no UTF-8 count as what they continue.
std::size_t characters(std::string_view text);

}  // namespace candor::reports
