// Tokens to a syntax tree.
#pragma once

#include <string_view>

#include "engine/chat/jinja/ast.h"

namespace candor::engine::jinja {

// Throws Problem with the line of what cannot be parsed: syntax, a tag that is not known or not
// allowed in a chat template (include, import, extends), nesting that is too deep.
Body parse(std::string_view source);

}  // namespace candor::engine::jinja
