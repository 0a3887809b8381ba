// A small random llama written as a GGUF file, and an engine put together around it with the limits
// a test asks for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/arch/families.h"
#include "engine/batch/scheduler.h"
#include "engine/cache/kv_cache.h"
#include "engine/device/cpu_device.h"
#include "engine/files/gguf.h"
#include "engine/model/model.h"
#include "tests/kernels/kernels_testing.h"
#include "tests/support/gguf_writer.h"

namespace candor::tests {

struct TinyShape {
  std::uint32_t layers = 2, width = 64, ffn = 96, heads = 4, kv_heads = 2, vocabulary = 320;
  std::uint32_t context = 1024;
  // Of the matrices of the layers, in turn; one whose blocks do not divide a row is passed over.
  // Embedding and head are Q8_0.
  std::vector<kernels::BlockFormat> formats = {kernels::BlockFormat::kQ8_0};
};

// Rows of Q8_0 blocks: a half-precision scale of 2^-9 and 32 random bytes.
inline std::string random_q8(std::mt19937& random, std::size_t values) {
  std::string bytes;
  for (std::size_t block = 0; block < values / 32; ++block) {
    bytes += GgufWriter::pack<std::uint16_t>(0x1800);
    for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(random() & 0xFF));
  }
  return bytes;
}

inline GgufWriter tiny_llama(const TinyShape& shape = {}, std::uint32_t seed = 1) {
  constexpr std::uint32_t kQ8 = 8;
  std::mt19937 random(seed);
  GgufWriter file;
  file.text("general.architecture", "llama")
      .integer("llama.block_count", shape.layers)
      .integer("llama.embedding_length", shape.width)
      .integer("llama.feed_forward_length", shape.ffn)
      .integer("llama.attention.head_count", shape.heads)
      .integer("llama.attention.head_count_kv", shape.kv_heads)
      .integer("llama.context_length", shape.context)
      .number("llama.attention.layer_norm_rms_epsilon", 1e-5F);
  const auto matrix = [&](const std::string& name, std::uint64_t rows, std::uint64_t cols) {
    file.tensor(name, kQ8, {rows, cols}, random_q8(random, rows * cols));
  };
  const auto norm = [&](const std::string& name) {
    file.tensor_f32(name, {shape.width}, std::vector<float>(shape.width, 1.0F));
  };
  std::size_t turn = 0;
  const auto layer_matrix = [&](const std::string& name, std::uint64_t rows, std::uint64_t cols) {
    const auto next = [&] { return shape.formats[turn++ % shape.formats.size()]; };
    kernels::BlockFormat format = next();
    while (cols % kernels::block_layout(format).elements != 0) format = next();
    if (format == kernels::BlockFormat::kQ8_0) return matrix(name, rows, cols);
    const auto blocks = kernels::testing::random_blocks(format, rows * cols, random);
    file.tensor(name, static_cast<std::uint32_t>(format), {rows, cols},
                {reinterpret_cast<const char*>(blocks.data()), blocks.size()});
  };
  const std::uint64_t kv_width = std::uint64_t{shape.width} / shape.heads * shape.kv_heads;
  matrix("token_embd.weight", shape.vocabulary, shape.width);
  for (std::uint32_t i = 0; i < shape.layers; ++i) {
    const std::string layer = "blk." + std::to_string(i) + ".";
    norm(layer + "attn_norm.weight");
    layer_matrix(layer + "attn_q.weight", shape.width, shape.width);
    layer_matrix(layer + "attn_k.weight", kv_width, shape.width);
    layer_matrix(layer + "attn_v.weight", kv_width, shape.width);
    layer_matrix(layer + "attn_output.weight", shape.width, shape.width);
    norm(layer + "ffn_norm.weight");
    layer_matrix(layer + "ffn_gate.weight", shape.ffn, shape.width);
    layer_matrix(layer + "ffn_up.weight", shape.ffn, shape.width);
    layer_matrix(layer + "ffn_down.weight", shape.width, shape.ffn);
  }
  norm("output_norm.weight");
  matrix("output.weight", shape.vocabulary, shape.width);
  return file;
}

struct TinyEngine {
  std::unique_ptr<engine::CpuDevice> device;
  std::unique_ptr<engine::KvCache> cache;
  std::unique_ptr<engine::Scheduler> scheduler;
};

struct TinyOptions {
  kernels::Precision precision = kernels::Precision::kInt8;
  int threads = 1;
  std::size_t pages = 4096;
  engine::BatchOptions batch{};  // context and vocabulary are filled in
};

inline TinyEngine tiny_engine(const std::filesystem::path& path, const TinyOptions& options) {
  std::shared_ptr<const engine::GgufFile> file = engine::GgufFile::open(path);
  engine::ArchSpec spec = engine::read_arch_spec(*file);
  engine::BatchOptions batch = options.batch;
  batch.context_length = spec.context_length;
  batch.vocabulary = spec.vocabulary;
  const auto& attention = spec.attention;
  const std::size_t page =
      spec.layers.size() *
      kernels::page_bytes({.heads = attention.heads,
                           .kv_heads = attention.kv_heads,
                           .head_dim = attention.head_dim,
                           .scale = attention.scale,
                           .format = options.precision != kernels::Precision::kFloat32
                                         ? kernels::KvFormat::kF16
                                         : kernels::KvFormat::kF32});
  auto pool = std::make_unique<kernels::ThreadPool>(options.threads);
  auto model = std::make_unique<const engine::Model>(std::move(file), std::move(spec),
                                                     options.precision, *pool, nullptr);
  TinyEngine tiny;
  tiny.device =
      std::make_unique<engine::CpuDevice>(std::move(pool), std::move(model), options.pages * page);
  tiny.cache = std::make_unique<engine::KvCache>(tiny.device->page_count());
  tiny.scheduler =
      std::make_unique<engine::Scheduler>(*tiny.device, *tiny.cache, engine::StopTokens{}, batch);
  return tiny;
}

}  // namespace candor::tests
