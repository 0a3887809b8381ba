// The instruction set of programs that are started while this lives.
#pragma once

#include <string>

#include "tests/support/chosen_variable.h"

namespace candor::tests {

struct ChosenIsa : ChosenVariable {
  explicit ChosenIsa(const std::string& name) : ChosenVariable("CANDOR_ISA", name) {}
};

}  // namespace candor::tests
