// Takes generations as they finish, stores each before anything else happens to it, then judges it.
// Storing and judging have a thread each, so a slow judge (code in a sandbox) never holds back a
// generation from the store, and neither holds back the engine.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "data/store/store.h"
#include "runner/pipeline/judges.h"
#include "runner/pipeline/plan.h"

namespace candor::runner {

class Recorder {
 public:
  // All must outlive the recorder.
  Recorder(data::StoreWriter& store, const std::string& run_id, const Plan& plan,
           const Judges& judges);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Rethrows what went wrong on the threads, if something did: there is no use in generating on.
  void push(data::Generation&& generation);
  // Waits until all is stored and judged; rethrows what went wrong on the threads.
  void finish();

  std::size_t stored() const { return stored_; }
  std::size_t errors() const { return errors_; }
  bool failed() const { return failed_; }

 private:
  struct Stored {
    std::int64_t id;
    data::Generation generation;
  };

  void store_loop();
  void judge_loop();
  template <typename Body>
  void guarded(Body body);

  data::StoreWriter& store_;
  const std::string run_id_;
  const Judges& judges_;
  std::map<std::string, const data::Question*> questions_;    // by hash
  std::map<std::string, const data::Condition*> conditions_;  // by hash

  std::mutex mutex_;        // the queues and flags below
  std::mutex store_mutex_;  // the store: two threads write
  std::condition_variable changed_;
  std::deque<data::Generation> to_store_;
  std::deque<Stored> to_judge_;
  bool closed_ = false;
  bool all_stored_ = false;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};
  std::atomic<std::size_t> stored_{0};
  std::atomic<std::size_t> errors_{0};
  std::thread storing_;
  std::thread judging_;
};

}  // namespace candor::runner
