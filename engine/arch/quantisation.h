// quantization_config of config.json (model-facts, sections 3.3 to 3.5): what it says about reading
// the weights, and which methods are not read.
#pragma once

#include "engine/arch/arch_spec.h"
#include "engine/arch/fields.h"

namespace candor::engine {

// Sets spec.block_scales for "fp8" with scales of blocks; "mxfp4" needs nothing set, where the
// family's experts can be stored so. Error naming any other method and the remedy.
void set_quantisation(const JsonFields& config, ArchSpec& spec);

}  // namespace candor::engine
