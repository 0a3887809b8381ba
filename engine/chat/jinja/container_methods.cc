// The methods of lists, tuples, dictionaries and the loop variable. Lists and dictionaries can be
// changed by the template: they are the render's own copies. (The reference sandbox forbids it, yet
// published templates do it, Kimi K2's among them.)
#include <algorithm>

#include "engine/chat/jinja/builtins.h"

namespace candor::engine::jinja {
namespace {

List& list_of(const Value& self) { return *self.sequence(); }
Dict& dict_of(const Value& self) { return *self.as<Dict>(); }

Value append(Runtime& runtime, const Value& self, const Arguments& arguments) {
  runtime.append(list_of(self), *arguments.bind("append", {"object"}, 1)[0]);
  return Value();
}

Value extend(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Items items(runtime, *arguments.bind("extend", {"iterable"}, 1)[0]);
  for (const Value& item : items.values()) runtime.append(list_of(self), item);
  return Value();
}

Value insert(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("insert", {"index", "object"}, 2);
  auto& items = list_of(self).items;
  const auto size = static_cast<std::int64_t>(items.size());
  std::int64_t at = need_integer(*bound[0], "the index of insert()");
  at = std::clamp<std::int64_t>(at < 0 ? std::max(at, -size) + size : at, 0, size);
  const Value value = *bound[1];
  runtime.budget.step(items.size());
  runtime.append(list_of(self), Value());
  std::move_backward(items.begin() + at, items.end() - 1, items.end());
  items[static_cast<std::size_t>(at)] = value;
  return Value();
}

Value pop(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("pop", {"index"}, 0);
  auto& items = list_of(self).items;
  const auto size = static_cast<std::int64_t>(items.size());
  std::int64_t at = bound[0] == nullptr ? -1 : need_integer(*bound[0], "the index of pop()");
  if (at < 0) at += size;
  if (at < 0 || at >= size) problem("pop index out of range");
  const Value value = items[static_cast<std::size_t>(at)];
  runtime.budget.step(static_cast<std::uint64_t>(size - at));
  items.erase(items.begin() + at);
  return value;
}

Value remove(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("remove", {"value"}, 1);
  auto& items = list_of(self).items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!equal(runtime, items[i], *bound[0])) continue;
    runtime.budget.step(items.size() - i);
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
    return Value();
  }
  problem("list.remove(x): x not in list");
}

Value reverse(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("reverse", {}, 0);
  Items items(runtime, self);
  list_of(self).items.assign(items.values().rbegin(), items.values().rend());
  return Value();
}

Value clear_list(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("clear", {}, 0);
  list_of(self).items.clear();
  return Value();
}

Value copy_list(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("copy", {}, 0);
  return runtime.list(list_of(self).items);
}

Value index(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("index", {"value"}, 1);
  const auto& items = list_of(self).items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (equal(runtime, items[i], *bound[0])) return Value::integer(static_cast<std::int64_t>(i));
  }
  problem("the value is not in the list");
}

Value count(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("count", {"value"}, 1);
  std::int64_t found = 0;
  for (const Value& item : list_of(self).items) {
    if (equal(runtime, item, *bound[0])) ++found;
  }
  return Value::integer(found);
}

Value get(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("get", {"key", "default"}, 1);
  const Value* found = dict_of(self).find(runtime, *bound[0]);
  if (found != nullptr) return *found;
  return bound[1] == nullptr ? Value() : *bound[1];
}

Value items(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("items", {}, 0);
  std::vector<Value> pairs;
  for (const auto& [key, value] : dict_of(self).entries)
    pairs.push_back(runtime.tuple({key, value}));
  return runtime.list(std::move(pairs));
}

Value keys(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("keys", {}, 0);
  std::vector<Value> list;
  for (const auto& [key, value] : dict_of(self).entries) list.push_back(key);
  return runtime.list(std::move(list));
}

Value values(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("values", {}, 0);
  std::vector<Value> list;
  for (const auto& [key, value] : dict_of(self).entries) list.push_back(value);
  return runtime.list(std::move(list));
}

void merge(Runtime& runtime, Dict& into, const Value& from) {
  need_defined(from);
  Dict* dict = from.as<Dict>();
  if (dict == nullptr) problem("a dictionary cannot be updated with a '{}'", type_name(from));
  if (dict == &into) return;
  for (const auto& [key, value] : dict->entries) into.set(runtime, key, value);
}

Value copy_dict(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("copy", {}, 0);
  Dict* copy = runtime.make<Dict>();
  merge(runtime, *copy, self);
  return copy;
}

Value update(Runtime& runtime, const Value& self, const Arguments& arguments) {
  if (arguments.positional.size() > 1) problem("update() takes at most one dictionary");
  for (const Value& from : arguments.positional) merge(runtime, dict_of(self), from);
  for (const auto& [name, value] : arguments.named) {
    dict_of(self).set(runtime, runtime.text(name), value);
  }
  return Value();
}

Value clear_dict(Runtime&, const Value& self, const Arguments& arguments) {
  arguments.bind("clear", {}, 0);
  dict_of(self).clear();
  return Value();
}

Value pop_key(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("pop", {"key", "default"}, 1);
  const Value* found = dict_of(self).find(runtime, *bound[0]);
  if (found == nullptr) {
    if (bound[1] == nullptr) problem("pop(): the key is not in the dictionary");
    return *bound[1];
  }
  const Value value = *found;
  runtime.budget.step(8 * dict_of(self).entries.size());  // the index is built anew
  dict_of(self).erase(*bound[0]);
  return value;
}

Value set_default(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("setdefault", {"key", "default"}, 1);
  if (const Value* found = dict_of(self).find(runtime, *bound[0])) return *found;
  const Value value = bound[1] == nullptr ? Value() : *bound[1];
  dict_of(self).set(runtime, *bound[0], value);
  return value;
}

Value cycle(Runtime&, const Value& self, const Arguments& arguments) {
  if (arguments.positional.empty()) problem("loop.cycle() needs something to choose from");
  return arguments.positional[self.as<Loop>()->index % arguments.positional.size()];
}

Value changed(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Loop& loop = *self.as<Loop>();
  bool same = loop.changed_asked && loop.last_changed.size() == arguments.positional.size();
  for (std::size_t i = 0; same && i < arguments.positional.size(); ++i) {
    same = equal(runtime, loop.last_changed[i], arguments.positional[i]);
  }
  loop.changed_asked = true;
  loop.last_changed = arguments.positional;
  return Value::boolean(!same);
}

constexpr Native kListMethods[] = {
    {"append", append}, {"extend", extend},   {"insert", insert},    {"pop", pop},
    {"remove", remove}, {"reverse", reverse}, {"clear", clear_list}, {"copy", copy_list},
    {"index", index},   {"count", count},
};
constexpr Native kTupleMethods[] = {{"index", index}, {"count", count}};
constexpr Native kDictMethods[] = {
    {"get", get},          {"items", items},   {"keys", keys},   {"values", values},
    {"copy", copy_dict},   {"update", update}, {"pop", pop_key}, {"setdefault", set_default},
    {"clear", clear_dict},
};
constexpr Native kLoopMethods[] = {{"cycle", cycle}, {"changed", changed}};

}  // namespace

std::span<const Native> container_methods(Object::Kind kind) {
  switch (kind) {
    case Object::Kind::kList:
      return kListMethods;
    case Object::Kind::kTuple:
      return kTupleMethods;
    case Object::Kind::kDict:
      return kDictMethods;
    case Object::Kind::kLoop:
      return kLoopMethods;
    default:
      return {};
  }
}

}  // namespace candor::engine::jinja
