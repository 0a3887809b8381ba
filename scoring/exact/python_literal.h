// Python literals by value: what `==` says of two of them (Python reference, "Lexical analysis" and
// "Value comparisons"). Numbers compare across int, float and bool; lists and tuples do not; dicts
// and sets have no order. Nothing is executed: names, calls and operators are no literals.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace candor::scoring {

struct PythonValue {
  enum class Kind { kNone, kInteger, kFloat, kText, kBytes, kList, kTuple, kDict, kSet };
  Kind kind = Kind::kNone;
  std::string text;                // kInteger: canonical decimal digits ("-12"); texts: their bytes
  double number = 0;               // kFloat
  std::vector<PythonValue> items;  // of a dict: key, value, key, value, …
};

// The literal that `text` begins with, after white space; `length` is how many bytes it takes with
// that white space. None: there is no literal, or it is nested deeper than 100 or has more than
// 100,000 parts.
std::optional<PythonValue> parse_python(std::string_view text, std::size_t& length);

bool operator==(const PythonValue& a, const PythonValue& b);

}  // namespace candor::scoring
