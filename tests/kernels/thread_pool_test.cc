#include "kernels/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace candor::kernels {
namespace {

TEST(ThreadPool, RunsEveryTaskOnceWhateverTheNumberOfThreads) {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const std::size_t tasks : {0U, 1U, 2U, 5U, 100U, 1000U}) {
      std::vector<std::atomic<int>> seen(tasks);
      std::atomic<bool> thread_in_range{true};
      pool.run(tasks, [&](std::size_t task, int thread) {
        ++seen[task];
        if (thread < 0 || thread >= threads) thread_in_range = false;
      });
      for (const auto& count : seen) ASSERT_EQ(count, 1);
      EXPECT_TRUE(thread_in_range);
    }
  }
}

TEST(ThreadPool, ManyShortJobsNeverMixTheirTasks) {
  ThreadPool pool(4);
  for (std::size_t job = 0; job < 20000; ++job) {
    const std::size_t tasks = 1 + job % 7;
    std::atomic<std::size_t> sum{0};
    pool.run(tasks, [&, job](std::size_t task, int) { sum += job * 8 + task; });
    ASSERT_EQ(sum, tasks * job * 8 + tasks * (tasks - 1) / 2);
  }
}

TEST(ThreadPool, WakesThreadsThatFellAsleep) {
  ThreadPool pool(2);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    // Each task waits for the other to have begun: only two threads can finish this.
    std::atomic<int> begun{0};
    pool.run(2, [&](std::size_t, int) {
      ++begun;
      while (begun < 2) std::this_thread::yield();
    });
    EXPECT_EQ(begun, 2);
  }
}

TEST(ThreadPool, RethrowsAndGoesOnWorking) {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    EXPECT_THROW(pool.run(50,
                          [](std::size_t task, int) {
                            if (task == 20) throw std::runtime_error("task 20");
                          }),
                 std::runtime_error);
    std::atomic<int> done{0};
    pool.run(50, [&](std::size_t, int) { ++done; });
    EXPECT_EQ(done, 50);
  }
}

}  // namespace
}  // namespace candor::kernels
