// The weights of a dense decoder on the device: model/layer_weights.h for the GPU. It computes
// nothing: cuda_forward.h does.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/device/cuda/weight_upload.h"
#include "engine/files/weights.h"
#include "engine/model/weight_reader.h"
#include "kernels/cuda/backend.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

// Products of the same rows, whose results stand side by side: neighbours of one format are one
// matrix.
struct CudaLinear {
  struct Part {
    UploadedMatrix weights;
    std::size_t column;  // of the result, where its first value stands
  };
  std::vector<Part> parts;
  std::size_t rows = 0;  // of all parts: the width of the result

  bool empty() const { return parts.empty(); }
};

struct CudaLayer {
  DeviceBuffer attention_norm;  // [width]
  CudaLinear qkv;               // q, then k, then v
  DeviceBuffer q_bias, k_bias, v_bias;
  DeviceBuffer q_norm, k_norm;  // [head_dim], or none
  DeviceBuffer sinks;           // [heads], or none
  CudaLinear output;
  DeviceBuffer output_bias;
  DeviceBuffer post_attention_norm;  // [width], or none
  DeviceBuffer ffn_norm;
  CudaLinear gate_up;  // gate, then up
  DeviceBuffer gate_bias, up_bias;
  CudaLinear down;
  DeviceBuffer down_bias;
  DeviceBuffer post_ffn_norm;
};

class CudaModel {
 public:
  // Throws Error naming a tensor that is missing or misshapen, or when the device has not enough
  // memory. The backend must outlive this; the source is not needed afterwards.
  CudaModel(kernels::cuda::Backend& backend, const WeightSource& source, ArchSpec spec,
            bool float32, kernels::ThreadPool& pool, const std::function<void(double)>& progress);

  const ArchSpec& spec() const { return spec_; }
  bool is_float32() const { return float32_; }
  const std::vector<CudaLayer>& layers() const { return layers_; }
  const kernels::cuda::DeviceMatrix& embedding() const;
  const DeviceBuffer& final_norm() const { return final_norm_; }
  const CudaLinear& head() const { return head_; }
  const float* head_bias() const { return head_bias_.as<float>(); }
  const double* inverse_frequencies(std::size_t rope) const {
    return inverse_frequencies_[rope].as<double>();
  }
  // Of matrices that every token reads: the embedding table counts where it is the head too.
  std::size_t active_matrix_bytes() const;

 private:
  void load(WeightUpload& upload, const WeightReader& reader, const std::function<void()>& loaded);
  CudaLayer layer(WeightUpload& upload, const WeightReader& reader, std::size_t index) const;

  ArchSpec spec_;
  bool float32_;
  std::vector<CudaLayer> layers_;
  CudaLinear embedding_;  // empty where the head is the table
  CudaLinear head_;
  DeviceBuffer head_bias_, final_norm_;
  std::vector<DeviceBuffer> inverse_frequencies_;
};

}  // namespace candor::engine
