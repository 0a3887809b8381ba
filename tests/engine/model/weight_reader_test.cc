// The ways a checkpoint may hold a matrix: every one gives the values that were put in, and what is
// missing or misshapen is named.
#include "engine/model/weight_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <map>
#include <random>

#include "data/base/error.h"

namespace candor::engine {
namespace {

using kernels::BlockFormat;
using testing::HasSubstr;

// Tensors in memory.
class MemorySource final : public WeightSource {
 public:
  void add(const std::string& name, BlockFormat format, std::vector<std::size_t> shape,
           const void* bytes, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(bytes);
    storage_.emplace_back(begin, begin + size);
    tensors_.push_back({name, format, std::move(shape), storage_.back()});
  }
  void add_f32(const std::string& name, std::vector<std::size_t> shape,
               const std::vector<float>& values) {
    add(name, BlockFormat::kF32, std::move(shape), values.data(), values.size() * 4);
  }
  void add_u8(const std::string& name, BlockFormat format, std::vector<std::size_t> shape,
              const std::vector<std::uint8_t>& values) {
    add(name, format, std::move(shape), values.data(), values.size());
  }

  const std::vector<TensorView>& tensors() const override { return tensors_; }
  const TensorView* find(std::string_view name) const override {
    for (const TensorView& tensor : tensors_) {
      if (tensor.name == name) return &tensor;
    }
    return nullptr;
  }
  void release(const TensorView& tensor) const override { ++released[tensor.name]; }
  const std::string& path() const override { return path_; }
  std::uint64_t file_bytes() const override { return 0; }
  std::vector<std::filesystem::path> files() const override { return {}; }

  mutable std::map<std::string, int> released;

 private:
  std::string path_ = "memory.safetensors";
  std::deque<std::vector<std::byte>> storage_;
  std::vector<TensorView> tensors_;
};

std::vector<float> counted(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i);
  return values;
}

std::vector<std::vector<float>> values_of(const kernels::MatrixRows& rows) {
  std::vector<std::vector<float>> all(rows.rows(), std::vector<float>(rows.cols()));
  for (std::size_t r = 0; r < rows.rows(); ++r) rows.values(r, 0, all[r]);
  return all;
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

ArchSpec two_experts(ExpertLayout layout, std::size_t width, std::size_t inner) {
  ArchSpec spec;
  spec.width = width;
  spec.experts.emplace();
  spec.experts->count = 2;
  spec.experts->used = 1;
  spec.experts->width = inner;
  spec.names = layout == ExpertLayout::kStacked ? gguf_tensor_names() : hugging_face_tensor_names();
  spec.names.expert_layout = layout;
  return spec;
}

TEST(WeightReader, ScalesOfBlocksMultiplyTheirValuesUpToTheEdges) {
  MemorySource source;
  // 0x38 is 1, 0x40 is 2, 0xB8 is -1.
  std::vector<std::uint8_t> codes(3 * 5, 0x38);
  codes[4] = 0x40;
  codes[14] = 0xB8;
  source.add_u8("w.weight", BlockFormat::kF8_E4M3, {3, 5}, codes);
  source.add_f32("w.weight_scale_inv", {2, 3}, {1, 10, 100, 2, 20, 200});
  ArchSpec spec;
  spec.block_scales = {.rows = 2, .cols = 2, .suffix = "_scale_inv"};
  const WeightReader reader(source, spec);
  const auto rows = reader.matrix("w.weight", 3, 5);
  EXPECT_FALSE(rows->has_blocks());
  EXPECT_EQ(values_of(*rows), (std::vector<std::vector<float>>{
                                  {1, 1, 10, 10, 200}, {1, 1, 10, 10, 100}, {2, 2, 20, 20, -200}}));
  EXPECT_EQ(reader.release_read(), 15U + 24U);
  EXPECT_EQ(source.released.size(), 2U);
}

TEST(WeightReader, EightBitFloatsWithoutTheirScalesAreRefused) {
  MemorySource source;
  source.add_u8("w.weight", BlockFormat::kF8_E4M3, {2, 2}, {0, 0, 0, 0});
  ArchSpec spec;
  EXPECT_THAT(error_of([&] { WeightReader(source, spec).matrix("w.weight", 2, 2); }),
              HasSubstr("weight_block_size"));
  spec.block_scales = {.rows = 2, .cols = 2, .suffix = "_scale_inv"};
  EXPECT_THAT(error_of([&] { WeightReader(source, spec).matrix("w.weight", 2, 2); }),
              HasSubstr("w.weight_scale_inv"));
  source.add_f32("w.weight_scale_inv", {1, 2}, {1, 1});
  EXPECT_THAT(error_of([&] { WeightReader(source, spec).matrix("w.weight", 2, 2); }),
              HasSubstr("[1, 2], expected [1, 1]"));
}

TEST(WeightReader, ExpertsStackedOrFusedAreTheirParts) {
  MemorySource source;
  const ArchSpec spec = two_experts(ExpertLayout::kStacked, 2, 3);
  source.add_f32("blk.0.ffn_gate_exps.weight", {2, 3, 2}, counted(12));
  source.add_f32("blk.0.ffn_down_exps.weight", {2, 2, 3}, counted(12));
  source.add_f32("blk.0.ffn_down_exps.bias", {2, 2}, {1, 2, 3, 4});
  source.add_f32("blk.1.ffn_gate_up_exps.weight", {2, 6, 2}, counted(24));
  const WeightReader reader(source, spec);
  EXPECT_EQ(values_of(*reader.expert(0, Projection::kGate, 1)),
            (std::vector<std::vector<float>>{{6, 7}, {8, 9}, {10, 11}}));
  EXPECT_EQ(values_of(*reader.expert(0, Projection::kDown, 1)),
            (std::vector<std::vector<float>>{{6, 7, 8}, {9, 10, 11}}));
  EXPECT_EQ(reader.expert_bias(0, Projection::kDown, 1), (std::vector<float>{3, 4}));
  EXPECT_EQ(values_of(*reader.expert(1, Projection::kGate, 1)),
            (std::vector<std::vector<float>>{{12, 13}, {14, 15}, {16, 17}}));
  EXPECT_EQ(values_of(*reader.expert(1, Projection::kUp, 0)),
            (std::vector<std::vector<float>>{{6, 7}, {8, 9}, {10, 11}}));
  EXPECT_THAT(error_of([&] { reader.expert(2, Projection::kUp, 0); }),
              HasSubstr("blk.2.ffn_up_exps.weight"));
}

TEST(WeightReader, GateAndUpAlternateInTransposedStacks) {
  MemorySource source;
  ArchSpec spec = two_experts(ExpertLayout::kInterleaved, 2, 3);
  spec.names.expert_gate_up = "mlp.experts.gate_up_proj";
  spec.names.expert_down = "mlp.experts.down_proj";
  // [experts, in, 2 * inner]: columns gate, up, gate, up, gate, up.
  source.add_f32("model.layers.0.mlp.experts.gate_up_proj", {2, 2, 6}, counted(24));
  source.add_f32("model.layers.0.mlp.experts.gate_up_proj_bias", {2, 6}, counted(12));
  source.add_f32("model.layers.0.mlp.experts.down_proj", {2, 3, 2}, counted(12));
  const WeightReader reader(source, spec);
  EXPECT_EQ(values_of(*reader.expert(0, Projection::kGate, 1)),
            (std::vector<std::vector<float>>{{12, 18}, {14, 20}, {16, 22}}));
  EXPECT_EQ(values_of(*reader.expert(0, Projection::kUp, 0)),
            (std::vector<std::vector<float>>{{1, 7}, {3, 9}, {5, 11}}));
  EXPECT_EQ(values_of(*reader.expert(0, Projection::kDown, 1)),
            (std::vector<std::vector<float>>{{6, 8, 10}, {7, 9, 11}}));
  EXPECT_EQ(reader.expert_bias(0, Projection::kUp, 1), (std::vector<float>{7, 9, 11}));
}

// Neighbours share a byte in the published blocks; the scale of a block is a power of two.
TEST(WeightReader, PublishedFourBitBlocksKeepTheOrderOfTheirValues) {
  MemorySource source;
  ArchSpec spec = two_experts(ExpertLayout::kInterleaved, 64, 32);
  spec.names.expert_gate_up = "mlp.experts.gate_up_proj";
  spec.names.expert_down = "mlp.experts.down_proj";
  std::mt19937 random(2);
  std::vector<std::uint8_t> codes(2 * 64 * 2 * 16);
  for (auto& code : codes) code = static_cast<std::uint8_t>(random());
  std::vector<std::uint8_t> scales(2 * 64 * 2);
  for (auto& scale : scales) scale = static_cast<std::uint8_t>(120 + random() % 16);
  const std::string name = "model.layers.0.mlp.experts.gate_up_proj";
  source.add_u8(name + "_blocks", BlockFormat::kU8, {2, 64, 2, 16}, codes);
  source.add_u8(name + "_scales", BlockFormat::kU8, {2, 64, 2}, scales);
  const WeightReader reader(source, spec);
  constexpr float kFp4[] = {0, .5F, 1, 1.5F, 2, 3, 4, 6, -0.F, -.5F, -1, -1.5F, -2, -3, -4, -6};
  for (const bool up : {false, true}) {
    const auto rows = reader.expert(0, up ? Projection::kUp : Projection::kGate, 1);
    ASSERT_EQ(rows->rows(), 32U);
    ASSERT_EQ(rows->cols(), 64U);
    const auto found = values_of(*rows);
    std::vector<std::byte> scratch;
    std::vector<float> from_blocks(64);
    for (std::size_t r = 0; r < 32; ++r) {
      const std::size_t line = 64 + 2 * r + (up ? 1 : 0);
      for (std::size_t k = 0; k < 64; ++k) {
        const std::uint8_t pair = codes[(line * 2 + k / 32) * 16 + k % 32 / 2];
        const unsigned code = k % 2 == 0 ? pair & 15U : static_cast<unsigned>(pair >> 4U);
        ASSERT_EQ(found[r][k], std::ldexp(kFp4[code], scales[line * 2 + k / 32] - 127))
            << r << ", " << k;
      }
      kernels::dequantize(rows->format(), rows->blocks(r, scratch), from_blocks);
      ASSERT_EQ(from_blocks, found[r]);
    }
  }
  EXPECT_THAT(error_of([&] { reader.expert(0, Projection::kDown, 0); }), HasSubstr("down_proj"));
}

// Of each head the first rows make keys, the others values.
TEST(WeightReader, HeadsOfLatentsFromOneMatrixOrTwo) {
  ArchSpec spec;
  spec.width = 8;
  spec.attention.heads = 2;
  spec.attention.latent.emplace();
  spec.attention.latent->rank = 3;
  spec.attention.latent->plain = 2;
  spec.attention.latent->value = 1;
  spec.names = gguf_tensor_names();
  MemorySource joint;
  joint.add_f32("blk.0.attn_kv_b.weight", {6, 3}, counted(18));
  MemorySource apart;
  apart.add_f32("blk.0.attn_k_b.weight", {2, 3, 2}, {0, 3, 1, 4, 2, 5, 9, 12, 10, 13, 11, 14});
  apart.add_f32("blk.0.attn_v_b.weight", {2, 1, 3}, {6, 7, 8, 15, 16, 17});
  for (const MemorySource* source : {&joint, &apart}) {
    const WeightReader reader(*source, spec);
    EXPECT_EQ(values_of(*reader.key_up(0, 1)),
              (std::vector<std::vector<float>>{{9, 12}, {10, 13}, {11, 14}}));
    EXPECT_EQ(values_of(*reader.value_up(0, 1)), (std::vector<std::vector<float>>{{15, 16, 17}}));
  }
}

TEST(WeightReader, WholeNumbersAreNoWeights) {
  MemorySource source;
  source.add_u8("table", BlockFormat::kU8, {2, 2}, {1, 2, 3, 4});
  source.add_u8("norm", BlockFormat::kF8_E4M3, {2}, {1, 2});
  const ArchSpec spec;
  const WeightReader reader(source, spec);
  EXPECT_THAT(error_of([&] { reader.matrix("table", 2, 2); }), HasSubstr("is of type U8"));
  EXPECT_THAT(error_of([&] { reader.vector("norm", 2); }), HasSubstr("is of type F8_E4M3"));
}

TEST(WeightReader, ATensorOfManyPartsIsCountedOnce) {
  MemorySource source;
  const ArchSpec spec = two_experts(ExpertLayout::kStacked, 2, 3);
  source.add_f32("blk.0.ffn_gate_exps.weight", {2, 3, 2}, counted(12));
  const WeightReader reader(source, spec);
  reader.expert(0, Projection::kGate, 0);
  EXPECT_EQ(reader.release_read(), 48U);
  reader.expert(0, Projection::kGate, 1);
  EXPECT_EQ(reader.release_read(), 0U);
  EXPECT_EQ(source.released.at("blk.0.ffn_gate_exps.weight"), 2);
}

TEST(WeightReader, FourBitBlocksThatDoNotFillARowAreRefused) {
  MemorySource source;
  ArchSpec spec = two_experts(ExpertLayout::kInterleaved, 64, 40);
  spec.names.expert_gate_up = "mlp.experts.gate_up_proj";
  spec.names.expert_down = "mlp.experts.down_proj";
  source.add_u8("model.layers.0.mlp.experts.down_proj_blocks", BlockFormat::kU8, {2, 64, 1, 16},
                std::vector<std::uint8_t>(2 * 64 * 16));
  EXPECT_THAT(error_of([&] { WeightReader(source, spec).expert(0, Projection::kDown, 0); }),
              AllOf(HasSubstr("down_proj_blocks"), HasSubstr("40")));
}

TEST(WeightReader, VectorsMayHaveDimensionsOfOneBeforeThem) {
  MemorySource source;
  source.add_f32("bias", {1, 4}, counted(4));
  source.add_f32("square", {2, 2}, counted(4));
  const ArchSpec spec;
  const WeightReader reader(source, spec);
  EXPECT_EQ(reader.vector("bias", 4), counted(4));
  EXPECT_THAT(error_of([&] { reader.vector("square", 4); }), HasSubstr("[2, 2], expected [4]"));
  EXPECT_THAT(error_of([&] { reader.vector("none", 4); }), HasSubstr("tensor 'none': is missing"));
}

}  // namespace
}  // namespace candor::engine
