// Logic puzzles, each with exactly one solution, proved by going through all assignments. Level 1
// is small and direct, level 2 has compound statements, level 3 is larger and no clue can be left
// out without losing uniqueness.
#pragma once

#include "suites/generate.h"

namespace candor::suites {

// Who tells the truth (knight) and who lies (knave): 3, 4 or 5 people with one statement each.
// Judge "logic", one cell a person.
Draft knights_puzzle(int level, Random& random);

// 4, 5 or 6 people in a row by before/after clues. Judge "choice": who is at a given place.
Draft ordering_puzzle(int level, Random& random);

// Who has what: 3 people and 2 kinds of things, 4 and 2, or 4 and 3. Judge "logic", one cell a
// thing with its owner's name.
Draft grid_puzzle(int level, Random& random);

// The reference of the judge "logic" for the given cells. In Chinese the English form of each name
// and value is accepted too; `more` holds further accepted words.
void set_cells(Draft& draft, const std::vector<std::pair<Bilingual, Bilingual>>& cells,
               const std::vector<std::pair<Bilingual, std::vector<Bilingual>>>& more = {});

// Chooses clues that leave one of `assignments` (each clue lists for every assignment whether it
// holds). Takes them in the given order, skips those that exclude nothing; `minimal` then drops
// every clue that the others make superfluous. Empty: all clues together leave more than one.
std::vector<std::size_t> choose_clues(const std::vector<std::vector<bool>>& holds, bool minimal);

}  // namespace candor::suites
