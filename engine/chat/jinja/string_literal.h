// The escapes of a string literal: those of Python.
#pragma once

#include <string>
#include <string_view>

namespace candor::engine::jinja {

// `inside` is what stands between the quotes. An escape that Python does not know keeps its
// backslash. Throws Problem with the line for a broken \x, \u, \U, and for \N (names of
// characters).
std::string resolve_escapes(std::string_view inside, int line);

}  // namespace candor::engine::jinja
