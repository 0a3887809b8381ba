// Knights and knaves solved: who tells the truth, by going through all assignments. Reads the
// statements in the form of the published generator (Xie et al., "On Memorization of Large Language
// Models in Logical Reasoning", 2024): ["telling-truth", i], ["lying", i], ["not", s],
// ["and", s, …], ["or", s, …], ["->", s, t], ["<=>", s, t]; i counts from 0.
#pragma once

#include <boost/json.hpp>
#include <string_view>
#include <vector>

namespace candor::scoring {

// All assignments (true: a knight) in which each person's statement is true exactly when that
// person is a knight, in the order of binary numbers with the first person as the highest digit.
// Error naming `where` and the statement for another form, an index out of range, or more than 20
// people.
std::vector<std::vector<bool>> solve_knights(const boost::json::array& statements,
                                             std::string_view where);

}  // namespace candor::scoring
