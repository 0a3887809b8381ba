#include "runner/commands/json_lines.h"

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "data/base/error.h"

namespace candor::runner {

namespace {

struct Line {
  std::string text;
  std::string where;
};

// The next line that is not blank.
bool read_line(Line& line, std::size_t& number) {
  while (std::getline(std::cin, line.text)) {
    ++number;
    if (line.text.find_first_not_of(" \t\r") == std::string::npos) continue;
    line.where = fmt::format("standard input:{}", number);
    return true;
  }
  return false;
}

boost::json::object answer_to(const Line& line, const AnswerLine& answer) {
  try {
    const boost::json::object object = data::parse_object(line.text, line.where);
    return answer(data::JsonFields(object, line.where));
  } catch (const Error& error) {
    return {{"error", error.what()}};
  }
}

// Lines wait in `open` from reading to printing; whoever answers the first prints all that are
// done.
class Ordered {
 public:
  Ordered(const AnswerLine& answer, int threads)
      : answer_(answer), most_open_(static_cast<std::size_t>(threads) * 32) {
    for (int i = 0; i < threads; ++i) {
      workers_.emplace_back([this] { work(); });
    }
  }

  // Waits while too many lines are open; false when a thread failed.
  bool push(Line&& line) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_.size() < most_open_ || error_; });
    if (error_) return false;
    open_.push_back({std::move(line), std::nullopt});
    changed_.notify_all();
    return true;
  }

  void finish() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  struct Slot {
    Line line;
    std::optional<boost::json::object> result;
  };

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return taken_ < open_.size() || closed_ || error_; });
      if (error_ || taken_ >= open_.size()) return;
      Slot& slot = open_[taken_++];  // stays where it is: a deque moves no element at its ends
      lock.unlock();
      std::optional<boost::json::object> result;
      std::exception_ptr error;
      try {
        result = answer_to(slot.line, answer_);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      slot.result = std::move(result);
      try {
        if (error) std::rethrow_exception(error);
        for (; !open_.empty() && open_.front().result; --taken_) {
          print_json_line(*open_.front().result);
          open_.pop_front();
        }
      } catch (...) {
        if (!error_) error_ = std::current_exception();
      }
      changed_.notify_all();
    }
  }

  const AnswerLine& answer_;
  const std::size_t most_open_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Slot> open_;
  std::size_t taken_ = 0;  // the first so many of `open_` are answered or at work
  bool closed_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> workers_;
};

}  // namespace

void print_json_line(const boost::json::value& value) {
  const std::string text = boost::json::serialize(value) + "\n";
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    fail("standard output cannot be written");
  }
}

int for_each_json_line(const AnswerLine& answer) {
  std::ios::sync_with_stdio(false);
  std::size_t number = 0;
  for (Line line; read_line(line, number);) print_json_line(answer_to(line, answer));
  return 0;
}

int for_each_json_line(const AnswerLine& answer, int threads) {
  std::ios::sync_with_stdio(false);
  Ordered ordered(answer, threads);
  std::size_t number = 0;
  for (Line line; read_line(line, number) && ordered.push(std::move(line));) {
  }
  ordered.finish();
  return 0;
}

}  // namespace candor::runner
