// The filters of a template field, each by itself (template_text.h lists them). They know neither
// records nor templates.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace candor::suites {

struct FilterInfo {
  std::string_view name;
  bool takes_argument;
};
// In the order in which messages name them.
const std::vector<FilterInfo>& filters();

// Throws Error (without place) when the filter cannot take the value, or its argument is no valid
// regular expression. `name` is one of filters(), "or" excepted.
boost::json::value filtered(std::string_view name, const std::string& argument,
                            const boost::json::value& value);

// A text as it is, a number or truth value as JSON writes it; throws Error for anything else.
std::string plain_text(const boost::json::value& value);

}  // namespace candor::suites
