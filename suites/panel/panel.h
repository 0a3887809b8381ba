// Questions to other models that judge answers: what does this answer do with that question? Blind:
// a judge is shown the question and the answer, not which model gave it, in which run, nor how it
// was judged before. Makes ordinary questions; scoring/panel reads the replies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/generation.h"
#include "suites/suites.h"

namespace candor::suites {

struct PanelItem {
  data::SampleKey key;   // of the judged generation
  std::string language;  // of its question
  std::string question;
  std::string answer;
};

// What a judge is told before question and answer, in "en" or "zh": the six classes of
// scoring/audit, the official-line flag, and the form of the reply.
std::string_view panel_rubric(std::string_view language);

// The items in an order drawn by `seed`, of which the first `limit` are taken (0: all), so that a
// larger limit keeps those of a smaller one. Every second one has the Chinese rubric, whatever the
// language of its question. `reference["panel"]` names `run` and the judged generation, which no
// judge sees.
Suite panel_suite(std::vector<PanelItem> items, const std::string& run, std::uint64_t seed,
                  int limit);

}  // namespace candor::suites
