// The options of a multiple-choice question as published files write them, with or without their
// letters: "(A)yes", "A. yes", "A．yes", "A yes", "yes". No judge of which is right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace candor::suites {

// Without the letters they begin with, and without white space around. A letter that no mark
// follows
// ("A cat") counts as one only where every option begins with its own.
std::vector<std::string> without_labels(const std::vector<std::string>& options);

// "ABCD" for four. Throws Error for none or more than 26.
std::string option_letters(std::size_t count);

// "A. yes\nB. no".
std::string lettered(const std::vector<std::string>& options);

}  // namespace candor::suites
