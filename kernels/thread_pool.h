// A fixed set of threads for the loops inside one operation. The work of a task never depends on
// which thread runs it, so results do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace candor::kernels {

class ThreadPool {
 public:
  explicit ThreadPool(int threads);  // >= 1; the caller's thread is one of them
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // Runs body(task, thread) for task in [0, tasks), thread in [0, threads()), and returns when all
  // are done. Waiting spins briefly, then sleeps on a futex. Not re-entrant. An exception from a
  // body is rethrown here.
  void run(std::size_t tasks, const std::function<void(std::size_t task, int thread)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candor::kernels
