// The shape of all inspection commands: JSON Lines in, JSON Lines out, one for one and in order. What
// is wrong with a line becomes {"error": …} for that line, and the next one is read.
#pragma once

#include <boost/json.hpp>
#include <functional>

#include "data/records/json_fields.h"

namespace candor::runner {

int for_each_json_line(
    const std::function<boost::json::object(const data::JsonFields&)>& answer);

// One line on standard output, flushed.
void print_json_line(const boost::json::value& value);

}  // namespace candor::runner
