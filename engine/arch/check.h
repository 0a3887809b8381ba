// What must hold of every ArchSpec, whichever family's file read it. Single numbers were checked
// where they were read, with file and key; this is what is true of several together.
#pragma once

#include <string>

#include "engine/arch/arch_spec.h"

namespace candor::engine {

// The most weights that a model may have: far above any published one, and low enough that the
// bytes of all of them, and of what is computed with them, are counted without overflow.
constexpr double kMostWeights = 0x1p48;

// Error that begins with `place` (a file, or a place in it).
void check(const ArchSpec& spec, const std::string& place);

}  // namespace candor::engine
