// A programming task with hidden tests, and the Python literals it is written with. A family is a
// function that draws the parameters of one task; they change what the function must do, so no task
// can have been learned by heart.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "suites/bilingual.h"
#include "suites/random.h"

namespace candor::suites {

// Python literals.
std::string py(std::int64_t value);
inline std::string py(int value) { return py(static_cast<std::int64_t>(value)); }
std::string py(bool value);
std::string py(const std::string& value);  // printable ASCII without backslash; newline as \n
inline std::string py(const char* value) { return py(std::string(value)); }
template <typename T>
std::string py(const std::optional<T>& value);
template <typename A, typename B>
std::string py(const std::pair<A, B>& value);
template <typename T>
std::string py(const std::vector<T>& values);
template <typename K, typename V>
std::string py(const std::map<K, V>& values);

std::string ordinal(int n);  // "2nd", "3rd", "5th"

// Replaces each $name. Names end at the first character that is not a lower-case letter.
using Values = std::map<std::string, std::string>;
std::string fill(std::string_view text, const Values& values);

struct CodeProblem {
  struct Case {
    std::string arguments;  // "[1, 2], 3"
    std::string expected;   // "5"
  };

  std::string name;        // entry point, and the family's name
  std::string parameters;  // "numbers: list[int]"
  std::string returns;     // "int"
  Bilingual task;          // goes into the docstring
  std::string solution;    // body in Python, indented: never asked with, it proves the tests
  std::vector<Case> examples;
  std::vector<Case> tests;

  template <typename Reference, typename... Args>
  void example(const Reference& reference, const Args&... args) {
    examples.push_back(run(reference, args...));
  }
  // A case that is already an example or a test is left out: tests are hidden and different.
  template <typename Reference, typename... Args>
  void test(const Reference& reference, const Args&... args) {
    add_test(run(reference, args...));
  }

  std::string declaration(std::string_view language) const;  // def line and docstring
  std::string test_code() const;                             // "def check(candidate): …"
  std::string whole_solution() const;                        // def line and body

 private:
  template <typename Reference, typename... Args>
  static Case run(const Reference& reference, const Args&... args) {
    const std::vector<std::string> texts = {py(args)...};
    return {fmt::format("{}", fmt::join(texts, ", ")), py(reference(args...))};
  }
  void add_test(Case one);
};

using CodeFamily = CodeProblem (*)(Random&);

const std::vector<CodeFamily>& code_level1();
const std::vector<CodeFamily>& code_level2();
const std::vector<CodeFamily>& code_level3();
const std::vector<CodeFamily>& code_level4();
const std::vector<CodeFamily>& code_level5();

// Inputs.
std::vector<std::int64_t> draw_numbers(Random& random, int count, int lo, int hi);
std::vector<std::string> draw_words(Random& random, int count);
std::string draw_letter(Random& random, const std::string& letters);

// Python's %: the sign of the divisor.
inline std::int64_t floor_mod(std::int64_t a, std::int64_t b) { return (a % b + b) % b; }

template <typename T>
std::string py(const std::optional<T>& value) {
  return value ? py(*value) : "None";
}

template <typename A, typename B>
std::string py(const std::pair<A, B>& value) {
  return fmt::format("({}, {})", py(value.first), py(value.second));
}

template <typename T>
std::string py(const std::vector<T>& values) {
  std::vector<std::string> texts;
  for (const T& value : values) texts.push_back(py(value));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

template <typename K, typename V>
std::string py(const std::map<K, V>& values) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : values) {
    texts.push_back(fmt::format("{}: {}", py(key), py(value)));
  }
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

}  // namespace candor::suites
