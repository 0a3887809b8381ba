// Finds and loads the module with the GPU's code (libcandor_cuda.so), once a process, when it is
// first asked for. Where there is none, or no driver, or no device, it says so in a sentence;
// nothing is loaded or touched before somebody asks. Any thread may ask.
#pragma once

#include <memory>
#include <string>

#include "kernels/cuda/backend.h"

namespace candor::kernels::cuda {

struct ModuleState {
  std::string path;  // of the module, or of the places where it was looked for
  // There is a module, or CANDOR_CUDA_MODULE names one: this program is meant to use GPUs, and
  // `why` is worth telling also where nobody asked for one.
  bool found = false;
  int devices = 0;  // that can be used
  std::string why;  // where devices is 0: a sentence for users, with what to do about it
};
// Looks where CANDOR_CUDA_MODULE says; without it beside the program, then in ../lib/candor from
// there.
const ModuleState& module_state();

// A sentence why device `index` cannot be used; empty where it can be tried.
std::string why_no_device(int index);

// Throws Error with the reason when the device cannot be opened.
std::unique_ptr<Backend> open_backend(int index);

}  // namespace candor::kernels::cuda
