// What follows from what is given: it must be true, it must be false, or it is not known. Decided
// by going through all cases; the proof is a derivation in small steps, or two cases that differ.
#pragma once

#include "suites/generate.h"

namespace candor::suites {

// Conditions about who comes or which lamps are on. Judge "choice".
Draft conditions_puzzle(int level, Random& random);

// Who is in which club: all, none, some. Judge "choice".
Draft clubs_puzzle(int level, Random& random);

enum class Answer { kTrue, kFalse, kUnknown };

// Adds the question "Does this hold: …", the three options in an order that is drawn, and the
// reference.
void ask_whether(Draft& draft, const Bilingual& claim, Answer answer, Random& random);

}  // namespace candor::suites
