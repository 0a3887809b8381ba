// What lives as long as one render: the budget, the objects made on the way, the clock; and the
// rules of Python's data model (truth, equality, order, iteration, str and repr) that everything
// else uses.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/jinja/limits.h"
#include "engine/chat/jinja/text.h"
#include "engine/chat/jinja/value.h"

namespace candor::engine::jinja {

class Runtime {
 public:
  explicit Runtime(std::chrono::sys_seconds clock) : now(clock) {}

  Budget budget;
  const std::chrono::sys_seconds now;  // what strftime_now shows

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    budget.take(sizeof(T) + 48);
    auto object = std::make_unique<T>(std::forward<Args>(args)...);
    T* raw = object.get();
    objects_.push_back(std::move(object));
    return raw;
  }
  List* list(std::vector<Value> items = {}) {
    return sequence(Object::Kind::kList, std::move(items));
  }
  List* tuple(std::vector<Value> items) { return sequence(Object::Kind::kTuple, std::move(items)); }
  Iterator* iterator(std::vector<Value> items);
  void append(List& list, Value value);

  Value text(std::string_view bytes, bool untrusted = false) {
    return make_text(budget, bytes, untrusted);
  }

 private:
  List* sequence(Object::Kind kind, std::vector<Value> items);

  std::vector<std::unique_ptr<Object>> objects_;
};

// The elements of a value at the moment of asking; counted against the budget while it is held.
class Items {
 public:
  Items(Runtime& runtime, const Value& value);  // throws when the value cannot be iterated
  ~Items() { budget_.give(charged_); }
  Items(const Items&) = delete;
  Items& operator=(const Items&) = delete;

  std::vector<Value>& values() { return values_; }

 private:
  Budget& budget_;
  std::size_t charged_ = 0;
  std::vector<Value> values_;
};

std::string_view type_name(const Value& value);  // as Python calls it
bool is_iterable(const Value& value);
bool truth(const Value& value);
bool equal(Runtime& runtime, const Value& left, const Value& right);
// Negative, 0 or positive; throws where Python has no order. `sign` is for the message.
int compare(Runtime& runtime, const Value& left, const Value& right, std::string_view sign = "<");
bool contains(Runtime& runtime, const Value& container, const Value& element);
std::size_t length(const Value& value);  // throws where len() does
// An untrusted text inside a value makes its whole str and repr untrusted; a text's str is itself.
Text to_text(Runtime& runtime, const Value& value);
Text repr(Runtime& runtime, const Value& value);
std::string float_repr(double value);
// Throws what using an undefined value means.
void need_defined(const Value& value);
// The text or whole number an argument must be; `what` names it in the error.
const Text& need_text(const Value& value, std::string_view what);
std::int64_t need_integer(const Value& value, std::string_view what);
// Calls a callable value; throws when it is none.
Value call(Runtime& runtime, const Value& callee, Arguments& arguments);

}  // namespace candor::engine::jinja
