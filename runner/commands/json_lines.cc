#include "runner/commands/json_lines.h"

#include <cstdio>
#include <iostream>
#include <string>

#include "data/base/error.h"

namespace candor::runner {

void print_json_line(const boost::json::value& value) {
  const std::string text = boost::json::serialize(value) + "\n";
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      std::fflush(stdout) != 0) {
    fail("standard output cannot be written");
  }
}

int for_each_json_line(
    const std::function<boost::json::object(const data::JsonFields&)>& answer) {
  std::ios::sync_with_stdio(false);
  std::size_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = fmt::format("standard input:{}", number);
    boost::json::object result;
    try {
      const boost::json::object object = data::parse_object(line, where);
      result = answer(data::JsonFields(object, where));
    } catch (const Error& error) {
      result = {{"error", error.what()}};
    }
    print_json_line(result);
  }
  return 0;
}

}  // namespace candor::runner
