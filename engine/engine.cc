#include "engine/engine.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "data/base/error.h"
#include "engine/arch/families.h"
#include "engine/batch/scheduler.h"
#include "engine/cache/kv_cache.h"
#include "engine/chat/template_source.h"
#include "engine/device/choose_device.h"
#include "engine/device/machine.h"
#include "engine/files/gguf.h"
#include "engine/files/safetensors.h"
#include "engine/model/memory_plan.h"
#include "engine/model/random_weights.h"

namespace candor::engine {

namespace {

namespace fs = std::filesystem;

// Everything about a checkpoint that is not a number of its weights.
struct Checkpoint {
  std::shared_ptr<const WeightSource> source;
  ArchSpec spec;
  std::string name;
  std::unique_ptr<Tokenizer> tokenizer;  // null: there is none
  TemplateSource templates;
};

Checkpoint open_gguf(const fs::path& path) {
  std::shared_ptr<const GgufFile> file = GgufFile::open(path);
  Checkpoint checkpoint;
  checkpoint.spec = read_arch_spec(*file);
  checkpoint.name = file->find_text("general.name").value_or(path.stem().string());
  if (Tokenizer::is_in(*file)) checkpoint.tokenizer = Tokenizer::from_gguf(*file);
  checkpoint.templates = TemplateSource::of(*file);
  checkpoint.source = std::move(file);
  return checkpoint;
}

Checkpoint open_folder(const fs::path& path) {
  std::shared_ptr<const SafetensorsFolder> folder = SafetensorsFolder::open(path);
  Checkpoint checkpoint;
  checkpoint.spec = read_arch_spec(*folder);
  const fs::path whole = fs::absolute(path).lexically_normal();
  checkpoint.name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  checkpoint.tokenizer = Tokenizer::open_folder(path);
  checkpoint.templates = TemplateSource::of(path);
  checkpoint.source = std::move(folder);
  return checkpoint;
}

Checkpoint make_shape(const std::string& name, const std::string& config, int threads) {
  Checkpoint checkpoint;
  checkpoint.spec = read_arch_spec(*SafetensorsFolder::of_config(name, config));
  checkpoint.name = name;
  checkpoint.source = random_weights(checkpoint.spec, name, threads);
  return checkpoint;
}

ModelDescription describe(const Checkpoint& checkpoint, const fs::path& path) {
  const ArchSpec& spec = checkpoint.spec;
  ModelDescription description;
  description.name = checkpoint.name;
  description.family = spec.family;
  description.path = path.string();
  description.file_bytes = checkpoint.source->file_bytes();
  description.layers = spec.layers.size();
  description.width = spec.width;
  description.heads = spec.attention.heads;
  description.kv_heads = spec.attention.kv_heads;
  description.head_dim = spec.attention.head_dim;
  description.ffn_width = spec.ffn.width;
  description.vocabulary = spec.vocabulary;
  description.context_length = spec.context_length;
  // Of the model: a file may hold scales, packed values, and layers that are not part of it.
  const ParameterCount parameters = count_parameters(spec);
  description.parameters = parameters.total;
  description.active_parameters = parameters.active;
  if (spec.experts) {
    description.experts = spec.experts->count;
    description.experts_used = spec.experts->used;
    description.expert_width = spec.experts->width;
  }
  std::map<std::string, std::size_t> formats;
  for (const TensorView& tensor : checkpoint.source->tensors()) {
    ++formats[kernels::block_layout(tensor.format).name];
  }
  description.formats.assign(formats.begin(), formats.end());
  return description;
}

class LocalEngine final : public Engine {
 public:
  LocalEngine(Checkpoint checkpoint, const fs::path& path, const EngineOptions& options)
      : description_(describe(checkpoint, path)),
        tokenizer_(std::move(checkpoint.tokenizer)),
        templates_(std::move(checkpoint.templates)),
        given_template_(options.chat_template),
        template_name_(options.template_name) {
    if (options.batch < 0) {
      fail_usage("a batch of {} sequences: it must be at least 1 (0: as the device likes it)",
                 options.batch);
    }
    if (options.threads < 0) fail_usage("{} threads: 0 takes all processors", options.threads);
    if (!options.template_name.empty()) templates_.choose(options.template_name);
    describe_reasoning(options);
    if (options.describe_only) return;
    ChosenDevice chosen =
        choose_device(std::move(checkpoint.source), std::move(checkpoint.spec), options);
    device_ = std::move(chosen.device);
    description_.precision = std::move(chosen.precision);
    description_.device = std::move(chosen.name);
    description_.instructions = std::move(chosen.instructions);
    description_.batch = chosen.batch;
    description_.weight_bytes = chosen.weight_bytes;
    cache_ = std::make_unique<KvCache>(device_->page_count());

    StopTokens stops;
    stops.tokenizer = tokenizer_.get();
    stops.markers = description_.reasoning;
    if (tokenizer_ != nullptr) {
      stops.ids = turn_stops(stops.markers, *tokenizer_);
      stops.markers_as_tokens = reasoning_tokens(stops.markers, *tokenizer_);
    }
    const StepSizes sizes = device_->step_sizes();
    BatchOptions batch;
    batch.batch = static_cast<std::size_t>(description_.batch);
    batch.chunk = sizes.chunk;
    batch.mixed_rows = sizes.mixed_rows;
    batch.kept_pages = sizes.kept_pages;
    batch.context_length = description_.context_length;
    // Rows past the tokenizer's last token only pad the table: they are never chosen.
    batch.vocabulary = tokenizer_ == nullptr
                           ? description_.vocabulary
                           : std::min(description_.vocabulary, tokenizer_->size());
    scheduler_ = std::make_unique<Scheduler>(*device_, *cache_, std::move(stops), batch);
  }

  const ModelDescription& description() const override { return description_; }
  const Tokenizer* tokenizer() const override { return tokenizer_.get(); }

  // Parsed when first asked for: a template that we cannot read hinders chats and nothing else.
  const ChatTemplate* chat_template() const override {
    const std::scoped_lock lock(template_mutex_);
    if (template_) return &*template_;
    if (given_template_) {
      template_.emplace(*given_template_);
    } else if (const NamedTemplate* found = templates_.choose(template_name_)) {
      template_.emplace(found->text);
    }
    return template_ ? &*template_ : nullptr;
  }

  void run(std::span<const Request> requests,
           const std::function<void(std::size_t, Completion&&)>& done,
           const std::atomic<bool>& stop) override {
    scheduler().run(requests, done, stop, counters_);
  }

  ScoredTokens score(std::span<const TokenId> ids) override { return scheduler().score(ids); }

  const EngineCounters& counters() const override { return counters_; }

  DeviceReport device_report() override {
    Device& device = (scheduler(), *device_);
    forget_prompts();  // their pages are measured away
    return device.report();
  }

  void forget_prompts() override {
    while (cache_->prefixes().evict()) {
    }
  }

  void limit_batch(int sequences) override {
    scheduler().limit_batch(static_cast<std::size_t>(std::clamp(sequences, 1, description_.batch)));
  }

 private:
  // Without a template that can be had the vocabulary decides.
  void describe_reasoning(const EngineOptions& options) {
    if (options.reasoning) {
      description_.reasoning = *options.reasoning;
      description_.reasoning_evidence = "chosen";
      return;
    }
    std::string text;
    if (given_template_) {
      text = *given_template_;
    } else if (const NamedTemplate* found = templates_.find(template_name_)) {
      text = found->text;
    }
    DetectedReasoning detected = detect_reasoning(text, tokenizer_.get());
    description_.reasoning = std::move(detected.markers);
    description_.reasoning_evidence = std::move(detected.evidence);
  }

  Scheduler& scheduler() {
    if (!scheduler_) fail("{}: only its description was loaded", description_.path);
    return *scheduler_;
  }

  ModelDescription description_;
  std::unique_ptr<Tokenizer> tokenizer_;
  TemplateSource templates_;
  std::optional<std::string> given_template_;
  std::string template_name_;
  mutable std::mutex template_mutex_;
  mutable std::optional<ChatTemplate> template_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<KvCache> cache_;
  std::unique_ptr<Scheduler> scheduler_;
  EngineCounters counters_;
};

}  // namespace

const char* name(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::kAuto:
      return "auto";
    case Arithmetic::kInt8:
      return "int8";
    case Arithmetic::kExact:
      return "exact";
    case Arithmetic::kFloat32:
      return "float32";
    case Arithmetic::kBF16:
      return "bf16";
  }
  return "unknown";
}

std::unique_ptr<Engine> Engine::load(const std::filesystem::path& path,
                                     const EngineOptions& options) {
  const bool folder = fs::is_directory(path);
  Checkpoint checkpoint = folder ? open_folder(path) : open_gguf(path);
  return std::make_unique<LocalEngine>(std::move(checkpoint), path, options);
}

std::unique_ptr<Engine> Engine::load_shape(const std::string& name, const std::string& config,
                                           const EngineOptions& options) {
  if (options.pack_cache) fail_usage("a model made from a shape has no file to keep one beside");
  const int threads = options.threads > 0 ? options.threads : usable_processors();
  return std::make_unique<LocalEngine>(make_shape(name, config, threads), name, options);
}

}  // namespace candor::engine
