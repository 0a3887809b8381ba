// Reads specs out of configurations and of GGUF files that a test describes.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/base/error.h"
#include "engine/arch/families.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/temp_folder.h"

namespace candor::engine::tests {

inline boost::json::object parsed(const char* text) { return boost::json::parse(text).as_object(); }

// `base` with the members of `changes`.
inline boost::json::object with(boost::json::object base, const boost::json::object& changes) {
  for (const auto& [key, value] : changes) base[key] = value;
  return base;
}

// A folder of one tensor of this name.
inline ArchSpec read_config(const boost::json::object& config, const std::string& tensor = "a",
                            const std::string& type = "F32") {
  const candor::tests::TempFolder folder;
  folder.write("config.json", boost::json::serialize(config));
  const std::string header =
      fmt::format(R"({{"{}":{{"dtype":"{}","shape":[2],"data_offsets":[0,{}]}}}})", tensor, type,
                  type == "F32" ? 8 : 4);
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  folder.write("model.safetensors", bytes + header + std::string(type == "F32" ? 8 : 4, '\0'));
  return read_arch_spec(*SafetensorsFolder::open(folder.path()));
}

inline std::string config_error(const boost::json::object& config) {
  try {
    read_config(config);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

// What a GGUF file says, by key below "{architecture}.", and the tensors it has beside a table of
// 32 rows: of them only the names and shapes matter.
struct GgufText {
  std::string architecture;
  std::map<std::string, std::uint32_t> integers = {};
  std::map<std::string, float> numbers = {};
  std::map<std::string, std::string> texts = {};
  std::map<std::string, bool> booleans = {};
  std::map<std::string, std::vector<std::int32_t>> lists = {};
  std::map<std::string, std::vector<std::uint8_t>> flags = {};
  std::map<std::string, std::vector<std::uint64_t>> tensors = {};
};

inline ArchSpec read_gguf(const GgufText& text) {
  using candor::tests::GgufWriter;
  const candor::tests::TempFolder folder;
  GgufWriter writer;
  writer.text("general.architecture", text.architecture);
  const std::string prefix = text.architecture + ".";
  for (const auto& [key, value] : text.integers) writer.integer(prefix + key, value);
  for (const auto& [key, value] : text.numbers) writer.number(prefix + key, value);
  for (const auto& [key, value] : text.texts) writer.text(prefix + key, value);
  for (const auto& [key, value] : text.booleans) writer.boolean(prefix + key, value);
  for (const auto& [key, value] : text.lists) writer.integers(prefix + key, value);
  for (const auto& [key, value] : text.flags) {
    writer.array<std::uint8_t>(prefix + key, GgufWriter::kBool, value);
  }
  writer.tensor_f32("token_embd.weight", {32, 64}, std::vector<float>(32 * 64));
  for (const auto& [name, shape] : text.tensors) {
    std::size_t values = 1;
    for (const std::uint64_t side : shape) values *= side;
    writer.tensor_f32(name, shape, std::vector<float>(values));
  }
  const auto path = folder.path() / "model.gguf";
  writer.write(path);
  return read_arch_spec(*GgufFile::open(path));
}

inline std::string gguf_error(const GgufText& text) {
  try {
    read_gguf(text);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

inline std::vector<std::int64_t> windows(const ArchSpec& spec) {
  std::vector<std::int64_t> all;
  for (const LayerSpec& layer : spec.layers) all.push_back(layer.window);
  return all;
}

// 'e' for each layer of experts, 'd' for each dense one.
inline std::string kinds(const ArchSpec& spec) {
  std::string all;
  for (const LayerSpec& layer : spec.layers) all += layer.experts ? 'e' : 'd';
  return all;
}

// All that a spec says but its names, for comparison.
inline std::string described(const ArchSpec& spec) {
  const AttentionSpec& a = spec.attention;
  std::string out = fmt::format(
      "{} {} {} {} {} {} {} {} {} {}\nattention {} {} {} {} {} {} {} {} {}\nffn {} {} {} {} {}\n",
      spec.family, spec.width, spec.vocabulary, spec.context_length, spec.norm_epsilon,
      spec.norm_plus_one, spec.sandwich_norms, spec.embedding_scale, spec.final_softcap, spec.tied,
      a.heads, a.kv_heads, a.head_dim, a.scale, a.softcap, a.qkv_bias, a.output_bias, a.head_norm,
      a.sinks, spec.ffn.width, static_cast<int>(spec.ffn.activation), spec.ffn.alpha,
      spec.ffn.limit, spec.ffn.bias);
  if (a.latent) {
    out += fmt::format("latent {} {} {} {} {} {}\n", a.latent->query_rank, a.latent->rank,
                       a.latent->plain, a.latent->rotated, a.latent->value, a.latent->norm_epsilon);
  }
  if (spec.experts) {
    const ExpertsSpec& e = *spec.experts;
    out += fmt::format("experts {} {} {} {} {} {} {} {} {} {} {} {} {} {}\n", e.count, e.used,
                       e.width, static_cast<int>(e.score), e.router_bias, e.selection_bias, e.bias,
                       e.groups, e.groups_used, static_cast<int>(e.group_score), e.normalise,
                       e.normalise_floor, e.scale, e.shared_width);
  }
  for (const RopeSpec& rope : spec.ropes) {
    out += fmt::format("rope {} {} {} {}\n", rope.rotated, static_cast<int>(rope.pairing),
                       rope.cos_sin_factor, fmt::join(rope.inverse_frequencies, " "));
  }
  for (const LayerSpec& layer : spec.layers) {
    out += fmt::format("layer {} {} {}\n", layer.window, layer.rope, layer.experts);
  }
  return out + fmt::format("scales {} {} {}\n", spec.block_scales.rows, spec.block_scales.cols,
                           spec.block_scales.suffix);
}

}  // namespace candor::engine::tests
