// The arithmetic of the template language: Python's, with whole numbers of 64 bits. A result that
// does not fit is an error, never a wrong number.
#pragma once

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/runtime.h"

namespace candor::engine::jinja {

// + - * / // % **, for numbers, texts (+ * %), lists and tuples (+ *).
Value arithmetic(Runtime& runtime, Operator op, const Value& left, const Value& right);
Value negative(const Value& value);

}  // namespace candor::engine::jinja
