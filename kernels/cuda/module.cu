// The module's Backend over the CUDA runtime: one device, one stream. What the operations compute
// is in the other files of this folder (launchers.h).
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/cuda/launchers.h"

namespace candor::kernels::cuda {
namespace {

constexpr std::size_t kLeastSharedBytes = std::size_t{160} << 10U;
constexpr int kLeastComputeMajor = 8;  // cp.async, mma of bf16

std::string described(cudaError_t status) {
  return std::string(cudaGetErrorName(status)) + " (" + cudaGetErrorString(status) + ")";
}
std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace

void check_call(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // told here, not once more by the next launch
  throw std::runtime_error("GPU: " + std::string(what) + ": " + described(status));
}
void check_launch(const char* what) { check_call(cudaGetLastError(), what); }

namespace {

// Pinned memory that pageable uploads go through, so that they need not wait for the stream: a ring
// of chunks, filled one upload after the other. A chunk is filled again when its copies are done.
class Staging {
 public:
  // All at once: no memory can be taken while a graph is recorded.
  Staging() {
    try {
      for (Chunk& chunk : chunks_) {
        void* memory = nullptr;
        check_call(cudaMallocHost(&memory, kChunkBytes), "taking pinned memory");
        chunk.memory = static_cast<std::byte*>(memory);
        check_call(cudaEventCreateWithFlags(&chunk.done, cudaEventDisableTiming),
                   "making an event");
      }
    } catch (...) {
      clear();
      throw;
    }
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() { clear(); }

  void upload(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
    auto* target = static_cast<std::byte*>(to);
    const auto* source = static_cast<const std::byte*>(from);
    while (bytes > 0) {
      if (used_ == kChunkBytes) next_chunk(stream);
      Chunk& chunk = chunks_[current_];
      const std::size_t part = std::min(bytes, kChunkBytes - used_);
      std::memcpy(chunk.memory + used_, source, part);
      check_call(
          cudaMemcpyAsync(target, chunk.memory + used_, part, cudaMemcpyHostToDevice, stream),
          "copying to the device");
      // Each part begins at a multiple of 64, which copies fastest.
      used_ = std::min(kChunkBytes, (used_ + part + 63) / 64 * 64);
      target += part;
      source += part;
      bytes -= part;
    }
  }

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{4} << 20;
  struct Chunk {
    std::byte* memory = nullptr;
    cudaEvent_t done = nullptr;
    bool queued = false;  // `done` was recorded
  };

  void clear() {
    for (Chunk& chunk : chunks_) {
      if (chunk.done != nullptr) cudaEventDestroy(chunk.done);
      if (chunk.memory != nullptr) cudaFreeHost(chunk.memory);
    }
  }
  void next_chunk(cudaStream_t stream) {
    check_call(cudaEventRecord(chunks_[current_].done, stream), "recording an event");
    chunks_[current_].queued = true;
    current_ = (current_ + 1) % chunks_.size();
    used_ = 0;
    Chunk& chunk = chunks_[current_];
    if (chunk.queued) check_call(cudaEventSynchronize(chunk.done), "copying to the device");
    chunk.queued = false;
  }

  std::array<Chunk, 4> chunks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;  // bytes of the current chunk
};

class CudaGraph final : public Backend::Graph {
 public:
  CudaGraph(int device, cudaGraphExec_t exec) : device_(device), exec_(exec) {}
  ~CudaGraph() override {
    cudaSetDevice(device_);
    cudaGraphExecDestroy(exec_);
  }
  cudaGraphExec_t exec() const { return exec_; }

 private:
  int device_;
  cudaGraphExec_t exec_;
};

class CudaMark final : public Backend::Mark {
 public:
  explicit CudaMark(int device) : device_(device) {
    check_call(cudaEventCreateWithFlags(&event_, cudaEventDefault), "making an event");
  }
  ~CudaMark() override {
    cudaSetDevice(device_);
    cudaEventDestroy(event_);
  }
  cudaEvent_t event() const { return event_; }

 private:
  int device_;
  cudaEvent_t event_ = nullptr;
};

// Written once by a launch when the device is opened: a module without code for the device fails
// there, with a reason, and not in the middle of a run.
struct Probe {
  std::uint32_t* out;
};
__global__ void write_probe(Probe args) { args.out[threadIdx.x] = 1000 + threadIdx.x; }

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int index) {
    info_.index = index;
    try {
      open();
    } catch (...) {
      close();
      throw;
    }
  }
  ~CudaBackend() override { close(); }

  const DeviceInfo& info() const override { return info_; }

  void* allocate(std::size_t bytes) override {
    use();
    refuse_in_graph("memory is taken");
    void* memory = nullptr;
    const cudaError_t status = cudaMalloc(&memory, std::max<std::size_t>(bytes, 1));
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      throw std::bad_alloc();
    }
    check_call(status, "taking device memory");
    return memory;
  }
  // Says nothing of failures: they are of earlier work, and told by whoever waits for it.
  void release(void* memory) override {
    if (recording_) {
      released_.push_back(memory);  // giving it back would spoil the graph
      return;
    }
    cudaSetDevice(info_.index);
    cudaFree(memory);
    cudaGetLastError();
  }
  void* allocate_pinned(std::size_t bytes) override {
    use();
    refuse_in_graph("memory is taken");
    void* memory = nullptr;
    const std::size_t taken = std::max<std::size_t>(bytes, 1);
    const cudaError_t status = cudaMallocHost(&memory, taken);
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      throw std::bad_alloc();
    }
    check_call(status, "taking pinned memory");
    pinned_[static_cast<const std::byte*>(memory)] = taken;
    return memory;
  }
  void release_pinned(void* memory) override {
    cudaSetDevice(info_.index);
    pinned_.erase(static_cast<const std::byte*>(memory));
    cudaFreeHost(memory);
    cudaGetLastError();
  }

  void upload(void* to, const void* host_from, std::size_t bytes) override {
    if (bytes == 0) return;
    use();
    refuse_in_graph("data is uploaded");
    if (is_pinned(host_from, bytes)) {
      check_call(cudaMemcpyAsync(to, host_from, bytes, cudaMemcpyHostToDevice, queue_.stream),
                 "copying to the device");
    } else {
      staging_->upload(to, host_from, bytes, queue_.stream);
    }
  }
  void download(void* host_to, const void* from, std::size_t bytes) override {
    if (bytes == 0) return;
    use();
    refuse_in_graph("data is downloaded");
    check_call(cudaMemcpyAsync(host_to, from, bytes, cudaMemcpyDeviceToHost, queue_.stream),
               "copying from the device");
    check_call(cudaStreamSynchronize(queue_.stream), "waiting for the device");
  }
  void copy(void* to, const void* from, std::size_t bytes) override {
    if (bytes == 0) return;
    use();
    check_call(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, queue_.stream),
               "copying on the device");
  }
  void fill_zero(void* to, std::size_t bytes) override {
    if (bytes == 0) return;
    use();
    check_call(cudaMemsetAsync(to, 0, bytes, queue_.stream), "filling device memory");
  }
  std::size_t free_memory() override {
    use();
    std::size_t free = 0;
    std::size_t total = 0;
    check_call(cudaMemGetInfo(&free, &total), "asking for the free memory");
    return free;
  }
  void synchronize() override {
    use();
    refuse_in_graph("the stream is waited for");
    check_call(cudaStreamSynchronize(queue_.stream), "waiting for the device");
  }

  void begin_graph() override {
    use();
    refuse_in_graph("another graph is begun");
    check_call(cudaStreamBeginCapture(queue_.stream, cudaStreamCaptureModeThreadLocal),
               "beginning a graph");
    recording_ = true;
  }
  std::unique_ptr<Graph> end_graph() override {
    use();
    if (!recording_) throw std::runtime_error("GPU: a graph is ended that was not begun");
    recording_ = false;
    cudaGraph_t graph = nullptr;
    const cudaError_t recorded = cudaStreamEndCapture(queue_.stream, &graph);
    for (void* memory : released_) release(memory);
    released_.clear();
    check_call(recorded, "recording a graph");
    cudaGraphExec_t exec = nullptr;
    const cudaError_t status = cudaGraphInstantiate(&exec, graph, 0);
    cudaGraphDestroy(graph);
    check_call(status, "preparing a graph");
    return std::make_unique<CudaGraph>(info_.index, exec);
  }
  void launch(const Graph& graph) override {
    use();
    refuse_in_graph("a graph is launched");
    check_call(cudaGraphLaunch(static_cast<const CudaGraph&>(graph).exec(), queue_.stream),
               "launching a graph");
  }

  std::unique_ptr<Mark> mark() override {
    use();
    refuse_in_graph("a mark is set");
    auto mark = std::make_unique<CudaMark>(info_.index);
    check_call(cudaEventRecord(mark->event(), queue_.stream), "recording an event");
    return mark;
  }
  void wait(const Mark& mark) override {
    use();
    check_call(cudaEventSynchronize(static_cast<const CudaMark&>(mark).event()),
               "waiting for the device");
  }
  double seconds_between(const Mark& first, const Mark& second) override {
    use();
    const cudaEvent_t begin = static_cast<const CudaMark&>(first).event();
    const cudaEvent_t end = static_cast<const CudaMark&>(second).event();
    check_call(cudaEventSynchronize(end), "waiting for the device");
    float milliseconds = 0;
    check_call(cudaEventElapsedTime(&milliseconds, begin, end), "reading the device's clock");
    return static_cast<double>(milliseconds) * 1e-3;
  }

  void product(const Product& product) override {
    use();
    products_->product(product);
  }
  void embed(const Embed& embed) override { queue(embed); }
  void norm_add(const NormAdd& norm) override { queue(norm); }
  void gather(const Gather& gather) override { queue(gather); }
  void rope_angles(const RopeAngles& angles) override { queue(angles); }
  void rope_store(const RopeStore& store) override { queue(store); }
  void attention(const Attention& attention) override { queue(attention); }
  void activate(const Activate& activate) override { queue(activate); }
  void finish_logits(const FinishLogits& finish) override { queue(finish); }
  void choose(const Choose& choose) override { queue(choose); }
  void copy_page(const CopyPage& copy) override { queue(copy); }

  ProductChoice prepare_product(std::uint64_t rows, std::uint64_t cols, BlockFormat format,
                                Store store) override {
    use();
    refuse_in_graph("a product is prepared");
    return products_->prepare(rows, cols, format, store);
  }
  double fastest_product_seconds(const Product& product) override {
    use();
    refuse_in_graph("a product is timed");
    return products_->fastest_seconds(product);
  }
  DeviceLimits measure_limits() override {
    use();
    refuse_in_graph("the device is measured");
    DeviceLimits limits;
    limits.copy_bytes_per_s = copy_bytes_per_s();
    limits.product_flops_per_s = products_->most_flops_per_s();
    return limits;
  }

 private:
  // The device belongs to the thread, and threads may take turns.
  void use() const { check_call(cudaSetDevice(info_.index), "choosing the device"); }
  template <typename Operation>
  void queue(const Operation& operation) {
    use();
    cuda::launch(operation, queue_);
  }
  void refuse_in_graph(const char* what) const {
    if (recording_) {
      throw std::runtime_error("GPU: " + std::string(what) + " while a graph is recorded");
    }
  }
  bool is_pinned(const void* memory, std::size_t bytes) const {
    const auto* at = static_cast<const std::byte*>(memory);
    auto after = pinned_.upper_bound(at);
    if (after == pinned_.begin()) return false;
    --after;
    return at + bytes <= after->first + after->second;
  }

  void open();
  void close();
  void run_probe();
  double copy_bytes_per_s();

  DeviceInfo info_;
  Queue queue_;
  std::unique_ptr<Products> products_;
  std::unique_ptr<Staging> staging_;
  std::map<const std::byte*, std::size_t> pinned_;
  std::vector<void*> released_;  // while a graph was recorded
  bool recording_ = false;
};

std::string too_old_a_device(const cudaDeviceProp& properties) {
  return "The GPU " + std::string(properties.name) + " has compute capability " +
         std::to_string(properties.major) + "." + std::to_string(properties.minor) + "; at least " +
         std::to_string(kLeastComputeMajor) + ".0 (Ampere) is needed.";
}

// Kernels of attention and products take up to 160 KB of a multiprocessor's shared memory. The
// cards of the data centres have that (8.0, 9.0, 10.0), those of workstations 99 KB.
std::string too_small_a_device(const cudaDeviceProp& properties) {
  return "The GPU " + std::string(properties.name) + " has " +
         std::to_string(properties.sharedMemPerBlockOptin / 1024) +
         " KB of shared memory a block; at least " + std::to_string(kLeastSharedBytes / 1024) +
         " are needed (A100, H100, H200, B200).";
}

void CudaBackend::open() {
  cudaDeviceProp properties{};
  check_call(cudaGetDeviceProperties(&properties, info_.index), "asking for the device");
  if (properties.major < kLeastComputeMajor) throw std::runtime_error(too_old_a_device(properties));
  if (properties.sharedMemPerBlockOptin < kLeastSharedBytes) {
    throw std::runtime_error(too_small_a_device(properties));
  }
  use();
  info_.name = properties.name;
  info_.compute_major = properties.major;
  info_.compute_minor = properties.minor;
  info_.processors = properties.multiProcessorCount;
  info_.l2_bytes = static_cast<std::size_t>(properties.l2CacheSize);
  check_call(cudaDriverGetVersion(&info_.driver_version), "asking for the driver");
  check_call(cudaRuntimeGetVersion(&info_.runtime_version), "asking for the runtime");
  check_call(cudaStreamCreateWithFlags(&queue_.stream, cudaStreamNonBlocking), "making a stream");
  queue_.processors = info_.processors;
  staging_ = std::make_unique<Staging>();
  run_probe();
  products_ = Products::make(queue_);
  info_.library = products_->library();
  check_call(cudaMemGetInfo(&info_.free_bytes, &info_.memory_bytes), "asking for memory");
}

void CudaBackend::close() {
  if (recording_) {  // given up half-way
    cudaGraph_t graph = nullptr;
    recording_ = false;
    cudaSetDevice(info_.index);
    if (cudaStreamEndCapture(queue_.stream, &graph) == cudaSuccess) cudaGraphDestroy(graph);
    for (void* memory : released_) release(memory);
  }
  cudaSetDevice(info_.index);
  if (queue_.stream != nullptr) cudaStreamSynchronize(queue_.stream);
  products_.reset();
  staging_.reset();
  if (queue_.stream != nullptr) cudaStreamDestroy(queue_.stream);
  queue_.stream = nullptr;
  for (const auto& [memory, bytes] : pinned_) cudaFreeHost(const_cast<std::byte*>(memory));
  pinned_.clear();
  cudaGetLastError();
}

void CudaBackend::run_probe() {
  constexpr std::size_t kThreads = 32;
  struct Memory {
    CudaBackend& backend;
    void* data;
    ~Memory() { backend.release(data); }
  };
  const Memory memory{*this, allocate(kThreads * sizeof(std::uint32_t))};
  CANDOR_LAUNCH(write_probe, 1, kThreads, 0, queue_.stream,
                Probe{static_cast<std::uint32_t*>(memory.data)});
  const std::string what = "running this module's code on a GPU of compute capability " +
                           std::to_string(info_.compute_major) + "." +
                           std::to_string(info_.compute_minor);
  check_launch(what.c_str());
  std::uint32_t values[kThreads] = {};
  download(values, memory.data, sizeof values);
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    if (values[i] != 1000 + i) throw std::runtime_error("GPU: the first kernel computed nothing");
  }
}

// The median of several copies within the device; each byte is read once and written once.
double CudaBackend::copy_bytes_per_s() {
  constexpr std::size_t kMostBytes = std::size_t{2} << 30;
  constexpr int kWarmUp = 2, kTimes = 9;
  std::size_t free_bytes = 0, all_bytes = 0;
  check_call(cudaMemGetInfo(&free_bytes, &all_bytes), "asking for memory");
  const std::size_t bytes = std::min(kMostBytes, free_bytes / 4) / 4096 * 4096;
  if (bytes == 0) throw std::bad_alloc();
  struct Pair {
    explicit Pair(CudaBackend& owner) : backend(owner) {}
    ~Pair() {
      backend.release(from);
      backend.release(to);
    }
    CudaBackend& backend;
    void* from = nullptr;
    void* to = nullptr;
  };
  Pair pair(*this);
  pair.from = allocate(bytes);
  pair.to = allocate(bytes);
  fill_zero(pair.from, bytes);
  std::vector<double> seconds;
  for (int i = 0; i < kWarmUp + kTimes; ++i) {
    const std::unique_ptr<Mark> begin = mark();
    copy(pair.to, pair.from, bytes);
    const std::unique_ptr<Mark> end = mark();
    const double taken = seconds_between(*begin, *end);
    if (i >= kWarmUp) seconds.push_back(taken);
  }
  std::sort(seconds.begin(), seconds.end());
  return 2.0 * static_cast<double>(bytes) / seconds[seconds.size() / 2];
}

void write_reason(const std::string& reason, char* why, std::size_t why_size) {
  if (why != nullptr && why_size > 0) std::snprintf(why, why_size, "%s", reason.c_str());
}

// Why the runtime gives no devices, for users.
std::string no_devices(cudaError_t status) {
  if (status == cudaErrorInsufficientDriver) {
    int driver = 0, runtime = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
      return "There is no NVIDIA driver on this machine.";
    }
    cudaRuntimeGetVersion(&runtime);
    return "The NVIDIA driver serves CUDA " + version_text(driver) +
           ", but this module was built with CUDA " + version_text(runtime) +
           ": a newer driver is needed.";
  }
  if (status == cudaErrorNoDevice || status == cudaSuccess) {
    return "The NVIDIA driver sees no GPU (CUDA_VISIBLE_DEVICES can hide them).";
  }
  return "The CUDA runtime does not start: " + described(status) + ".";
}

int count_devices(char* why, std::size_t why_size) {
  try {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status != cudaSuccess || count == 0) {
      cudaGetLastError();
      write_reason(no_devices(status), why, why_size);
      return -1;
    }
    std::string reason;
    for (int i = 0; i < count; ++i) {
      cudaDeviceProp properties{};
      check_call(cudaGetDeviceProperties(&properties, i), "asking for a device");
      if (properties.major >= kLeastComputeMajor) return count;
      reason = too_old_a_device(properties);
    }
    write_reason(reason, why, why_size);
  } catch (const std::exception& error) {
    write_reason(error.what(), why, why_size);
  } catch (...) {
    write_reason("The CUDA runtime does not start.", why, why_size);
  }
  return -1;
}

Backend* open_device(int index, char* why, std::size_t why_size) {
  const int count = count_devices(why, why_size);
  if (count < 0) return nullptr;
  if (index < 0 || index >= count) {
    write_reason("There is no GPU " + std::to_string(index) + ": this machine has " +
                     std::to_string(count) + ", counted from 0.",
                 why, why_size);
    return nullptr;
  }
  try {
    return new CudaBackend(index);
  } catch (const std::bad_alloc&) {
    write_reason("GPU " + std::to_string(index) + " has too little free memory.", why, why_size);
  } catch (const std::exception& error) {
    write_reason(error.what(), why, why_size);
  } catch (...) {
    write_reason("GPU " + std::to_string(index) + " cannot be opened.", why, why_size);
  }
  return nullptr;
}

}  // namespace
}  // namespace candor::kernels::cuda

extern "C" __attribute__((visibility("default"))) const candor::kernels::cuda::Module*
candor_cuda_module() {
  using namespace candor::kernels::cuda;  // NOLINT: one function long
  static const Module module{kBackendVersion, count_devices, open_device};
  return &module;
}
