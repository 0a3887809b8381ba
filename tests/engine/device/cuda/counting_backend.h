// A backend that passes everything on and counts the graphs that are launched, so that a test can
// tell whether what it compares came from one.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "kernels/cuda/backend.h"

namespace candor::tests {

class CountingBackend final : public kernels::cuda::Backend {
 public:
  // `launched` is added to.
  CountingBackend(std::unique_ptr<Backend> of, int* launched)
      : of_(std::move(of)), launched_(launched) {}

  const kernels::cuda::DeviceInfo& info() const override { return of_->info(); }
  void* allocate(std::size_t bytes) override { return of_->allocate(bytes); }
  void release(void* memory) override { of_->release(memory); }
  void* allocate_pinned(std::size_t bytes) override { return of_->allocate_pinned(bytes); }
  void release_pinned(void* memory) override { of_->release_pinned(memory); }
  void upload(void* to, const void* from, std::size_t bytes) override {
    of_->upload(to, from, bytes);
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    of_->download(to, from, bytes);
  }
  void copy(void* to, const void* from, std::size_t bytes) override { of_->copy(to, from, bytes); }
  void fill_zero(void* to, std::size_t bytes) override { of_->fill_zero(to, bytes); }
  std::size_t free_memory() override { return of_->free_memory(); }
  void synchronize() override { of_->synchronize(); }
  void begin_graph() override { of_->begin_graph(); }
  std::unique_ptr<Graph> end_graph() override { return of_->end_graph(); }
  void launch(const Graph& graph) override {
    ++*launched_;
    of_->launch(graph);
  }
  std::unique_ptr<Mark> mark() override { return of_->mark(); }
  double seconds_between(const Mark& first, const Mark& second) override {
    return of_->seconds_between(first, second);
  }
  void wait(const Mark& mark) override { of_->wait(mark); }
  void product(const kernels::cuda::Product& op) override { of_->product(op); }
  void embed(const kernels::cuda::Embed& op) override { of_->embed(op); }
  void norm_add(const kernels::cuda::NormAdd& op) override { of_->norm_add(op); }
  void gather(const kernels::cuda::Gather& op) override { of_->gather(op); }
  void rope_angles(const kernels::cuda::RopeAngles& op) override { of_->rope_angles(op); }
  void rope_store(const kernels::cuda::RopeStore& op) override { of_->rope_store(op); }
  void attention(const kernels::cuda::Attention& op) override { of_->attention(op); }
  void activate(const kernels::cuda::Activate& op) override { of_->activate(op); }
  void finish_logits(const kernels::cuda::FinishLogits& op) override { of_->finish_logits(op); }
  void choose(const kernels::cuda::Choose& op) override { of_->choose(op); }
  void copy_page(const kernels::cuda::CopyPage& op) override { of_->copy_page(op); }
  kernels::cuda::ProductChoice prepare_product(std::uint64_t rows, std::uint64_t cols,
                                               kernels::BlockFormat format,
                                               kernels::cuda::Store store) override {
    return of_->prepare_product(rows, cols, format, store);
  }
  double fastest_product_seconds(const kernels::cuda::Product& op) override {
    return of_->fastest_product_seconds(op);
  }
  kernels::cuda::DeviceLimits measure_limits() override { return of_->measure_limits(); }

 private:
  std::unique_ptr<Backend> of_;
  int* launched_;
};

}  // namespace candor::tests
