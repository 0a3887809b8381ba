// Where answers come from. A provider takes the whole queue of samples and gives generations back
// as they finish, in any order; a failure of one sample is a generation with finish "error", never
// an exception.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/records/condition.h"
#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/run.h"

namespace candor::runner {

struct Ask {
  const data::Question* question = nullptr;
  const data::Condition* condition = nullptr;
  int repeat = 0;
  double expected_tokens = 0;  // of the answer, from earlier ones; 0: not known
  // What was said before, oldest first: the turns that the question follows and the answers to
  // them.
  std::vector<data::Message> history = {};
};

// What a progress line shows while the provider works.
struct Flow {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t generated_tokens = 0;
  int in_flight = 0;
};

class Provider {
 public:
  virtual ~Provider() = default;

  // Fills the fields of the manifest that name the model and the machine.
  virtual void describe(data::Manifest& manifest) const = 0;

  // Throws Error for what would make these samples fail one and all: asked before a run begins.
  virtual void check(std::span<const Ask> asks) const { (void)asks; }

  // `done` is called on this thread. Returns when all are done or soon after `stop` becomes true.
  virtual void generate(std::span<const Ask> asks, std::uint64_t seed,
                        const std::function<void(data::Generation&&)>& done,
                        const std::atomic<bool>& stop) = 0;

  virtual Flow flow() const = 0;  // any thread
};

}  // namespace candor::runner
