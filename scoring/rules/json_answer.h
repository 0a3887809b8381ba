// JSON inside a model's answer, found and read as ZeroEval does (github.com/WildEval/ZeroEval,
// src/evaluation/eval_utils.py): braces are counted without regard to strings, and newlines are
// dropped before the object is parsed.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace candor::scoring::rules {

// The first, or last, outermost pair of braces; none where it is missing or not JSON.
std::optional<boost::json::object> first_object(std::string_view text);
std::optional<boost::json::object> last_object(std::string_view text);

// The "answer" of the first object as text; where there is none, whatever follows the key "answer"
// (quoted or not, up to a comma or blank). None: no answer, null, or an empty one.
std::optional<std::string> answer_field(std::string_view text);

// A value as Python's str() prints it: 18, 18.0, True, None, ['a', 1].
std::string printed(const boost::json::value& value);

}  // namespace candor::scoring::rules
