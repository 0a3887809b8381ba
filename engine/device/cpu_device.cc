#include "engine/device/cpu_device.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "data/base/error.h"
#include "kernels/attention.h"

namespace candor::engine {

namespace {

kernels::KvFormat kv_format(kernels::Precision precision) {
  return precision == kernels::Precision::kFloat32 ? kernels::KvFormat::kF32
                                                   : kernels::KvFormat::kF16;
}

}  // namespace

CpuDevice::CpuDevice(std::unique_ptr<kernels::ThreadPool> pool, std::unique_ptr<const Model> model,
                     std::size_t kv_bytes)
    : pool_(std::move(pool)), model_(std::move(model)) {
  const kernels::KvFormat format = kv_format(model_->precision());
  memory_.layers = model_->spec().layers.size();
  memory_.layer_bytes = kernels::page_bytes(attention_shape(model_->spec().attention, format));
  const std::size_t page_bytes = memory_.layers * memory_.layer_bytes;
  page_count_ = std::min<std::size_t>(kv_bytes / page_bytes, std::numeric_limits<PageId>::max());
  if (page_count_ == 0) {
    fail(
        "{} bytes for keys and values do not hold one page of {} tokens ({} bytes): give more "
        "memory to the cache",
        kv_bytes, kernels::kPageTokens, page_bytes);
  }
  mapped_bytes_ = page_count_ * page_bytes;
  // Not reserved: a page costs memory once something is written to it.
  void* memory = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    fail("cannot map {} bytes for keys and values: {}; give less memory to the cache",
         mapped_bytes_, std::strerror(errno));
  }
  memory_.base = static_cast<std::byte*>(memory);
  forward_ = std::make_unique<Forward>(*model_, memory_, format, *pool_);
}

CpuDevice::~CpuDevice() { munmap(memory_.base, mapped_bytes_); }

void CpuDevice::copy_page(PageId from, PageId to) {
  std::memcpy(memory_.page(to, 0), memory_.page(from, 0), memory_.layers * memory_.layer_bytes);
}

}  // namespace candor::engine
