#include "kernels/cuda/module.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "data/base/error.h"

namespace candor::kernels::cuda {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "libcandor_cuda.so";
constexpr const char* kVariable = "CANDOR_CUDA_MODULE";

using Reason = std::array<char, 512>;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<fs::path> usual_places() {
  std::error_code unknown;
  const fs::path folder = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  if (unknown) return {};
  return {folder / kFileName, folder.parent_path() / "lib" / "candor" / kFileName};
}

// The module of a file, or null and why. It stays loaded for as long as the process lives.
const Module* load_file(const std::string& path, std::string& why) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = dlerror();
    why = fmt::format("The GPU module cannot be loaded: {}.", reason == nullptr ? path : reason);
    return nullptr;
  }
  void* const symbol = dlsym(library, kModuleSymbol);
  const Module* module = nullptr;
  if (symbol != nullptr) module = reinterpret_cast<ModuleFunction*>(symbol)();
  if (module == nullptr) {
    why = fmt::format("The file {} is not a GPU module of candor: it has no {}.", path,
                      kModuleSymbol);
  } else if (module->version != kBackendVersion) {
    why = fmt::format(
        "The GPU module {} is of version {}, and this program is of version {}: build both from "
        "the same sources.",
        path, module->version, kBackendVersion);
  } else {
    return module;
  }
  dlclose(library);
  return nullptr;
}

struct Loaded {
  ModuleState state;
  const Module* module = nullptr;  // null where it cannot be used

  Loaded() {
    if (!find()) return;
    module = load_file(state.path, state.why);
    if (module != nullptr) count_devices();
  }

 private:
  bool find() {
    const std::string named = variable(kVariable);
    if (!named.empty()) {
      state.found = true;
      std::error_code ignored;
      state.path = fs::absolute(named, ignored).lexically_normal().string();
      if (fs::exists(state.path, ignored)) return true;
      state.why = fmt::format("{} names {}, which is not there.", kVariable, state.path);
      return false;
    }
    for (const fs::path& place : usual_places()) {
      std::error_code ignored;
      if (fs::exists(place, ignored)) {
        state.found = true;
        state.path = place.string();
        return true;
      }
      state.path += (state.path.empty() ? "" : " or ") + place.string();
    }
    state.why = fmt::format(
        "This program was built without CUDA: there is no {}. To use a GPU, build it where CUDA's "
        "nvcc is (README, \"With a GPU\"), or name the file in {}.",
        state.path.empty() ? kFileName : state.path, kVariable);
    return false;
  }

  void count_devices() {
    Reason reason{};
    const int count = module->count(reason.data(), reason.size());
    if (count > 0) {
      state.devices = count;
    } else {
      state.why = count < 0 ? reason.data() : "The driver sees no GPU.";
    }
  }
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

}  // namespace

const ModuleState& module_state() { return loaded().state; }

std::string why_no_device(int index) {
  const ModuleState& state = module_state();
  if (state.devices == 0) return state.why;
  if (index >= 0 && index < state.devices) return "";
  if (state.devices == 1) return fmt::format("There is no GPU {}: the only one is 0.", index);
  return fmt::format("There is no GPU {}: they are 0 to {}.", index, state.devices - 1);
}

std::unique_ptr<Backend> open_backend(int index) {
  if (const std::string why = why_no_device(index); !why.empty()) fail("{}", why);
  Reason reason{};
  std::unique_ptr<Backend> backend;
  try {
    backend.reset(loaded().module->open(index, reason.data(), reason.size()));
  } catch (const std::runtime_error& error) {
    fail("{}", error.what());
  }
  if (backend == nullptr) fail("{}", reason.data());
  return backend;
}

}  // namespace candor::kernels::cuda
