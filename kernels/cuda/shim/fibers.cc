#include "kernels/cuda/shim/fibers.h"

#include <sys/mman.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace candor::kernels::cuda::shim {
namespace {

namespace context = boost::context::detail;

// For what lies between a kernel and the change of stacks: every return after it is one that the
// processor predicts wrongly, and they are most of a change's cost.
#define CANDOR_SHIM_INLINE __attribute__((always_inline))

constexpr std::size_t kPage = 4096;
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStackBytes = 512 * 1024;
#else
constexpr std::size_t kStackBytes = 128 * 1024;
#endif
constexpr std::size_t kGuard = 4096;  // before and behind shared memory
constexpr int kPoison = 0xFF;

struct Copy {
  unsigned char* to;
  const void* from;
  bool valid;
  unsigned char bytes[16];  // of the source when the copy was issued
};

enum class State { kReady, kBarrier, kCollective, kReturned };

struct Lane {
  context::fcontext_t context = nullptr;
  uint3 index{};
  unsigned number = 0;  // in the block
  State state = State::kReady;
  std::vector<Copy> copies;
  std::vector<std::size_t> groups;  // copies of each group that is under way
  void* stack = nullptr;
  const void* bottom = nullptr;  // for the address sanitizer
  std::size_t bottom_size = 0;
  void* fake_stack = nullptr;
};

struct Warp {
  std::uint32_t lanes = 0;  // that there are
  std::uint32_t ready = 0;
  std::uint32_t arrived = 0;
  const char* collective = nullptr;
  Complete complete = nullptr;
  void* operands[kLanes] = {};
};

class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor() {
    for (const auto& lane : lanes_) munmap(lane->stack, kStackBytes + kPage);
  }

  void run(const Launch& launch);
  CANDOR_SHIM_INLINE void barrier();
  CANDOR_SHIM_INLINE void collective(const char* name, unsigned mask, void* operands,
                                     Complete complete);

  Lane& lane() { return *current_; }
  unsigned char* shared() { return shared_; }
  std::size_t shared_size() const { return launch_->shared_bytes; }
  const char* name() const { return launch_->name; }

 private:
  static void entry(context::transfer_t from);
  void run_block();
  void add_lane();
  void make_shared(std::size_t bytes);
  void check_guards();
  CANDOR_SHIM_INLINE void switch_to(Lane& next);
  CANDOR_SHIM_INLINE void arrived(context::transfer_t from);
  CANDOR_SHIM_INLINE void leave();  // to the next lane that can run, else to the scheduler
  [[noreturn]] void explain_deadlock();

  Lane scheduler_;
  Lane* current_ = &scheduler_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Warp warps_[kMostThreads / kLanes];
  const Launch* launch_ = nullptr;
  unsigned threads_ = 0, warp_count_ = 0, at_barrier_ = 0, returned_ = 0;
  std::uint64_t blocks_run_ = 0;
  bool descending_ = false;
  std::unique_ptr<unsigned char[]> shared_memory_;
  std::size_t shared_capacity_ = 0;
  unsigned char* shared_ = nullptr;
};

thread_local Executor executor;
constinit thread_local Executor* running = nullptr;  // the same, while it runs a kernel

void Executor::add_lane() {
  auto lane = std::make_unique<Lane>();
  lane->number = static_cast<unsigned>(lanes_.size());
  void* memory = mmap(nullptr, kStackBytes + kPage, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, kPage, PROT_NONE) != 0) {
    std::fprintf(stderr, "shim: no memory for the stack of a thread\n");
    std::abort();
  }
  lane->stack = memory;
  lane->bottom = static_cast<unsigned char*>(memory) + kPage;
  lane->bottom_size = kStackBytes;
  // Stacks begin at different places of a page: else their busiest lines share a few cache sets.
  const std::size_t shift = lane->number * 320 % kPage;
  unsigned char* top = static_cast<unsigned char*>(memory) + kPage + kStackBytes - shift;
  lane->context = context::make_fcontext(top, kStackBytes - shift, &Executor::entry);
  lanes_.push_back(std::move(lane));
}

// A fiber serves its thread number for ever: block after block, launch after launch.
void Executor::entry(context::transfer_t from) {
  Executor& self = *running;
#if defined(__SANITIZE_ADDRESS__)
  self.current_->fake_stack = nullptr;
#endif
  self.arrived(from);
  for (;;) {
    self.launch_->body();
    self.current_->state = State::kReturned;
    ++self.returned_;
    self.leave();
  }
}

inline void Executor::arrived(context::transfer_t from) {
  Lane& left = *static_cast<Lane*>(from.data);
  left.context = from.fctx;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(current_->fake_stack, &left.bottom, &left.bottom_size);
#endif
}

inline void Executor::switch_to(Lane& next) {
  Lane& self = *current_;
  current_ = &next;
  threadIdx = next.index;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&self.fake_stack, next.bottom, next.bottom_size);
#endif
  arrived(context::jump_fcontext(next.context, &self));
}

inline unsigned next_lane(std::uint32_t ready, unsigned after, bool descending) {
  if (descending) {
    const std::uint32_t below = ready & ((std::uint32_t{1} << after) - 1);
    return 31U - static_cast<unsigned>(__builtin_clz(below != 0 ? below : ready));
  }
  const std::uint32_t above = after == 31 ? 0 : ready & ~((std::uint32_t{2} << after) - 1);
  return static_cast<unsigned>(__builtin_ctz(above != 0 ? above : ready));
}

inline void Executor::leave() {
  const unsigned number = current_->number;
  Warp& warp = warps_[number / kLanes];
  warp.ready &= ~(std::uint32_t{1} << (number % kLanes));
  if (warp.ready == 0) {
    switch_to(scheduler_);
  } else {
    const unsigned next = next_lane(warp.ready, number % kLanes, descending_);
    switch_to(*lanes_[number / kLanes * kLanes + next]);
  }
}

inline void Executor::barrier() {
  if (++at_barrier_ == threads_) {
    at_barrier_ = 0;
    for (unsigned w = 0; w < warp_count_; ++w) warps_[w].ready = warps_[w].lanes;
    return;
  }
  Lane& self = *current_;
  self.state = State::kBarrier;
  leave();
  self.state = State::kReady;
}

inline void Executor::collective(const char* name, unsigned mask, void* operands,
                                 Complete complete) {
  Lane& self = *current_;
  Warp& warp = warps_[self.number / kLanes];
  if (mask != 0xFFFFFFFFU) {
    stop((std::string(name) + " names fewer than 32 lanes: all lanes of a warp take part").c_str());
  }
  if (warp.lanes != 0xFFFFFFFFU) {
    stop((std::string(name) + " in a warp that has fewer than 32 lanes").c_str());
  }
  if (warp.arrived == 0) {
    warp.collective = name;
    warp.complete = complete;
  } else if (warp.complete != complete) {
    stop((std::string(name) + " while other lanes of the warp are at " + warp.collective).c_str());
  }
  warp.operands[self.number % kLanes] = operands;
  warp.arrived |= std::uint32_t{1} << (self.number % kLanes);
  if (warp.arrived != warp.lanes) {
    self.state = State::kCollective;
    leave();
    self.state = State::kReady;
    return;
  }
  complete(warp.operands);
  warp.arrived = 0;
  warp.ready = warp.lanes;
}

void Executor::explain_deadlock() {
  std::string text = "the threads wait for each other for ever:";
  for (unsigned w = 0; w < warp_count_; ++w) {
    unsigned at_barrier = 0, in_collective = 0, returned = 0, lanes = 0;
    for (unsigned i = w * kLanes; i < threads_ && i < (w + 1) * kLanes; ++i) {
      const State state = lanes_[i]->state;
      ++lanes;
      at_barrier += state == State::kBarrier;
      in_collective += state == State::kCollective;
      returned += state == State::kReturned;
    }
    text += " warp " + std::to_string(w) + ":";
    if (at_barrier > 0) text += " " + std::to_string(at_barrier) + " at __syncthreads";
    if (in_collective > 0) {
      text += " " + std::to_string(in_collective) + " at " + warps_[w].collective;
    }
    if (returned > 0) text += " " + std::to_string(returned) + " returned";
    text += w + 1 < warp_count_ ? ";" : ".";
  }
  stop(text.c_str());
}

void Executor::make_shared(std::size_t bytes) {
  if (shared_ == nullptr || shared_capacity_ < bytes) {
    shared_memory_.reset(new unsigned char[bytes + 2 * kGuard + 1024]);
    shared_capacity_ = bytes;
  }
  const auto begin = reinterpret_cast<std::uintptr_t>(shared_memory_.get()) + kGuard;
  shared_ = shared_memory_.get() + kGuard + (1024 - begin % 1024) % 1024;
}

void Executor::check_guards() {
  for (std::size_t i = 0; i < kGuard; ++i) {
    if (shared_[-1 - static_cast<std::ptrdiff_t>(i)] != kPoison) {
      stop(
          ("the block wrote " + std::to_string(i + 1) + " bytes before its shared memory").c_str());
    }
    if (shared_[launch_->shared_bytes + i] != kPoison) {
      stop(("the block wrote to byte " + std::to_string(launch_->shared_bytes + i) + " of " +
            std::to_string(launch_->shared_bytes) + " bytes of shared memory")
               .c_str());
    }
  }
}

void Executor::run_block() {
  std::memset(shared_, kPoison, launch_->shared_bytes);
  at_barrier_ = returned_ = 0;
  descending_ = blocks_run_++ % 2 == 1;
  for (unsigned i = 0; i < threads_; ++i) lanes_[i]->state = State::kReady;
  for (unsigned w = 0; w < warp_count_; ++w) {
    const unsigned lanes = threads_ - w * kLanes;
    warps_[w] = {};
    warps_[w].lanes = lanes >= kLanes ? 0xFFFFFFFFU : (std::uint32_t{1} << lanes) - 1;
    warps_[w].ready = warps_[w].lanes;
  }
  while (returned_ < threads_) {
    bool ran = false;
    for (unsigned i = 0; i < warp_count_; ++i) {
      const unsigned w = descending_ ? warp_count_ - 1 - i : i;
      while (warps_[w].ready != 0) {
        const unsigned from = descending_ ? 0 : 31;
        switch_to(*lanes_[w * kLanes + next_lane(warps_[w].ready, from, descending_)]);
        ran = true;
      }
    }
    if (!ran) explain_deadlock();
  }
  for (unsigned i = 0; i < threads_; ++i) {
    lanes_[i]->copies.clear();
    lanes_[i]->groups.clear();
  }
  check_guards();
}

void Executor::run(const Launch& launch) {
  if (launch_ != nullptr) stop("a kernel launches a kernel");
  launch_ = &launch;
  running = this;
  threads_ = launch.block.x * launch.block.y * launch.block.z;
  warp_count_ = (threads_ + kLanes - 1) / kLanes;
  while (lanes_.size() < threads_) add_lane();
  for (unsigned i = 0; i < threads_; ++i) {
    lanes_[i]->index = {i % launch.block.x, i / launch.block.x % launch.block.y,
                        i / launch.block.x / launch.block.y};
  }
  make_shared(launch.shared_bytes);
  std::memset(shared_ - kGuard, kPoison, kGuard);
  std::memset(shared_ + launch.shared_bytes, kPoison, kGuard);
  blockDim = launch.block;
  gridDim = launch.grid;
  for (unsigned z = 0; z < launch.grid.z; ++z) {
    for (unsigned y = 0; y < launch.grid.y; ++y) {
      for (unsigned x = 0; x < launch.grid.x; ++x) {
        blockIdx = {x, y, z};
        run_block();
      }
    }
  }
  launch_ = nullptr;
  running = nullptr;
}

void apply(const Copy& copy) {
  for (std::size_t i = 0; i < 16; ++i) {
    if (copy.to[i] != kPoison) {
      stop("the target of a copy (cp.async) was written while it was under way");
    }
  }
  if (copy.valid && std::memcmp(copy.bytes, copy.from, 16) != 0) {
    stop("the source of a copy (cp.async) was written while it was under way");
  }
  std::memcpy(copy.to, copy.bytes, 16);
}

}  // namespace

void run(const Launch& launch) { executor.run(launch); }

void barrier() { running->barrier(); }

void collective(const char* name, unsigned mask, void* operands, Complete complete) {
  running->collective(name, mask, operands, complete);
}

unsigned char* shared_begin() { return running->shared(); }
std::size_t shared_size() { return running->shared_size(); }

void copy_async(void* shared, const void* global, bool valid) {
  check_shared("the target of a copy (cp.async)", shared, 16);
  check_aligned("the source of a copy (cp.async)", global);
  Copy copy{static_cast<unsigned char*>(shared), global, valid, {}};
  if (valid) std::memcpy(copy.bytes, global, 16);
  std::memset(shared, kPoison, 16);
  running->lane().copies.push_back(copy);
}

void commit_copies() {
  Lane& lane = running->lane();
  std::size_t grouped = 0;
  for (const std::size_t group : lane.groups) grouped += group;
  lane.groups.push_back(lane.copies.size() - grouped);
}

void wait_for_copies(unsigned pending) {
  Lane& lane = running->lane();
  if (lane.groups.size() <= pending) return;
  const auto done = static_cast<std::ptrdiff_t>(lane.groups.size() - pending);
  std::size_t copies = 0;
  for (std::ptrdiff_t i = 0; i < done; ++i) copies += lane.groups[static_cast<std::size_t>(i)];
  for (std::size_t i = 0; i < copies; ++i) apply(lane.copies[i]);
  lane.copies.erase(lane.copies.begin(), lane.copies.begin() + static_cast<std::ptrdiff_t>(copies));
  lane.groups.erase(lane.groups.begin(), lane.groups.begin() + done);
}

void check_aligned(const char* what, const void* address) {
  if (reinterpret_cast<std::uintptr_t>(address) % 16 != 0) {
    stop((std::string(what) + " is not aligned to 16 bytes").c_str());
  }
}

void check_shared(const char* what, const void* address, std::size_t bytes) {
  check_aligned(what, address);
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto begin = reinterpret_cast<std::uintptr_t>(running->shared());
  if (at < begin || at + bytes > begin + running->shared_size()) {
    stop((std::string(what) + " is not in the block's shared memory").c_str());
  }
}

void stop(const char* message) {
  if (running != nullptr) {
    std::fprintf(stderr, "shim: kernel %s, block (%u, %u, %u)", running->name(), blockIdx.x,
                 blockIdx.y, blockIdx.z);
    const Lane& lane = running->lane();
    if (lane.stack != nullptr) {
      std::fprintf(stderr, ", warp %u, thread %u", lane.number / kLanes, lane.number);
    }
    std::fprintf(stderr, ": %s\n", message);
  } else {
    std::fprintf(stderr, "shim: %s\n", message);
  }
  std::abort();
}

}  // namespace candor::kernels::cuda::shim
