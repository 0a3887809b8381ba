// The values of the template language: Python's, as far as templates use them. Small values are
// held directly; lists, dictionaries and callables live in the Heap of one render and end with it,
// so that neither a cycle nor a million nested lists needs care when they are destroyed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "engine/chat/jinja/limits.h"
#include "engine/chat/jinja/text.h"

namespace candor::engine::jinja {

struct Object;
struct List;
struct Dict;
class Runtime;

// The value of a name or attribute that is not there: prints as nothing, is false and empty; every
// other use is an error that says what was missing.
struct Undefined {
  std::shared_ptr<const std::string> why;
};

class Value {
 public:
  Value() = default;  // none
  Value(Undefined undefined) : data_(std::move(undefined)) {}
  Value(Text text) : data_(std::move(text)) {}
  Value(Object* object) : data_(object) {}
  static Value boolean(bool value) { return Value(Data(value)); }
  static Value integer(std::int64_t value) { return Value(Data(value)); }
  static Value floating(double value) { return Value(Data(value)); }
  static Value undefined(std::string why) {
    return Undefined{std::make_shared<const std::string>(std::move(why))};
  }

  bool is_none() const { return std::holds_alternative<std::monostate>(data_); }
  const Undefined* undefined() const { return std::get_if<Undefined>(&data_); }
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const double* floating() const { return std::get_if<double>(&data_); }
  const Text* text() const { return std::get_if<Text>(&data_); }
  Object* object() const {
    const auto* object = std::get_if<Object*>(&data_);
    return object == nullptr ? nullptr : *object;
  }
  // Python's bool is an int: true where arithmetic works on whole numbers.
  bool is_integral() const { return integer() != nullptr || boolean() != nullptr; }
  bool is_number() const { return is_integral() || floating() != nullptr; }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
  std::int64_t as_integer() const {
    if (const bool* flag = boolean()) return *flag ? 1 : 0;
    return *integer();
  }
  double as_double() const {
    return floating() != nullptr ? *floating() : static_cast<double>(as_integer());
  }

  template <typename T>
  T* as() const;           // the object as a List, Dict, …; null when it is not one
  List* list() const;      // a list, not a tuple
  List* sequence() const;  // a list or a tuple

 private:
  using Data = std::variant<std::monostate, Undefined, bool, std::int64_t, double, Text, Object*>;
  explicit Value(Data data) : data_(std::move(data)) {}
  Data data_;
};

struct Object {
  enum class Kind { kList, kTuple, kDict, kNamespace, kRange, kIterator, kCallable, kLoop };
  explicit Object(Kind the_kind) : kind(the_kind) {}
  virtual ~Object() = default;
  const Kind kind;
};

struct List : Object {
  explicit List(Kind list_or_tuple) : Object(list_or_tuple) {}
  std::vector<Value> items;
};

// Keeps the order of insertion. Keys are compared as in Python: 1, 1.0 and true are one key.
struct Dict : Object {
  static constexpr Kind kKind = Kind::kDict;
  Dict() : Object(kKind) {}
  std::vector<std::pair<Value, Value>> entries;

  const Value* find(Runtime& runtime, const Value& key) const;
  const Value* find(std::string_view key) const;
  void set(Runtime& runtime, const Value& key, Value value);
  bool erase(const Value& key);
  void clear() {
    entries.clear();
    index_.clear();
  }

 private:
  std::size_t position(const std::string& key) const;  // entries.size(): not there
  std::unordered_map<std::string, std::size_t> index_;
};

struct Namespace : Object {
  static constexpr Kind kKind = Kind::kNamespace;
  Namespace() : Object(kKind) {}
  Dict* attributes = nullptr;
};

struct Range : Object {
  static constexpr Kind kKind = Kind::kRange;
  Range(std::int64_t first, std::int64_t last, std::int64_t by);
  std::int64_t start, stop, step;
  std::int64_t size;
};

// What a generator of Python gives: always true, has no length, can be gone through once.
struct Iterator : Object {
  static constexpr Kind kKind = Kind::kIterator;
  Iterator() : Object(kKind) {}
  std::vector<Value> items;
  std::size_t next = 0;
};

struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  // The arguments in the order of `names`, null where one was not given. Throws when fewer than
  // `required` are given, too many, or one of another name.
  std::vector<const Value*> bind(std::string_view function,
                                 std::initializer_list<std::string_view> names,
                                 std::size_t required) const;
};

struct Callable : Object {
  static constexpr Kind kKind = Kind::kCallable;
  using Function = std::function<Value(Runtime&, Arguments&)>;
  Callable(std::string the_name, Function the_function)
      : Object(kKind), name(std::move(the_name)), function(std::move(the_function)) {}
  std::string name;
  Function function;
  bool takes_caller = false;  // a macro whose body uses `caller`
};

// The variable `loop` inside a for loop.
struct Loop : Object {
  static constexpr Kind kKind = Kind::kLoop;
  Loop() : Object(kKind) {}
  const std::vector<Value>* items = nullptr;  // null when the loop is over
  std::size_t index = 0;
  std::size_t depth = 0;
  std::vector<Value> last_changed;  // what `changed` was last asked about
  bool changed_asked = false;
  Callable::Function recurse;  // set in recursive loops
};

template <typename T>
T* Value::as() const {
  Object* held = object();
  return held != nullptr && held->kind == T::kKind ? static_cast<T*>(held) : nullptr;
}

inline List* Value::list() const {
  Object* held = object();
  return held != nullptr && held->kind == Object::Kind::kList ? static_cast<List*>(held) : nullptr;
}

inline List* Value::sequence() const {
  Object* held = object();
  const bool fits =
      held != nullptr && (held->kind == Object::Kind::kList || held->kind == Object::Kind::kTuple);
  return fits ? static_cast<List*>(held) : nullptr;
}

}  // namespace candor::engine::jinja
