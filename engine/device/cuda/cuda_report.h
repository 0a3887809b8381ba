// What a GPU can do with a model's own products, measured on it: `candor bench` asks. It changes
// nothing that a run would see.
#pragma once

#include <span>

#include "engine/device/cuda/cuda_model.h"
#include "engine/device/device_report.h"
#include "kernels/cuda/backend.h"

namespace candor::engine {

// Takes memory of the device while it runs, seconds of time, and throws std::bad_alloc where there
// is none.
DeviceReport measure_device(kernels::cuda::Backend& backend, const CudaModel& model,
                            std::span<const kernels::cuda::ProductChoice> choices);

}  // namespace candor::engine
