// The questions of each bundled suite: what suites.cc puts together. Nothing outside suites/ needs
// it.
#pragma once

#include <vector>

#include "data/records/question.h"
#include "suites/suites.h"

namespace candor::suites {

std::vector<data::Question> arithmetic_questions(const SuiteOptions& options);
std::vector<data::Question> algebra_questions(const SuiteOptions& options);
std::vector<data::Question> counting_questions(const SuiteOptions& options);
std::vector<data::Question> deduction_questions(const SuiteOptions& options);
std::vector<data::Question> tracking_questions(const SuiteOptions& options);
std::vector<data::Question> logic_questions(const SuiteOptions& options);
std::vector<data::Question> code_questions(const SuiteOptions& options);
// Not generated: `options.seed` and `options.count` have no bearing on them. The whole bank, and
// the part of it that comes from the essays.
std::vector<data::Question> probe_questions(const SuiteOptions& options);
std::vector<data::Question> essay_probe_questions(const SuiteOptions& options);
// The same probes, with texts that are scored (knowledge.cc).
std::vector<data::Question> knowledge_questions(const SuiteOptions& options);

}  // namespace candor::suites
