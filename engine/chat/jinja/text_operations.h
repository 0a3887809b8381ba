// What methods and filters do with texts. All of these keep the taint of each range.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/chat/jinja/runtime.h"

namespace candor::engine::jinja {

// Where `part` is found first at or after `from`, or last; npos when it is not there. In time
// linear in both, which std::string_view does not promise.
std::size_t find_text(Runtime& runtime, std::string_view text, std::string_view part,
                      std::size_t from = 0);
std::size_t find_last(Runtime& runtime, std::string_view text, std::string_view part);

enum class Side { kLeft = 1, kRight = 2, kBoth = 3 };

// Without `characters` white space is stripped; else all characters that occur in it.
Text strip(Runtime& runtime, const Text& text, const Text* characters, Side side);
// At most `limit` times when that is not negative.
Text replace(Runtime& runtime, const Text& text, const Text& from, const Text& to,
             std::int64_t limit);
// Without `separator`: at runs of white space, with nothing empty.
std::vector<Value> split(Runtime& runtime, const Text& text, const Text* separator,
                         std::int64_t limit, bool from_right);
std::vector<Value> split_lines(Runtime& runtime, const Text& text, bool keep_ends);
Text join(Runtime& runtime, const Text& separator, const std::vector<Value>& pieces);
Text repeat(Runtime& runtime, const Text& text, std::int64_t times);
// The text with `fill` to its left and right up to `width` characters, as str.center pads.
Text pad(Runtime& runtime, const Text& text, std::int64_t width, std::string_view fill, Side side);
// The result of a mapping that loses positions: untrusted as a whole if the text was at all.
Text mapped(Runtime& runtime, const Text& text, std::string_view result);

}  // namespace candor::engine::jinja
