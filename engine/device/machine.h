// What this machine lends the process: processors and memory, within its control group.
#pragma once

#include <cstddef>

namespace candor::engine {

int usable_processors();    // at least 1
std::size_t free_memory();  // bytes that can be taken without swapping

}  // namespace candor::engine
