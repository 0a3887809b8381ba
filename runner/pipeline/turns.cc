#include "runner/pipeline/turns.h"

#include <map>

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

// What stands before the question; empty and `problem` or `open` set where a turn has no answer.
std::vector<data::Message> history(const Turns& turns, data::StoreWriter& store,
                                   const std::string& run_id, const Ask& ask,
                                   const data::Question& question, std::string& problem,
                                   bool& open) {
  const data::Question* earlier = turns.before(question);
  if (earlier == nullptr) return {};
  std::vector<data::Message> messages = history(turns, store, run_id, ask, *earlier, problem, open);
  if (!problem.empty() || open) return {};
  const auto answer =
      store.generation(run_id, {earlier->hash(), ask.condition->hash(), ask.repeat});
  if (!answer) {
    open = true;
  } else if (answer->finish == data::FinishReason::kError) {
    problem = fmt::format("the turn before, {}, failed: {}", earlier->id, answer->error);
  } else if (answer->finish == data::FinishReason::kBlock) {
    problem = fmt::format("the turn before, {}, was blocked", earlier->id);
  }
  if (!problem.empty() || open) return {};
  messages.insert(messages.end(), earlier->messages.begin(), earlier->messages.end());
  messages.push_back({"assistant", answer->answer});
  return messages;
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
                    std::vector<Ask>& asks, std::vector<data::Generation>& failed) {
  const Turns turns(plan);
  std::vector<Ask> ready;
  for (Ask& ask : asks) {
    std::string problem;
    bool open = false;
    ask.history = history(turns, store, run_id, ask, *ask.question, problem, open);
    if (open) continue;
    if (problem.empty()) {
      ready.push_back(std::move(ask));
      continue;
    }
    data::Generation generation;
    generation.sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
    generation.finish = data::FinishReason::kError;
    generation.error = problem;
    failed.push_back(std::move(generation));
  }
  asks = std::move(ready);
}

}  // namespace candor::runner
