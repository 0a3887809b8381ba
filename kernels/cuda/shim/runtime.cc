#include "kernels/cuda/shim/runtime.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

namespace candor::kernels::cuda::shim {

using Work = std::function<void()>;

struct Stream {
  std::vector<Work> pending;
  std::unique_ptr<Graph> capture;
  bool invalidated = false;  // the capture
};
struct Graph {
  std::vector<Work> work;
};
struct GraphExec {
  std::vector<Work> work;
};
struct Event {
  std::chrono::steady_clock::time_point time;
  Stream* stream = nullptr;
  bool recorded = false, happened = false;
};

namespace {

constexpr std::size_t kRedZone = 1024;  // before and behind an allocation
constexpr std::size_t kMemory = std::size_t{1} << 30;
constexpr std::size_t kDefaultShared = 48 * 1024;
constexpr int kVersion = 13000;

thread_local cudaError_t last_error = cudaSuccess;
cudaError_t left(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

struct Allocation {
  unsigned char* block = nullptr;
  std::size_t bytes = 0;
};
struct Device {
  std::mutex mutex;
  std::map<const unsigned char*, Allocation> allocations;
  std::map<const unsigned char*, std::size_t> pinned;
  std::size_t used = 0;
  std::map<const void*, std::size_t> shared_limits;  // by kernel
  std::set<Stream*> streams;
};
Device& device() {
  static auto* the_device = new Device;  // outlives what is freed at exit
  return *the_device;
}
thread_local Stream* capturing = nullptr;

void drain(Stream& stream) {
  // Work may not queue more, so the list stands still.
  std::vector<Work> work;
  work.swap(stream.pending);
  for (const Work& item : work) item();
}
void add(Stream& stream, Work work) {
  (stream.capture ? stream.capture->work : stream.pending).push_back(std::move(work));
}
// What may not be done while this thread records a graph, and spoils the recording.
bool spoils_capture() {
  if (capturing == nullptr) return false;
  capturing->invalidated = true;
  return true;
}

bool is_pinned(const void* memory, std::size_t bytes) {
  const std::lock_guard lock(device().mutex);
  const auto* at = static_cast<const unsigned char*>(memory);
  auto after = device().pinned.upper_bound(at);
  if (after == device().pinned.begin()) return false;
  --after;
  return at + bytes <= after->first + after->second;
}
bool on_device(const void* memory, std::size_t bytes) {
  const std::lock_guard lock(device().mutex);
  const auto* at = static_cast<const unsigned char*>(memory);
  auto after = device().allocations.upper_bound(at);
  if (after == device().allocations.begin()) return false;
  --after;
  return at + bytes <= after->first + after->second.bytes;
}

void check_red_zones(const unsigned char* memory, const Allocation& allocation) {
  for (std::size_t i = 0; i < kRedZone; ++i) {
    if (memory[-1 - static_cast<std::ptrdiff_t>(i)] != 0xFF) {
      stop(("device memory was written " + std::to_string(i + 1) +
            " bytes before an allocation of " + std::to_string(allocation.bytes))
               .c_str());
    }
    if (memory[allocation.bytes + i] != 0xFF) {
      stop(("device memory was written at byte " + std::to_string(allocation.bytes + i) +
            " of an allocation of " + std::to_string(allocation.bytes))
               .c_str());
    }
  }
}

}  // namespace

cudaError_t set_attribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
  if (value < 0 || static_cast<std::size_t>(value) > kMostShared)
    return left(cudaErrorInvalidValue);
  const std::lock_guard lock(device().mutex);
  device().shared_limits[kernel] = static_cast<std::size_t>(value);
  return cudaSuccess;
}

void queue(const void* kernel, Launch launch, cudaStream_t stream) {
  const dim3 grid = launch.grid, block = launch.block;
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  std::size_t limit = kDefaultShared;
  {
    const std::lock_guard lock(device().mutex);
    const auto known = device().shared_limits.find(kernel);
    if (known != device().shared_limits.end()) limit = std::max(limit, known->second);
  }
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7FFFFFFFU || grid.y > 65535 ||
      grid.z > 65535 || threads == 0 || threads > kMostThreads || block.z > 64) {
    left(cudaErrorInvalidConfiguration);
  } else if (launch.shared_bytes > limit) {
    left(cudaErrorInvalidValue);
  } else if (stream == nullptr) {
    run(launch);
  } else {
    add(*stream, [launch = std::move(launch)] { run(launch); });
  }
}

}  // namespace candor::kernels::cuda::shim

using namespace candor::kernels::cuda::shim;  // NOLINT: the definitions below are CUDA's names

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration:
      return "cudaErrorInvalidConfiguration";
    case cudaErrorInvalidMemcpyDirection:
      return "cudaErrorInvalidMemcpyDirection";
    case cudaErrorInsufficientDriver:
      return "cudaErrorInsufficientDriver";
    case cudaErrorInvalidDeviceFunction:
      return "cudaErrorInvalidDeviceFunction";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorInvalidResourceHandle:
      return "cudaErrorInvalidResourceHandle";
    case cudaErrorIllegalState:
      return "cudaErrorIllegalState";
    case cudaErrorNotReady:
      return "cudaErrorNotReady";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    case cudaErrorNotSupported:
      return "cudaErrorNotSupported";
    case cudaErrorStreamCaptureUnsupported:
      return "cudaErrorStreamCaptureUnsupported";
    case cudaErrorStreamCaptureInvalidated:
      return "cudaErrorStreamCaptureInvalidated";
    case cudaErrorUnknown:
      break;
  }
  return "cudaErrorUnknown";
}
const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaSuccess ? "no error" : "an error of the shim";
}
cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
cudaError_t cudaPeekAtLastError() { return last_error; }

cudaError_t cudaDriverGetVersion(int* version) {
  *version = kVersion;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = kVersion;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device_index) {
  *device_index = 0;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device_index) {
  return left(device_index == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device_index) {
  if (device_index != 0) return left(cudaErrorInvalidDevice);
  *properties = {};
  std::strcpy(properties->name, "shim");
  properties->totalGlobalMem = kMemory;
  properties->sharedMemPerBlock = kDefaultShared;
  properties->sharedMemPerBlockOptin = kMostShared;
  properties->multiProcessorCount = 4;  // few, so that loops over processors go round
  properties->major = 9;
  properties->l2CacheSize = 1 << 20;
  properties->warpSize = 32;
  properties->maxThreadsPerBlock = static_cast<int>(kMostThreads);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* all_bytes) {
  const std::lock_guard lock(device().mutex);
  *free_bytes = kMemory - device().used;
  *all_bytes = kMemory;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  if (spoils_capture()) return left(cudaErrorStreamCaptureUnsupported);
  std::vector<Stream*> streams;
  {
    const std::lock_guard lock(device().mutex);
    streams.assign(device().streams.begin(), device().streams.end());
  }
  for (Stream* stream : streams) drain(*stream);
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  *memory = nullptr;
  if (spoils_capture()) return left(cudaErrorStreamCaptureUnsupported);
  if (bytes == 0) return cudaSuccess;
  const std::lock_guard lock(device().mutex);
  if (bytes > kMemory - device().used) return left(cudaErrorMemoryAllocation);
  const std::size_t all = (bytes + 2 * kRedZone + 1023) / 1024 * 1024;
  auto* block = static_cast<unsigned char*>(std::aligned_alloc(1024, all));
  if (block == nullptr) return left(cudaErrorMemoryAllocation);
  std::memset(block, 0xFF, all);
  device().allocations[block + kRedZone] = {block, bytes};
  // With the sanitizer the red zones cannot be read either.
  ASAN_POISON_MEMORY_REGION(block, kRedZone);
  ASAN_POISON_MEMORY_REGION(block + kRedZone + bytes, all - kRedZone - bytes);
  device().used += bytes;
  *memory = block + kRedZone;
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  if (const cudaError_t status = cudaDeviceSynchronize(); status != cudaSuccess) return status;
  const std::lock_guard lock(device().mutex);
  const auto found = device().allocations.find(static_cast<unsigned char*>(memory));
  if (found == device().allocations.end()) return left(cudaErrorInvalidValue);
  ASAN_UNPOISON_MEMORY_REGION(found->second.block, found->second.bytes + 2 * kRedZone);
  check_red_zones(found->first, found->second);
  device().used -= found->second.bytes;
  std::free(found->second.block);
  device().allocations.erase(found);
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = nullptr;
  if (spoils_capture()) return left(cudaErrorStreamCaptureUnsupported);
  if (bytes == 0) return cudaSuccess;
  *memory = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  if (*memory == nullptr) return left(cudaErrorMemoryAllocation);
  std::memset(*memory, 0xFF, bytes);
  const std::lock_guard lock(device().mutex);
  device().pinned[static_cast<unsigned char*>(*memory)] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  if (const cudaError_t status = cudaDeviceSynchronize(); status != cudaSuccess) return status;
  const std::lock_guard lock(device().mutex);
  if (device().pinned.erase(static_cast<unsigned char*>(memory)) == 0) {
    return left(cudaErrorInvalidValue);
  }
  std::free(memory);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (bytes == 0) return cudaSuccess;
  if (stream == nullptr) return left(cudaErrorInvalidResourceHandle);
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  if (from_device != on_device(from, bytes) || to_device != on_device(to, bytes)) {
    return left(cudaErrorInvalidValue);
  }
  const bool pageable =
      (!from_device && !is_pinned(from, bytes)) || (!to_device && !is_pinned(to, bytes));
  if (pageable && stream->capture) {
    stream->invalidated = true;
    return left(cudaErrorStreamCaptureUnsupported);
  }
  // Pageable memory is read, or written, before the call returns.
  if (pageable) {
    drain(*stream);
    std::memmove(to, from, bytes);
  } else {
    add(*stream, [to, from, bytes] { std::memmove(to, from, bytes); });
  }
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return cudaSuccess;
  if (stream == nullptr) return left(cudaErrorInvalidResourceHandle);
  if (!on_device(to, bytes)) return left(cudaErrorInvalidValue);
  add(*stream, [to, value, bytes] { std::memset(to, value, bytes); });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new Stream;
  const std::lock_guard lock(device().mutex);
  device().streams.insert(*stream);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  drain(*stream);
  if (capturing == stream) capturing = nullptr;
  {
    const std::lock_guard lock(device().mutex);
    device().streams.erase(stream);
  }
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (stream == nullptr) return cudaDeviceSynchronize();
  if (stream->capture) {
    stream->invalidated = true;
    return left(cudaErrorStreamCaptureUnsupported);
  }
  drain(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  if (stream == nullptr) return left(cudaErrorStreamCaptureUnsupported);
  if (stream->capture) return left(cudaErrorIllegalState);
  stream->capture = std::make_unique<Graph>();
  stream->invalidated = false;
  capturing = stream;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  if (!stream->capture) return left(cudaErrorIllegalState);
  if (capturing == stream) capturing = nullptr;
  const std::unique_ptr<Graph> recorded = std::move(stream->capture);
  if (stream->invalidated) return left(cudaErrorStreamCaptureInvalidated);
  *graph = new Graph(*recorded);
  return cudaSuccess;
}
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  *status = !stream->capture      ? cudaStreamCaptureStatusNone
            : stream->invalidated ? cudaStreamCaptureStatusInvalidated
                                  : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new GraphExec{graph->work};
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  if (stream == nullptr) return left(cudaErrorInvalidResourceHandle);
  for (const auto& work : exec->work) add(*stream, work);
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new Event;
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return cudaEventCreate(event);
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  if (event->recorded && !event->happened) drain(*event->stream);
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (stream == nullptr) return left(cudaErrorInvalidResourceHandle);
  if (stream->capture) return cudaSuccess;  // marks the order within the graph, no more
  event->stream = stream;
  event->recorded = true;
  event->happened = false;
  add(*stream, [event] {
    event->time = std::chrono::steady_clock::now();
    event->happened = true;
  });
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (spoils_capture()) return left(cudaErrorStreamCaptureUnsupported);
  if (event->recorded && !event->happened) drain(*event->stream);
  return cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t first, cudaEvent_t second) {
  if (!first->recorded || !second->recorded) return left(cudaErrorInvalidResourceHandle);
  if (!first->happened || !second->happened) return left(cudaErrorNotReady);
  *milliseconds = std::chrono::duration<float, std::milli>(second->time - first->time).count();
  return cudaSuccess;
}
