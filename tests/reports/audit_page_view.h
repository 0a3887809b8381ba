// The audit's page of a stored run, and what a reader of each language sees of it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "data/store/store.h"
#include "reports/reports.h"

namespace candor::tests {

inline std::string page_of(const std::filesystem::path& store, const std::string& run) {
  const std::filesystem::path target = store.parent_path() / "audit.html";
  reports::write_html_audit(*data::StoreReader::open(store), run, target);
  std::ostringstream bytes;
  bytes << std::ifstream(target, std::ios::binary).rdbuf();
  return bytes.str();
}

inline std::string article(const std::string& page, const std::string& id) {
  const std::size_t begin = page.find("<article class=\"tongue\" id=\"" + id + "\"");
  const std::size_t end = page.find("</article>", begin);
  return begin == std::string::npos ? "" : page.substr(begin, end - begin);
}

// The numbers that a reader sees, and those read out to who cannot: not ids or places in a chart.
inline std::multiset<std::string> numbers(const std::string& html) {
  std::string text = std::regex_replace(html, std::regex("aria-label=\"([^\"]*)\""), ">$1<");
  text = std::regex_replace(text, std::regex("<[^>]*>"), " ");
  text = std::regex_replace(text, std::regex("&#[0-9]+;"), " ");
  static const std::regex number("[0-9]+(\\.[0-9]+)?%?");
  std::multiset<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it) {
    found.insert(it->str());
  }
  return found;
}

inline void expect_same_numbers(const std::string& page) {
  const std::multiset<std::string> english = numbers(article(page, "en"));
  const std::multiset<std::string> chinese = numbers(article(page, "zh"));
  EXPECT_GT(english.size(), 300U);
  std::vector<std::string> only_english;
  std::vector<std::string> only_chinese;
  std::set_difference(english.begin(), english.end(), chinese.begin(), chinese.end(),
                      std::back_inserter(only_english));
  std::set_difference(chinese.begin(), chinese.end(), english.begin(), english.end(),
                      std::back_inserter(only_chinese));
  EXPECT_THAT(only_english, ::testing::IsEmpty());
  EXPECT_THAT(only_chinese, ::testing::IsEmpty());
}

}  // namespace candor::tests
