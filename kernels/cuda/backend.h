// The GPU as the engine sees it: memory, a stream of operations, graphs of them. An abstract class
// because its code is in a module of its own (libcandor_cuda.so), which is loaded when a GPU is
// asked for: one program runs with or without a GPU, a driver or the toolkit. What is computed is
// described in operations.h.
//
// A Backend is one device and one stream; it is used by one thread at a time. Operations are queued
// and return at once; they throw std::runtime_error for a launch that the device refuses.
// What fails later is thrown by `synchronize` and whatever waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/operations.h"

namespace candor::kernels::cuda {

// Changed with this header or operations.h: a module of another version is refused.
inline constexpr std::uint32_t kBackendVersion = 1;

struct DeviceInfo {
  int index = 0;
  std::string name;  // "NVIDIA H100 80GB HBM3"
  int compute_major = 0, compute_minor = 0;
  int processors = 0;  // multiprocessors
  std::size_t memory_bytes = 0, free_bytes = 0;
  std::size_t l2_bytes = 0;
  int driver_version = 0, runtime_version = 0;  // 13000 is 13.0
  std::string library;                          // "cuBLASLt 130100", or why there is none
};

// How products of one shape are computed on this device, told once it has been found out.
struct ProductChoice {
  std::uint64_t rows = 0, cols = 0;
  std::uint64_t library_from = 0;  // batches of at least this many rows go to cuBLASLt; 0: none do
  std::string reason;              // "equal bits, 1.8 times faster", "other bits", "no library"
};

// What the device can do at most, measured.
struct DeviceLimits {
  double copy_bytes_per_s = 0;     // device to device, bytes read plus bytes written
  double product_flops_per_s = 0;  // bf16 8192 x 8192 x 8192, the fastest algorithm of cuBLASLt on
                                   // random values; 0: no library
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual const DeviceInfo& info() const = 0;

  // Memory. `allocate` throws std::bad_alloc when there is not enough; contents are undefined.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) = 0;
  virtual void* allocate_pinned(
      std::size_t bytes) = 0;  // host memory that is copied without a stop
  virtual void release_pinned(void* memory) = 0;
  // In the order of the stream. From pageable memory it returns when the source may be changed,
  // from pinned memory at once.
  virtual void upload(void* to, const void* host_from, std::size_t bytes) = 0;
  virtual void download(void* host_to, const void* from, std::size_t bytes) = 0;  // waits for it
  virtual void copy(void* to, const void* from, std::size_t bytes) = 0;
  virtual void fill_zero(void* to, std::size_t bytes) = 0;
  virtual std::size_t free_memory() = 0;  // bytes of the device that can be allocated now
  virtual void synchronize() = 0;

  // Graphs. Between begin and end operations are recorded, not run; uploads and downloads may not
  // be among them. A graph reads the arrays it was recorded with, whatever they hold by then.
  class Graph {
   public:
    virtual ~Graph() = default;
  };
  virtual void begin_graph() = 0;
  virtual std::unique_ptr<Graph> end_graph() = 0;
  virtual void launch(const Graph& graph) = 0;

  // A mark in the stream, and the seconds between two of them (waits for the second).
  class Mark {
   public:
    virtual ~Mark() = default;
  };
  virtual std::unique_ptr<Mark> mark() = 0;
  virtual double seconds_between(const Mark& first, const Mark& second) = 0;
  virtual void wait(const Mark& mark) = 0;  // until the stream has come to it

  // Operations.
  virtual void product(const Product& product) = 0;
  virtual void embed(const Embed& embed) = 0;
  virtual void norm_add(const NormAdd& norm) = 0;
  virtual void gather(const Gather& gather) = 0;
  virtual void rope_angles(const RopeAngles& angles) = 0;
  virtual void rope_store(const RopeStore& store) = 0;
  virtual void attention(const Attention& attention) = 0;
  virtual void activate(const Activate& activate) = 0;
  virtual void finish_logits(const FinishLogits& finish) = 0;
  virtual void choose(const Choose& choose) = 0;
  virtual void copy_page(const CopyPage& copy) = 0;

  // Finds out how products with matrices of this shape, format and result are best computed with
  // many rows, on random values: cuBLASLt is used only where every one of its values has the bits
  // that our own kernel gives. To be called before the first of them; without it our own kernels
  // compute all. Takes memory while it runs.
  virtual ProductChoice prepare_product(std::uint64_t rows, std::uint64_t cols, BlockFormat format,
                                        Store store) = 0;
  // Seconds of one product with the fastest algorithm that the library has for exactly this m,
  // whatever its bits; 0: no library. For measuring what equal bits cost.
  virtual double fastest_product_seconds(const Product& product) = 0;
  virtual DeviceLimits measure_limits() = 0;
};

// The one symbol of the module. `open` and `count` write a reason to `why` (at most why_size bytes
// with the final zero) where they fail.
struct Module {
  std::uint32_t version;  // kBackendVersion
  // Devices there are; -1: none can be used, and why.
  int (*count)(char* why, std::size_t why_size);
  // Null where it cannot be opened, and why. The caller owns it.
  Backend* (*open)(int index, char* why, std::size_t why_size);
};
extern "C" {
using ModuleFunction = const Module*();
}
inline constexpr const char* kModuleSymbol = "candor_cuda_module";

}  // namespace candor::kernels::cuda
