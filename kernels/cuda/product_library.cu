#include "kernels/cuda/product_library.h"

#if defined(__CUDACC__) && __has_include(<cublasLt.h>)

#include <cublasLt.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <vector>

#include "kernels/cuda/product_kernels.h"

namespace candor::kernels::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
constexpr std::uint64_t kMostCompared = 2048;  // rows of x
constexpr std::uint64_t kMostResultBytes = std::uint64_t{512} << 20;
constexpr int kCandidates = 16;

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
std::string find_functions(void* module, Functions& f) {
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

void check_library(cublasStatus_t status, const char* what) {
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

// Device memory for a comparison; null where there is not enough.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes) : bytes_(bytes) {
    if (cudaMalloc(&memory_, bytes) != cudaSuccess) {
      cudaGetLastError();
      memory_ = nullptr;
    }
  }
  ~Buffer() { cudaFree(memory_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  void* get() const { return memory_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_;
};

struct FillArgs {
  void* out;
  std::uint64_t count;
  std::uint64_t seed;
  Scalar scalar;
};

CANDOR_DEVICE std::uint64_t mixed(std::uint64_t v) {  // Steele et al. 2014, SplitMix64
  v += 0x9E3779B97F4A7C15U;
  v = (v ^ (v >> 30)) * 0xBF58476D1CE4E5B9U;
  v = (v ^ (v >> 27)) * 0x94D049BB133111EBU;
  return v ^ (v >> 31);
}

// Sums of four uniform numbers, times a power of two for each 32: of many sizes, as weights are, so
// that the order of additions shows.
__global__ void fill_random(FillArgs args) {
  const std::uint64_t stride = static_cast<std::uint64_t>(gridDim.x) * blockDim.x;
  for (std::uint64_t i = blockIdx.x * static_cast<std::uint64_t>(blockDim.x) + threadIdx.x;
       i < args.count; i += stride) {
    const std::uint64_t bits = mixed(args.seed + i);
    const auto sum = static_cast<std::int32_t>((bits & 0xFFFFU) + (bits >> 16 & 0xFFFFU) +
                                               (bits >> 32 & 0xFFFFU) + (bits >> 48)) -
                     131070;
    const auto exponent = static_cast<std::uint32_t>(mixed(args.seed ^ (i / 32)) % 7);
    const float value =
        static_cast<float>(sum) * 0x1p-16F * float_of_bits((127U - 3U + exponent) << 23);
    if (args.scalar == Scalar::kF32) {
      static_cast<float*>(args.out)[i] = value;
    } else if (args.scalar == Scalar::kF16) {
      static_cast<std::uint16_t*>(args.out)[i] = to_f16(value).bits;
    } else {
      static_cast<std::uint16_t*>(args.out)[i] = to_bf16(value).bits;
    }
  }
}

struct CompareArgs {
  const std::uint16_t* a;
  const std::uint16_t* b;
  std::uint64_t count;
  std::uint32_t* differ;
};
__global__ void compare_bits(CompareArgs args) {
  const std::uint64_t stride = static_cast<std::uint64_t>(gridDim.x) * blockDim.x;
  for (std::uint64_t i = blockIdx.x * static_cast<std::uint64_t>(blockDim.x) + threadIdx.x;
       i < args.count; i += stride) {
    if (args.a[i] != args.b[i]) *args.differ = 1;
  }
}

class Timer {
 public:
  explicit Timer(cudaStream_t stream) : stream_(stream) {
    check_call(cudaEventCreate(&begin_), "making an event");
    check_call(cudaEventCreate(&end_), "making an event");
  }
  ~Timer() {
    cudaEventDestroy(begin_);
    if (end_ != nullptr) cudaEventDestroy(end_);
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // The fastest of three runs of four, after one that is not timed.
  template <typename Work>
  double seconds(const Work& work) {
    work();
    double best = 0;
    for (int run = 0; run < 3; ++run) {
      check_call(cudaEventRecord(begin_, stream_), "recording an event");
      for (int i = 0; i < 4; ++i) work();
      check_call(cudaEventRecord(end_, stream_), "recording an event");
      check_call(cudaEventSynchronize(end_), "timing a matrix product");
      float milliseconds = 0;
      check_call(cudaEventElapsedTime(&milliseconds, begin_, end_), "timing a matrix product");
      const double seconds = static_cast<double>(milliseconds) * 1e-3 / 4;
      if (run == 0 || seconds < best) best = seconds;
    }
    return best;
  }

 private:
  cudaStream_t stream_;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

// Operands and results of a shape, for up to `most` rows of x.
struct Trial {
  Trial(std::uint64_t rows, std::uint64_t cols, BlockFormat format, Store store, std::uint64_t most)
      : w(rows * cols * 2),
        x(most * cols * 2),
        own(rows * most * (store == Store::kBF16 ? 2 : 4)),
        other(own.bytes()),
        differ(sizeof(std::uint32_t)) {
    product.w = {w.get(), format, rows, cols, 2 * cols};
    product.x = x.get();
    product.x_stride = cols;
    product.m = most;
    product.y = own.get();
    product.y_stride = rows;
    product.store = store;
  }
  bool has_memory() const {
    return w.get() != nullptr && x.get() != nullptr && own.get() != nullptr &&
           other.get() != nullptr && differ.get() != nullptr;
  }
  Product of(std::uint64_t m, const Buffer& y) const {
    Product p = product;
    p.m = m;
    p.y = y.get();
    return p;
  }

  Buffer w, x, own, other, differ;
  Product product;
};

class CublasLt final : public ProductLibrary {
 public:
  // Throws where the library or the memory cannot be had.
  CublasLt(const Queue& queue, const Functions& functions)
      : f_(functions), queue_(queue), workspace_(kWorkspaceBytes) {
    if (workspace_.get() == nullptr) throw std::runtime_error("no memory for cuBLASLt");
    check_library(f_.create(&handle_), "opening");
  }
  ~CublasLt() override {
    if (handle_ != nullptr) f_.destroy(handle_);
  }

  ProductChoice choose(std::uint64_t rows, std::uint64_t cols, BlockFormat format,
                       Store store) override;

  bool product(const Product& product) override {
    const auto found = chosen_.find(key(product));
    if (found == chosen_.end() || product.m < found->second.from) return false;
    // What was compared: rows that follow each other.
    if (product.w.pitch != 2 * product.w.cols || product.x_stride != product.w.cols ||
        product.y_stride != product.w.rows ||
        reinterpret_cast<std::uintptr_t>(product.y) % 16 != 0) {
      return false;
    }
    const Call call(f_, product);
    check_library(run(call, product, found->second.algorithm), "a matrix product");
    return true;
  }

  double fastest_seconds(const Product& product) override;
  double most_flops_per_s() override {
    constexpr std::uint64_t kSize = 8192;
    Trial trial(kSize, kSize, BlockFormat::kBF16, Store::kBF16, kSize);
    if (!trial.has_memory()) throw std::runtime_error("GPU: no memory to measure matrix products");
    fill(trial.w, Scalar::kBF16, 1);
    fill(trial.x, Scalar::kBF16, 2);
    const double seconds = fastest_seconds(trial.product);
    const double size = static_cast<double>(kSize);
    return seconds > 0 ? 2 * size * size * size / seconds : 0;
  }

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, BlockFormat, Store>;
  struct Chosen {
    Algorithm algorithm;
    std::uint64_t from;
  };
  static Key key(const Product& p) { return {p.w.rows, p.w.cols, p.w.format, p.store}; }

  cublasStatus_t run(const Call& call, const Product& product, const Algorithm& algorithm) {
    const float one = 1;
    const float beta = product.store == Store::kAddF32 ? 1.0F : 0.0F;
    return f_.matmul(handle_, call.operation, &one, product.w.data, call.w, product.x, call.x,
                     &beta, product.y, call.y, product.y, call.y, &algorithm.of_library,
                     workspace_.get(), workspace_.bytes(), queue_.stream);
  }
  bool works(const Call& call, const Product& product, const Algorithm& algorithm) {
    cublasLtMatmulHeuristicResult_t result = {};
    return f_.check(handle_, call.operation, call.w, call.x, call.y, call.y, &algorithm.of_library,
                    &result) == CUBLAS_STATUS_SUCCESS &&
           result.workspaceSize <= workspace_.bytes() &&
           run(call, product, algorithm) == CUBLAS_STATUS_SUCCESS;
  }

  std::vector<Algorithm> candidates(const Call& call, bool any_order);
  bool keeps_order(const Algorithm& algorithm);
  void keep_equal(Trial& trial, std::uint64_t m, std::vector<Algorithm>& algorithms);
  bool equal(Trial& trial, std::uint64_t m);
  void fill(const Buffer& buffer, Scalar scalar, std::uint64_t seed);

  const Functions f_;
  const Queue queue_;
  Buffer workspace_;
  cublasLtHandle_t handle_ = nullptr;
  std::map<Key, Chosen> chosen_;
};

double CublasLt::fastest_seconds(const Product& product) {
  const Call call(f_, product);
  double best = 0;
  Timer timer(queue_.stream);
  const std::vector<Algorithm> algorithms = candidates(call, true);
  for (const Algorithm& algorithm : algorithms) {
    if (!works(call, product, algorithm)) continue;
    const double seconds =
        timer.seconds([&] { check_library(run(call, product, algorithm), "a matrix product"); });
    if (best == 0 || seconds < best) best = seconds;
  }
  return best;
}

// Whether the sum over k is neither split nor put together from parts.
bool CublasLt::keeps_order(const Algorithm& algorithm) {
  std::int32_t splits = 0;
  std::uint32_t scheme = 0;
  std::size_t written = 0;
  return f_.config_get(&algorithm.of_library, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &splits,
                       sizeof splits, &written) == CUBLAS_STATUS_SUCCESS &&
         f_.config_get(&algorithm.of_library, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, &scheme,
                       sizeof scheme, &written) == CUBLAS_STATUS_SUCCESS &&
         (splits == 0 || splits == 1) && scheme == CUBLASLT_REDUCTION_SCHEME_NONE;
}

std::vector<Algorithm> CublasLt::candidates(const Call& call, bool any_order) {
  cublasLtMatmulPreference_t preference = nullptr;
  check_library(f_.preference_create(&preference), "a preference");
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t name, const auto& value) {
    return f_.preference_set(preference, name, &value, sizeof value);
  };
  const std::uint64_t workspace = workspace_.bytes();
  cublasStatus_t status = set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace);
  const std::uint32_t alignment = 16;
  for (const auto name :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
    if (status == CUBLAS_STATUS_SUCCESS) status = set(name, alignment);
  }
  if (!any_order && status == CUBLAS_STATUS_SUCCESS) {
    const std::uint32_t none = CUBLASLT_REDUCTION_SCHEME_NONE;
    status = set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, none);
  }
  cublasLtMatmulHeuristicResult_t results[kCandidates] = {};
  int count = 0;
  std::vector<Algorithm> algorithms;
  // NOT_SUPPORTED is the answer where it has no algorithm.
  if (status == CUBLAS_STATUS_SUCCESS &&
      f_.heuristic(handle_, call.operation, call.w, call.x, call.y, call.y, preference, kCandidates,
                   results, &count) == CUBLAS_STATUS_SUCCESS) {
    for (int i = 0; i < count; ++i) {
      if (results[i].state != CUBLAS_STATUS_SUCCESS) continue;
      if (any_order || keeps_order({results[i].algo})) algorithms.push_back({results[i].algo});
    }
  }
  f_.preference_destroy(preference);
  check_library(status, "a preference");
  return algorithms;
}

void CublasLt::fill(const Buffer& buffer, Scalar scalar, std::uint64_t seed) {
  const FillArgs args = {buffer.get(), buffer.bytes() / scalar_bytes(scalar), seed, scalar};
  CANDOR_LAUNCH(fill_random, dim3(static_cast<unsigned>(8 * queue_.processors)), dim3(256), 0,
                queue_.stream, args);
  check_launch("random values");
}

bool CublasLt::equal(Trial& trial, std::uint64_t m) {
  const std::uint64_t words =
      trial.product.w.rows * m * (trial.product.store == Store::kBF16 ? 1 : 2);
  check_call(cudaMemsetAsync(trial.differ.get(), 0, trial.differ.bytes(), queue_.stream),
             "comparing");
  const CompareArgs args = {static_cast<const std::uint16_t*>(trial.own.get()),
                            static_cast<const std::uint16_t*>(trial.other.get()), words,
                            static_cast<std::uint32_t*>(trial.differ.get())};
  CANDOR_LAUNCH(compare_bits, dim3(static_cast<unsigned>(8 * queue_.processors)), dim3(256), 0,
                queue_.stream, args);
  check_launch("comparing");
  std::uint32_t differ = 1;
  check_call(cudaMemcpyAsync(&differ, trial.differ.get(), sizeof differ, cudaMemcpyDeviceToHost,
                             queue_.stream),
             "comparing");
  check_call(cudaStreamSynchronize(queue_.stream), "comparing");
  return differ == 0;
}

// Drops the algorithms that do not compute m rows, or not to our bits.
void CublasLt::keep_equal(Trial& trial, std::uint64_t m, std::vector<Algorithm>& algorithms) {
  const Scalar y_scalar = trial.product.store == Store::kBF16 ? Scalar::kBF16 : Scalar::kF32;
  const Product own = trial.of(m, trial.own);
  const Product other = trial.of(m, trial.other);
  fill(trial.own, y_scalar, 3);
  launch_tensor_product(own, queue_);
  const Call call(f_, other);
  std::erase_if(algorithms, [&](const Algorithm& algorithm) {
    // Twice: the first run adds to what is there, too.
    if (!works(call, other, algorithm)) return true;
    fill(trial.other, y_scalar, 3);
    return run(call, other, algorithm) != CUBLAS_STATUS_SUCCESS || !equal(trial, m);
  });
}

ProductChoice CublasLt::choose(std::uint64_t rows, std::uint64_t cols, BlockFormat format,
                               Store store) {
  ProductChoice choice;
  choice.rows = rows;
  choice.cols = cols;
  chosen_.erase({rows, cols, format, store});
  std::uint64_t most = kMostCompared;
  while (most > 64 && rows * most * 4 > kMostResultBytes) most /= 2;
  Trial trial(rows, cols, format, store, most);
  if (!trial.has_memory()) {
    choice.reason = "not enough memory to compare";
    return choice;
  }
  const Scalar scalar = input_scalar(format);
  fill(trial.w, scalar, 1);
  fill(trial.x, scalar, 2);
  std::vector<Algorithm> algorithms;
  {
    const Call call(f_, trial.product);
    algorithms = candidates(call, false);
  }
  if (algorithms.empty()) {
    choice.reason = "no algorithm for this type";
    return choice;
  }
  for (const std::uint64_t m :
       {most, most / 2, most / 8 + 1, std::uint64_t{129}, std::uint64_t{64}, std::uint64_t{33}}) {
    if (m <= most && !algorithms.empty()) keep_equal(trial, m, algorithms);
  }
  if (algorithms.empty()) {
    choice.reason = "other bits";
    return choice;
  }

  Timer timer(queue_.stream);
  const auto library_seconds = [&](std::uint64_t m, const Algorithm& algorithm) {
    const Product p = trial.of(m, trial.other);
    const Call call(f_, p);
    return timer.seconds([&] { check_library(run(call, p, algorithm), "a matrix product"); });
  };
  const Algorithm* best = nullptr;
  double least = 0;
  for (const Algorithm& algorithm : algorithms) {
    const double seconds = library_seconds(most, algorithm);
    if (best == nullptr || seconds < least) {
      best = &algorithm;
      least = seconds;
    }
  }
  // Down from the largest batch, as long as it is the faster one.
  double gain = 0;
  for (std::uint64_t m = most; m >= 64; m /= 2) {
    const Product p = trial.of(m, trial.own);
    const double own = timer.seconds([&] { launch_tensor_product(p, queue_); });
    const double other = library_seconds(m, *best);
    if (other >= own) break;
    choice.library_from = m;
    gain = std::max(gain, own / other);
  }
  if (choice.library_from == 0) {
    choice.reason = "equal bits, but not faster";
    return choice;
  }
  chosen_[{rows, cols, format, store}] = {*best, choice.library_from};
  char text[64];
  std::snprintf(text, sizeof text, "equal bits, up to %.2f times faster", gain);
  choice.reason = text;
  return choice;
}

}  // namespace

std::unique_ptr<ProductLibrary> ProductLibrary::open(const Queue& queue, std::string& text) {
  for (const char* name : {"libcublasLt.so.13", "libcublasLt.so.12"}) {
    void* module = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) continue;
    Functions functions;
    const std::string missing = find_functions(module, functions);
    if (!missing.empty()) {
      text = std::string(name) + " has no " + missing;
      return nullptr;
    }
    try {
      auto library = std::make_unique<CublasLt>(queue, functions);
      text = "cuBLASLt " + std::to_string(functions.version());
      return library;
    } catch (const std::exception& error) {
      text = error.what();
      return nullptr;
    }
  }
  text = "no libcublasLt.so.13 or .12 found";
  return nullptr;
}

}  // namespace candor::kernels::cuda

#else

namespace candor::kernels::cuda {

std::unique_ptr<ProductLibrary> ProductLibrary::open(const Queue&, std::string& text) {
  text = "built without cuBLASLt";
  return nullptr;
}

}  // namespace candor::kernels::cuda

#endif
