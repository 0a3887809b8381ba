#include "tests/support/cuda.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <string>

// Of the kernels compiled for the processor, which this library holds.
extern "C" const candor::kernels::cuda::Module* candor_cuda_module();

namespace candor::tests {
namespace {

using kernels::cuda::Backend;
using kernels::cuda::Module;

const char* module_path() {
  const char* path = std::getenv("CANDOR_CUDA_MODULE");
  return path == nullptr || *path == '\0' ? nullptr : path;
}

[[noreturn]] void end(const std::string& reason) {
  std::fprintf(stderr, "%s: %s\n", module_path() == nullptr ? "shim" : module_path(),
               reason.c_str());
  std::exit(1);
}

const Module& load() {
  if (module_path() == nullptr) return *candor_cuda_module();
  void* library = dlopen(module_path(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) end(dlerror());
  const auto find = reinterpret_cast<kernels::cuda::ModuleFunction*>(
      dlsym(library, kernels::cuda::kModuleSymbol));
  if (find == nullptr) end("has no " + std::string(kernels::cuda::kModuleSymbol));
  const Module& module = *find();
  if (module.version != kernels::cuda::kBackendVersion) {
    end("is of version " + std::to_string(module.version) + ", these tests of " +
        std::to_string(kernels::cuda::kBackendVersion));
  }
  return module;
}

}  // namespace

const Module& cuda_module() {
  static const Module& module = load();
  return module;
}

std::unique_ptr<Backend> open_cuda_backend() {
  char why[512] = "";
  std::unique_ptr<Backend> backend(cuda_module().open(0, why, sizeof why));
  if (backend == nullptr) end(why);
  return backend;
}

Backend& cuda_backend() {
  // Never closed: at the end of the program the driver may be gone before it.
  static Backend* backend = open_cuda_backend().release();
  return *backend;
}

bool cuda_is_real() { return module_path() != nullptr; }

}  // namespace candor::tests
