// `candor inspect model --plan`: what a model needs before it is loaded, from its sizes alone.
#include <map>

#include "data/base/error.h"
#include "engine/arch/families.h"
#include "engine/device/machine.h"
#include "engine/files/gguf.h"
#include "engine/files/safetensors.h"
#include "engine/model/memory_plan.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/models/registry.h"

namespace candor::runner {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

struct Planned {
  engine::ArchSpec spec;
  std::map<std::string, std::uint64_t>
      stored;  // block format -> bytes of the tensors that are here
};

Planned read_sizes(const fs::path& path) {
  Planned planned;
  const auto count = [&](const engine::WeightSource& source) {
    for (const engine::TensorView& tensor : source.tensors()) {
      planned.stored[kernels::block_layout(tensor.format).name] += tensor.bytes.size();
    }
  };
  if (fs::is_directory(path)) {
    const auto folder = engine::SafetensorsFolder::open(path, engine::Weights::kOptional);
    planned.spec = engine::read_arch_spec(*folder);
    count(*folder);
  } else {
    const auto file = engine::GgufFile::open(path);
    planned.spec = engine::read_arch_spec(*file);
    count(*file);
  }
  return planned;
}

struct DeviceSize {
  std::string name;
  double gibibytes;
};

std::uint64_t to_bytes(double gibibytes) { return static_cast<std::uint64_t>(gibibytes * kGiB); }

json::object device_json(const DeviceSize& size, const std::vector<engine::DevicePlan>& plans) {
  const engine::DevicePlan& last = plans.back();
  json::object object{{"device", size.name}, {"gib", size.gibibytes}};
  object["devices"] = engine::works(last) ? json::value(last.devices) : json::value(nullptr);
  if (engine::works(last)) {
    object["weight_bytes_each"] = last.weight_bytes;
    object["kv_bytes_each"] = last.kv_bytes;
    object["activation_bytes_each"] = last.activation_bytes;
    object["whole_experts"] = last.whole_experts;
  }
  // Of the sizes that would hold it, those that do not come out even, with the reasons.
  json::array refused;
  for (const engine::DevicePlan& plan : plans) {
    if (!plan.fits || plan.conflicts.empty()) continue;
    refused.push_back(
        json::object{{"devices", plan.devices}, {"because", json::value_from(plan.conflicts)}});
  }
  object["refused"] = std::move(refused);
  return object;
}

json::object processor_json(const engine::ArchSpec& spec, const engine::PlanRequest& request) {
  const engine::WeightFormat& int8 = engine::weight_formats()[1];
  // The packed matrices; the tied table serves as the head too and is packed once more.
  std::uint64_t weights = engine::weight_bytes(spec, int8);
  if (spec.tied) {
    weights += static_cast<std::uint64_t>(static_cast<double>(spec.vocabulary * spec.width) *
                                          int8.matrix_bytes);
  }
  const std::uint64_t kv = engine::kv_bytes_per_token(spec, engine::LatentCache::kTwice) *
                           request.context * request.batch;
  const std::uint64_t activations =
      engine::activation_bytes(spec, request.batch + 512, request.batch);
  const std::uint64_t free = engine::free_memory();
  return json::object{{"format", int8.name}, {"weight_bytes", weights},
                      {"kv_bytes", kv},      {"activation_bytes", activations},
                      {"free_bytes", free},  {"fits", weights + kv + activations <= free}};
}

json::object plan_json(const Planned& planned, const InspectModelOptions& options) {
  const engine::ArchSpec& spec = planned.spec;
  const engine::PlanRequest request{options.context, options.batch};
  const engine::ParameterCount count = engine::count_parameters(spec);
  json::object groups;
  for (const engine::ParameterGroup& group : engine::parameter_groups(spec)) {
    groups[group.name] = json::object{{"total", group.total}, {"active", group.active}};
  }
  json::object stored;
  std::uint64_t stored_bytes = 0;
  for (const auto& [format, bytes] : planned.stored) {
    stored[format] = bytes;
    stored_bytes += bytes;
  }
  std::vector<DeviceSize> sizes = {{"H100 80 GB", 79}, {"H200 141 GB", 140}};
  if (options.device_gibibytes > 0) sizes.push_back({"given", options.device_gibibytes});
  json::array formats;
  for (const engine::WeightFormat& format : engine::weight_formats()) {
    if (!spec.experts && format.expert_bytes != format.matrix_bytes) continue;
    json::array devices;
    for (const DeviceSize& size : sizes) {
      devices.push_back(device_json(
          size, engine::plan_up_to_fit(spec, format, to_bytes(size.gibibytes), request)));
    }
    formats.push_back(json::object{{"format", format.name},
                                   {"weight_bytes", engine::weight_bytes(spec, format)},
                                   {"devices", std::move(devices)}});
  }
  return json::object{
      {"family", spec.family},
      {"parameters", count.total},
      {"active_parameters", count.active},
      {"groups", std::move(groups)},
      {"stored_bytes", stored_bytes},
      {"stored", std::move(stored)},
      {"context", request.context},
      {"batch", request.batch},
      {"kv_bytes_per_token", engine::kv_bytes_per_token(spec, engine::LatentCache::kOnce)},
      {"kv_bytes_per_token_windowed",
       engine::windowed_kv_bytes_per_token(spec, engine::LatentCache::kOnce)},
      {"kv_bytes_per_token_cpu", engine::kv_bytes_per_token(spec, engine::LatentCache::kTwice)},
      {"formats", std::move(formats)},
      {"cpu", processor_json(spec, request)}};
}

std::string amount(const json::value& bytes) {
  const double value = static_cast<double>(bytes.to_number<std::uint64_t>());
  return value >= kGiB / 10 ? fmt::format("{:.1f} GiB", value / kGiB)
                            : fmt::format("{:.1f} MiB", value / (1024 * 1024));
}

std::string billions(const json::value& count) {
  return fmt::format("{:.2f} billion", static_cast<double>(count.to_number<std::uint64_t>()) / 1e9);
}

void print_devices(const json::object& format) {
  for (const json::value& value : format.at("devices").as_array()) {
    const json::object& device = value.as_object();
    const std::string_view name = device.at("device").as_string();
    const std::string size = name == "given"
                                 ? fmt::format("{:.1f} GiB", device.at("gib").as_double())
                                 : std::string(name);
    if (device.at("devices").is_null()) {
      fmt::print("    {:<12} no number of devices up to 64\n", size);
    } else {
      fmt::print(
          "    {:<12} {} device{}: each {} of weights, {} of keys and values, {} of "
          "activations{}\n",
          size, device.at("devices").to_number<std::uint64_t>(),
          device.at("devices").to_number<std::uint64_t>() == 1 ? "" : "s",
          amount(device.at("weight_bytes_each")), amount(device.at("kv_bytes_each")),
          amount(device.at("activation_bytes_each")),
          device.at("whole_experts").as_bool() ? "; whole experts on each" : "");
    }
    for (const json::value& refused : device.at("refused").as_array()) {
      for (const json::value& reason : refused.as_object().at("because").as_array()) {
        fmt::print("                 not {}: {}\n",
                   refused.as_object().at("devices").to_number<std::uint64_t>(),
                   std::string_view(reason.as_string()));
      }
    }
  }
}

void print_plan(const json::object& plan) {
  fmt::print("parameters   {}, of which a token uses {}\n", billions(plan.at("parameters")),
             billions(plan.at("active_parameters")));
  for (const json::key_value_pair& group : plan.at("groups").as_object()) {
    fmt::print("  {:<32} {:>18}\n", std::string_view(group.key()),
               group.value().at("total").to_number<std::uint64_t>());
  }
  if (plan.at("stored_bytes").to_number<std::uint64_t>() == 0) {
    fmt::print("stored       no weights here: planned from the sizes alone\n");
  } else {
    fmt::print("stored       {}\n", amount(plan.at("stored_bytes")));
    for (const json::key_value_pair& format : plan.at("stored").as_object()) {
      fmt::print("  {:<32} {:>18}\n", std::string_view(format.key()), amount(format.value()));
    }
  }
  fmt::print("keys and values: {} bytes a token",
             plan.at("kv_bytes_per_token").to_number<std::uint64_t>());
  if (const auto windowed = plan.at("kv_bytes_per_token_windowed").to_number<std::uint64_t>()) {
    fmt::print(" ({} of them in layers that see a window only)", windowed);
  }
  if (plan.at("kv_bytes_per_token_cpu") != plan.at("kv_bytes_per_token")) {
    fmt::print("; {} on processors, which keep the latent twice",
               plan.at("kv_bytes_per_token_cpu").to_number<std::uint64_t>());
  }
  fmt::print("\n\nfor {} sequences of {} tokens, with tensor parallelism:\n",
             plan.at("batch").to_number<std::uint64_t>(),
             plan.at("context").to_number<std::uint64_t>());
  for (const json::value& value : plan.at("formats").as_array()) {
    const json::object& format = value.as_object();
    fmt::print("  {:<14} weights {}\n", std::string_view(format.at("format").as_string()),
               amount(format.at("weight_bytes")));
    print_devices(format);
  }
  const json::object& cpu = plan.at("cpu").as_object();
  fmt::print(
      "\nthis machine, int8: {} of weights, {} of keys and values, {} of activations; {} free: "
      "{}\n",
      amount(cpu.at("weight_bytes")), amount(cpu.at("kv_bytes")),
      amount(cpu.at("activation_bytes")), amount(cpu.at("free_bytes")),
      cpu.at("fits").as_bool() ? "fits" : "does not fit");
}

}  // namespace

int inspect_plan_command(const InspectModelOptions& options) {
  if (options.context < 1 || options.context > (std::size_t{1} << 27U)) {
    fail_usage("--context {} is not in [1, 134217728]", options.context);
  }
  if (options.batch < 1 || options.batch > 4096) {
    fail_usage("--batch {} is not in [1, 4096]", options.batch);
  }
  if (!(options.device_gibibytes >= 0 && options.device_gibibytes <= 1e6)) {
    fail_usage("--device-memory {} is not in [0, 1000000] GiB", options.device_gibibytes);
  }
  const json::object plan = plan_json(read_sizes(resolve_model(options.model).path), options);
  if (options.json) {
    print_json_line(plan);
  } else {
    print_plan(plan);
  }
  return 0;
}

}  // namespace candor::runner
