#include "engine/device/cuda/cuda_model.h"

#include <new>
#include <utility>

#include "data/base/error.h"
#include "engine/model/layer_weights.h"

namespace candor::engine {

namespace {

namespace cuda = kernels::cuda;

// Stacks neighbours that are kept in one format and have the same number of columns.
CudaLinear linear(WeightUpload& upload, const std::vector<WeightReader::Rows>& matrices) {
  CudaLinear linear;
  for (std::size_t first = 0; first < matrices.size();) {
    std::vector<const kernels::MatrixRows*> alike{matrices[first].get()};
    const auto format = upload.stored_format(*alike[0]);
    while (first + alike.size() < matrices.size()) {
      const kernels::MatrixRows& next = *matrices[first + alike.size()];
      if (upload.stored_format(next) != format || next.cols() != alike[0]->cols()) break;
      alike.push_back(&next);
    }
    linear.parts.push_back({upload.matrix(alike), linear.rows});
    linear.rows += linear.parts.back().weights.matrix.rows;
    first += alike.size();
  }
  return linear;
}

template <typename... Rows>
std::vector<WeightReader::Rows> list(Rows&&... rows) {
  std::vector<WeightReader::Rows> all;
  (all.push_back(std::forward<Rows>(rows)), ...);
  return all;
}

std::size_t bytes_of(const CudaLinear& linear) {
  std::size_t bytes = 0;
  for (const CudaLinear::Part& part : linear.parts) {
    bytes += part.weights.matrix.rows * part.weights.matrix.pitch;
  }
  return bytes;
}

double gibibytes(std::size_t bytes) { return static_cast<double>(bytes) / 1073741824.0; }

}  // namespace

CudaModel::CudaModel(cuda::Backend& backend, const WeightSource& source, ArchSpec spec,
                     bool float32, kernels::ThreadPool& pool,
                     const std::function<void(double)>& progress)
    : spec_(std::move(spec)), float32_(float32) {
  const WeightReader reader(source, spec_);
  std::uint64_t total = 0;
  for (const TensorView& tensor : source.tensors()) total += tensor.bytes.size();
  std::uint64_t done = 0;
  try {
    WeightUpload upload(backend, pool, float32);
    load(upload, reader, [&] {
      done += reader.release_read();
      if (progress && total > 0) {
        progress(std::min(1.0, static_cast<double>(done) / static_cast<double>(total)));
      }
    });
    upload.finish();
  } catch (const std::bad_alloc&) {
    fail(
        "{}: its weights need more than the {:.1f} GiB of memory that are free on {}: give it a "
        "GPU with more, or files with fewer bits a weight, or --device cpu",
        source.path(), gibibytes(backend.info().free_bytes), backend.info().name);
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error& error) {
    fail("{}: loading {}: {}", backend.info().name, source.path(), error.what());
  }
  if (progress) progress(1.0);
}

void CudaModel::load(WeightUpload& upload, const WeightReader& reader,
                     const std::function<void()>& loaded) {
  const TensorNames& names = spec_.names;
  for (const RopeSpec& rope : spec_.ropes) {
    inverse_frequencies_.push_back(upload.doubles(rope.inverse_frequencies));
  }
  for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
    layers_.push_back(layer(upload, reader, i));
    loaded();
  }
  final_norm_ = upload.floats(norm_weights(reader, spec_, names.final_norm, spec_.width));
  const auto table = [&](const std::string& name) {
    return linear(upload, list(reader.matrix(name, spec_.vocabulary, spec_.width)));
  };
  if (spec_.tied) {
    head_ = table(names.embedding);
  } else {
    embedding_ = table(names.embedding);
    loaded();
    head_ = table(names.head);
  }
  loaded();
  if (spec_.head_bias) head_bias_ = upload.floats(reader.vector(names.head_bias, spec_.vocabulary));
}

CudaLayer CudaModel::layer(WeightUpload& upload, const WeightReader& reader,
                           std::size_t index) const {
  const TensorNames& names = spec_.names;
  const AttentionSpec& attention = spec_.attention;
  const FeedForwardSpec& ffn = spec_.ffn;
  const std::size_t q_width = attention.heads * attention.head_dim;
  const std::size_t kv_width = attention.kv_heads * attention.head_dim;
  const auto name = [&](const std::string& role, const char* suffix) {
    return names.in_layer(index, role, suffix);
  };
  const auto matrix = [&](const std::string& role, std::size_t rows, std::size_t cols) {
    return reader.matrix(name(role, ".weight"), rows, cols);
  };
  const auto bias = [&](bool there, const std::string& role, std::size_t size) {
    if (!there) return DeviceBuffer();
    return upload.floats(reader.vector(name(role, ".bias"), size));
  };
  const auto norm = [&](bool there, const std::string& role, std::size_t size) {
    if (!there) return DeviceBuffer();
    return upload.floats(norm_weights(reader, spec_, name(role, ".weight"), size));
  };

  CudaLayer layer;
  layer.attention_norm = norm(true, names.attention_norm, spec_.width);
  layer.qkv = linear(
      upload, list(matrix(names.q, q_width, spec_.width), matrix(names.k, kv_width, spec_.width),
                   matrix(names.v, kv_width, spec_.width)));
  layer.q_bias = bias(attention.qkv_bias, names.q, q_width);
  layer.k_bias = bias(attention.qkv_bias, names.k, kv_width);
  layer.v_bias = bias(attention.qkv_bias, names.v, kv_width);
  layer.q_norm = norm(attention.head_norm, names.q_norm, attention.head_dim);
  layer.k_norm = norm(attention.head_norm, names.k_norm, attention.head_dim);
  if (attention.sinks) {
    layer.sinks = upload.floats(reader.vector(name(names.sinks, ""), attention.heads));
  }
  layer.output = linear(upload, list(matrix(names.output, spec_.width, q_width)));
  layer.output_bias = bias(attention.output_bias, names.output, spec_.width);
  layer.post_attention_norm = norm(spec_.sandwich_norms, names.post_attention_norm, spec_.width);
  layer.ffn_norm = norm(true, names.ffn_norm, spec_.width);
  layer.gate_up = linear(upload, list(matrix(names.gate, ffn.width, spec_.width),
                                      matrix(names.up, ffn.width, spec_.width)));
  layer.gate_bias = bias(ffn.bias, names.gate, ffn.width);
  layer.up_bias = bias(ffn.bias, names.up, ffn.width);
  layer.down = linear(upload, list(matrix(names.down, spec_.width, ffn.width)));
  layer.down_bias = bias(ffn.bias, names.down, spec_.width);
  layer.post_ffn_norm = norm(spec_.sandwich_norms, names.post_ffn_norm, spec_.width);
  return layer;
}

const cuda::DeviceMatrix& CudaModel::embedding() const {
  const CudaLinear& table = embedding_.empty() ? head_ : embedding_;
  return table.parts.front().weights.matrix;
}

std::size_t CudaModel::active_matrix_bytes() const {
  std::size_t bytes = bytes_of(head_);
  for (const CudaLayer& layer : layers_) {
    for (const CudaLinear* l : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down}) {
      bytes += bytes_of(*l);
    }
  }
  return bytes;
}

}  // namespace candor::engine
