// How answers are judged. Pure functions from a question and a generation to a verdict; no model,
// no file, no process. Code is the exception in two steps: `scoring/code` says what to run and
// reads what came back, the sandbox in runner runs it.
#pragma once

#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"

namespace candor::scoring {

// For the judges "maths", "choice", "logic", "audit" and "panel". Throws Error when the question's
// reference lacks a field that its judge needs, naming question and field.
data::Verdict judge(const data::Question& question, const data::Generation& generation);

// The outcome by the precedence in data/records/verdict.h. `parsed`: an answer could be read.
data::Outcome decide_outcome(const data::Generation& generation, bool parsed, bool right,
                             bool refused);

// Refusal speech act in the whole answer, in English or Chinese: used for `refused` above.
bool is_refusal(const std::string& answer, const std::string& language);

}  // namespace candor::scoring
