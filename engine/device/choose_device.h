// From what the user chose to a device with the model in it. It knows both kinds of device, so that
// engine.cc knows neither.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/arch/arch_spec.h"
#include "engine/device/device.h"
#include "engine/engine.h"
#include "engine/files/weights.h"

namespace candor::engine {

struct ChosenDevice {
  std::unique_ptr<Device> device;
  // For ModelDescription.
  std::string precision, name, instructions;
  int batch = 0;
  std::uint64_t weight_bytes = 0;
};

// Loads the weights. Throws Error where the device that was asked for cannot be used or cannot run
// this model.
ChosenDevice choose_device(std::shared_ptr<const WeightSource> source, ArchSpec spec,
                           const EngineOptions& options);

}  // namespace candor::engine
