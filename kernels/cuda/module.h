// Finds and loads the module with the GPU's code (libcandor_cuda.so), once a process, when it is
// first asked for. Where there is none, or no driver, or no device, it says so in a sentence;
// nothing is loaded or touched before somebody asks.
#pragma once

#include <memory>
#include <string>

#include "kernels/cuda/backend.h"

namespace candor::kernels::cuda {

struct ModuleState {
  std::string path;  // of the module, or of the places where it was looked for
  int devices = 0;   // that can be used
  std::string why;   // a sentence for users, where devices is 0
};
// Looks for CANDOR_CUDA_MODULE, then beside the program, then in ../lib/candor from there.
const ModuleState& module_state();

// Throws Error when the device cannot be opened.
std::unique_ptr<Backend> open_backend(int index);

}  // namespace candor::kernels::cuda
