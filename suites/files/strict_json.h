// JSON as questions are written in: what common parsers let pass in silence is an error here,
// because it would change a question. Twice the same key in an object, a number with more digits
// than it can keep, a NUL character in a text, bad UTF-8.
#pragma once

#include <boost/json.hpp>
#include <string_view>

namespace candor::suites {

// Throw Error with `where` and what is wrong.
boost::json::value strict_value(std::string_view text, std::string_view where);
// At most kMaxRecordBytes long.
boost::json::object strict_object(std::string_view text, std::string_view where);

}  // namespace candor::suites
