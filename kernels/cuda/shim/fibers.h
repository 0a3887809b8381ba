// Runs a kernel on the processor: a fiber a thread, the blocks one after the other. A thread runs
// until it waits: at a barrier for all threads of its block, in a collective for all lanes of its
// warp. Where what is waited for can never happen (a thread that returned, or waits elsewhere), the
// program ends with a sentence that names kernel, block and warp.
//
// Not here: what the collectives compute (warp.h), memory and streams (runtime.h). The state
// belongs to the operating system's thread that launched; several can run kernels at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "kernels/cuda/shim/types.h"

// CUDA's own names for where a thread is. Written by the scheduler alone.
inline constinit thread_local uint3 threadIdx{};
inline constinit thread_local uint3 blockIdx{};
inline constinit thread_local dim3 blockDim{};
inline constinit thread_local dim3 gridDim{};
inline constexpr int warpSize = 32;

namespace candor::kernels::cuda::shim {

inline constexpr unsigned kLanes = 32;
inline constexpr unsigned kMostThreads = 1024;
inline constexpr std::size_t kMostShared = 227 * 1024;

struct Launch {
  const char* name = "";
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  std::function<void()> body;  // what one thread does
};

// Runs all blocks. Shared memory begins as 0xFF in every byte and every block. Ends the program
// where a block wrote before or behind its shared memory.
void run(const Launch& launch);

// All threads of the block.
void barrier();

// All lanes of the warp: each gives its operands; the last to come calls `complete` with those of
// lanes 0 … 31, then all go on. `mask` must name all lanes, and all must come to the same one.
using Complete = void (*)(void* const* operands);
void collective(const char* name, unsigned mask, void* operands, Complete complete);

// Of the running thread: its block's shared memory, and copies behind its back (cp.async): a copy's
// target holds 0xFF from its issue to the wait for its group, which ends the program where the
// target was written or the source has changed in between.
unsigned char* shared_begin();
std::size_t shared_size();
void copy_async(void* shared, const void* global, bool valid);
void commit_copies();
void wait_for_copies(unsigned pending);

// Ends the program where [address, address + bytes) is not in the block's shared memory or the
// address no multiple of 16.
void check_shared(const char* what, const void* address, std::size_t bytes);
void check_aligned(const char* what, const void* address);

// "kernel rows, block (1, 0, 0), warp 2, thread 65: " and the message, then abort.
[[noreturn]] void stop(const char* message);

}  // namespace candor::kernels::cuda::shim
