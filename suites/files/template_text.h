// Texts with fields of a record put in: "{{question}}", "{{options.0}}", "{{prompt | trim_end}}".
// What is put in is never looked at again: a question that contains braces stays as it is.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace candor::suites {

// Filters, left to right; an argument is a text in double quotes, with \n and \" in it:
//   or "x"       x where the field is missing or null; must come first
//   trim, trim_end                       without white space around it, behind it
//   after "x", before "x"                what follows the last x, what precedes the first; else all
//   append "x", prepend "x"              unless the text is empty
//   letter       0 is A
//   letters      the capital letters of a text or of a list of texts, in order: "(A) C", ["A","C"]
//   upper        a to z as A to Z
//   words        "_" as a blank
//   labels       the letters of the lines that begin with "(A)", in order
//   match "re"   the first group of a regular expression (RE2); no match is an error
//   join "x"     a list of texts as one text
//   prepend_each "x"                     a list of texts, each with x before it
//   place_in "x" the number, from 0, of the value in the list that is the field x
class TemplateText {
 public:
  // Throws Error (without place) on bad syntax.
  explicit TemplateText(std::string_view text);

  // Throws Error (without place) naming a field that is missing, null, or no text or number.
  std::string fill(const boost::json::object& fields) const;
  // The same; but a template that is one field gives a list or object as it is.
  boost::json::value value(const boost::json::object& fields) const;
  // Whether a field of this path ("item.question") is put in.
  bool names(std::string_view path) const;
  bool empty() const { return parts_.size() == 1 && parts_[0].literal.empty(); }

 private:
  struct Filter {
    std::string name;
    std::string argument;
  };
  struct Part {
    std::string literal;            // before the field
    std::vector<std::string> path;  // empty: no field follows
    std::vector<Filter> filters;
  };

  static void read_field(std::string_view inside, Part& part);
  static boost::json::value filtered_value(const Part& part, const boost::json::object& fields);
  static std::string filled(const Part& part, const boost::json::object& fields);

  std::vector<Part> parts_;
};

}  // namespace candor::suites
