// Attributes, items and slices.
#include <algorithm>

#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

std::string owner(const Value& value) {
  return value.is_none() ? "'None'" : fmt::format("'{} object'", type_name(value));
}

Value no_attribute(const Value& value, std::string_view name) {
  return Value::undefined(
      fmt::format("{} has no attribute '{}'", owner(value), name.substr(0, 100)));
}

Value bound_method(Runtime& runtime, const Value& self, const Native& method) {
  return runtime.make<Callable>(std::string(method.name),
                                [self, &method](Runtime& inner, Arguments& arguments) {
                                  return method.run(inner, self, arguments);
                                });
}

Value loop_attribute(const Loop& loop, std::string_view name) {
  const auto whole = [](std::size_t number) {
    return Value::integer(static_cast<std::int64_t>(number));
  };
  const std::vector<Value>& items = *loop.items;
  if (name == "index") return whole(loop.index + 1);
  if (name == "index0") return whole(loop.index);
  if (name == "first") return Value::boolean(loop.index == 0);
  if (name == "last") return Value::boolean(loop.index + 1 == items.size());
  if (name == "length") return whole(items.size());
  if (name == "revindex") return whole(items.size() - loop.index);
  if (name == "revindex0") return whole(items.size() - loop.index - 1);
  if (name == "depth") return whole(loop.depth + 1);
  if (name == "depth0") return whole(loop.depth);
  if (name == "previtem") {
    return loop.index > 0 ? items[loop.index - 1] : Value::undefined("there is no previous item");
  }
  if (name == "nextitem") {
    return loop.index + 1 < items.size() ? items[loop.index + 1]
                                         : Value::undefined("there is no next item");
  }
  return Value::undefined(fmt::format("'loop' has no attribute '{}'", name.substr(0, 100)));
}

// The stored value under a key or index; null when the value has no such element.
const Value* stored_item(Runtime& runtime, const Value& value, const Value& key) {
  if (Dict* dict = value.as<Dict>()) {
    const bool unhashable = key.list() != nullptr || key.as<Dict>() != nullptr;
    return unhashable ? nullptr : dict->find(runtime, key);
  }
  List* list = value.sequence();
  if (list == nullptr || !key.is_integral()) return nullptr;
  const auto size = static_cast<std::int64_t>(list->items.size());
  const std::int64_t at = key.as_integer() < 0 ? key.as_integer() + size : key.as_integer();
  return at >= 0 && at < size ? &list->items[static_cast<std::size_t>(at)] : nullptr;
}

// The bounds of a slice over `size` elements, as Python's slice.indices().
struct Bounds {
  std::int64_t start, stop, step;
};

Bounds slice_bounds(std::int64_t size, const Value& start, const Value& stop, const Value& step) {
  const std::int64_t by = step.is_none() ? 1 : need_integer(step, "the step of a slice");
  if (by == 0) problem("slice step cannot be zero");
  const std::int64_t low = by > 0 ? 0 : -1;
  const std::int64_t high = by > 0 ? size : size - 1;
  const auto place = [&](const Value& value, std::int64_t otherwise) {
    if (value.is_none()) return otherwise;
    const std::int64_t at = need_integer(value, "a bound of a slice");
    return std::clamp(at < 0 ? (at < -size ? low : at + size) : at, low, high);
  };
  return {place(start, by > 0 ? low : high), place(stop, by > 0 ? high : low), by};
}

template <typename Take>
void each_index(const Bounds& bounds, const Take& take) {
  // The distance to the end is compared, not the next index, which might not be a 64-bit number.
  for (std::int64_t at = bounds.start; bounds.step > 0 ? at < bounds.stop : at > bounds.stop;) {
    take(static_cast<std::size_t>(at));
    const bool more =
        bounds.step > 0 ? bounds.step < bounds.stop - at : bounds.step > bounds.stop - at;
    if (!more) break;
    at += bounds.step;
  }
}

Value slice_text(Runtime& runtime, const Text& text, const Bounds& bounds) {
  runtime.budget.pass(text.size());
  if (bounds.step == 1) {
    if (bounds.start >= bounds.stop) return Text();
    const auto offset = [&](std::int64_t at) {
      return text.is_ascii() ? static_cast<std::size_t>(at)
                             : byte_offset(text.view(), static_cast<std::size_t>(at));
    };
    return cut(runtime.budget, text, offset(bounds.start), offset(bounds.stop));
  }
  std::vector<std::size_t> offsets;
  Budget::check_text(text.length(), sizeof(std::size_t));
  for (std::size_t at = 0; at < text.size(); at += decode(text.view(), at).size) {
    offsets.push_back(at);
  }
  offsets.push_back(text.size());
  TextBuilder out(runtime.budget);
  each_index(bounds, [&](std::size_t at) {
    runtime.budget.step();
    out.append(text, offsets[at], offsets[at + 1]);
  });
  return out.finish();
}

}  // namespace

const Native* find_method(const Value& self, std::string_view name) {
  const auto find_in = [&](std::span<const Native> methods) -> const Native* {
    for (const Native& method : methods) {
      if (method.name == name) return &method;
    }
    return nullptr;
  };
  if (self.text() != nullptr) {
    const Native* method = find_in(text_methods());
    return method != nullptr ? method : find_in(text_query_methods());
  }
  return self.object() == nullptr ? nullptr : find_in(container_methods(self.object()->kind));
}

Value get_attribute(Runtime& runtime, const Value& value, std::string_view name) {
  need_defined(value);
  if (const Native* method = find_method(value, name)) return bound_method(runtime, value, *method);
  if (Dict* dict = value.as<Dict>()) {
    const Value* found = dict->find(name);
    return found != nullptr ? *found : no_attribute(value, name);
  }
  if (auto* space = value.as<Namespace>()) {
    const Value* found = space->attributes->find(name);
    return found != nullptr ? *found : no_attribute(value, name);
  }
  if (auto* loop = value.as<Loop>()) {
    if (loop->items == nullptr) problem("'loop' is used after its loop has ended");
    return loop_attribute(*loop, name);
  }
  if (auto* callable = value.as<Callable>(); callable != nullptr && name == "name") {
    return runtime.text(callable->name);
  }
  return no_attribute(value, name);
}

Value get_item(Runtime& runtime, const Value& value, const Value& key) {
  need_defined(value);
  if (const Value* found = stored_item(runtime, value, key)) return *found;
  if (key.is_integral()) {
    const std::int64_t index = key.as_integer();
    if (const Text* text = value.text()) {
      const auto size = static_cast<std::int64_t>(text->length());
      const std::int64_t at = index < 0 ? index + size : index;
      if (at >= 0 && at < size) return slice_text(runtime, *text, {at, at + 1, 1});
    } else if (auto* range = value.as<Range>()) {
      const std::int64_t at = index < 0 ? index + range->size : index;
      if (at >= 0 && at < range->size) return Value::integer(range->start + at * range->step);
    }
    return Value::undefined(fmt::format("{} has no element {}", owner(value), index));
  }
  if (const Text* name = key.text()) {
    if (value.as<Dict>() == nullptr) return get_attribute(runtime, value, name->view());
    const Native* method = find_method(value, name->view());
    return method != nullptr ? bound_method(runtime, value, *method)
                             : no_attribute(value, name->view());
  }
  return Value::undefined(fmt::format("{} has no such element", owner(value)));
}

Value get_slice(Runtime& runtime, const Value& value, const Value& start, const Value& stop,
                const Value& step) {
  need_defined(value);
  if (const Text* text = value.text()) {
    const auto size = static_cast<std::int64_t>(text->length());
    return slice_text(runtime, *text, slice_bounds(size, start, stop, step));
  }
  if (value.sequence() == nullptr && value.as<Range>() == nullptr) {
    problem("'{}' object cannot be sliced", type_name(value));
  }
  Items items(runtime, value);
  const auto& from = items.values();
  std::vector<Value> taken;
  each_index(slice_bounds(static_cast<std::int64_t>(from.size()), start, stop, step),
             [&](std::size_t at) { taken.push_back(from[at]); });
  const bool is_tuple = value.sequence() != nullptr && value.list() == nullptr;
  return is_tuple ? runtime.tuple(std::move(taken)) : runtime.list(std::move(taken));
}

Value get_path(Runtime& runtime, const Value& value, const Value& path) {
  if (path.is_integral()) return get_item(runtime, value, path);
  std::string_view rest = need_text(path, "the name of an attribute").view();
  Value found = value;
  for (;;) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view name = rest.substr(0, dot);
    const bool number =
        !name.empty() && name.size() < 10 && name.find_first_not_of("0123456789") == name.npos;
    found = number ? get_item(runtime, found, Value::integer(std::stol(std::string(name))))
                   : get_item(runtime, found, runtime.text(name));
    if (dot == rest.size()) return found;
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace candor::engine::jinja
