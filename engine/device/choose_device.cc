#include "engine/device/choose_device.h"

#include <optional>
#include <utility>

#include "data/base/error.h"
#include "engine/device/cpu_device.h"
#include "engine/device/cuda/cuda_device.h"
#include "engine/device/cuda/support.h"
#include "engine/device/machine.h"
#include "engine/model/packed_cache.h"
#include "engine/notice.h"
#include "kernels/cuda/module.h"
#include "kernels/isa.h"

namespace candor::engine {

namespace {

namespace cuda = kernels::cuda;

constexpr int kProcessorBatch = 32;

std::unique_ptr<kernels::ThreadPool> threads_for(const EngineOptions& options) {
  return std::make_unique<kernels::ThreadPool>(options.threads > 0 ? options.threads
                                                                   : usable_processors());
}

kernels::Precision processor_precision(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::kAuto:
    case Arithmetic::kInt8:
      return kernels::Precision::kInt8;
    case Arithmetic::kExact:
      return kernels::Precision::kExact;
    case Arithmetic::kFloat32:
      return kernels::Precision::kFloat32;
    case Arithmetic::kBF16:
      break;
  }
  fail_usage(
      "precision bf16 is for GPUs: known on the processor are int8, exact and float32 (candor "
      "doctor says which GPUs can be used)");
}

ChosenDevice on_processor(std::shared_ptr<const WeightSource> source, ArchSpec spec,
                          const EngineOptions& options) {
  ChosenDevice chosen;
  const kernels::Precision precision = processor_precision(options.precision);
  chosen.precision = kernels::name(precision);
  chosen.name = "cpu";
  chosen.instructions = kernels::name(kernels::active_isa());
  chosen.batch = options.batch > 0 ? options.batch : kProcessorBatch;
  auto pool = threads_for(options);
  std::optional<PackedCache> packed;
  if (options.pack_cache) packed.emplace(*source, precision, options.notice);
  auto model = std::make_unique<const Model>(std::move(source), std::move(spec), precision, *pool,
                                             options.progress, packed ? &*packed : nullptr);
  chosen.weight_bytes = model->active_matrix_bytes();
  // Asked after the weights have taken their share.
  const std::size_t kv_bytes = options.kv_bytes > 0 ? options.kv_bytes : free_memory() / 4;
  chosen.device = std::make_unique<CpuDevice>(std::move(pool), std::move(model), kv_bytes);
  return chosen;
}

bool is_for_processors(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::kInt8 || arithmetic == Arithmetic::kExact;
}

std::unique_ptr<cuda::Backend> open(const EngineOptions& options) {
  if (options.open_gpu) return options.open_gpu(options.device_index);
  return cuda::open_backend(options.device_index);
}

// Why no GPU can run this, as a sentence; empty when one can.
std::string hindrance(const WeightSource& source, const ArchSpec& spec,
                      const EngineOptions& options) {
  if (!options.open_gpu && cuda::module_state().devices == 0) return cuda::module_state().why;
  if (std::string why = unsupported_on_gpu(spec, source); !why.empty()) {
    return fmt::format("{}: {}", source.path(), why);
  }
  return {};
}

ChosenDevice on_gpu(const WeightSource& source, ArchSpec spec, const EngineOptions& options) {
  if (options.pack_cache)
    tell(options.notice, "--pack-cache does nothing on a GPU: weights are not packed");
  std::unique_ptr<cuda::Backend> backend = open(options);
  const cuda::DeviceInfo info = backend->info();
  ChosenDevice chosen;
  const bool float32 = options.precision == Arithmetic::kFloat32;
  chosen.precision = name(float32 ? Arithmetic::kFloat32 : Arithmetic::kBF16);
  chosen.name = info.name;
  chosen.instructions = fmt::format("cuda sm_{}{}", info.compute_major, info.compute_minor);
  auto device = std::make_unique<CudaDevice>(
      std::move(backend), threads_for(options), source, std::move(spec),
      CudaOptions{.float32 = float32,
                  .batch = static_cast<std::size_t>(options.batch),
                  .kv_bytes = options.kv_bytes,
                  .progress = options.progress});
  chosen.batch = static_cast<int>(device->step_sizes().batch);
  chosen.weight_bytes = device->model().active_matrix_bytes();
  chosen.device = std::move(device);
  return chosen;
}

}  // namespace

ChosenDevice choose_device(std::shared_ptr<const WeightSource> source, ArchSpec spec,
                           const EngineOptions& options) {
  const bool processors_only =
      options.device == DeviceChoice::kAuto && is_for_processors(options.precision);
  if (options.device == DeviceChoice::kCpu || processors_only) {
    return on_processor(std::move(source), std::move(spec), options);
  }
  if (is_for_processors(options.precision)) {
    fail_usage("precision {} is for the processor: known on GPUs are bf16 and float32",
               name(options.precision));
  }
  std::string why = hindrance(*source, spec, options);
  if (options.device == DeviceChoice::kCuda || options.precision == Arithmetic::kBF16) {
    if (!why.empty()) fail("{}", why);
    return on_gpu(*source, std::move(spec), options);
  }
  if (why.empty()) {
    try {
      return on_gpu(*source, spec, options);
    } catch (const Error& error) {
      // Other programs may hold the GPU, or the model may be too large for it.
      why = error.what();
    }
  }
  // Where nobody built the code for GPUs nobody misses one.
  if (cuda::module_state().found) {
    tell(options.notice, fmt::format("computing on the processor: {}", why));
  }
  return on_processor(std::move(source), std::move(spec), options);
}

}  // namespace candor::engine
