// A GPU as a device: the model in its memory, pages of keys and values in the rest, steps as
// operations on one stream. A step in which every sequence adds one token, which is nearly all of a
// run, is recorded as a graph when it is met the second time and launched as a whole from then on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "engine/device/cuda/cuda_forward.h"
#include "engine/device/cuda/cuda_model.h"
#include "engine/device/cuda/cuda_step.h"
#include "engine/device/device.h"
#include "kernels/cuda/backend.h"

namespace candor::engine {

struct CudaOptions {
  bool float32 = false;      // the reference mode: weights, activations, keys and values
  std::size_t batch = 0;     // sequences in flight at most; 0: as the device likes it
  std::size_t kv_bytes = 0;  // of pages; 0: what is free behind the weights, but a reserve
  std::function<void(double)> progress;  // as in EngineOptions
};

class CudaDevice final : public Device {
 public:
  // Throws Error when the device has not enough memory. The spec is one that the GPU supports
  // (support.h).
  CudaDevice(std::unique_ptr<kernels::cuda::Backend> backend,
             std::unique_ptr<kernels::ThreadPool> pool, const WeightSource& source, ArchSpec spec,
             const CudaOptions& options);
  ~CudaDevice() override;

  std::size_t vocabulary() const override { return model_.spec().vocabulary; }
  std::size_t page_count() const override { return page_count_; }
  StepSizes step_sizes() const override { return sizes_; }
  void run(const StepPlan& plan) override;
  std::span<const float> logits(std::size_t first, std::size_t count) override;
  void use_logits(std::span<const LogitUse> uses, std::size_t vocabulary,
                  std::span<LogitOutcome> outcomes) override;
  void copy_page(PageId from, PageId to) override;
  DeviceReport report() override;
  kernels::ThreadPool& threads() override { return *pool_; }

  const CudaModel& model() const { return model_; }
  kernels::cuda::Backend& backend() { return *backend_; }
  const std::vector<kernels::cuda::ProductChoice>& products() const { return products_; }

 private:
  struct Recorded {
    StepShape shape;
    std::unique_ptr<kernels::cuda::Backend::Graph> graph;  // null: met once
    std::uint64_t used = 0;                                // step number
  };

  void prepare_products();
  void make_pages(const CudaOptions& options);
  void take_pages();
  void reserve(const StepPlan& plan);
  void make_forward();
  void reserve_block(std::size_t bytes);
  void launch_recorded(const StepShape& shape, const StepLayout& layout);

  std::unique_ptr<kernels::cuda::Backend> backend_;
  std::unique_ptr<kernels::ThreadPool> pool_;
  StepSizes sizes_;
  CudaModel model_;
  std::vector<kernels::cuda::ProductChoice> products_;

  DeviceBuffer pages_memory_;
  CudaPages pages_;
  std::size_t page_count_ = 0;
  std::size_t rows_ = 0, logit_rows_ = 0;  // that there is room for
  std::size_t partials_ = 0;
  std::unique_ptr<CudaForward> forward_;
  std::unique_ptr<CudaStep> step_;

  DeviceBuffer block_;  // the arrays of a step
  PinnedBuffer staged_;
  std::vector<Recorded> recorded_;
  std::uint64_t steps_ = 0;

  std::size_t chosen_at_once_ = 0;  // rows of logits that there is room for
  DeviceBuffer logits_;
  DeviceBuffer requests_, results_;
  PinnedBuffer staged_requests_;
  std::vector<float> host_logits_;
  std::size_t wanted_ = 0;  // logit rows of the last step
};

}  // namespace candor::engine
