// One line on standard error that says how far the work is: share, rate, tokens a second, time
// left. On a terminal it is redrawn in place; elsewhere a line is written now and then.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace candor::runner {

class Progress {
 public:
  // `line` is asked for the text, on a thread of the progress's own. Silent when `quiet`.
  Progress(std::function<std::string()> line, bool quiet);
  ~Progress();  // draws the last state and ends the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void loop();
  void draw();

  std::function<std::string()> line_;
  bool terminal_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

// "[#####.....]", `width` cells.
std::string bar(double share, int width);
// "4:07", "1:02:45"; "?" for negative or absurd values.
std::string clock_text(double seconds);

}  // namespace candor::runner
