// Maths word problems of several steps in everyday settings. Level 1 has two or three steps with
// whole numbers, level 2 three to five with percentages, rates and ratios, level 3 needs equations,
// fractions or several conditions at once, and its answer may be a fraction or a decimal. Levels 4
// and 5 are ledgers of events: up to seven steps forward, then longer ones to be undone backwards.
#pragma once

#include "suites/maths_problem.h"

namespace candor::suites {

const std::vector<MathsTemplate>& arithmetic_level1();
const std::vector<MathsTemplate>& arithmetic_level2();
const std::vector<MathsTemplate>& arithmetic_level3();
const std::vector<MathsTemplate>& arithmetic_level4();
const std::vector<MathsTemplate>& arithmetic_level5();

}  // namespace candor::suites
