// What is where after many steps. Each kind has five levels: more things, more steps, and steps
// that depend on the state. The proof is the state after every step.
#pragma once

#include "suites/generate.h"

namespace candor::suites {

// Who holds which ball after swaps. Judge "choice", a letter a person.
Draft swaps_puzzle(int level, Random& random);

// How many marbles are in a box after they were moved about. Judge "maths".
Draft boxes_puzzle(int level, Random& random);

// Where a robot stands after turns and steps. Judge "maths", a pair of coordinates.
Draft walk_puzzle(int level, Random& random);

// What a short Python program prints. Judge "maths", one whole number.
Draft program_puzzle(int level, Random& random);

// "Think it through …, end with the answer in \boxed{}"; the answer as reference.
void ask_boxed(Draft& draft, const std::string& answer);

}  // namespace candor::suites
