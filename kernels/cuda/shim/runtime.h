// The part of the CUDA runtime that our module uses, with CUDA's names and error codes: one device
// named "shim", whose memory is host memory.
//
// A stream runs nothing when it is told to: what was queued runs when somebody waits for it. So
// reading a result without waiting, or changing pinned memory that is still to be copied, shows.
// Memory begins as 0xFF in every byte; writes before or behind an allocation end the program when
// it is freed. Launches that a device would refuse leave the error that the device would leave.
#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "kernels/cuda/shim/fibers.h"
#include "kernels/cuda/shim/types.h"

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInvalidMemcpyDirection = 21,
  cudaErrorInsufficientDriver = 35,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorIllegalState = 401,
  cudaErrorNotReady = 600,
  cudaErrorIllegalAddress = 700,
  cudaErrorNotSupported = 801,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901,
  cudaErrorUnknown = 999,
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost = 0,
  cudaMemcpyHostToDevice = 1,
  cudaMemcpyDeviceToHost = 2,
  cudaMemcpyDeviceToDevice = 3,
  cudaMemcpyDefault = 4,
};
enum cudaFuncAttribute {
  cudaFuncAttributeMaxDynamicSharedMemorySize = 8,
  cudaFuncAttributePreferredSharedMemoryCarveout = 9,
};
enum cudaStreamCaptureMode {
  cudaStreamCaptureModeGlobal = 0,
  cudaStreamCaptureModeThreadLocal = 1,
  cudaStreamCaptureModeRelaxed = 2,
};
enum cudaStreamCaptureStatus {
  cudaStreamCaptureStatusNone = 0,
  cudaStreamCaptureStatusActive = 1,
  cudaStreamCaptureStatusInvalidated = 2,
};
inline constexpr unsigned cudaStreamNonBlocking = 1;
inline constexpr unsigned cudaEventDefault = 0;
inline constexpr unsigned cudaEventDisableTiming = 2;
inline constexpr unsigned cudaHostAllocDefault = 0;

namespace candor::kernels::cuda::shim {
struct Stream;
struct Event;
struct Graph;
struct GraphExec;
}  // namespace candor::kernels::cuda::shim
using cudaStream_t = candor::kernels::cuda::shim::Stream*;
using cudaEvent_t = candor::kernels::cuda::shim::Event*;
using cudaGraph_t = candor::kernels::cuda::shim::Graph*;
using cudaGraphExec_t = candor::kernels::cuda::shim::GraphExec*;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  std::size_t sharedMemPerBlock;
  std::size_t sharedMemPerBlockOptin;
  int multiProcessorCount;
  int major, minor;
  int l2CacheSize;
  int warpSize;
  int maxThreadsPerBlock;
};

const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();  // and forgets it
cudaError_t cudaPeekAtLastError();

cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* all_bytes);
cudaError_t cudaDeviceSynchronize();

cudaError_t cudaMalloc(void** memory, std::size_t bytes);
template <typename T>
cudaError_t cudaMalloc(T** memory, std::size_t bytes) {
  void* allocated = nullptr;
  const cudaError_t status = cudaMalloc(&allocated, bytes);
  *memory = static_cast<T*>(allocated);
  return status;
}
cudaError_t cudaFree(void* memory);  // waits for everything
cudaError_t cudaMallocHost(void** memory, std::size_t bytes);
template <typename T>
cudaError_t cudaMallocHost(T** memory, std::size_t bytes) {
  void* allocated = nullptr;
  const cudaError_t status = cudaMallocHost(&allocated, bytes);
  *memory = static_cast<T*>(allocated);
  return status;
}
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream);

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph,
                                 unsigned long long flags = 0);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);

cudaError_t cudaEventCreate(cudaEvent_t* event);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t first, cudaEvent_t second);

namespace candor::kernels::cuda::shim {

cudaError_t set_attribute(const void* kernel, cudaFuncAttribute attribute, int value);
// Queues the launch, or leaves the error that it would be refused with.
void queue(const void* kernel, Launch launch, cudaStream_t stream);

template <typename Args>
void launch_kernel(const char* name, void (*kernel)(Args), dim3 grid, dim3 block,
                   std::size_t shared_bytes, cudaStream_t stream,
                   const std::type_identity_t<Args>& args) {
  static_assert(std::is_trivially_copyable_v<Args>, "arguments are copied to the device as bytes");
  static_assert(sizeof(Args) <= 4096, "arguments of a kernel have room for 4096 bytes");
  queue(reinterpret_cast<const void*>(kernel),
        {name, grid, block, shared_bytes, [kernel, args] { kernel(args); }}, stream);
}

}  // namespace candor::kernels::cuda::shim

template <typename Args>
cudaError_t cudaFuncSetAttribute(void (*kernel)(Args), cudaFuncAttribute attribute, int value) {
  return candor::kernels::cuda::shim::set_attribute(reinterpret_cast<const void*>(kernel),
                                                    attribute, value);
}
