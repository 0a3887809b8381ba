// A text in English and in Simplified Chinese, and the words that the generators share: people and
// countable things, with one Chinese form each, so that a pair differs in nothing but the language.
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "suites/random.h"

namespace candor::suites {

struct Bilingual {
  std::string en;
  std::string zh;

  const std::string& in(std::string_view language) const { return language == "zh" ? zh : en; }
  Bilingual& operator+=(const Bilingual& more) {
    en += more.en;
    zh += more.zh;
    return *this;
  }
  friend Bilingual operator+(Bilingual a, const Bilingual& b) { return a += b; }
  bool operator==(const Bilingual&) const = default;
};

struct Thing {
  std::string en;       // plural: "apples"
  std::string zh;       // "苹果"
  std::string measure;  // its measure word: "个"
};

// `count` different people, in random order.
std::vector<Bilingual> draw_people(Random& random, int count);
const std::vector<Bilingual>& all_people();

namespace detail {
template <typename T>
const T& in_language(std::string_view, const T& value) {
  return value;
}
inline const std::string& in_language(std::string_view language, const Bilingual& value) {
  return value.in(language);
}
}  // namespace detail

// Formats both languages with the same arguments ({0}, {1}, …); a Bilingual argument gives its text
// in the language being written. Throws fmt::format_error on a bad template, which is a bug.
template <typename... Args>
Bilingual both(std::string_view en, std::string_view zh, const Args&... args) {
  return {fmt::format(fmt::runtime(en), detail::in_language("en", args)...),
          fmt::format(fmt::runtime(zh), detail::in_language("zh", args)...)};
}

}  // namespace candor::suites
