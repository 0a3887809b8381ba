#include "engine/model/model.h"

#include <array>
#include <utility>

#include "data/base/error.h"

namespace candor::engine {

namespace {

// Takes weights out of the source one after the other and tells how far it is.
class Packer {
 public:
  // `packed`: all matrices in the order in which they will be asked for, or none.
  Packer(const WeightSource& source, kernels::Precision precision, kernels::ThreadPool& pool,
         const std::function<void(double)>& progress, std::vector<kernels::Matrix> packed)
      : source_(source),
        precision_(precision),
        pool_(pool),
        progress_(progress),
        packed_(std::move(packed)) {
    for (const TensorView& tensor : source.tensors()) total_ += tensor.bytes.size();
  }

  kernels::Matrix matrix(const std::string& name, std::size_t rows, std::size_t cols) {
    const TensorView& tensor = source_.need(name, std::array{rows, cols});
    kernels::Matrix packed = packed_.empty() ? kernels::Matrix::pack(tensor.format, tensor.bytes,
                                                                     rows, cols, precision_, pool_)
                                             : std::move(packed_.at(next_++));
    finished(tensor);
    return packed;
  }

  std::vector<float> vector(const std::string& name, std::size_t size) {
    const TensorView& tensor = source_.need(name, std::array{size});
    std::vector<float> values(size);
    kernels::dequantize(tensor.format, tensor.bytes, values);
    finished(tensor);
    return values;
  }

 private:
  void finished(const TensorView& tensor) {
    source_.release(tensor);
    done_ += tensor.bytes.size();
    if (progress_ && total_ > 0) {
      progress_(static_cast<double>(done_) / static_cast<double>(total_));
    }
  }

  const WeightSource& source_;
  kernels::Precision precision_;
  kernels::ThreadPool& pool_;
  const std::function<void(double)>& progress_;
  std::vector<kernels::Matrix> packed_;
  std::size_t next_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
};

// The tensors that a model packs, in the order of its constructor.
std::vector<PackedTensor> wanted_matrices(const WeightSource& source, const ArchSpec& spec) {
  std::vector<PackedTensor> wanted;
  const auto want = [&](const std::string& name, std::size_t rows, std::size_t cols) {
    wanted.push_back({&source.need(name, std::array{rows, cols}), rows, cols});
  };
  const TensorNames& names = spec.names;
  const std::size_t width = spec.width;
  const std::size_t q_width = spec.attention.heads * spec.attention.head_dim;
  const std::size_t kv_width = spec.attention.kv_heads * spec.attention.head_dim;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    want(names.in_layer(i, names.q, ".weight"), q_width, width);
    want(names.in_layer(i, names.k, ".weight"), kv_width, width);
    want(names.in_layer(i, names.v, ".weight"), kv_width, width);
    want(names.in_layer(i, names.output, ".weight"), width, q_width);
    want(names.in_layer(i, names.gate, ".weight"), spec.ffn.width, width);
    want(names.in_layer(i, names.up, ".weight"), spec.ffn.width, width);
    want(names.in_layer(i, names.down, ".weight"), width, spec.ffn.width);
  }
  want(spec.tied ? names.embedding : names.head, spec.vocabulary, width);
  return wanted;
}

}  // namespace

Model::Model(std::shared_ptr<const WeightSource> source, ArchSpec spec,
             kernels::Precision precision, kernels::ThreadPool& pool,
             const std::function<void(double)>& progress, const PackedCache* cache)
    : source_(std::move(source)), spec_(std::move(spec)), precision_(precision) {
  const TensorNames& names = spec_.names;
  const std::size_t width = spec_.width;
  const std::size_t q_width = spec_.attention.heads * spec_.attention.head_dim;
  const std::size_t kv_width = spec_.attention.kv_heads * spec_.attention.head_dim;
  embedding_ = &source_->need(names.embedding, std::array{spec_.vocabulary, width});

  std::vector<PackedTensor> wanted;
  std::vector<kernels::Matrix> cached;
  if (cache != nullptr) {
    wanted = wanted_matrices(*source_, spec_);
    cached = cache->read(wanted, pool);
  }
  const bool give = cache != nullptr && cached.empty();
  Packer packer(*source_, precision, pool, progress, std::move(cached));
  layers_.reserve(spec_.layers.size());
  for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
    const auto linear = [&](const std::string& name, std::size_t out, std::size_t in, bool bias) {
      return Linear{
          packer.matrix(names.in_layer(i, name, ".weight"), out, in),
          bias ? packer.vector(names.in_layer(i, name, ".bias"), out) : std::vector<float>{}};
    };
    const auto norm = [&](const std::string& name) {
      return packer.vector(names.in_layer(i, name, ".weight"), width);
    };
    const AttentionSpec& attention = spec_.attention;
    const FeedForwardSpec& ffn = spec_.ffn;
    layers_.push_back({.attention_norm = norm(names.attention_norm),
                       .q = linear(names.q, q_width, width, attention.qkv_bias),
                       .k = linear(names.k, kv_width, width, attention.qkv_bias),
                       .v = linear(names.v, kv_width, width, attention.qkv_bias),
                       .output = linear(names.output, width, q_width, attention.output_bias),
                       .ffn_norm = norm(names.ffn_norm),
                       .gate = linear(names.gate, ffn.width, width, ffn.bias),
                       .up = linear(names.up, ffn.width, width, ffn.bias),
                       .down = linear(names.down, width, ffn.width, ffn.bias)});
  }
  final_norm_ = packer.vector(names.final_norm, width);
  // A tied checkpoint may carry a head of its own, which its makers ignore too.
  head_ = packer.matrix(spec_.tied ? names.embedding : names.head, spec_.vocabulary, width);
  if (give) cache->write(wanted, matrices(), pool);
  if (progress) progress(1.0);
}

std::vector<const kernels::Matrix*> Model::matrices() const {
  std::vector<const kernels::Matrix*> all;
  for (const LayerWeights& layer : layers_) {
    for (const Linear* linear :
         {&layer.q, &layer.k, &layer.v, &layer.output, &layer.gate, &layer.up, &layer.down}) {
      all.push_back(&linear->weights);
    }
  }
  if (head_) all.push_back(&*head_);
  return all;
}

std::size_t Model::matrix_bytes() const {
  std::size_t sum = 0;
  for (const kernels::Matrix* matrix : matrices()) sum += matrix->bytes();
  return sum;
}

void Model::embed(TokenId token, std::span<float> out) const {
  const std::size_t row_bytes = embedding_->bytes.size() / spec_.vocabulary;
  kernels::dequantize(
      embedding_->format,
      embedding_->bytes.subspan(static_cast<std::size_t>(token) * row_bytes, row_bytes), out);
}

}  // namespace candor::engine
