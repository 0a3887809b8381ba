// What the GPU can run so far: dense decoders with grouped-query attention. The rest is refused by
// name before anything is loaded.
#pragma once

#include <string>

#include "engine/arch/arch_spec.h"
#include "engine/files/weights.h"

namespace candor::engine {

// Why a GPU cannot run this checkpoint, as a part of a sentence ("mixtures of experts …"); empty
// when it can.
std::string unsupported_on_gpu(const ArchSpec& spec, const WeightSource& source);

}  // namespace candor::engine
