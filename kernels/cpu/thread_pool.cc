// Work is handed out by one 64-bit ticket: the job's number in the high half, the next task in the
// low half. A thread claims a task by advancing the ticket with a compare-and-swap, so a thread
// that wakes too late, or was descheduled with an old ticket, can never run a task of another job;
// nobody waits for threads that have not claimed anything. On a machine whose cores are busy with
// other programs the calling thread therefore does all the work itself, and at worst waits for a
// task in flight.
#include "kernels/thread_pool.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace candor::kernels {
namespace {

constexpr std::uint64_t kTaskMask = 0xFFFFFFFFU;

// Spinning covers the gaps between the operations of one forward pass (a few microseconds);
// anything longer sleeps. A pause takes 10 to 60 ns.
constexpr int kSpins = 600;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

struct ThreadPool::State {
  using Body = std::function<void(std::size_t, int)>;

  std::atomic<std::uint64_t> ticket{kTaskMask};  // closed: no task is below `tasks`
  std::atomic<const Body*> body{nullptr};
  std::atomic<std::uint32_t> tasks{0};
  std::atomic<std::uint32_t> finished{0};
  std::atomic<std::uint32_t> job{0};  // what sleeping workers wait on
  std::atomic<bool> stopping{false};
  std::atomic<bool> failed{false};
  std::mutex failure_mutex;
  std::exception_ptr failure;
  std::uint64_t jobs = 0;
  int spins = kSpins;
  std::vector<std::thread> workers;

  void work(int thread) {
    for (;;) {
      std::uint64_t seen = ticket.load(std::memory_order_acquire);
      // Acquire pairs with the release in run(): a value of the next job implies that the closed
      // ticket of that job is visible, and then the compare-and-swap below fails.
      const std::uint32_t count = tasks.load(std::memory_order_acquire);
      const Body* function = body.load(std::memory_order_acquire);
      const std::uint64_t task = seen & kTaskMask;
      if (task >= count) return;
      if (!ticket.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel)) continue;
      if (!failed.load(std::memory_order_relaxed)) {
        try {
          (*function)(static_cast<std::size_t>(task), thread);
        } catch (...) {
          const std::lock_guard lock(failure_mutex);
          if (!failure) failure = std::current_exception();
          failed.store(true, std::memory_order_relaxed);
        }
      }
      if (finished.fetch_add(1, std::memory_order_acq_rel) + 1 == count) finished.notify_one();
    }
  }

  void worker(int thread) {
    std::uint32_t last = 0;
    for (;;) {
      for (int i = 0; i < spins && job.load(std::memory_order_acquire) == last; ++i) relax();
      job.wait(last, std::memory_order_acquire);
      last = job.load(std::memory_order_acquire);
      if (stopping.load(std::memory_order_acquire)) return;
      work(thread);
    }
  }

  void run(std::uint32_t count, const Body& function) {
    ++jobs;
    const std::uint64_t open = jobs << 32;
    ticket.store(open | kTaskMask, std::memory_order_release);
    failed.store(false, std::memory_order_relaxed);
    finished.store(0, std::memory_order_release);
    body.store(&function, std::memory_order_release);
    tasks.store(count, std::memory_order_release);
    ticket.store(open, std::memory_order_release);
    job.fetch_add(1, std::memory_order_acq_rel);
    job.notify_all();
    work(0);
    for (int i = 0; i < spins && finished.load(std::memory_order_acquire) != count; ++i) relax();
    for (;;) {
      const std::uint32_t done = finished.load(std::memory_order_acquire);
      if (done == count) break;
      finished.wait(done, std::memory_order_acquire);
    }
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  // With more threads than processors a spinning thread would only hold up a working one.
  if (static_cast<unsigned>(threads) > std::thread::hardware_concurrency()) state_->spins = 0;
  for (int i = 1; i < threads; ++i) {
    state_->workers.emplace_back([state = state_.get(), i] { state->worker(i); });
  }
}

ThreadPool::~ThreadPool() {
  state_->stopping.store(true, std::memory_order_release);
  state_->job.fetch_add(1, std::memory_order_acq_rel);
  state_->job.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::run(std::size_t tasks,
                     const std::function<void(std::size_t task, int thread)>& body) {
  if (tasks > 1 && !state_->workers.empty()) {
    state_->run(static_cast<std::uint32_t>(tasks), body);
    return;
  }
  for (std::size_t task = 0; task < tasks; ++task) body(task, 0);
}

}  // namespace candor::kernels
