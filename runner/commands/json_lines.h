// The shape of all inspection commands: JSON Lines in, JSON Lines out, one for one and in order.
// What is wrong with a line becomes {"error": …} for that line, and the next one is read.
#pragma once

#include <boost/json.hpp>
#include <functional>

#include "data/records/json_fields.h"

namespace candor::runner {

using AnswerLine = std::function<boost::json::object(const data::JsonFields&)>;

int for_each_json_line(const AnswerLine& answer);

// The same with several lines at work at a time: `answer` is called from `threads` threads. A line
// is answered as soon as it and all before it are done, also while the input is still open.
int for_each_json_line(const AnswerLine& answer, int threads);

// One line on standard output, flushed.
void print_json_line(const boost::json::value& value);

}  // namespace candor::runner
