#include "engine/model/weight_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "engine/files/file_error.h"
#include "engine/model/weight_rows.h"

namespace candor::engine {

namespace {

bool is_fp8(kernels::BlockFormat format) {
  return format == kernels::BlockFormat::kF8_E4M3 || format == kernels::BlockFormat::kF8_E5M2;
}

// "mlp.experts.{}.gate_proj" for expert 3.
std::string of_expert(std::string name, std::size_t expert) {
  const std::size_t place = name.find("{}");
  return name.replace(place, 2, std::to_string(expert));
}

const std::string& name_of(const TensorNames& names, Projection projection) {
  switch (projection) {
    case Projection::kGate:
      return names.expert_gate;
    case Projection::kUp:
      return names.expert_up;
    default:
      return names.expert_down;
  }
}

}  // namespace

const TensorView& WeightReader::need(const std::string& name,
                                     const std::vector<std::size_t>& shape) const {
  const TensorView& tensor = source_.need(name, shape);
  read_.push_back(&tensor);
  return tensor;
}

void WeightReader::refuse_type(const TensorView& tensor) const {
  fail_in_file(source_.path(), fmt::format("tensor '{}'", tensor.name),
               fmt::format("is of type {}, which such weights are not",
                           kernels::block_layout(tensor.format).name));
}

WeightReader::Rows WeightReader::table(const TensorView& tensor) const {
  std::size_t rows = 1;
  for (std::size_t i = 0; i + 1 < tensor.shape.size(); ++i) rows *= tensor.shape[i];
  if (!kernels::holds_weights(tensor.format)) refuse_type(tensor);
  const std::size_t cols = tensor.shape.back();
  kernels::BlockRows whole(tensor.format, tensor.bytes, rows, cols);
  if (is_fp8(tensor.format)) {
    const BlockScaleSpec& blocks = spec_.block_scales;
    if (blocks.rows == 0 || blocks.cols == 0) {
      fail_in_file(source_.path(), fmt::format("tensor '{}'", tensor.name),
                   "is FP8, but config.json has no quantization_config with a weight_block_size");
    }
    const std::string name = tensor.name + blocks.suffix;
    const TensorView& scales = need(
        name, {(rows + blocks.rows - 1) / blocks.rows, (cols + blocks.cols - 1) / blocks.cols});
    return std::make_unique<ScaledRows>(std::move(whole), scales, blocks.rows, blocks.cols);
  }
  return std::make_unique<kernels::BlockRows>(std::move(whole));
}

WeightReader::Rows WeightReader::matrix(const std::string& name, std::size_t rows,
                                        std::size_t cols) const {
  return table(need(name, {rows, cols}));
}

std::vector<float> WeightReader::vector(const std::string& name, std::size_t size) const {
  const TensorView* tensor = source_.find(name);
  std::vector<std::size_t> shape{size};
  // A stored [1, n] is as good as [n].
  if (tensor != nullptr && !tensor->shape.empty() && tensor->shape.back() == size &&
      std::all_of(tensor->shape.begin(), tensor->shape.end() - 1,
                  [](std::size_t length) { return length == 1; })) {
    shape = tensor->shape;
  }
  const TensorView& found = need(name, shape);
  if (is_fp8(found.format) || !kernels::holds_weights(found.format)) refuse_type(found);
  std::vector<float> values(size);
  kernels::dequantize(found.format, found.bytes, values);
  return values;
}

std::string WeightReader::expert_name(std::size_t layer, Projection projection,
                                      std::size_t expert) const {
  const std::string& name = name_of(spec_.names, projection);
  if (spec_.names.expert_layout == ExpertLayout::kApart) {
    return spec_.names.in_layer(layer, of_expert(name, expert), ".weight");
  }
  return fmt::format("{} of expert {}", spec_.names.in_layer(layer, name, ""), expert);
}

WeightReader::Rows WeightReader::expert(std::size_t layer, Projection projection,
                                        std::size_t expert) const {
  const TensorNames& names = spec_.names;
  const std::size_t count = spec_.experts->count;
  const bool down = projection == Projection::kDown;
  const std::size_t rows = down ? spec_.width : spec_.experts->width;
  const std::size_t cols = down ? spec_.experts->width : spec_.width;
  if (names.expert_layout == ExpertLayout::kInterleaved) {
    return interleaved(layer, projection, expert);
  }
  const std::string& name = name_of(names, projection);
  if (names.expert_layout == ExpertLayout::kApart) {
    return matrix(names.in_layer(layer, of_expert(name, expert), ".weight"), rows, cols);
  }
  const std::string fused = names.in_layer(layer, names.expert_gate_up, ".weight");
  if (!down && has(fused)) {
    const std::size_t half = projection == Projection::kGate ? 0 : rows;
    return std::make_unique<PartRows>(table(need(fused, {count, 2 * rows, cols})),
                                      RowPart{.first = 2 * expert * rows + half, .rows = rows});
  }
  return std::make_unique<PartRows>(
      table(need(names.in_layer(layer, name, ".weight"), {count, rows, cols})),
      RowPart{.first = expert * rows, .rows = rows});
}

WeightReader::Rows WeightReader::interleaved(std::size_t layer, Projection projection,
                                             std::size_t expert) const {
  const TensorNames& names = spec_.names;
  const std::size_t count = spec_.experts->count;
  const bool down = projection == Projection::kDown;
  const std::string& name = down ? names.expert_down : names.expert_gate_up;
  const std::size_t in = down ? spec_.experts->width : spec_.width;
  const std::size_t out = down ? spec_.width : 2 * spec_.experts->width;
  // Gate and up alternate.
  const RowPart part{.first = projection == Projection::kUp ? 1U : 0U,
                     .rows = down ? out : out / 2,
                     .step = down ? 1U : 2U};
  const std::string blocks = names.in_layer(layer, name, "_blocks");
  if (has(blocks)) {
    if (in % 32 != 0) {
      fail_in_file(source_.path(), fmt::format("tensor '{}'", blocks),
                   fmt::format("has blocks of 32 values, and {} are a row", in));
    }
    const TensorView& codes = need(blocks, {count, out, in / 32, 16});
    const TensorView& scales = need(names.in_layer(layer, name, "_scales"), {count, out, in / 32});
    for (const TensorView* tensor : {&codes, &scales}) {
      if (tensor->format != kernels::BlockFormat::kU8) refuse_type(*tensor);
    }
    return std::make_unique<PartRows>(std::make_unique<Mxfp4Rows>(codes, scales),
                                      RowPart{expert * out + part.first, part.rows, part.step});
  }
  const TensorView& tensor = need(names.in_layer(layer, name, ""), {count, in, out});
  auto lines = std::make_unique<PartRows>(table(tensor), RowPart{.first = expert * in, .rows = in});
  return std::make_unique<TransposedRows>(std::move(lines), part);
}

std::vector<float> WeightReader::expert_bias(std::size_t layer, Projection projection,
                                             std::size_t expert) const {
  const TensorNames& names = spec_.names;
  const std::size_t count = spec_.experts->count;
  const bool down = projection == Projection::kDown;
  const std::size_t size = down ? spec_.width : spec_.experts->width;
  const std::string& name = name_of(names, projection);
  if (names.expert_layout == ExpertLayout::kApart) {
    return vector(names.in_layer(layer, of_expert(name, expert), ".bias"), size);
  }
  const bool alternate = names.expert_layout == ExpertLayout::kInterleaved && !down;
  const std::size_t stored = alternate ? 2 * size : size;
  const std::string full = names.expert_layout == ExpertLayout::kStacked
                               ? names.in_layer(layer, name, ".bias")
                               : names.in_layer(layer, down ? name : names.expert_gate_up, "_bias");
  const TensorView& tensor = need(full, {count, stored});
  std::vector<float> all(stored);
  table(tensor)->values(expert, 0, all);
  if (!alternate) return all;
  std::vector<float> half(size);
  for (std::size_t i = 0; i < size; ++i) {
    half[i] = all[2 * i + (projection == Projection::kUp ? 1 : 0)];
  }
  return half;
}

WeightReader::Rows WeightReader::key_up(std::size_t layer, std::size_t head) const {
  const LatentSpec& latent = *spec_.attention.latent;
  const std::size_t heads = spec_.attention.heads;
  const std::string joint = spec_.names.in_layer(layer, spec_.names.kv_b, ".weight");
  if (spec_.names.k_b.empty() || has(joint)) {
    const std::size_t both = latent.plain + latent.value;
    auto lines = std::make_unique<PartRows>(matrix(joint, heads * both, latent.rank),
                                            RowPart{.first = head * both, .rows = latent.plain});
    return std::make_unique<TransposedRows>(std::move(lines),
                                            RowPart{.first = 0, .rows = latent.rank});
  }
  const TensorView& stack = need(spec_.names.in_layer(layer, spec_.names.k_b, ".weight"),
                                 {heads, latent.rank, latent.plain});
  return std::make_unique<PartRows>(table(stack),
                                    RowPart{.first = head * latent.rank, .rows = latent.rank});
}

WeightReader::Rows WeightReader::value_up(std::size_t layer, std::size_t head) const {
  const LatentSpec& latent = *spec_.attention.latent;
  const std::size_t heads = spec_.attention.heads;
  const std::string joint = spec_.names.in_layer(layer, spec_.names.kv_b, ".weight");
  if (spec_.names.v_b.empty() || has(joint)) {
    const std::size_t both = latent.plain + latent.value;
    return std::make_unique<PartRows>(
        matrix(joint, heads * both, latent.rank),
        RowPart{.first = head * both + latent.plain, .rows = latent.value});
  }
  const TensorView& stack = need(spec_.names.in_layer(layer, spec_.names.v_b, ".weight"),
                                 {heads, latent.value, latent.rank});
  return std::make_unique<PartRows>(table(stack),
                                    RowPart{.first = head * latent.value, .rows = latent.value});
}

std::uint64_t WeightReader::release_read() const {
  std::sort(read_.begin(), read_.end());
  read_.erase(std::unique(read_.begin(), read_.end()), read_.end());
  std::uint64_t bytes = 0;
  for (const TensorView* tensor : read_) {
    source_.release(*tensor);
    if (counted_.insert(tensor).second) bytes += tensor->bytes.size();
  }
  read_.clear();
  return bytes;
}

}  // namespace candor::engine
