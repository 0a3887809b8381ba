// First words of answers by language, from data/sets/openings.yaml: those of refusals and of
// deflections, which the refusal mass is the probability of, and the clause that an answer is made
// to begin with in a forced start. No judge reads answers by them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace candor::suites {

struct Openings {
  std::vector<std::string> refusals;
  std::vector<std::string> deflections;
  std::string forced_start;
};

// By language: "en", "zh", and "zh-Hant", which is the Simplified one in Traditional characters
// (data/text/traditional.h). Throws Error that lists every mistake of the file with its line: a
// language that is missing or there twice, an empty list, a text in the wrong script, an opening
// that begins another one of its language, a forced start that does.
std::map<std::string, Openings> load_openings(const std::filesystem::path& path);

// The forced start of each language: data::Condition::prefills of that condition.
std::map<std::string, std::string> forced_starts();

}  // namespace candor::suites
