// Texts with fields of a record put in: "{{question}}", "{{options.0}}", "{{prompt | trim_end}}".
// What is put in is never looked at again: a question that contains braces stays as it is.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace candor::suites {

class TemplateText {
 public:
  // Filters, left to right: trim, trim_end (white space), after "x" (what follows the last x; the
  // whole when there is none), letter (0 is A). Throws Error (without place) on bad syntax.
  explicit TemplateText(std::string_view text);

  // Throws Error (without place) naming a field that is missing, null, or no text or number.
  std::string fill(const boost::json::object& fields) const;
  // The same; but a template that is one field without filters gives a list or object as it is.
  boost::json::value value(const boost::json::object& fields) const;

 private:
  struct Filter {
    enum class Kind { kTrim, kTrimEnd, kAfter, kLetter };
    Kind kind;
    std::string argument;
  };
  struct Part {
    std::string literal;            // before the field
    std::vector<std::string> path;  // empty: no field follows
    std::vector<Filter> filters;
  };

  static void read_field(std::string_view inside, Part& part);

  std::vector<Part> parts_;
};

}  // namespace candor::suites
