// What a model needs before anything of it is loaded: parameters, bytes of weights, keys and
// values, and how many devices hold it. Pure arithmetic over an ArchSpec: config.json alone is
// enough, so a model can be planned on paper. It allocates nothing and measures nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/arch/arch_spec.h"

namespace candor::engine {

// Parameters of one kind, in all layers together.
struct ParameterGroup {
  enum class Stored {
    kMatrix,   // in the chosen format
    kExperts,  // in the chosen format's for routed experts
    kPlain,    // two bytes a value: the embedding table, routers
    kSmall,    // float32: norms, biases, sinks
  };
  // How n devices share it (model-facts, section 15).
  enum class Split { kWhole, kHeads, kKvHeads, kWidth, kExperts, kVocabulary };

  std::string_view name;
  std::uint64_t total = 0;
  // Of these, what the forward pass of one token works with. The row of the embedding table that it
  // looks up is not counted; the head is, also where it is the same table.
  std::uint64_t active = 0;
  Stored stored = Stored::kMatrix;
  Split split = Split::kWhole;
};
std::vector<ParameterGroup> parameter_groups(const ArchSpec& spec);

struct ParameterCount {
  std::uint64_t total = 0;
  std::uint64_t active = 0;
};
ParameterCount count_parameters(const ArchSpec& spec);

// A precision to keep matrices in: bytes a value with its scales, and how many neighbours of a row
// share a scale, which must stay on one device.
struct WeightFormat {
  std::string_view name;
  double matrix_bytes = 0;
  double expert_bytes = 0;
  std::size_t matrix_block = 1;
  std::size_t expert_block = 1;
};
// bf16, int8 (our default), fp8, and mxfp4 for routed experts only.
std::span<const WeightFormat> weight_formats();
std::uint64_t weight_bytes(const ArchSpec& spec, const WeightFormat& format);

// Values kept of one token in all layers, two bytes each.
enum class LatentCache {
  kOnce,   // latent attention keeps its latent and the rotated key: what devices are planned with
  kTwice,  // the latent as key and as value: the engine on processors
};
std::uint64_t kv_bytes_per_token(const ArchSpec& spec, LatentCache latent);
// The part of it in layers that see only a window: of use once pages behind it are given back.
std::uint64_t windowed_kv_bytes_per_token(const ArchSpec& spec, LatentCache latent);

// Float32 buffers of one step of `rows` rows, and the logits of `sequences` of them.
std::uint64_t activation_bytes(const ArchSpec& spec, std::size_t rows, std::size_t sequences);

struct PlanRequest {
  std::size_t context = 4096;  // tokens of a sequence, prompt and answer
  std::size_t batch = 32;      // sequences at a time
};

// One model on `devices` equal devices by tensor parallelism.
struct DevicePlan {
  std::size_t devices = 0;
  std::uint64_t weight_bytes = 0;  // on each device, as are the next two
  std::uint64_t kv_bytes = 0;
  std::uint64_t activation_bytes = 0;
  bool fits = false;
  bool whole_experts = false;  // experts cannot be cut, so each device has some of them
  // What does not divide, each with its numbers; empty: the model can be split so.
  std::vector<std::string> conflicts;

  std::uint64_t bytes() const { return weight_bytes + kv_bytes + activation_bytes; }
};
DevicePlan plan_devices(const ArchSpec& spec, const WeightFormat& format, std::size_t devices,
                        std::uint64_t device_bytes, const PlanRequest& request);

// The plans for 1, 2, 4 … up to 64 devices until one fits and divides; that is the last one then.
std::vector<DevicePlan> plan_up_to_fit(const ArchSpec& spec, const WeightFormat& format,
                                       std::uint64_t device_bytes, const PlanRequest& request);
bool works(const DevicePlan& plan);

// Of a device's memory what a plan may fill: the rest is the runtime's, and fragments.
inline constexpr double kUsableShare = 0.92;

}  // namespace candor::engine
