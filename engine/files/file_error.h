// Errors about a place in a file: `<file>: <field>: <what> (offset N)`. Names in model files are
// written by strangers: what is shown of them is escaped and cut to size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace candor::engine {

// The text on one line of valid UTF-8: control characters and broken bytes as \xNN, invisible and
// direction-changing characters as <U+202E>, at most about `limit` bytes ("…" marks the cut).
std::string printable(std::string_view text, std::size_t limit = 200);

// Throws candor::Error. `file` and `field` are made printable here, `what` by the caller.
[[noreturn]] void fail_in_file(std::string_view file, std::string_view field,
                               std::string_view what);
[[noreturn]] void fail_at(std::string_view file, std::string_view field, std::string_view what,
                          std::uint64_t offset);

}  // namespace candor::engine
