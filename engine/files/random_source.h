// Weights that are made up where they are needed, to measure a model of a published shape without
// its file. Every tensor is a window into one buffer of random bf16 values, so that the memory
// taken is that of the largest tensor, not of the model. The values depend on nothing but the list
// of tensors: two machines make the same model.
//
// Values are sums of four uniform 16-bit numbers, scaled to a standard deviation of 0.02 (what such
// models are initialised with): near enough to normal that the products, norms and logits of the
// network have the sizes of real ones, and exact integers until the last rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/files/weights.h"

namespace candor::engine {

struct RandomTensor {
  enum class Fill { kRandom, kZeros, kOnes };
  std::string name;
  std::vector<std::size_t> shape;
  Fill fill = Fill::kRandom;
};

class RandomSource final : public WeightSource {
 public:
  // `name` is what path() gives. Throws std::bad_alloc where the largest tensor does not fit.
  RandomSource(std::string name, const std::vector<RandomTensor>& tensors, int threads);

  const std::vector<TensorView>& tensors() const override { return tensors_; }
  const TensorView* find(std::string_view name) const override;
  void release(const TensorView& tensor) const override;
  const std::string& path() const override { return name_; }
  std::vector<std::filesystem::path> files() const override { return {}; }
  std::uint64_t file_bytes() const override { return 0; }

  std::size_t buffer_bytes() const;

 private:
  std::string name_;
  std::size_t values_ = 0;                   // of the random buffer
  std::unique_ptr<std::uint16_t[]> random_;  // bf16
  std::vector<std::uint16_t> zeros_, ones_;
  std::vector<TensorView> tensors_;
  std::unordered_map<std::string_view, const TensorView*> by_name_;
};

}  // namespace candor::engine
