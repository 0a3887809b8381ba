// How a question says in which language it wants its answer, for every provider alike.
#pragma once

#include <string>
#include <vector>

#include "data/records/condition.h"
#include "data/records/question.h"

namespace candor::runner {

// Puts the request behind the last message, in the language of the question ("en", "zh",
// "zh-Hant"); nothing where the condition asks for none. Error for a language there are no words
// for.
void add_answer_language(const std::string& question_language, const data::Condition& condition,
                         std::vector<data::Message>& messages);

}  // namespace candor::runner
