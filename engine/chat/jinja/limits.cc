#include "engine/chat/jinja/limits.h"

namespace candor::engine::jinja {

void Budget::check_text(std::size_t each, std::size_t times) {
  if (each != 0 && times > kLimits.text / each) {
    problem("a text of more than {} bytes is not allowed in a chat template", kLimits.text);
  }
}

void Budget::out_of_steps() {
  problem(
      "the template takes more than {} steps: a loop that does not end, or texts that keep "
      "growing?",
      kLimits.steps);
}

void Budget::out_of_memory() {
  problem("the template's values take more than {} bytes", kLimits.memory);
}

void Budget::too_deep() {
  problem("nested more than {} levels deep: a macro that calls itself for ever?", kLimits.depth);
}

}  // namespace candor::engine::jinja
