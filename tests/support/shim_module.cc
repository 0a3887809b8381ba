// The kernels on the processor (kernels/cuda/shim) as a module: to the program it is a GPU, found,
// loaded and opened in the way of a real one.
#include "kernels/cuda/backend.h"

namespace candor::tests {

// Takes the module's one symbol out of the library.
extern "C" const kernels::cuda::Module* candor_cuda_module();
extern kernels::cuda::ModuleFunction* const kShimModule;
kernels::cuda::ModuleFunction* const kShimModule = &candor_cuda_module;

}  // namespace candor::tests
