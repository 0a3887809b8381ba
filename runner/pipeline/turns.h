// Conversations: a question that follows another is asked when that one is answered, with the
// answer in its history. This orders the asks of a plan by their turn and fills their histories
// from what is stored, so that a run that was cut off goes on where it was.
#pragma once

#include <string>
#include <vector>

#include "data/store/store.h"
#include "runner/pipeline/plan.h"

namespace candor::runner {

// The asks by their turn: first those that follow nothing, then those that follow these, and so on.
// The order within a turn is that of `asks`. Precondition: make_plan() accepted the plan.
std::vector<std::vector<Ask>> by_turn(const Plan& plan, std::vector<Ask> asks);

// Fills the histories of the asks of one turn from the answers stored in the run. An ask whose turn
// before failed or was blocked cannot be asked: it goes to `not_asked`, as a generation that ended
// as that turn did: an error that names it, or a block with its delivery, which is no error. One
// whose turn before has no answer yet (the run is being stopped) is left out, to be asked later.
void fill_histories(const Plan& plan, data::StoreWriter& store, const std::string& run_id,
                    std::vector<Ask>& asks, std::vector<data::Generation>& not_asked);

}  // namespace candor::runner
