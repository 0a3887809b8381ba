// The natural logarithm in float64 without libm: the same bits on every system.
#pragma once

namespace candor::kernels {

// Of a finite value >= 2^-1022, within 2 units in the last place (or 1e-16 near log(1) = 0).
double natural_log(double value);

}  // namespace candor::kernels
