#include "engine/model/model.h"

#include <utility>

#include "data/base/error.h"

namespace candor::engine {

Model::Model(std::shared_ptr<const WeightSource> source, ArchSpec spec,
             kernels::Precision precision, kernels::ThreadPool& pool,
             const std::function<void(double)>& progress, const PackedCache* cache)
    : source_(std::move(source)), spec_(std::move(spec)), precision_(precision) {
  embedding_ =
      WeightReader(*source_, spec_).matrix(spec_.names.embedding, spec_.vocabulary, spec_.width);
  const MakeMatrix pack = [&](PackedMatrix&& matrix) {
    return kernels::Matrix::pack(*matrix.rows, matrix.precision, pool);
  };
  if (cache == nullptr) {
    assemble(pack, progress);
  } else {
    // Once to learn which matrices there are, once to pack them if need be, once to place them.
    std::vector<PackedMatrix> wanted;
    assemble(
        [&](PackedMatrix&& matrix) {
          wanted.push_back(std::move(matrix));
          return kernels::Matrix();
        },
        nullptr);
    std::vector<kernels::Matrix> matrices = cache->read(wanted, pool);
    if (matrices.empty()) {
      assemble(
          [&](PackedMatrix&& matrix) {
            matrices.push_back(pack(std::move(matrix)));
            return kernels::Matrix();
          },
          progress);
      cache->write(wanted, matrices, pool);
    }
    std::size_t next = 0;
    assemble([&](PackedMatrix&&) { return std::move(matrices.at(next++)); }, nullptr);
  }
  if (progress) progress(1.0);
}

void Model::assemble(const MakeMatrix& make, const std::function<void(double)>& progress) {
  const WeightReader reader(*source_, spec_);
  std::uint64_t total = 0;
  for (const TensorView& tensor : source_->tensors()) total += tensor.bytes.size();
  std::uint64_t done = 0;
  // Pages of the file are let go as soon as they are packed: the weights are never twice in memory.
  const MakeMatrix make_and_release = [&](PackedMatrix&& matrix) {
    kernels::Matrix made = make(std::move(matrix));
    done += reader.release_read();
    if (progress && total > 0) {
      progress(std::min(1.0, static_cast<double>(done) / static_cast<double>(total)));
    }
    return made;
  };
  layers_.clear();
  layers_.reserve(spec_.layers.size());
  for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
    layers_.push_back(assemble_layer(reader, spec_, i, precision_, make_and_release));
  }
  const TensorNames& names = spec_.names;
  final_norm_ = norm_weights(reader, spec_, names.final_norm, spec_.width);
  // A tied checkpoint may carry a head of its own, which its makers ignore too.
  const std::string& head = spec_.tied ? names.embedding : names.head;
  head_.weights =
      make_and_release({head, reader.matrix(head, spec_.vocabulary, spec_.width), precision_});
  if (spec_.head_bias) head_.bias = reader.vector(names.head_bias, spec_.vocabulary);
}

std::size_t Model::active_matrix_bytes() const {
  const auto bytes = [](const auto&... linears) { return (linears.weights.bytes() + ...); };
  std::size_t sum = head_.weights.bytes();
  for (const LayerWeights& layer : layers_) {
    sum += bytes(layer.q, layer.k, layer.v, layer.output, layer.gate, layer.up, layer.down);
    if (layer.latent) {
      sum += bytes(layer.latent->query_down, layer.latent->kv_down);
      for (const Linear& linear : layer.latent->key_up) sum += bytes(linear);
      for (const Linear& linear : layer.latent->value_up) sum += bytes(linear);
    }
    if (layer.experts) {
      sum += bytes(layer.experts->router);
      std::size_t all = 0;
      for (std::size_t i = 0; i < layer.experts->gate.size(); ++i) {
        all += bytes(layer.experts->gate[i], layer.experts->up[i], layer.experts->down[i]);
      }
      sum += all / spec_.experts->count * spec_.experts->used;
    }
  }
  return sum;
}

void Model::embed(TokenId token, std::span<float> out) const {
  embedding_->values(static_cast<std::size_t>(token), 0, out);
}

}  // namespace candor::engine
