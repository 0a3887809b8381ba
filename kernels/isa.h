// The instruction set that this process computes with: chosen once, from CPUID and
// CANDOR_ISA=portable|avx2|avx512vnni|amx, and never by batch size. Every choice gives the same
// bits for quantised weights.
#pragma once

namespace candor::kernels {

enum class Isa { kPortable, kAvx2, kAvx512Vnni, kAmx };

// Throws Error when CANDOR_ISA names an unknown set or one that this processor lacks.
Isa active_isa();
bool isa_supported(Isa isa);
const char* name(Isa isa);  // "portable", "avx2", "avx512vnni", "amx"

}  // namespace candor::kernels
