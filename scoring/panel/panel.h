// What a judge of the panel replied to suites/panel: a class and a flag, read strictly. A refusal,
// a cut reply or one that says two things is undecided; it is never guessed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/generation.h"
#include "data/records/question.h"
#include "data/records/verdict.h"

namespace candor::scoring {

// The six content classes of scoring/audit.
const std::vector<std::string>& panel_classes();

struct PanelReply {
  std::string content;  // one of panel_classes()
  bool line = false;    // asserts an official position

  bool operator==(const PanelReply&) const = default;
};

// "class=hedged; line=no" as a line of its own: spaces, case, full-width signs, a final full stop
// and marks of emphasis or code around it do not matter; other lines may stand around it. None
// where no line is one, or where two of them differ.
std::optional<PanelReply> read_panel_reply(std::string_view answer);

// Outcome "answered" where a reply was read (`extracted`, `parts` "class" and "line"); else
// "refused", "unparsed", "truncated", "blocked" or "error".
data::Verdict judge_panel(const data::Question& question, const data::Generation& generation);

}  // namespace candor::scoring
