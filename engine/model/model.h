// The weights of a checkpoint in the form the forward pass multiplies with. It computes nothing:
// forward.h does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/files/weights.h"
#include "engine/model/packed_cache.h"
#include "engine/tokenizer/tokenizer.h"
#include "kernels/matrix.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

// y = x W^T + bias; the bias may be empty.
struct Linear {
  kernels::Matrix weights;
  std::vector<float> bias;
};

struct LayerWeights {
  std::vector<float> attention_norm;  // [width]
  Linear q, k, v, output;
  std::vector<float> ffn_norm;  // [width]
  Linear gate, up, down;
};

class Model {
 public:
  // Packs every weight that `spec` asks for and releases its pages of the file. The source is kept:
  // embedding rows are read from it. Throws Error naming the tensor that is missing or misshapen.
  // `progress` is told the share of the bytes that is packed. With a cache, matrices that were
  // packed before are taken from it, and it is given those that were not.
  Model(std::shared_ptr<const WeightSource> source, ArchSpec spec, kernels::Precision precision,
        kernels::ThreadPool& pool, const std::function<void(double)>& progress,
        const PackedCache* cache = nullptr);

  const ArchSpec& spec() const { return spec_; }
  kernels::Precision precision() const { return precision_; }
  const std::vector<LayerWeights>& layers() const { return layers_; }
  std::span<const float> final_norm() const { return final_norm_; }
  const kernels::Matrix& head() const { return *head_; }  // [vocabulary, width]

  std::size_t matrix_bytes() const;  // held by all packed matrices

  // out: [width]. The token is one of the vocabulary.
  void embed(TokenId token, std::span<float> out) const;

 private:
  // Of all packed matrices in the order in which they are packed.
  std::vector<const kernels::Matrix*> matrices() const;

  std::shared_ptr<const WeightSource> source_;
  ArchSpec spec_;
  kernels::Precision precision_;
  const TensorView* embedding_ = nullptr;
  std::vector<LayerWeights> layers_;
  std::vector<float> final_norm_;
  std::optional<kernels::Matrix> head_;
};

}  // namespace candor::engine
