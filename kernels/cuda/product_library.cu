#include "kernels/cuda/product_library.h"

#if defined(__CUDACC__) && __has_include(<cublasLt.h>)
#define CANDOR_CUBLASLT 1
#endif

namespace candor::kernels::cuda {
#if !defined(CANDOR_CUBLASLT)
std::unique_ptr<ProductLibrary> ProductLibrary::open(const Queue&, std::string& text) {
  text = "built without cuBLASLt";
  return nullptr;
}
#endif
}  // namespace candor::kernels::cuda
