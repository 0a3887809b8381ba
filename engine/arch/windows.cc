// Which layers slide, and how far they see (model-facts, section 5).
#include "data/base/error.h"
#include "engine/arch/decoder.h"

namespace candor::engine {

namespace {

constexpr std::int64_t kMostPeriod = 4096;

std::vector<bool> alternating(std::size_t layers, std::size_t period) {
  std::vector<bool> sliding(layers);
  for (std::size_t i = 0; i < layers; ++i) sliding[i] = (i + 1) % period != 0;
  return sliding;
}

void set_windows(const std::vector<bool>& sliding, std::size_t window, ArchSpec& spec) {
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    if (sliding[i]) spec.layers[i].window = static_cast<std::int64_t>(window);
  }
}

}  // namespace

std::optional<std::vector<bool>> sliding_layers(const JsonFields& fields, std::size_t layers) {
  const boost::json::array* types = fields.find_array("layer_types");
  if (types == nullptr) return std::nullopt;
  if (types->size() != layers) {
    fail("{}: {} entries for {} layers", fields.place("layer_types"), types->size(), layers);
  }
  std::vector<bool> sliding;
  for (const boost::json::value& type : *types) {
    if (type != "sliding_attention" && type != "full_attention") {
      fail("{}: {} is not known (known: full_attention, sliding_attention)",
           fields.place("layer_types"), boost::json::serialize(type));
    }
    sliding.push_back(type == "sliding_attention");
  }
  return sliding;
}

void set_alternating_windows(const JsonFields& fields, std::size_t period, ArchSpec& spec) {
  const std::size_t window = fields.count("sliding_window", kMostWindow);
  const auto given = sliding_layers(fields, spec.layers.size());
  set_windows(given ? *given : alternating(spec.layers.size(), period), window, spec);
}

void set_alternating_windows(const GgufFile& file, const std::string& prefix, std::size_t period,
                             ArchSpec& spec) {
  constexpr const char* kPattern = "attention.sliding_window_pattern";
  const GgufFields fields(file, prefix);
  const std::size_t window = fields.count("attention.sliding_window", kMostWindow);
  const GgufValue* pattern = file.value(prefix + "." + kPattern);
  const auto* given = pattern == nullptr ? nullptr : std::get_if<std::vector<bool>>(pattern);
  if (given == nullptr) {
    const std::size_t read =
        fields.count_or(kPattern, period, static_cast<std::size_t>(kMostPeriod));
    set_windows(alternating(spec.layers.size(), read), window, spec);
    return;
  }
  // It speaks of layers that predict further tokens too.
  if (given->size() < spec.layers.size()) {
    fail("{}: {} entries for {} layers", fields.place(kPattern), given->size(), spec.layers.size());
  }
  std::vector<bool> sliding = *given;
  sliding.resize(spec.layers.size());
  set_windows(sliding, window, spec);
}

void set_switched_windows(const JsonFields& fields, ArchSpec& spec) {
  // Released configurations carry a window and switch it off.
  if (!fields.find_boolean("use_sliding_window").value_or(false)) return;
  if (!fields.find_integer("sliding_window")) return;
  const std::size_t window = fields.count("sliding_window", kMostWindow);
  auto sliding = sliding_layers(fields, spec.layers.size());
  if (!sliding) {
    const std::int64_t first = fields.integer_or("max_window_layers", 28, 0, kMostLayers);
    sliding.emplace(spec.layers.size());
    for (std::size_t i = 0; i < sliding->size(); ++i) {
      (*sliding)[i] = static_cast<std::int64_t>(i) >= first;
    }
  }
  set_windows(*sliding, window, spec);
}

}  // namespace candor::engine
