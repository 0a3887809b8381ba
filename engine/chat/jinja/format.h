// The two ways Python puts values into a text: '%s' % value and '{}'.format(value).
#pragma once

#include "engine/chat/jinja/runtime.h"
#include "engine/chat/jinja/value.h"

namespace candor::engine::jinja {

// Values put in as they are keep their taint; one that is padded or cut is untrusted as a whole
// when any of it was. A width or precision cannot make a text longer than a text may be.
Text format_percent(Runtime& runtime, const Text& format, const Value& values);
Text format_braces(Runtime& runtime, const Text& format, const Arguments& arguments);

}  // namespace candor::engine::jinja
