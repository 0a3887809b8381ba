// Independent pieces of work on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace candor::runner {

// Calls work(0) … work(count - 1), each once, up to `threads` at a time, and waits for all. What
// the first of them (by number) throws is thrown again; pieces that have not begun by then are left
// out.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace candor::runner
