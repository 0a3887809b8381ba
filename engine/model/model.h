// The weights of a checkpoint in the form the forward pass multiplies with. It computes nothing:
// forward.h does.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/files/weights.h"
#include "engine/model/layer_weights.h"
#include "engine/model/packed_cache.h"
#include "engine/tokenizer/tokenizer.h"
#include "kernels/matrix.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

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
  const Linear& head() const { return head_; }  // [vocabulary, width]

  // Of packed matrices that a token reads: of a layer's experts, as many as it uses.
  std::size_t active_matrix_bytes() const;

  // out: [width], not yet scaled. The token is one of the vocabulary.
  void embed(TokenId token, std::span<float> out) const;

 private:
  void assemble(const MakeMatrix& make, const std::function<void(double)>& progress);

  std::shared_ptr<const WeightSource> source_;
  ArchSpec spec_;
  kernels::Precision precision_;
  std::unique_ptr<const kernels::MatrixRows> embedding_;  // [vocabulary, width], in the file
  std::vector<LayerWeights> layers_;
  std::vector<float> final_norm_;
  Linear head_;
};

}  // namespace candor::engine
