#include "engine/chat/jinja/arithmetic.h"

#include <cmath>

#include "engine/chat/jinja/format.h"
#include "engine/chat/jinja/text_operations.h"

namespace candor::engine::jinja {
namespace {

std::string_view sign_of(Operator op) {
  switch (op) {
    case Operator::kAdd:
      return "+";
    case Operator::kSubtract:
      return "-";
    case Operator::kMultiply:
      return "*";
    case Operator::kDivide:
      return "/";
    case Operator::kFloorDivide:
      return "//";
    case Operator::kModulo:
      return "%";
    default:
      return "**";
  }
}

std::int64_t checked(bool overflowed, std::int64_t value) {
  if (overflowed) problem("the result is a whole number beyond 64 bits");
  return value;
}

std::int64_t multiply(std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  const bool overflowed = __builtin_mul_overflow(left, right, &result);
  return checked(overflowed, result);
}

Value power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) problem("0 cannot be raised to a negative power");
    return Value::floating(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  if (base == 0 || base == 1) return Value::integer(exponent == 0 ? 1 : base);
  if (base == -1) return Value::integer(exponent % 2 == 0 ? 1 : -1);
  std::int64_t result = 1;  // overflows within 64 rounds
  for (; exponent > 0; --exponent) result = multiply(result, base);
  return Value::integer(result);
}

Value whole(Operator op, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool overflowed = false;
  switch (op) {
    case Operator::kAdd:
      overflowed = __builtin_add_overflow(left, right, &result);
      break;
    case Operator::kSubtract:
      overflowed = __builtin_sub_overflow(left, right, &result);
      break;
    case Operator::kMultiply:
      return Value::integer(multiply(left, right));
    case Operator::kPower:
      return power(left, right);
    default:
      if (right == 0) problem("division by zero");
      if (op == Operator::kDivide) {
        return Value::floating(static_cast<double>(left) / static_cast<double>(right));
      }
      if (right == -1) {  // the one quotient that can overflow
        return op == Operator::kModulo ? Value::integer(0) : Value::integer(multiply(left, -1));
      }
      // Python rounds down, and the remainder has the sign of the divisor.
      const bool adjust = left % right != 0 && (left < 0) != (right < 0);
      result = op == Operator::kModulo ? left % right + (adjust ? right : 0)
                                       : left / right - (adjust ? 1 : 0);
  }
  return Value::integer(checked(overflowed, result));
}

double real(Operator op, double left, double right) {
  switch (op) {
    case Operator::kAdd:
      return left + right;
    case Operator::kSubtract:
      return left - right;
    case Operator::kMultiply:
      return left * right;
    case Operator::kPower: {
      if (left == 0 && right < 0) problem("0.0 cannot be raised to a negative power");
      if (left < 0 && std::trunc(right) != right) problem("the result is a complex number");
      const double result = std::pow(left, right);
      if (std::isinf(result) && std::isfinite(left) && std::isfinite(right)) {
        problem("the result is too large for a number");
      }
      return result;
    }
    default:
      break;
  }
  if (right == 0) problem("division by zero");
  if (op == Operator::kDivide) return left / right;
  double remainder = std::fmod(left, right);
  if (remainder != 0 && (remainder < 0) != (right < 0)) remainder += right;
  return op == Operator::kModulo ? remainder : std::floor((left - remainder) / right + 0.5);
}

Value repeat_list(Runtime& runtime, const List& list, std::int64_t times) {
  std::vector<Value> items;
  const auto size = static_cast<std::uint64_t>(list.items.size());
  if (times > 0 && size > 0) {
    const auto rounds = static_cast<std::uint64_t>(times);
    if (rounds > kLimits.memory / sizeof(Value) / size) {
      problem("a list of more than {} elements is not allowed in a chat template",
              kLimits.memory / sizeof(Value));
    }
    runtime.budget.step(rounds * size);
    items.reserve(rounds * size);
    for (std::uint64_t i = 0; i < rounds; ++i) {
      items.insert(items.end(), list.items.begin(), list.items.end());
    }
  }
  const bool is_list = list.kind == Object::Kind::kList;
  return is_list ? runtime.list(std::move(items)) : runtime.tuple(std::move(items));
}

Value add_lists(Runtime& runtime, const List& left, const List& right) {
  runtime.budget.step(left.items.size() + right.items.size());
  std::vector<Value> items = left.items;
  items.insert(items.end(), right.items.begin(), right.items.end());
  const bool is_list = left.kind == Object::Kind::kList;
  return is_list ? runtime.list(std::move(items)) : runtime.tuple(std::move(items));
}

}  // namespace

Value arithmetic(Runtime& runtime, Operator op, const Value& left, const Value& right) {
  need_defined(left);
  // A text may format an undefined value: it prints as nothing.
  if (op != Operator::kModulo || left.text() == nullptr) need_defined(right);
  if (left.is_integral() && right.is_integral()) {
    return whole(op, left.as_integer(), right.as_integer());
  }
  if (left.is_number() && right.is_number()) {
    return Value::floating(real(op, left.as_double(), right.as_double()));
  }
  const Text* text = left.text();
  if (op == Operator::kModulo && text != nullptr) return format_percent(runtime, *text, right);
  if (op == Operator::kAdd) {
    if (text != nullptr && right.text() != nullptr) {
      TextBuilder out(runtime.budget);
      out.append(*text);
      out.append(*right.text());
      return out.finish();
    }
    const List* first = left.sequence();
    const List* second = right.sequence();
    if (first != nullptr && second != nullptr && first->kind == second->kind) {
      return add_lists(runtime, *first, *second);
    }
  }
  if (op == Operator::kMultiply && (left.is_integral() || right.is_integral())) {
    const Value& repeated = left.is_integral() ? right : left;
    const std::int64_t times = (left.is_integral() ? left : right).as_integer();
    if (repeated.text() != nullptr) return repeat(runtime, *repeated.text(), times);
    if (List* list = repeated.sequence()) return repeat_list(runtime, *list, times);
  }
  problem("unsupported operand types for {}: '{}' and '{}'", sign_of(op), type_name(left),
          type_name(right));
}

Value negative(const Value& value) {
  need_defined(value);
  if (value.floating() != nullptr) return Value::floating(-*value.floating());
  if (!value.is_integral()) problem("bad operand type for unary -: '{}'", type_name(value));
  return Value::integer(multiply(value.as_integer(), -1));
}

}  // namespace candor::engine::jinja
