// What a template may cost, and how it is told that it costs too much. A chat template comes with a
// model file, that is from a stranger: it must not be able to hold the program up, fill the memory
// or overflow the stack. Everything is counted in units of the template's own work, never in
// seconds, so that a limit is hit at the same place on every machine.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace candor::engine::jinja {

// What is wrong with a template or its rendering. It stays inside engine/chat: ChatTemplate turns
// it into candor::Error. `line` is 0 where the thrower does not know it; the evaluator then adds
// its own.
class Problem : public std::runtime_error {
 public:
  explicit Problem(const std::string& message, int line = 0)
      : std::runtime_error(message), line_(line) {}
  int line() const { return line_; }

 private:
  int line_;
};

template <typename... Args>
[[noreturn]] void problem(fmt::format_string<Args...> format, Args&&... args) {
  throw Problem(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
[[noreturn]] void problem_at(int line, fmt::format_string<Args...> format, Args&&... args) {
  throw Problem(fmt::format(format, std::forward<Args>(args)...), line);
}

struct Limits {
  // Published templates stay under 100 KB; tokens and syntax tree take up to 160 bytes a byte.
  std::size_t source = 320 * 1024;
  // A step is one expression or statement, one element handled, or 16 bytes of text handled; none
  // takes more than some 150 ns. A conversation of a hundred turns takes some tens of thousands.
  std::uint64_t steps = 2'000'000;
  // Bytes of all values alive at once, and of one text. 8 MiB are about two million tokens.
  std::size_t memory = 24u * 1024 * 1024;
  std::size_t text = 8u * 1024 * 1024;
  // Nesting of the source (parentheses, blocks), of one chain of operators, and of evaluation
  // (macros calling macros, lists within lists). Small enough for a stack of 8 MiB in a sanitizer
  // build.
  int nesting = 200;
  int chain = 400;
  int depth = 1000;
  // The sandbox of the reference refuses longer ranges.
  std::int64_t range = 100'000;
};

inline constexpr Limits kLimits;

class Budget {
 public:
  Budget() = default;
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  void step(std::uint64_t count = 1) {
    if (count > steps_left_) out_of_steps();
    steps_left_ -= count;
  }
  // A pass over `bytes` of text.
  void pass(std::size_t bytes) { step(bytes / 16); }

  void take(std::size_t bytes) {
    if (bytes > memory_left_) out_of_memory();
    memory_left_ -= bytes;
  }
  void give(std::size_t bytes) noexcept { memory_left_ += bytes; }

  // Throws when one text would have this many bytes (`each` bytes `times` times over).
  static void check_text(std::size_t each, std::size_t times = 1);

  // Held for as long as one level of evaluation lasts.
  class Level {
   public:
    explicit Level(Budget& budget) : budget_(budget) {
      if (++budget_.depth_ > kLimits.depth) {
        --budget_.depth_;
        too_deep();
      }
    }
    ~Level() { --budget_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Budget& budget_;
  };

 private:
  [[noreturn]] static void out_of_steps();
  [[noreturn]] static void out_of_memory();
  [[noreturn]] static void too_deep();

  std::uint64_t steps_left_ = kLimits.steps;
  std::size_t memory_left_ = kLimits.memory;
  int depth_ = 0;
};

// Memory that is in use for a while: working space beside the values themselves.
class Charge {
 public:
  Charge(Budget& budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {
    budget_.take(bytes);
  }
  ~Charge() { budget_.give(bytes_); }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

 private:
  Budget& budget_;
  const std::size_t bytes_;
};

}  // namespace candor::engine::jinja
