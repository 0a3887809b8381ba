// `candor doctor`: what this machine offers to the program, and why not where it does not. Nothing
// that is wrong with the machine ends it: that is what it is asked for.
#include <algorithm>
#include <functional>

#include "data/base/error.h"
#include "data/store/store.h"
#include "engine/device/machine.h"
#include "kernels/cuda/module.h"
#include "kernels/isa.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"
#include "runner/sandbox/sandbox.h"

namespace candor::runner {

namespace json = boost::json;
namespace fs = std::filesystem;
namespace cuda = kernels::cuda;

namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

// What was found, or why it could not be.
struct Found {
  std::string text;
  std::string why;
};
Found attempt(const std::function<std::string()>& find) {
  try {
    return {find(), ""};
  } catch (const std::exception& error) {
    return {"", error.what()};
  }
}
json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

struct Processor {
  std::string name = processor_name();
  Found instructions = attempt([] { return kernels::name(kernels::active_isa()); });
  std::vector<std::string> supported, missing;
  int processors = engine::usable_processors();
  std::size_t memory_bytes = engine::free_memory();

  Processor() {
    using kernels::Isa;
    for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512Vnni, Isa::kAmx}) {
      (kernels::isa_supported(isa) ? supported : missing).emplace_back(kernels::name(isa));
    }
  }
};

struct Gpu {
  int index = 0;
  cuda::DeviceInfo info;
  std::string why;  // it cannot be used
};

struct Gpus {
  cuda::ModuleState module = cuda::module_state();
  std::vector<Gpu> devices;

  Gpus() {
    for (int i = 0; i < module.devices; ++i) {
      Gpu gpu{i, {}, ""};
      gpu.why = attempt([&] {
                  gpu.info = cuda::open_backend(i)->info();
                  return std::string();
                }).why;
      devices.push_back(std::move(gpu));
    }
  }
  // Why no device can be used; empty where one can.
  std::string why() const {
    for (const Gpu& gpu : devices) {
      if (gpu.why.empty()) return "";
    }
    return devices.empty() ? module.why : devices.front().why;
  }
  const Gpu* first() const {
    const auto usable = std::find_if(devices.begin(), devices.end(),
                                     [](const Gpu& gpu) { return gpu.why.empty(); });
    return usable == devices.end() ? nullptr : &*usable;
  }
};

std::string cuda_version(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

// Where a command without --device runs.
Found chosen_device(const Gpus& gpus) {
  return attempt([&]() -> std::string {
    engine::EngineOptions options;
    choose_device("auto", options);
    if (options.device == engine::DeviceChoice::kCpu) return "cpu";
    if (options.device == engine::DeviceChoice::kAuto) {
      return gpus.first() == nullptr ? "cpu" : fmt::format("cuda:{}", gpus.first()->index);
    }
    require_device(options);
    return fmt::format("cuda:{}", options.device_index);
  });
}

struct Doctor {
  Processor processor;
  Gpus gpus;
  Found device = chosen_device(gpus);
  Sandbox sandbox;
  Found store = attempt([] { return data::default_store_path().string(); });
  Found models = attempt([] { return model_folder().string(); });
  std::size_t models_here = 0, models_known = 0;

  Doctor() {
    if (!models.why.empty()) return;
    models.why = attempt([&] {
                   const Registry registry = load_registry();
                   models_known = registry.models.size();
                   for (const ModelEntry& entry : registry.models) {
                     models_here += fs::exists(model_path(entry)) ? 1 : 0;
                   }
                   return std::string();
                 }).why;
  }
};

json::object gpu_json(const Gpu& gpu) {
  json::object object{{"index", gpu.index}, {"why", text_or_null(gpu.why)}};
  if (!gpu.why.empty()) return object;
  const cuda::DeviceInfo& info = gpu.info;
  object["name"] = info.name;
  object["compute_capability"] = fmt::format("{}.{}", info.compute_major, info.compute_minor);
  object["multiprocessors"] = info.processors;
  object["memory_bytes"] = info.memory_bytes;
  object["free_bytes"] = info.free_bytes;
  object["l2_bytes"] = info.l2_bytes;
  object["library"] = info.library;
  return object;
}

json::object gpus_json(const Gpus& gpus) {
  json::object object{{"why", text_or_null(gpus.why())},
                      {"module", gpus.module.found ? json::value(gpus.module.path) : nullptr},
                      {"driver", nullptr},
                      {"runtime", nullptr}};
  if (const Gpu* first = gpus.first()) {
    object["driver"] = cuda_version(first->info.driver_version);
    object["runtime"] = cuda_version(first->info.runtime_version);
  }
  json::array devices;
  for (const Gpu& gpu : gpus.devices) devices.push_back(gpu_json(gpu));
  object["devices"] = std::move(devices);
  return object;
}

void print_json(const Doctor& doctor) {
  const Processor& processor = doctor.processor;
  print_json_line(json::object{
      {"version", CANDOR_VERSION},
      {"processor",
       {{"name", processor.name},
        {"instructions", text_or_null(processor.instructions.text)},
        {"why", text_or_null(processor.instructions.why)},
        {"supported", json::value_from(processor.supported)},
        {"processors", processor.processors},
        {"free_bytes", processor.memory_bytes}}},
      {"gpu", gpus_json(doctor.gpus)},
      {"device",
       {{"auto", text_or_null(doctor.device.text)}, {"why", text_or_null(doctor.device.why)}}},
      {"sandbox",
       {{"usable", !doctor.sandbox.unavailable()},
        {"why", text_or_null(doctor.sandbox.unavailable().value_or(""))}}},
      {"store",
       {{"path", text_or_null(doctor.store.text)},
        {"exists", !doctor.store.text.empty() && fs::exists(doctor.store.text)},
        {"why", text_or_null(doctor.store.why)}}},
      {"models",
       {{"path", text_or_null(doctor.models.text)},
        {"here", doctor.models_here},
        {"known", doctor.models_known},
        {"why", text_or_null(doctor.models.why)}}}});
}

// A row: what, and its text in lines of a readable length, one under the other.
void print_row(const std::string& what, const std::string& text) {
  constexpr std::size_t kIndent = 14, kMost = 86;
  std::string out = fmt::format("{:<{}}", what, kIndent);
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t word = end - at;
    if (length > 0 && length + 1 + word > kMost) {
      out += "\n" + std::string(kIndent, ' ');
      length = 0;
    }
    if (length > 0) out += " ";
    out += text.substr(at, word);
    length += word + (length > 0 ? 1 : 0);
    at = end + 1;
  }
  fmt::print("{}\n", out);
}

std::string processor_text(const Processor& processor) {
  return fmt::format("{}; {} usable, {:.1f} GiB of memory free", processor.name,
                     processor.processors, static_cast<double>(processor.memory_bytes) / kGiB);
}

std::string instructions_text(const Processor& processor) {
  if (!processor.instructions.why.empty()) return processor.instructions.why;
  std::vector<std::string> others = processor.supported;
  std::erase(others, processor.instructions.text);
  std::string text = processor.instructions.text;
  if (!others.empty()) text += fmt::format("; also {}", fmt::join(others, ", "));
  if (!processor.missing.empty()) {
    text += fmt::format("; it has no {}", fmt::join(processor.missing, ", "));
  }
  return text;
}

void print_gpus(const Gpus& gpus) {
  if (gpus.devices.empty()) {
    print_row("GPU", gpus.module.why);
  }
  for (const Gpu& gpu : gpus.devices) {
    const std::string what = fmt::format("GPU {}", gpu.index);
    const cuda::DeviceInfo& info = gpu.info;
    print_row(what, gpu.why.empty()
                        ? fmt::format("{}: compute capability {}.{}, {} multiprocessors, {:.1f} of "
                                      "{:.1f} GiB free; {}",
                                      info.name, info.compute_major, info.compute_minor,
                                      info.processors, static_cast<double>(info.free_bytes) / kGiB,
                                      static_cast<double>(info.memory_bytes) / kGiB, info.library)
                        : gpu.why);
  }
  if (!gpus.module.found) return;
  std::string versions;
  if (const Gpu* first = gpus.first()) {
    versions =
        fmt::format("; CUDA {}, driver for CUDA {}", cuda_version(first->info.runtime_version),
                    cuda_version(first->info.driver_version));
  }
  print_row("GPU module", gpus.module.path + versions);
}

void print_text(const Doctor& doctor) {
  fmt::print("candor {}\n", CANDOR_VERSION);
  print_row("processor", processor_text(doctor.processor));
  print_row("instructions", instructions_text(doctor.processor));
  print_gpus(doctor.gpus);
  print_row("runs on", doctor.device.why.empty() ? doctor.device.text + " (--device for another)"
                                                 : doctor.device.why);
  print_row("sandbox", doctor.sandbox.unavailable()
                           ? "not usable, so code that models write is not run: " +
                                 *doctor.sandbox.unavailable()
                           : "usable for code that models write");
  const bool no_store = !doctor.store.text.empty() && !fs::exists(doctor.store.text);
  print_row("store",
            doctor.store.text + (no_store ? " (made by the first run)" : "") + doctor.store.why);
  print_row("models", doctor.models.why.empty()
                          ? fmt::format("{} ({} of the {} registered ones)", doctor.models.text,
                                        doctor.models_here, doctor.models_known)
                          : doctor.models.why);
}

}  // namespace

int doctor_command(const DoctorOptions& options) {
  const Doctor doctor;
  if (options.json) {
    print_json(doctor);
  } else {
    print_text(doctor);
  }
  for (const std::string& needed : options.needed) {
    const std::string why =
        needed == "gpu" ? doctor.gpus.why() : doctor.sandbox.unavailable().value_or("");
    if (!why.empty()) fail("--require {}: {}", needed, why);
  }
  return 0;
}

}  // namespace candor::runner
