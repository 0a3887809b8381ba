// A dense model of a given shape without a file: what `candor bench --shape` measures.
#pragma once

#include <memory>
#include <string>

#include "engine/arch/arch_spec.h"
#include "engine/files/random_source.h"

namespace candor::engine {

// Random matrices, biases and sinks, and norms that stand for ones: every tensor that the spec asks
// for. Error (usage) that begins with `name` where the spec is not of a dense model.
std::unique_ptr<RandomSource> random_weights(const ArchSpec& spec, const std::string& name,
                                             int threads);

}  // namespace candor::engine
