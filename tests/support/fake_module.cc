// A module that no GPU can be had from, in the way that CANDOR_FAKE says: "version" (it is of
// another), "driver" (there is none), "none" (no device), "refuses" (it has two and opens neither).
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "kernels/cuda/backend.h"

namespace {

using candor::kernels::cuda::Backend;
using candor::kernels::cuda::kBackendVersion;
using candor::kernels::cuda::Module;

bool is(const char* kind) {
  const char* const fake = std::getenv("CANDOR_FAKE");
  return fake != nullptr && std::string(fake) == kind;
}

int count(char* why, std::size_t why_size) {
  if (is("refuses")) return 2;
  if (is("none")) return 0;
  std::snprintf(why, why_size, "There is no driver.");
  return -1;
}

Backend* open(int index, char* why, std::size_t why_size) {
  if (index == 1) throw std::runtime_error("GPU: opening: thrown");
  std::snprintf(why, why_size, "GPU %d is taken.", index);
  return nullptr;
}

}  // namespace

extern "C" const Module* candor_cuda_module() {
  static const Module module = {kBackendVersion + (is("version") ? 1 : 0), count, open};
  return &module;
}
