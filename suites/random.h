// The random numbers of the generated suites: SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014), because the standard distributions differ between
// libraries and a suite must be the same bytes everywhere. Not for sampling tokens.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace candor::suites {

// Two draws never stand in one expression whose order the language leaves open (arguments of a
// call, operands of +): compilers differ, and so would the questions.
class Random {
 public:
  explicit Random(std::uint64_t state) : state_(state) {}
  // A stream of its own for each name: what is drawn for one question leaves the others alone.
  Random(std::uint64_t seed, std::string_view name);

  std::uint64_t next();
  // Uniform over lo..hi, both included, without modulo bias. lo <= hi.
  int between(int lo, int hi);
  // lo, lo+step, …, the last one <= hi.
  int stepped(int lo, int hi, int step) { return lo + step * between(0, (hi - lo) / step); }
  bool one_in(int n) { return between(1, n) == 1; }

  template <typename Range>
  const auto& pick(const Range& range) {
    return range[static_cast<std::size_t>(between(0, static_cast<int>(std::size(range)) - 1))];
  }

  template <typename T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1],
                values[static_cast<std::size_t>(between(0, static_cast<int>(i) - 1))]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace candor::suites
