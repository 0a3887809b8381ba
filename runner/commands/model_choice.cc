#include "runner/commands/model_choice.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "data/base/error.h"
#include "kernels/cuda/module.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

engine::Arithmetic arithmetic_by_name(const std::string& text) {
  using engine::Arithmetic;
  for (const Arithmetic known : {Arithmetic::kAuto, Arithmetic::kInt8, Arithmetic::kExact,
                                 Arithmetic::kFloat32, Arithmetic::kBF16}) {
    if (text == engine::name(known)) return known;
  }
  fail_usage("precision \"{}\": known are auto, int8, exact, float32 and (on GPUs) bf16", text);
}

void choose_device(const std::string& text, engine::EngineOptions& options) {
  constexpr const char* kVariable = "CANDOR_DEVICE";
  constexpr std::string_view kNumbered = "cuda:";
  std::string chosen = text;
  std::string said_by = "device";
  if (chosen.empty() || chosen == "auto") {
    const char* const value = std::getenv(kVariable);
    if (value == nullptr || *value == '\0') return;
    chosen = value;
    said_by = kVariable;
  }
  if (chosen == "auto") return;
  if (chosen == "cpu") {
    options.device = engine::DeviceChoice::kCpu;
    return;
  }
  options.device = engine::DeviceChoice::kCuda;
  if (chosen == "cuda") return;
  const char* const end = chosen.data() + chosen.size();
  if (chosen.starts_with(kNumbered)) {
    const auto [rest, wrong] =
        std::from_chars(chosen.data() + kNumbered.size(), end, options.device_index);
    if (wrong == std::errc() && rest == end && options.device_index >= 0) return;
  }
  fail_usage("{} \"{}\": known are auto, cpu, cuda and cuda:N (candor doctor lists them)", said_by,
             chosen);
}

void require_device(const engine::EngineOptions& options) {
  if (options.device != engine::DeviceChoice::kCuda) return;
  const std::string why = kernels::cuda::why_no_device(options.device_index);
  if (why.empty()) return;
  fail("device cuda:{}: {} `candor doctor` says what there is; --device cpu takes the processor",
       options.device_index, why);
}

engine::EngineOptions engine_options(const ModelChoice& choice) {
  engine::EngineOptions options;
  options.precision = arithmetic_by_name(choice.precision);
  choose_device(choice.device, options);
  require_device(options);
  if (choice.threads < 0 || choice.threads > 1024) {
    fail_usage("threads {} is not in [0, 1024] (0: all processors)", choice.threads);
  }
  if (choice.batch < 0 || choice.batch > 4096) {
    fail_usage("batch {} is not in [0, 4096] (0: as the device likes it)", choice.batch);
  }
  options.threads = choice.threads;
  options.batch = choice.batch;
  options.pack_cache = choice.pack_cache;
  if (choice.template_file) options.chat_template = read_text_file(*choice.template_file);
  options.template_name = choice.template_name;
  if (!choice.reasoning.empty()) {
    options.reasoning = engine::reasoning_format_by_name(choice.reasoning);
  }
  options.kv_bytes = static_cast<std::size_t>(choice.kv_mebibytes) << 20U;
  return options;
}

std::unique_ptr<EmbeddedProvider> load_provider(const ModelChoice& choice, bool quiet) {
  const ResolvedModel model = resolve_model(choice.model);
  EmbeddedOptions options;
  options.engine = engine_options(choice);
  std::atomic<double> share = 0;
  options.engine.progress = [&share](double done) { share = done; };
  const Progress progress([&] { return fmt::format("{} loading {}", bar(share, 24), model.name); },
                          quiet);
  return std::make_unique<EmbeddedProvider>(model, options);
}

std::filesystem::path store_path(const StoreChoice& choice) {
  return choice.path.empty() ? data::default_store_path() : choice.path;
}

std::string read_text_file(const std::filesystem::path& path, std::size_t limit) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) fail_usage("{}: cannot be read: {}", path.string(), std::strerror(errno));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closer(file, &std::fclose);
  std::string text;
  char buffer[1 << 16];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    text.append(buffer, got);
    if (text.size() > limit) fail_usage("{}: larger than {} bytes", path.string(), limit);
  }
  if (std::ferror(file) != 0) fail("{}: {}", path.string(), std::strerror(errno));
  return text;
}

}  // namespace candor::runner
