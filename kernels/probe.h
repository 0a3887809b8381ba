// The limits of the machine that a figure of speed is held against: how fast memory is read and how
// many 8-bit multiply-adds its registers can do with the instruction set that the kernels use. Not
// a benchmark of the kernels: no weight and no activation plays a part.
#pragma once

#include "kernels/thread_pool.h"

namespace candor::kernels {

// Bytes a second that all threads together read from memory: the best of several passes over 512
// MiB, which no cache of common machines holds. Takes that much memory and about a second; throws
// Error when there is not enough.
double read_bytes_per_s(ThreadPool& pool);

// Operations a second (a multiply-add is two) of the best 8-bit dot product of active_isa() on all
// threads: the best of several passes over loops that touch nothing but registers. About half a
// second. With "amx" throws Error when the system does not lend the tiles.
double int8_ops_per_s(ThreadPool& pool);

}  // namespace candor::kernels
