#include "engine/device/cuda/cuda_device.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <set>
#include <tuple>

#include "data/base/error.h"
#include "engine/device/cuda/cuda_report.h"

namespace candor::engine {

namespace cuda = kernels::cuda;

namespace {

// Graphs that are kept: each costs about a megabyte of the device.
constexpr std::size_t kGraphs = 64;
// Left free for the driver, for graphs and for what others take meanwhile.
constexpr std::size_t kReserve = std::size_t{1} << 30U;
constexpr std::size_t kChosenAtOnce = 256;

double gibibytes(std::size_t bytes) { return static_cast<double>(bytes) / 1073741824.0; }

// What the module throws in the words of the program.
template <typename Work>
auto guarded(const cuda::Backend& backend, const Work& work) {
  try {
    return work();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    fail(
        "{}: its memory is used up: give fewer --batch or less --memory, or stop what else uses it",
        backend.info().name);
  } catch (const std::runtime_error& error) {
    fail("{}: {}", backend.info().name, error.what());
  }
}

// What failed is to be told, not that a graph was being recorded meanwhile.
void give_up_graph(cuda::Backend& backend) {
  try {
    backend.end_graph();
  } catch (const std::runtime_error&) {
    // It is given up in any case.
  }
}

StepSizes sizes_for(const CudaOptions& options) {
  StepSizes sizes;
  sizes.batch = options.batch > 0 ? options.batch : 256;
  // A product of this many rows keeps all of the device busy.
  sizes.chunk = 2048;
  sizes.mixed_rows = 2048;
  // The memory is taken in any case.
  sizes.kept_pages = std::numeric_limits<std::size_t>::max();
  return sizes;
}

}  // namespace

CudaDevice::CudaDevice(std::unique_ptr<cuda::Backend> backend,
                       std::unique_ptr<kernels::ThreadPool> pool, const WeightSource& source,
                       ArchSpec spec, const CudaOptions& options)
    : backend_(std::move(backend)),
      pool_(std::move(pool)),
      sizes_(sizes_for(options)),
      model_(*backend_, source, std::move(spec), options.float32, *pool_, options.progress),
      pages_(CudaPages::of(model_.spec(), options.float32)) {
  guarded(*backend_, [&] {
    prepare_products();
    rows_ = std::max(sizes_.chunk, sizes_.mixed_rows) + sizes_.batch;
    logit_rows_ = rows_;  // of texts that are scored all rows are wanted
    make_pages(options);
  });
}

CudaDevice::~CudaDevice() {
  try {
    backend_->synchronize();
  } catch (const std::runtime_error&) {
    // What failed was told when it was waited for.
  }
}

void CudaDevice::prepare_products() {
  std::set<std::tuple<std::uint64_t, std::uint64_t, kernels::BlockFormat, cuda::Store>> known;
  const auto prepare = [&](const CudaLinear& linear, cuda::Store store) {
    for (const CudaLinear::Part& part : linear.parts) {
      const cuda::DeviceMatrix& w = part.weights.matrix;
      if (w.format == kernels::BlockFormat::kF32) continue;
      if (!known.insert({w.rows, w.cols, w.format, store}).second) continue;
      products_.push_back(backend_->prepare_product(w.rows, w.cols, w.format, store));
    }
  };
  const cuda::Store back = model_.spec().sandwich_norms ? cuda::Store::kF32 : cuda::Store::kAddF32;
  for (const CudaLayer& layer : model_.layers()) {
    prepare(layer.qkv, cuda::Store::kF32);
    prepare(layer.output, back);
    prepare(layer.gate_up, cuda::Store::kBF16);
    prepare(layer.down, back);
  }
  prepare(model_.head(), cuda::Store::kF32);
}

// Everything else first, and what is left to the pages.
void CudaDevice::make_pages(const CudaOptions& options) {
  const ArchSpec& spec = model_.spec();
  const std::size_t page_bytes = pages_.page_bytes * spec.layers.size();
  chosen_at_once_ = std::min(sizes_.batch, kChosenAtOnce);
  logits_ = DeviceBuffer(*backend_, chosen_at_once_ * spec.vocabulary * sizeof(float));
  // Results of splits: twice what one step of a full batch needs over all pages that the memory
  // could hold at most; a tile that finds no room is computed by one block.
  const std::size_t most_pages =
      (options.kv_bytes > 0 ? options.kv_bytes : backend_->free_memory()) / page_bytes;
  const std::size_t splits = most_pages * cuda::kPageTokens / cuda::kSplitKeys;
  partials_ = std::min<std::size_t>(2 * splits + 4 * sizes_.batch, 16384);
  make_forward();

  for (int tries = 0;; ++tries) {
    std::size_t kv_bytes = options.kv_bytes;
    if (kv_bytes == 0) {
      const std::size_t free = backend_->free_memory();
      kv_bytes = free > kReserve ? (free - kReserve) / 16 * 15 : 0;
    }
    page_count_ =
        std::min<std::size_t>(kv_bytes / page_bytes, std::numeric_limits<PageId>::max() - 1);
    if (page_count_ == 0) {
      fail(
          "{}: {:.1f} GiB are left for keys and values, and one page of {} tokens takes {} bytes: "
          "give it a GPU with more memory, or --device cpu",
          backend_->info().name, gibibytes(kv_bytes), cuda::kPageTokens, page_bytes);
    }
    try {
      return take_pages();
    } catch (const std::bad_alloc&) {
      // Another process took what was free a moment ago.
      if (options.kv_bytes > 0 || tries == 2) throw;
    }
  }
}

void CudaDevice::take_pages() {
  recorded_.clear();  // they read the old ones
  pages_.layer_stride = page_count_ * pages_.page_bytes;
  pages_memory_ = DeviceBuffer(*backend_, model_.spec().layers.size() * pages_.layer_stride);
  pages_.base = pages_memory_.as<std::byte>();
  forward_->use(pages_);
}

DeviceReport CudaDevice::report() {
  return guarded(*backend_, [&] {
    pages_memory_ = DeviceBuffer();  // room for what is measured
    DeviceReport report = measure_device(*backend_, model_, products_);
    take_pages();
    return report;
  });
}

void CudaDevice::make_forward() {
  recorded_.clear();
  forward_.reset();  // its memory first
  forward_ =
      std::make_unique<CudaForward>(*backend_, model_, pages_, rows_, logit_rows_, partials_);
  step_ = std::make_unique<CudaStep>(model_.spec(), backend_->info().processors,
                                     static_cast<std::uint32_t>(partials_));
}

// Steps larger than the planner was told to make come from those who score long texts.
void CudaDevice::reserve(const StepPlan& plan) {
  // Rows of a graph are rounded up by an eighth at most.
  const std::size_t rows =
      std::max<std::size_t>(rows_, rounded_size(static_cast<std::uint32_t>(plan.rows.size())));
  const std::size_t logit_rows = std::max(logit_rows_, plan.logit_rows.size());
  if (rows == rows_ && logit_rows == logit_rows_) return;
  rows_ = rows;
  logit_rows_ = logit_rows;
  make_forward();
}

void CudaDevice::reserve_block(std::size_t bytes) {
  if (bytes <= block_.bytes()) return;
  recorded_.clear();  // they read the old one
  block_ = DeviceBuffer();
  block_ = DeviceBuffer(*backend_, 2 * bytes);
  staged_ = PinnedBuffer();
  staged_ = PinnedBuffer(*backend_, 2 * bytes);
}

void CudaDevice::run(const StepPlan& plan) {
  guarded(*backend_, [&] {
    backend_->synchronize();  // staged memory of the last step is free
    reserve(plan);
    step_->plan(plan);
    const StepShape shape = step_->shape(step_->is_decode());
    const StepLayout layout(shape);
    reserve_block(layout.bytes);
    step_->write(shape, layout, staged_.data());
    backend_->upload(block_.as<std::byte>(), staged_.data(), layout.bytes);
    ++steps_;
    wanted_ = plan.logit_rows.size();
    if (step_->is_decode()) {
      launch_recorded(shape, layout);
    } else {
      forward_->enqueue(shape, layout, block_.as<std::byte>());
    }
  });
}

void CudaDevice::launch_recorded(const StepShape& shape, const StepLayout& layout) {
  auto found = std::find_if(recorded_.begin(), recorded_.end(),
                            [&](const Recorded& r) { return r.shape == shape; });
  if (found == recorded_.end()) {
    if (recorded_.size() == kGraphs) {
      recorded_.erase(
          std::min_element(recorded_.begin(), recorded_.end(),
                           [](const Recorded& a, const Recorded& b) { return a.used < b.used; }));
    }
    recorded_.push_back({shape, nullptr, steps_});
    forward_->enqueue(shape, layout, block_.as<std::byte>());
    return;
  }
  found->used = steps_;
  if (!found->graph) {
    backend_->begin_graph();
    try {
      forward_->enqueue(shape, layout, block_.as<std::byte>());
    } catch (...) {
      give_up_graph(*backend_);
      throw;
    }
    found->graph = backend_->end_graph();
  }
  backend_->launch(*found->graph);
}

std::span<const float> CudaDevice::logits(std::size_t first, std::size_t count) {
  return guarded(*backend_, [&] {
    const std::size_t vocabulary = model_.spec().vocabulary;
    host_logits_.resize(count * vocabulary);
    for (std::size_t done = 0; done < count; done += chosen_at_once_) {
      const std::size_t rows = std::min(chosen_at_once_, count - done);
      forward_->logits(first + done, rows, logits_.as<float>());
      backend_->download(host_logits_.data() + done * vocabulary, logits_.as<float>(),
                         rows * vocabulary * sizeof(float));
    }
    return std::span<const float>(host_logits_);
  });
}

void CudaDevice::use_logits(std::span<const LogitUse> uses, std::size_t vocabulary,
                            std::span<LogitOutcome> outcomes) {
  if (uses.empty()) return;
  guarded(*backend_, [&] {
    const std::size_t bytes = uses.size() * sizeof(cuda::ChoiceRequest);
    if (staged_requests_.bytes() < bytes) {
      staged_requests_ = PinnedBuffer(*backend_, 2 * bytes);
      requests_ = DeviceBuffer(*backend_, 2 * bytes);
      results_ = DeviceBuffer(*backend_, 2 * uses.size() * sizeof(cuda::ChoiceResult));
    }
    for (std::size_t i = 0; i < uses.size(); ++i) {
      cuda::ChoiceRequest request;
      if (const data::Sampling* sampling = uses[i].sampling) {
        request = {.uniform = uses[i].uniform,
                   .top_p = sampling->top_p,
                   .min_p = sampling->min_p,
                   .temperature = static_cast<float>(sampling->temperature),
                   .top_k = static_cast<std::int32_t>(sampling->top_k)};
      } else {
        request.judged = uses[i].judged;
      }
      std::memcpy(staged_requests_.data() + i * sizeof request, &request, sizeof request);
    }
    backend_->upload(requests_.as<void>(), staged_requests_.data(), bytes);
    for (std::size_t first = 0; first < uses.size(); first += chosen_at_once_) {
      const std::size_t count = std::min(chosen_at_once_, uses.size() - first);
      forward_->logits(first, count, logits_.as<float>());
      backend_->choose({.logits = logits_.as<float>(),
                        .stride = model_.spec().vocabulary,
                        .vocabulary = vocabulary,
                        .rows = count,
                        .requests = requests_.as<cuda::ChoiceRequest>() + first,
                        .results = results_.as<cuda::ChoiceResult>() + first});
      for (std::size_t i = 0; i < count; ++i) {
        std::vector<float>* const keep = uses[first + i].keep;
        if (keep == nullptr) continue;
        keep->resize(vocabulary);
        backend_->download(keep->data(), logits_.as<float>() + i * model_.spec().vocabulary,
                           vocabulary * sizeof(float));
      }
    }
    std::vector<cuda::ChoiceResult> results(uses.size());
    backend_->download(results.data(), results_.as<void>(),
                       uses.size() * sizeof(cuda::ChoiceResult));
    SamplerScratch scratch;
    for (std::size_t i = 0; i < uses.size(); ++i) {
      const cuda::ChoiceResult& result = results[i];
      outcomes[i] = {};
      if (result.status == cuda::ChoiceResult::kNotFinite) continue;
      if (result.status == cuda::ChoiceResult::kTooWide) {
        LogitUse again = uses[i];
        again.keep = nullptr;
        outcomes[i] = outcome_of(logits(i, 1).first(vocabulary), again, scratch);
      } else if (uses[i].sampling != nullptr) {
        outcomes[i].choice = {result.token, result.log_probability};
      } else {
        outcomes[i].judged = {true, result.log_probability, result.token};
      }
    }
  });
}

void CudaDevice::copy_page(PageId from, PageId to) {
  guarded(*backend_, [&] {
    backend_->copy_page({.base = pages_.base,
                         .page_bytes = pages_.page_bytes,
                         .layer_stride = pages_.layer_stride,
                         .layers = model_.spec().layers.size(),
                         .from = from,
                         .to = to});
  });
}

}  // namespace candor::engine
