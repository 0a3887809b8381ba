// How far a number may be off and still be right, where a question's reference states it. Without
// a statement an answer must be exact. Which numbers it is applied to: the real constants of both
// sides, also those inside tuples, lists, intervals and matrices (compare.h).
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace candor::scoring {

struct Tolerance {
  enum class Kind {
    kExact,
    kAbsolute,  // |a - gold| <= amount
    kRelative,  // |a - gold| <= amount * max(|a|, |gold|)
    kPlaces,    // |a - gold| <= half a unit of the decimal place numbered `amount`
  };
  Kind kind = Kind::kExact;
  std::string amount;  // in decimal notation, as it was stated: "0.01", "1e-3", "2"
};

// {"absolute": 0.01}, {"relative": 0.001} or {"places": 2}, the number also as a text. Error naming
// `where` and the field "tolerance" for anything else; the amount is above 0 (places: a whole
// number from 0 to 30; relative: below 1).
Tolerance tolerance_of(const boost::json::value& value, std::string_view where);

// "2 decimal places", "an absolute error of 0.01".
std::string described(const Tolerance& tolerance);

}  // namespace candor::scoring
