// What other programs do to the cores changes neither results nor, by much, the time: a barrier
// that spins would wait a whole slice of the scheduler for every job, which is minutes in a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "kernels/thread_pool.h"

namespace candor::engine {
namespace {

// Threads that want every core, twice.
class BusyCores {
 public:
  BusyCores() {
    const unsigned count = 2 * std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < std::min(count, 16U); ++i) {
      threads_.emplace_back([this] {
        while (!stop_.load(std::memory_order_relaxed)) {
        }
      });
    }
  }
  ~BusyCores() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  BusyCores(const BusyCores&) = delete;
  BusyCores& operator=(const BusyCores&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

TEST(ThreadPoolOnBusyCores, RunsEveryTaskOnceAndComesToAnEnd) {
  kernels::ThreadPool pool(2);
  const BusyCores others;
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t job = 0; job < 300; ++job) {
    const std::size_t tasks = 2 + job % 6;
    std::vector<std::uint64_t> results(tasks);
    pool.run(tasks, [&](std::size_t task, int) {
      std::uint64_t value = job;
      for (std::uint64_t i = 0; i < 2000; ++i) value = value * 6364136223846793005ULL + task + i;
      results[task] += value;
    });
    for (std::size_t task = 0; task < tasks; ++task) {
      std::uint64_t value = job;
      for (std::uint64_t i = 0; i < 2000; ++i) value = value * 6364136223846793005ULL + task + i;
      ASSERT_EQ(results[task], value) << "job " << job << ", task " << task;
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

}  // namespace
}  // namespace candor::engine
