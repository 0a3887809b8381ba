// JSON text to a value in which every number is the double nearest to what is written, so that what
// was serialised comes back bit for bit. Boost.JSON 1.81's own parser is off by a few units in the
// last place in one of ten doubles, enough to change the hash of a question that holds one.
#pragma once

#include <boost/json.hpp>
#include <string_view>

namespace candor::data {

// Invalid UTF-8 passes through as it is: records keep what a model or a file gave. Throws Error
// with `where` on anything that is not one JSON value.
boost::json::value parse_exact(std::string_view text, std::string_view where);

// Serialises with sorted keys; throws Error with `where` when a number is not finite or the nesting
// is deeper than 100: JSON could not bring it back.
std::string serialize_exact(const boost::json::value& value, std::string_view where);

}  // namespace candor::data
