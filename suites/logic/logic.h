// Logic puzzles, each with exactly one solution, found by going through all assignments. Level 1
// is small and direct, level 2 has compound statements, level 3 is larger and no clue can be left
// out without losing uniqueness; levels 4 and 5 grow from there. The proof of knights and knaves
// are assumptions that cover everything, each refuted but one; of the others, how many assignments
// each clue leaves.
#pragma once

#include "suites/generate.h"

namespace candor::suites {

// Who tells the truth (knight) and who lies (knave): 3 to 7 people with one statement each.
// Judge "logic", one cell a person.
Draft knights_puzzle(int level, Random& random);

// 4 to 8 people in a row by before/after clues. Judge "choice": who is at a given place.
Draft ordering_puzzle(int level, Random& random);

// Who has what: 3 people and 2 kinds of things, 4 and 2, 4 and 3, 5 and 2, 5 and 3. Judge "logic",
// one cell a thing with its owner's name.
Draft grid_puzzle(int level, Random& random);

// The reference of the judge "logic" for the given cells. In Chinese the English form of each name
// and value is accepted too; `more` holds further accepted words.
void set_cells(Draft& draft, const std::vector<std::pair<Bilingual, Bilingual>>& cells,
               const std::vector<std::pair<Bilingual, std::vector<Bilingual>>>& more = {});

// Chooses clues that leave one of `assignments` (each clue lists for every assignment whether it
// holds). Takes them in the given order, skips those that exclude nothing; `minimal` then drops
// every clue that the others make superfluous. Empty: all clues together leave more than one.
std::vector<std::size_t> choose_clues(const std::vector<std::vector<bool>>& holds, bool minimal);

// "Possible at first: 24." (clue 0), "Left after clue 3: 2."
Bilingual count_line(std::size_t clue, std::int64_t left);
// The lines of all chosen clues.
void add_counts(Draft& draft, const std::vector<std::vector<bool>>& holds,
                const std::vector<std::size_t>& chosen);

}  // namespace candor::suites
