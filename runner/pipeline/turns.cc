#include "runner/pipeline/turns.h"

#include <map>
#include <optional>

#include "data/base/error.h"

namespace candor::runner {

namespace {

// The questions that others follow, by suite and id.
class Turns {
 public:
  explicit Turns(const Plan& plan) {
    for (const PlannedSuite& planned : plan.suites) {
      for (const data::Question& question : planned.suite.questions) {
        questions_[{question.suite, question.id}] = &question;
      }
    }
  }

  // Null: the question begins its conversation.
  const data::Question* before(const data::Question& question) const {
    if (question.follows.empty()) return nullptr;
    return questions_.at({question.suite, question.follows});
  }

  std::size_t depth(const data::Question& question) const {
    const data::Question* earlier = before(question);
    return earlier == nullptr ? 0 : 1 + depth(*earlier);
  }

 private:
  std::map<std::pair<std::string, std::string>, const data::Question*> questions_;
};

// What stands before a question: the turns and their answers, or why there is nothing to go on
// with.
struct History {
  std::vector<data::Message> messages;
  bool open = false;                          // a turn has no answer yet
  std::optional<data::Generation> cannot_be;  // what is stored instead of asking
};

// A block is what happened to the conversation, not a failure of ours: the question after it was
// not answered for the same reason, and counts as blocked as well.
std::optional<data::Generation> instead(const data::Question& earlier,
                                        const data::Generation& answer) {
  data::Generation generation;
  generation.finish = answer.finish;
  if (answer.finish == data::FinishReason::kError) {
    generation.error = fmt::format("the turn before, {}, failed: {}", earlier.id, answer.error);
    return generation;
  }
  if (answer.finish != data::FinishReason::kBlock) return std::nullopt;
  generation.delivery = answer.delivery.empty() ? "blocked_output" : answer.delivery;
  return generation;
}

History history(const Turns& turns, data::StoreWriter& store, const std::string& run_id,
                const Ask& ask, const data::Question& question) {
  const data::Question* earlier = turns.before(question);
  if (earlier == nullptr) return {};
  History before = history(turns, store, run_id, ask, *earlier);
  if (before.open || before.cannot_be) return before;
  const auto answer =
      store.generation(run_id, {earlier->hash(), ask.condition->hash(), ask.repeat});
  if (!answer) {
    before.open = true;
    return before;
  }
  before.cannot_be = instead(*earlier, *answer);
  before.messages.insert(before.messages.end(), earlier->messages.begin(), earlier->messages.end());
  before.messages.push_back({"assistant", answer->answer});
  return before;
}

}  // namespace

std::vector<std::vector<Ask>> by_turn(const Plan& plan, std::vector<Ask> asks) {
  const Turns turns(plan);
  std::vector<std::vector<Ask>> result;
  for (Ask& ask : asks) {
    const std::size_t depth = turns.depth(*ask.question);
    if (depth >= result.size()) result.resize(depth + 1);
    result[depth].push_back(std::move(ask));
  }
  return result;
}

void fill_histories(const Plan& plan, data::StoreWriter& store, const std::string& run_id,
                    std::vector<Ask>& asks, std::vector<data::Generation>& not_asked) {
  const Turns turns(plan);
  std::vector<Ask> ready;
  for (Ask& ask : asks) {
    History before = history(turns, store, run_id, ask, *ask.question);
    if (before.open) continue;
    if (!before.cannot_be) {
      ask.history = std::move(before.messages);
      ready.push_back(std::move(ask));
      continue;
    }
    before.cannot_be->sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
    not_asked.push_back(std::move(*before.cannot_be));
  }
  asks = std::move(ready);
}

}  // namespace candor::runner
