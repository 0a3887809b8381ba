#include "kernels/cuda/product_library.h"

#if defined(__CUDACC__) && __has_include(<cublasLt.h>)

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>
#include <vector>

#include "kernels/cuda/cublaslt.h"
#include "kernels/cuda/product_kernels.h"
#include "kernels/cuda/product_trial.h"

namespace candor::kernels::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
constexpr std::uint64_t kMostCompared = 2048;  // rows of x
constexpr std::uint64_t kMostResultBytes = std::uint64_t{512} << 20;
constexpr int kCandidates = 16;

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
    // Larger batches than were compared might be scheduled in another way.
    if (found == chosen_.end() || product.m < found->second.from ||
        product.m > found->second.most) {
      return false;
    }
    // What was compared: rows that follow each other.
    if (product.w.pitch != 2 * product.w.cols || product.x_stride != product.w.cols ||
        product.y_stride != product.w.rows ||
        reinterpret_cast<std::uintptr_t>(product.y) % 16 != 0) {
      return false;
    }
    const Call call(f_, product);
    // Only some numbers of rows were compared. Where the algorithm does not take this one, our own
    // kernel gives the same bits.
    return run(call, product, found->second.algorithm) == CUBLAS_STATUS_SUCCESS;
  }

  double fastest_seconds(const Product& product) override;
  double most_flops_per_s() override {
    constexpr std::uint64_t kSize = 8192;
    Trial trial(kSize, kSize, BlockFormat::kBF16, Store::kBF16, kSize);
    if (!trial.has_memory()) throw std::runtime_error("GPU: no memory to measure matrix products");
    fill_random(trial.w, Scalar::kBF16, 1, queue_);
    fill_random(trial.x, Scalar::kBF16, 2, queue_);
    const double seconds = fastest_seconds(trial.product);
    const double size = static_cast<double>(kSize);
    return seconds > 0 ? 2 * size * size * size / seconds : 0;
  }

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, BlockFormat, Store>;
  struct Chosen {
    Algorithm algorithm;
    std::uint64_t from, most;  // rows of a batch
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

// Drops the algorithms that do not compute m rows, or not to our bits.
void CublasLt::keep_equal(Trial& trial, std::uint64_t m, std::vector<Algorithm>& algorithms) {
  const Scalar y_scalar = trial.product.store == Store::kBF16 ? Scalar::kBF16 : Scalar::kF32;
  const Product own = trial.of(m, trial.own);
  const Product other = trial.of(m, trial.other);
  fill_random(trial.own, y_scalar, 3, queue_);
  launch_tensor_product(own, queue_);
  const Call call(f_, other);
  std::erase_if(algorithms, [&](const Algorithm& algorithm) {
    // Twice: the first run adds to what is there, too.
    if (!works(call, other, algorithm)) return true;
    fill_random(trial.other, y_scalar, 3, queue_);
    return run(call, other, algorithm) != CUBLAS_STATUS_SUCCESS || !trial.equal(m, queue_);
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
  fill_random(trial.w, scalar, 1, queue_);
  fill_random(trial.x, scalar, 2, queue_);
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
  chosen_[{rows, cols, format, store}] = {*best, choice.library_from, most};
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
