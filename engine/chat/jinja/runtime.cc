#include "engine/chat/jinja/runtime.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

int sign_of(auto left, auto right) { return left < right ? -1 : left > right ? 1 : 0; }

bool same_kind(const Value& left, const Value& right) {
  return left.object() != nullptr && right.object() != nullptr &&
         left.object()->kind == right.object()->kind;
}

bool equal_dicts(Runtime& runtime, const Dict& left, const Dict& right) {
  if (left.entries.size() != right.entries.size()) return false;
  for (const auto& [key, value] : left.entries) {
    const Value* other = right.find(runtime, key);
    if (other == nullptr || !equal(runtime, value, *other)) return false;
  }
  return true;
}

bool equal_items(Runtime& runtime, const std::vector<Value>& left,
                 const std::vector<Value>& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!equal(runtime, left[i], right[i])) return false;
  }
  return true;
}

int compare_numbers(const Value& left, const Value& right) {
  if (left.is_integral() && right.is_integral()) {
    return sign_of(left.as_integer(), right.as_integer());
  }
  // A long double holds every 64-bit number and every double.
  const auto wide = [](const Value& value) {
    return value.floating() != nullptr ? static_cast<long double>(*value.floating())
                                       : static_cast<long double>(value.as_integer());
  };
  return sign_of(wide(left), wide(right));
}

bool is_nan(const Value& value) {
  return value.floating() != nullptr && std::isnan(*value.floating());
}

// Writes the repr of a value; notes whether an untrusted text is part of it.
class ReprWriter {
 public:
  explicit ReprWriter(Runtime& runtime) : runtime_(runtime), out_(runtime.budget) {}

  void write(const Value& value) {
    const Budget::Level level(runtime_.budget);
    runtime_.budget.step();
    if (const Text* text = value.text()) {
      write_text(*text);
    } else if (List* list = value.sequence()) {
      write_items(list->items, value.list() != nullptr ? "[]" : "()");
    } else if (Dict* dict = value.as<Dict>()) {
      write_dict(*dict);
    } else if (value.undefined() != nullptr) {
      put("Undefined");
    } else if (auto* space = value.as<Namespace>()) {
      put("<Namespace ");
      write_dict(*space->attributes);
      put(">");
    } else if (auto* range = value.as<Range>()) {
      put(range->step == 1
              ? fmt::format("range({}, {})", range->start, range->stop)
              : fmt::format("range({}, {}, {})", range->start, range->stop, range->step));
    } else if (value.object() != nullptr) {
      put(fmt::format("<{}>", type_name(value)));
    } else {
      put(to_text(runtime_, value).view());
    }
  }

  Text finish() {
    const Text text = out_.finish();
    return tainted_ ? make_text(runtime_.budget, text.view(), true) : text;
  }

 private:
  void put(std::string_view bytes) { out_.append(bytes, false); }

  void write_items(const std::vector<Value>& items, std::string_view brackets) {
    put(brackets.substr(0, 1));
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i != 0) put(", ");
      write(items[i]);
    }
    if (items.size() == 1 && brackets == "()") put(",");
    put(brackets.substr(1));
  }

  void write_dict(const Dict& dict) {
    put("{");
    for (std::size_t i = 0; i < dict.entries.size(); ++i) {
      if (i != 0) put(", ");
      write(dict.entries[i].first);
      put(": ");
      write(dict.entries[i].second);
    }
    put("}");
  }

  void write_text(const Text& text) {
    tainted_ = tainted_ || text.tainted();
    runtime_.budget.pass(text.size());
    const std::string_view bytes = text.view();
    const bool doubled = bytes.find('\'') != bytes.npos && bytes.find('"') == bytes.npos;
    const char quote = doubled ? '"' : '\'';
    std::string escaped(1, quote);
    for (std::size_t at = 0; at < bytes.size();) {
      const Character character = decode(bytes, at);
      const auto code = static_cast<std::uint32_t>(character.code);
      if (code == static_cast<unsigned char>(quote) || code == '\\') {
        escaped += '\\';
        escaped += static_cast<char>(code);
      } else if (code == '\n') {
        escaped += "\\n";
      } else if (code == '\r') {
        escaped += "\\r";
      } else if (code == '\t') {
        escaped += "\\t";
      } else if (is_printable(character.code)) {
        escaped += bytes.substr(at, character.size);
      } else {
        escaped += code < 0x100 ? "\\x" : code < 0x10000 ? "\\u" : "\\U";
        append_hex(escaped, code, code < 0x100 ? 2 : code < 0x10000 ? 4 : 8);
      }
      at += character.size;
      if (escaped.size() >= 4096) put(std::exchange(escaped, {}));
    }
    escaped += quote;
    put(escaped);
  }

  Runtime& runtime_;
  TextBuilder out_;
  bool tainted_ = false;
};

}  // namespace

List* Runtime::sequence(Object::Kind kind, std::vector<Value> items) {
  budget.step(items.size());
  budget.take(items.size() * sizeof(Value));
  List* list = make<List>(kind);
  list->items = std::move(items);
  return list;
}

Iterator* Runtime::iterator(std::vector<Value> items) {
  budget.step(items.size());
  budget.take(items.size() * sizeof(Value));
  auto* iterator = make<Iterator>();
  iterator->items = std::move(items);
  return iterator;
}

void Runtime::append(List& list, Value value) {
  budget.step();
  budget.take(2 * sizeof(Value));  // a vector grows by doubling
  list.items.push_back(std::move(value));
}

Items::Items(Runtime& runtime, const Value& value) : budget_(runtime.budget) {
  const auto reserve = [&](std::size_t count) {
    budget_.step(count);
    budget_.take(count * sizeof(Value));
    charged_ = count * sizeof(Value);
    values_.reserve(count);
  };
  if (List* list = value.sequence()) {
    reserve(list->items.size());
    values_ = list->items;
  } else if (Dict* dict = value.as<Dict>()) {
    reserve(dict->entries.size());
    for (const auto& [key, unused] : dict->entries) values_.push_back(key);
  } else if (const Text* text = value.text()) {
    // A Text of its own for each character: too many are stopped by the budget on the way. Had that
    // happened inside the constructor, the destructor would not run and the charge would stay,
    // which does not matter: the render has failed.
    reserve(text->length());
    for (std::size_t at = 0; at < text->size();) {
      const std::size_t size = decode(text->view(), at).size;
      values_.push_back(cut(budget_, *text, at, at + size));
      at += size;
    }
  } else if (auto* range = value.as<Range>()) {
    reserve(static_cast<std::size_t>(range->size));
    for (std::int64_t i = 0; i < range->size; ++i) {
      values_.push_back(Value::integer(range->start + i * range->step));
    }
  } else if (auto* iterator = value.as<Iterator>()) {
    reserve(iterator->items.size() - iterator->next);
    const auto first = iterator->items.begin() + static_cast<std::ptrdiff_t>(iterator->next);
    values_.assign(first, iterator->items.end());
    iterator->next = iterator->items.size();
  } else if (value.undefined() == nullptr) {
    problem("'{}' object is not iterable", type_name(value));
  }
}

std::string_view type_name(const Value& value) {
  if (value.is_none()) return "NoneType";
  if (value.undefined() != nullptr) return "Undefined";
  if (value.boolean() != nullptr) return "bool";
  if (value.integer() != nullptr) return "int";
  if (value.floating() != nullptr) return "float";
  if (value.text() != nullptr) return "str";
  switch (value.object()->kind) {
    case Object::Kind::kList:
      return "list";
    case Object::Kind::kTuple:
      return "tuple";
    case Object::Kind::kDict:
      return "dict";
    case Object::Kind::kNamespace:
      return "Namespace";
    case Object::Kind::kRange:
      return "range";
    case Object::Kind::kIterator:
      return "generator";
    case Object::Kind::kCallable:
      return "function";
    case Object::Kind::kLoop:
      return "LoopContext";
  }
  return "object";
}

bool is_iterable(const Value& value) {
  if (value.text() != nullptr || value.undefined() != nullptr) return true;
  Object* object = value.object();
  return object != nullptr && object->kind != Object::Kind::kCallable &&
         object->kind != Object::Kind::kNamespace && object->kind != Object::Kind::kLoop;
}

bool truth(const Value& value) {
  if (value.is_none() || value.undefined() != nullptr) return false;
  if (value.is_integral()) return value.as_integer() != 0;
  if (value.floating() != nullptr) return *value.floating() != 0;
  if (const Text* text = value.text()) return !text->empty();
  if (List* list = value.sequence()) return !list->items.empty();
  if (Dict* dict = value.as<Dict>()) return !dict->entries.empty();
  if (Range* range = value.as<Range>()) return range->size != 0;
  return true;
}

bool equal(Runtime& runtime, const Value& left, const Value& right) {
  const Budget::Level level(runtime.budget);
  runtime.budget.step();
  if (left.is_number() && right.is_number()) {
    return !is_nan(left) && !is_nan(right) && compare_numbers(left, right) == 0;
  }
  if (left.text() != nullptr && right.text() != nullptr) {
    if (left.text()->size() != right.text()->size()) return false;
    runtime.budget.pass(left.text()->size());
    return left.text()->view() == right.text()->view();
  }
  if (left.is_none() || right.is_none()) return left.is_none() && right.is_none();
  if (left.undefined() != nullptr || right.undefined() != nullptr) {
    return left.undefined() != nullptr && right.undefined() != nullptr;
  }
  if (!same_kind(left, right)) return false;
  if (left.object() == right.object()) return true;
  if (left.sequence() != nullptr) {
    return equal_items(runtime, left.sequence()->items, right.sequence()->items);
  }
  if (left.as<Dict>() != nullptr) return equal_dicts(runtime, *left.as<Dict>(), *right.as<Dict>());
  return false;
}

int compare(Runtime& runtime, const Value& left, const Value& right, std::string_view sign) {
  const Budget::Level level(runtime.budget);
  runtime.budget.step();
  need_defined(left);
  need_defined(right);
  if (left.is_number() && right.is_number()) return compare_numbers(left, right);
  if (left.text() != nullptr && right.text() != nullptr) {
    runtime.budget.pass(std::min(left.text()->size(), right.text()->size()));
    return left.text()->view().compare(right.text()->view());
  }
  if (left.sequence() != nullptr && right.sequence() != nullptr && same_kind(left, right)) {
    const auto& first = left.sequence()->items;
    const auto& second = right.sequence()->items;
    for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
      if (!equal(runtime, first[i], second[i])) return compare(runtime, first[i], second[i], sign);
    }
    return sign_of(first.size(), second.size());
  }
  problem("'{}' not supported between instances of '{}' and '{}'", sign, type_name(left),
          type_name(right));
}

bool contains(Runtime& runtime, const Value& container, const Value& element) {
  if (const Text* text = container.text()) {
    if (element.text() == nullptr) {
      problem("'in <string>' requires string as left operand, not {}", type_name(element));
    }
    return find_text(runtime, text->view(), element.text()->view()) != std::string_view::npos;
  }
  if (Dict* dict = container.as<Dict>()) return dict->find(runtime, element) != nullptr;
  if (!is_iterable(container))
    problem("argument of type '{}' is not iterable", type_name(container));
  Items items(runtime, container);
  for (const Value& item : items.values()) {
    if (equal(runtime, item, element)) return true;
  }
  return false;
}

std::size_t length(const Value& value) {
  if (value.undefined() != nullptr) return 0;
  if (const Text* text = value.text()) return text->length();
  if (List* list = value.sequence()) return list->items.size();
  if (Dict* dict = value.as<Dict>()) return dict->entries.size();
  if (Range* range = value.as<Range>()) return static_cast<std::size_t>(range->size);
  problem("object of type '{}' has no len()", type_name(value));
}

Text to_text(Runtime& runtime, const Value& value) {
  if (const Text* text = value.text()) return *text;
  if (value.undefined() != nullptr) return {};
  const auto make = [&](std::string_view bytes) { return make_text(runtime.budget, bytes, false); };
  if (value.is_none()) return make("None");
  if (const bool* flag = value.boolean()) return make(*flag ? "True" : "False");
  if (value.integer() != nullptr) return make(fmt::to_string(*value.integer()));
  if (value.floating() != nullptr) return make(float_repr(*value.floating()));
  return repr(runtime, value);
}

Text repr(Runtime& runtime, const Value& value) {
  ReprWriter writer(runtime);
  writer.write(value);
  return writer.finish();
}

std::string float_repr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[64];
  auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  const std::string shortest(buffer, end);
  const int exponent = std::stoi(shortest.substr(shortest.find('e') + 1));
  // Python writes an exponent below 1e-4 and from 1e16, with at least two digits as to_chars does.
  if (exponent < -4 || exponent >= 16) return shortest;
  end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed).ptr;
  std::string plain(buffer, end);
  if (plain.find('.') == plain.npos) plain += ".0";
  return plain;
}

void need_defined(const Value& value) {
  if (const Undefined* undefined = value.undefined()) throw Problem(*undefined->why);
}

const Text& need_text(const Value& value, std::string_view what) {
  need_defined(value);
  if (value.text() == nullptr) problem("{} must be a string, not {}", what, type_name(value));
  return *value.text();
}

std::int64_t need_integer(const Value& value, std::string_view what) {
  need_defined(value);
  if (!value.is_integral()) problem("{} must be a whole number, not {}", what, type_name(value));
  return value.as_integer();
}

Value call(Runtime& runtime, const Value& callee, Arguments& arguments) {
  need_defined(callee);
  if (auto* callable = callee.as<Callable>()) return callable->function(runtime, arguments);
  if (auto* loop = callee.as<Loop>()) {
    if (!loop->recurse) problem("loop() can be called only in a loop marked 'recursive'");
    return loop->recurse(runtime, arguments);
  }
  problem("'{}' object is not callable", type_name(callee));
}

}  // namespace candor::engine::jinja
