#include "scoring/audit/refusal.h"

#include "scoring/audit/chart.h"
#include "scoring/audit/text.h"

namespace candor::scoring {

bool is_refusal_act(std::string_view answer, std::string_view /*language*/) {
  const SplitAnswer split = split_inline_reasoning(answer);
  return is_refusal_whole(measure({}, split.answer, {"answer", 0}));
}

}  // namespace candor::scoring
