// Descriptions with the field names of lm-evaluation-harness's task files (doc_to_text,
// doc_to_target, doc_to_choice, test_split, …; its docs/task_guide.md), rewritten as our own. What
// they say and what has no counterpart here is a problem of its field: nothing is guessed, nothing
// is left out unsaid.
#pragma once

#include <string>

#include "suites/files/yaml_fields.h"

namespace candor::suites {

// Whether the file has such a name and no `suite`.
bool has_lm_eval_names(const YAML::Node& root);

// The description that the task file stands for. Fields of our own beside theirs (data, judge, id,
// …) stay as they are. A template may name fields, reach inside ("{{a.b}}", "{{a['b']}}",
// "{{a[0]}}") and be stripped; anything else of Jinja's is a problem.
YAML::Node from_lm_eval(const YAML::Node& task, const std::string& file, Problems& problems);

}  // namespace candor::suites
