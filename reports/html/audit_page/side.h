// One answer, or the samples of one cell, as the page shows them (templates/audit_side.tpl): the
// label with the judge's reason, the question, the answer and the chain of thought with their
// marks.
#pragma once

#include <cstddef>
#include <string>

#include "reports/audit/cells.h"
#include "reports/html/page.h"
#include "reports/html/tongue.h"

namespace candor::reports {

struct SideView {
  std::string head;
  std::string colour;
  bool question = true;
  bool all = true;        // of a cell: every sample, or the typical one
  std::size_t limit = 0;  // bytes of each text
};
void fill_side(Dictionary& side, const Sample& sample, const SideView& view, Tongue tongue);
// The first sample of the most frequent label, the others beneath. Where not all are shown, those
// whose thought has facts that the answer withholds are shown still.
void fill_side(Dictionary& side, const Cell& cell, const SideView& view, Tongue tongue);

// "≈ no key fact × 3, ⊘ refusal × 2".
std::string labels_text(const Cell& cell, Tongue tongue);

// Facts stand in the thought and none in the answer.
bool is_suppressed(const Sample& sample);

}  // namespace candor::reports
