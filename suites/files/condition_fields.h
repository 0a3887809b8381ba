// The fields of a condition as descriptions and protocols write them.
#pragma once

#include "data/records/condition.h"
#include "suites/files/yaml_fields.h"

namespace candor::suites {

// Sets what `fields` has: thinking, prefill, temperature, top_p, top_k, min_p, max_tokens, stop.
// Other fields, and values out of range, are problems.
void set_condition(const YamlFields& fields, data::Condition& condition);

}  // namespace candor::suites
