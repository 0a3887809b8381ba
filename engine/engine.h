// The engine as the runner sees it: a model loaded once, a known queue of requests in, completions
// out as they finish. What a request gets depends on the model file, its prompt, its sampling
// parameters, the seed and the repeat: never on the batch, the threads, the order or a cache.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/records/condition.h"
#include "data/records/generation.h"
#include "engine/chat/chat_template.h"
#include "engine/chat/reasoning.h"
#include "engine/device/device_report.h"
#include "engine/tokenizer/tokenizer.h"
#include "kernels/matrix.h"

namespace candor::kernels::cuda {
class Backend;
}

namespace candor::engine {

// Where a model runs: kAuto takes the first GPU that can be used and holds it, else the processor.
enum class DeviceChoice { kAuto, kCpu, kCuda };

// How numbers are kept and multiplied. kAuto is kInt8 on processors, kBF16 on GPUs; kInt8 and
// kExact are for processors, kBF16 for GPUs, kFloat32 for both.
enum class Arithmetic { kAuto, kInt8, kExact, kFloat32, kBF16 };
const char* name(Arithmetic arithmetic);  // "auto", "int8", "exact", "float32", "bf16"

struct EngineOptions {
  Arithmetic precision = Arithmetic::kAuto;
  DeviceChoice device = DeviceChoice::kAuto;
  int device_index = 0;                  // of the GPUs
  int threads = 0;                       // 0: all processors this process may use
  int batch = 0;                         // sequences in flight at most; 0: 32, on GPUs 256
  std::size_t kv_bytes = 0;              // of pages; 0: a quarter of the memory that is free
  std::function<void(double)> progress;  // share of the loading done, 0 … 1; may be empty
  // Reads and checks headers, tokenizer and template but packs no weights: `description` works,
  // `run` and `score` throw Error.
  bool describe_only = false;
  // Keeps the packed weights in a file beside the model (engine/model/packed_cache.md) and takes
  // them from there when it loads again: the same bits, sooner.
  bool pack_cache = false;
  // Instead of the checkpoint's own template, and of the format that this and the vocabulary tell.
  std::optional<std::string> chat_template = std::nullopt;
  std::string template_name = {};  // which of the checkpoint's several; empty: its default
  std::optional<ReasoningMarkers> reasoning = std::nullopt;
  // Told what hindered no loading but should be known: a packed file that could not be used or
  // written, a GPU that was not found. Empty: a line on standard error.
  std::function<void(const std::string&)> notice = nullptr;
  // Opens a GPU instead of the module's (kernels/cuda/module.h): for tests.
  std::function<std::unique_ptr<kernels::cuda::Backend>(int index)> open_gpu = nullptr;
};

// What `candor inspect model --json` prints and the manifest keeps.
struct ModelDescription {
  std::string name;
  std::string family;  // "qwen2", "llama"
  std::string path;
  std::uint64_t file_bytes = 0;
  std::size_t layers = 0, width = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn_width = 0;
  std::size_t vocabulary = 0;
  std::size_t context_length = 0;
  std::size_t experts = 0, experts_used = 0, expert_width = 0;  // of a layer; 0: it has none
  std::uint64_t parameters = 0;
  std::uint64_t active_parameters = 0;  // that the forward pass of one token works with
  std::uint64_t weight_bytes = 0;       // packed weights that every token reads; 0: not loaded
  std::vector<std::pair<std::string, std::size_t>> formats;  // block format -> number of tensors
  ReasoningMarkers reasoning;
  std::string reasoning_evidence;  // DetectedReasoning's, or "chosen"
  // Of a loaded model: "int8"; "cpu", "NVIDIA H100 80GB HBM3"; "avx512vnni", "cuda sm_90"; the
  // sequences in flight at most.
  std::string precision, device, instructions;
  int batch = 0;
};

struct Request {
  std::vector<TokenId> prompt;  // at least one token
  data::Sampling sampling;      // max_tokens: exactly that many when ignore_stops
  std::uint64_t seed = 0;
  int repeat = 0;
  bool ignore_stops = false;
  double expected_tokens = 0;     // what the answer will likely take, for the planner; 0: not known
  bool reasoning_opened = false;  // the prompt ends inside the reasoning: stop strings wait
  // Tokens to be scored after the prompt (teacher forcing) instead of generating any: the sampling
  // parameters play no part. Prompts that many continuations share are computed once.
  std::vector<TokenId> continuation;
  bool keep_last_logits = false;  // those after the last token; alone it makes a scored request too

  bool is_scored() const { return keep_last_logits || !continuation.empty(); }
};

struct Completion {
  std::vector<TokenId> tokens;           // the final stop token included; scored: the continuation
  std::vector<float> log_probabilities;  // of each token, under the untempered model
  std::vector<TokenId> most_likely;  // scored: the first choice at each place, lowest id on ties
  std::vector<float> last_logits;    // [vocabulary], where they were asked for
  // Decoded, cut at a stop string; without special tokens but those that divide it.
  std::string text;
  ReasoningSplit split;  // of the text
  data::FinishReason finish = data::FinishReason::kStop;
  std::string error;  // for kError: "non-finite logits (step 3)", "prompt of 40000 tokens …"
  double seconds = 0;
};

struct ScoredTokens {
  std::vector<float> log_probabilities;  // of ids[1 … n-1], each given those before it
  std::vector<float> last_logits;        // [vocabulary], after the last token
};

struct EngineCounters {
  std::atomic<std::uint64_t> prompt_tokens{0};
  std::atomic<std::uint64_t> generated_tokens{0};
  std::atomic<int> in_flight{0};
};

class Engine {
 public:
  // A GGUF file or a Hugging Face folder. Throws Error naming file and field.
  static std::unique_ptr<Engine> load(const std::filesystem::path& path,
                                      const EngineOptions& options);
  // A dense model of the shape that the text of a config.json describes, with random weights that
  // are made up here: to measure with. It has no tokenizer and no template.
  static std::unique_ptr<Engine> load_shape(const std::string& name, const std::string& config,
                                            const EngineOptions& options);
  virtual ~Engine() = default;

  virtual const ModelDescription& description() const = 0;
  virtual const Tokenizer* tokenizer() const = 0;         // null: the folder has none
  virtual const ChatTemplate* chat_template() const = 0;  // null: there is none

  // Runs the whole queue with continuous batching. `done(i, completion)` is called on this thread
  // as request i finishes, in any order. `stop` true: no further token is started and run returns;
  // requests that are not finished are not reported.
  virtual void run(std::span<const Request> requests,
                   const std::function<void(std::size_t, Completion&&)>& done,
                   const std::atomic<bool>& stop) = 0;

  // Log-probabilities of given tokens in one pass (teacher forcing).
  virtual ScoredTokens score(std::span<const TokenId> ids) = 0;

  virtual const EngineCounters& counters() const = 0;

  // At most so many sequences in flight from the next run on: 1 up to description().batch.
  virtual void limit_batch(int sequences) = 0;
  // Prompts that are kept from earlier runs are computed again from here on.
  virtual void forget_prompts() = 0;

  // Measures what the device can do, with the model's own products: takes seconds. Nothing on
  // processors.
  virtual DeviceReport device_report() { return {}; }
};

}  // namespace candor::engine
