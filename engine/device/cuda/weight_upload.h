// Weights from a checkpoint to the device, in the form that the device multiplies with. Nothing is
// kept on the host but two windows of staging memory.
#pragma once

#include <span>
#include <vector>

#include "engine/device/cuda/device_buffer.h"
#include "kernels/cuda/backend.h"
#include "kernels/matrix.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

// The matrices that one product computes side by side: their rows stand below each other.
struct UploadedMatrix {
  kernels::cuda::DeviceMatrix matrix;
  DeviceBuffer memory;
};

class WeightUpload {
 public:
  // All must outlive this. `float32`: every matrix becomes float32 (the reference mode).
  WeightUpload(kernels::cuda::Backend& backend, kernels::ThreadPool& pool, bool float32);

  // What a matrix is kept as: bf16, float16 and the quantised formats of
  // is_block_format_on_device() as they are, all others as bf16.
  kernels::BlockFormat stored_format(const kernels::MatrixRows& rows) const;

  // Of matrices with the same stored_format and columns.
  UploadedMatrix matrix(std::span<const kernels::MatrixRows* const> parts);
  DeviceBuffer floats(std::span<const float> values);  // nothing for none
  DeviceBuffer doubles(std::span<const double> values);

  // The windows are free again, and all is on the device.
  void finish() { backend_.synchronize(); }

 private:
  void send(const kernels::MatrixRows& rows, const kernels::cuda::DeviceMatrix& to);

  kernels::cuda::Backend& backend_;
  kernels::ThreadPool& pool_;
  bool float32_;
  PinnedBuffer windows_[2];
  std::unique_ptr<kernels::cuda::Backend::Mark> sent_[2];  // the window's last copy
  int next_ = 0;
};

}  // namespace candor::engine
