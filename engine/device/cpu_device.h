// The processor as a device: the packed model, the memory of its pages and the threads.
#pragma once

#include <cstddef>
#include <memory>

#include "engine/device/device.h"
#include "engine/model/forward.h"
#include "engine/model/model.h"

namespace candor::engine {

class CpuDevice final : public Device {
 public:
  // `kv_bytes` bounds the pages; at least one must fit. Keys and values are kept in float16 with
  // int8 weights and in float32 in the reference mode. Memory is taken as pages are first written.
  CpuDevice(std::unique_ptr<kernels::ThreadPool> pool, std::unique_ptr<const Model> model,
            std::size_t kv_bytes);
  ~CpuDevice() override;
  CpuDevice(const CpuDevice&) = delete;
  CpuDevice& operator=(const CpuDevice&) = delete;

  std::size_t vocabulary() const override { return model_->spec().vocabulary; }
  std::size_t page_count() const override { return page_count_; }
  void run(const StepPlan& plan) override { forward_->run(plan); }
  std::span<const float> logits(std::size_t first, std::size_t count) override {
    return forward_->logits(first, count);
  }
  void copy_page(PageId from, PageId to) override;
  kernels::ThreadPool& threads() override { return *pool_; }

 private:
  std::unique_ptr<kernels::ThreadPool> pool_;
  std::unique_ptr<const Model> model_;
  PageMemory memory_;
  std::size_t page_count_ = 0;
  std::size_t mapped_bytes_ = 0;
  std::unique_ptr<Forward> forward_;
};

}  // namespace candor::engine
