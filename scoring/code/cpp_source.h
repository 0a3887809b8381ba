// Finds the function under test in C++ text, well enough for the prompts of code suites: comments,
// literals, preprocessor lines and braces are understood, declarations are not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace candor::scoring {

struct CppFunction {
  std::string before;                   // all that stands before its header
  std::string header;                   // "bool f(vector<float> numbers, float threshold)"
  std::vector<std::string> parameters;  // their names, in order
};

// The declaration, definition or opened body of `name` at the top level; nothing when there is none
// or a parameter has no name.
std::optional<CppFunction> find_cpp_function(std::string_view source, const std::string& name);

// Does the text define `name` at the top level (a whole program rather than a body)?
bool defines_cpp_function(std::string_view source, const std::string& name);

// How many braces are open at the end; negative when more were closed.
int open_cpp_braces(std::string_view source);

// The preprocessor lines and using-directives of a text.
std::string cpp_includes(std::string_view source);

}  // namespace candor::scoring
