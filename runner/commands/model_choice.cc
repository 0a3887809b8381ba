#include "runner/commands/model_choice.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "data/base/error.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

engine::EngineOptions engine_options(const ModelChoice& choice) {
  engine::EngineOptions options;
  if (choice.precision == "float32") {
    options.precision = kernels::Precision::kFloat32;
  } else if (choice.precision == "exact") {
    options.precision = kernels::Precision::kExact;
  } else if (choice.precision != "int8") {
    fail_usage("precision \"{}\": known are int8, exact and float32", choice.precision);
  }
  if (choice.threads < 0 || choice.threads > 1024) {
    fail_usage("threads {} is not in [0, 1024] (0: all processors)", choice.threads);
  }
  if (choice.batch < 1 || choice.batch > 4096) {
    fail_usage("batch {} is not in [1, 4096]", choice.batch);
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
