// cuBLASLt as product_library.cu uses it: its functions, found at run time, and a product in its
// words. Only for compilers that have <cublasLt.h>.
#pragma once

#include <cublasLt.h>
#include <dlfcn.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "kernels/cuda/operations.h"

namespace candor::kernels::cuda {

// Of a name of its own: the library's is a struct without one, over which nvcc 13.0 breaks off in
// containers.
struct Algorithm {
  cublasLtMatmulAlgo_t of_library;
};

struct Functions {
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtDestroy) destroy = nullptr;
  decltype(&cublasLtGetVersion) version = nullptr;
  decltype(&cublasLtMatmul) matmul = nullptr;
  decltype(&cublasLtMatmulDescCreate) operation_create = nullptr;
  decltype(&cublasLtMatmulDescDestroy) operation_destroy = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) operation_set = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) layout_create = nullptr;
  decltype(&cublasLtMatrixLayoutDestroy) layout_destroy = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) preference_create = nullptr;
  decltype(&cublasLtMatmulPreferenceDestroy) preference_destroy = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic = nullptr;
  decltype(&cublasLtMatmulAlgoCheck) check = nullptr;
  decltype(&cublasLtMatmulAlgoConfigGetAttribute) config_get = nullptr;
};

// The name of what is missing, or none.
inline std::string find_functions(void* module, Functions& f) {
  std::string missing;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(module, name));
    if (function == nullptr) missing = name;
  };
  find(f.create, "cublasLtCreate");
  find(f.destroy, "cublasLtDestroy");
  find(f.version, "cublasLtGetVersion");
  find(f.matmul, "cublasLtMatmul");
  find(f.operation_create, "cublasLtMatmulDescCreate");
  find(f.operation_destroy, "cublasLtMatmulDescDestroy");
  find(f.operation_set, "cublasLtMatmulDescSetAttribute");
  find(f.layout_create, "cublasLtMatrixLayoutCreate");
  find(f.layout_destroy, "cublasLtMatrixLayoutDestroy");
  find(f.preference_create, "cublasLtMatmulPreferenceCreate");
  find(f.preference_destroy, "cublasLtMatmulPreferenceDestroy");
  find(f.preference_set, "cublasLtMatmulPreferenceSetAttribute");
  find(f.heuristic, "cublasLtMatmulAlgoGetHeuristic");
  find(f.check, "cublasLtMatmulAlgoCheck");
  find(f.config_get, "cublasLtMatmulAlgoConfigGetAttribute");
  return missing;
}

inline void check_library(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw std::runtime_error("GPU: cuBLASLt: " + std::string(what) + " failed with status " +
                           std::to_string(static_cast<int>(status)));
}

// A product in the library's words. It stores by columns, so it is told y^T = w x^T: w is a matrix
// of cols x rows that is transposed, x one of cols x m, y one of rows x m.
class Call {
 public:
  Call(const Functions& f, const Product& product) : f_(f) {
    const bool half = product.w.format == BlockFormat::kF16;
    const cudaDataType_t in = half ? CUDA_R_16F : CUDA_R_16BF;
    const cudaDataType_t out = product.store == Store::kBF16 ? CUDA_R_16BF : CUDA_R_32F;
    const cublasOperation_t transposed = CUBLAS_OP_T;
    try {
      check_library(f.operation_create(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F), "a product");
      check_library(
          f.operation_set(operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed),
          "a product");
      check_library(f.layout_create(&w, in, product.w.cols, product.w.rows,
                                    static_cast<std::int64_t>(product.w.pitch / 2)),
                    "a layout");
      check_library(f.layout_create(&x, in, product.w.cols, product.m,
                                    static_cast<std::int64_t>(product.x_stride)),
                    "a layout");
      check_library(f.layout_create(&y, out, product.w.rows, product.m,
                                    static_cast<std::int64_t>(product.y_stride)),
                    "a layout");
    } catch (...) {
      clear();
      throw;
    }
  }
  ~Call() { clear(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t w = nullptr, x = nullptr, y = nullptr;

 private:
  void clear() {
    if (y != nullptr) f_.layout_destroy(y);
    if (x != nullptr) f_.layout_destroy(x);
    if (w != nullptr) f_.layout_destroy(w);
    if (operation != nullptr) f_.operation_destroy(operation);
  }
  const Functions& f_;
};

}  // namespace candor::kernels::cuda
