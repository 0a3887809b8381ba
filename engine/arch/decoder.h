// What the families of dense decoders have in common when they are read: sizes, rotary embedding,
// attention windows. A family's file calls these and adds what is its own.
#pragma once

#include <cstdint>

#include "engine/arch/arch_spec.h"
#include "engine/arch/fields.h"
#include "engine/files/gguf.h"
#include "engine/files/safetensors.h"

namespace candor::engine {

// Sizes, epsilon, softmax scale and names from "{prefix}.…" of a GGUF file; `layers` all see all
// keys with rope 0. Refuses mixtures of experts. Biases follow from the tensors the file holds.
ArchSpec decoder_from_gguf(const GgufFile& file, const std::string& prefix, const char* family);

// The same from config.json. Refuses quantised checkpoints and activations other than SiLU.
ArchSpec decoder_from_config(const SafetensorsFolder& folder, const char* family);

// config.json's fields, with the name of that file for messages.
JsonFields config_fields(const SafetensorsFolder& folder);

// freq_base, rope.scaling.* and the divisors of the tensor rope_freqs.weight.
RopeSpec rope_from_gguf(const GgufFile& file, const std::string& prefix, const ArchSpec& spec,
                        kernels::RopePairing pairing);

// rope_theta and rope_scaling, or rope_parameters: default, linear, llama3 and yarn; Error naming
// any other type.
RopeSpec rope_from_config(const JsonFields& fields, const ArchSpec& spec,
                          kernels::RopePairing pairing);

}  // namespace candor::engine
