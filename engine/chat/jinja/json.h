// JSON into values and back.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "engine/chat/jinja/runtime.h"
#include "engine/chat/jinja/value.h"

namespace candor::engine::jinja {

// All texts of it, keys included, are marked untrusted.
Value from_json(Runtime& runtime, const boost::json::value& json);

struct JsonStyle {
  bool ascii = false;               // escape what is not ASCII
  bool sorted = false;              // by key
  int indent = -1;                  // columns a level; below 0: one line
  std::string_view between = ", ";  // elements
  std::string_view colon = ": ";
};

// As Python's json.dumps writes it, floats included. Untrusted as a whole when any text in it is.
// Throws for what JSON does not have (undefined, functions).
Text to_json(Runtime& runtime, const Value& value, const JsonStyle& style);

}  // namespace candor::engine::jinja
