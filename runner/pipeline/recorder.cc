#include "runner/pipeline/recorder.h"

#include <vector>

namespace candor::runner {

Recorder::Recorder(data::StoreWriter& store, const std::string& run_id, const Plan& plan,
                   const Judges& judges)
    : store_(store), run_id_(run_id), judges_(judges) {
  for (const PlannedSuite& planned : plan.suites) {
    for (const data::Question& question : planned.suite.questions) {
      questions_[question.hash()] = &question;
    }
    conditions_[planned.condition.hash()] = &planned.condition;
    for (const data::Condition& condition : planned.further) {
      conditions_[condition.hash()] = &condition;
    }
  }
  storing_ = std::thread([this] { guarded([this] { store_loop(); }); });
  judging_ = std::thread([this] { guarded([this] { judge_loop(); }); });
}

Recorder::~Recorder() {
  try {
    finish();
  } catch (...) {
    // finish() was not asked for the error: the exception that is under way tells the story.
  }
}

template <typename Body>
void Recorder::guarded(Body body) {
  try {
    body();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
    failed_ = true;
    all_stored_ = true;
  }
  changed_.notify_all();
}

void Recorder::push(data::Generation&& generation) {
  if (generation.finish == data::FinishReason::kError) ++errors_;
  {
    const std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(error_);
    to_store_.push_back(std::move(generation));
  }
  changed_.notify_all();
}

void Recorder::store_loop() {
  for (;;) {
    std::deque<data::Generation> taken;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !to_store_.empty() || closed_ || failed_; });
      if (failed_) return;
      taken.swap(to_store_);
      if (taken.empty()) {
        all_stored_ = true;
        return;
      }
    }
    std::deque<Stored> done;
    {
      const std::lock_guard lock(store_mutex_);
      // What finished together is committed together: one disk flush for the group.
      store_.batch([&] {
        for (data::Generation& generation : taken) {
          const std::int64_t id = store_.put(run_id_, generation);
          done.push_back({id, std::move(generation)});
        }
      });
    }
    stored_ += done.size();
    {
      const std::lock_guard lock(mutex_);
      for (Stored& stored : done) to_judge_.push_back(std::move(stored));
    }
    changed_.notify_all();
  }
}

void Recorder::judge_loop() {
  for (;;) {
    std::deque<Stored> taken;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !to_judge_.empty() || all_stored_; });
      if (failed_) return;
      taken.swap(to_judge_);
      if (taken.empty()) return;
    }
    std::vector<Answered> answers;
    for (const Stored& stored : taken) {
      const data::SampleKey& sample = stored.generation.sample;
      answers.push_back({questions_.at(sample.question_hash), &stored.generation,
                         conditions_.at(sample.condition_hash)});
    }
    const std::vector<data::Verdict> verdicts = judges_.judge_all(answers);
    const std::lock_guard lock(store_mutex_);
    store_.batch([&] {
      for (std::size_t i = 0; i < taken.size(); ++i) store_.put(taken[i].id, verdicts[i]);
    });
  }
}

void Recorder::finish() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  if (storing_.joinable()) storing_.join();
  changed_.notify_all();
  if (judging_.joinable()) judging_.join();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace candor::runner
