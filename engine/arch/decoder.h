// What the families of decoders have in common when they are read: sizes, biases, attention
// windows. A family's file calls these and adds what is its own. Rotary embeddings are read in
// rope_fields.h, mixtures of experts in experts.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/arch/fields.h"
#include "engine/files/gguf.h"
#include "engine/files/safetensors.h"
#include "kernels/attention.h"

namespace candor::engine {

// Far above any published model, and low enough that no product of two of them overflows; of all
// together check() makes sure.
constexpr std::size_t kMostLayers = 4096;
constexpr std::size_t kMostWidth = std::size_t{1} << 20;
constexpr std::size_t kMostHeads = 4096;
constexpr std::size_t kMostHeadDim = kernels::kMaxHeadDim;
constexpr std::size_t kMostVocabulary = std::size_t{1} << 24;
constexpr std::size_t kMostContext = std::size_t{1} << 40;
constexpr std::size_t kMostWindow = std::size_t{1} << 40;
constexpr std::size_t kMostExperts = 65536;

// What a missing key of config.json stands for: the values with which the family's class was
// published. 0: the key must be there, or (kv_heads, head_dim) follows from the others.
struct Defaults {
  std::size_t heads = 0;
  std::size_t kv_heads = 0;
  std::size_t head_dim = 0;
  std::size_t vocabulary = 0;
  std::size_t context = 0;
  double epsilon = 0;
  bool tied = false;
};

// Sizes, epsilon, softmax scale and names from "{prefix}.…" of a GGUF file; `layers` all see all
// keys with rope 0. Biases follow from the tensors the file holds.
ArchSpec decoder_from_gguf(const GgufFile& file, const std::string& prefix, const char* family);

// The same from config.json.
ArchSpec decoder_from_config(const JsonFields& fields, const char* family,
                             const Defaults& defaults = {});

// As these two without the sizes of the heads, which latent attention has from other keys.
ArchSpec headless_from_gguf(const GgufFile& file, const std::string& prefix, const char* family);
ArchSpec headless_from_config(const JsonFields& fields, const char* family);

// config.json's fields, with the name of that file for messages.
JsonFields config_fields(const SafetensorsFolder& folder);

// Sets the width of the dense feed-forward, if there is a dense layer.
void read_dense_width(const Fields& fields, std::string_view key, ArchSpec& spec);

// Refuses a mixture of experts in a family that has none.
void refuse_experts(const Fields& fields, std::string_view key, const char* family);

Activation read_activation(const Fields& fields, std::string_view key, Activation fallback);

// Whether `tensor` (inside a layer, without suffix) has a bias in the file's first layer.
bool has_bias(const GgufFile& file, const TensorNames& names, const std::string& tensor);

// layer_types of config.json: whether each layer's attention slides. Nothing when not given.
std::optional<std::vector<bool>> sliding_layers(const JsonFields& fields, std::size_t layers);

// sliding_window for the layers that slide: those that layer_types says, else all but the last of
// every `period` layers.
void set_alternating_windows(const JsonFields& fields, std::size_t period, ArchSpec& spec);
// The same from attention.sliding_window and attention.sliding_window_pattern (a period, or an
// entry for each layer).
void set_alternating_windows(const GgufFile& file, const std::string& prefix, std::size_t period,
                             ArchSpec& spec);

// Windows as the configurations of Qwen have them: switched on by use_sliding_window, for the
// layers that layer_types says, else for those from max_window_layers on.
void set_switched_windows(const JsonFields& fields, ArchSpec& spec);

}  // namespace candor::engine
