// Filters over sequences. What Jinja gives as a generator is an Iterator here: true even when it is
// empty, without a length, and used up once it has been gone through.
#include <algorithm>

#include "engine/chat/jinja/arithmetic.h"
#include "engine/chat/jinja/builtins.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

Value list_filter(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("list", {}, 0);
  Items items(runtime, self);
  return runtime.list(items.values());
}

Value first(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("first", {}, 0);
  Items items(runtime, self);
  if (items.values().empty()) return Value::undefined("No first item, sequence was empty.");
  if (auto* iterator = self.as<Iterator>()) {  // takes one element only
    iterator->next = iterator->items.size() - items.values().size() + 1;
  }
  return items.values().front();
}

Value last(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("last", {}, 0);
  Items items(runtime, self);
  if (items.values().empty()) return Value::undefined("No last item, sequence was empty.");
  return items.values().back();
}

Value reverse(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("reverse", {}, 0);
  Items items(runtime, self);
  std::vector<Value> reversed(items.values().rbegin(), items.values().rend());
  if (self.text() != nullptr) return join(runtime, Text(), reversed);
  return runtime.iterator(std::move(reversed));
}

Value join_filter(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("join", {"d", "attribute"}, 0);
  Items items(runtime, self);
  if (bound[1] != nullptr && !bound[1]->is_none()) {
    for (Value& item : items.values()) item = get_path(runtime, item, *bound[1]);
  }
  const Text separator = bound[0] == nullptr ? Text() : to_text(runtime, *bound[0]);
  return join(runtime, separator, items.values());
}

Value items_filter(Runtime& runtime, const Value& self, const Arguments& arguments) {
  arguments.bind("items", {}, 0);
  if (self.undefined() != nullptr) return runtime.iterator({});
  Dict* dict = self.as<Dict>();
  if (dict == nullptr) problem("items needs a mapping, not {}", type_name(self));
  std::vector<Value> pairs;
  for (const auto& [key, value] : dict->entries) pairs.push_back(runtime.tuple({key, value}));
  return runtime.iterator(std::move(pairs));
}

// Texts in lower case unless case matters: what sort, unique, min, max and dictsort compare.
Value comparable(Runtime& runtime, const Value& value, bool case_sensitive) {
  if (case_sensitive || value.text() == nullptr) return value;
  return runtime.text(to_lower(value.text()->view()));
}

bool flag(const Value* value) { return value != nullptr && truth(*value); }

// What a sequence is compared by: the element, one attribute, or several "a,b".
Value sort_key(Runtime& runtime, const Value& item, const Value* path, bool case_sensitive) {
  if (path == nullptr || path->is_none()) return comparable(runtime, item, case_sensitive);
  if (path->text() == nullptr || path->text()->view().find(',') == std::string_view::npos) {
    return comparable(runtime, get_path(runtime, item, *path), case_sensitive);
  }
  const Text comma = *runtime.text(",").text();
  std::vector<Value> keys;
  for (const Value& part : split(runtime, *path->text(), &comma, -1, false)) {
    keys.push_back(comparable(runtime, get_path(runtime, item, part), case_sensitive));
  }
  return runtime.list(std::move(keys));
}

using Keyed = std::pair<Value, Value>;  // what is compared, what is kept

std::vector<Keyed> keyed(Runtime& runtime, std::vector<Value>& items, const Value* path,
                         bool case_sensitive) {
  std::vector<Keyed> pairs;
  for (Value& item : items) {
    pairs.emplace_back(sort_key(runtime, item, path, case_sensitive), item);
  }
  return pairs;
}

// `by_attribute`: Jinja compares lists of attributes, in which equal ones need no order.
void sort_pairs(Runtime& runtime, std::vector<Keyed>& pairs, bool reversed, bool by_attribute) {
  std::stable_sort(pairs.begin(), pairs.end(), [&](const Keyed& left, const Keyed& right) {
    if (by_attribute && equal(runtime, left.first, right.first)) return false;
    const int order = compare(runtime, left.first, right.first);
    return reversed ? order > 0 : order < 0;
  });
}

Value sort(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("sort", {"reverse", "case_sensitive", "attribute"}, 0);
  Items items(runtime, self);
  const Charge charge(runtime.budget, items.values().size() * sizeof(Keyed));
  auto pairs = keyed(runtime, items.values(), bound[2], flag(bound[1]));
  sort_pairs(runtime, pairs, flag(bound[0]), bound[2] != nullptr && !bound[2]->is_none());
  std::vector<Value> sorted;
  for (Keyed& pair : pairs) sorted.push_back(std::move(pair.second));
  return runtime.list(std::move(sorted));
}

Value dictsort(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("dictsort", {"case_sensitive", "by", "reverse"}, 0);
  need_defined(self);
  Dict* dict = self.as<Dict>();
  if (dict == nullptr) problem("dictsort needs a mapping, not {}", type_name(self));
  const std::string_view by = bound[1] == nullptr ? "key" : need_text(*bound[1], "by").view();
  if (by != "key" && by != "value") problem("dictsort sorts by 'key' or 'value'");
  const Charge charge(runtime.budget, dict->entries.size() * sizeof(Keyed));
  std::vector<Keyed> pairs;
  for (const auto& [key, value] : dict->entries) {
    pairs.emplace_back(comparable(runtime, by == "key" ? key : value, flag(bound[0])),
                       runtime.tuple({key, value}));
  }
  sort_pairs(runtime, pairs, flag(bound[2]), false);
  std::vector<Value> sorted;
  for (Keyed& pair : pairs) sorted.push_back(std::move(pair.second));
  return runtime.list(std::move(sorted));
}

Value unique(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("unique", {"case_sensitive", "attribute"}, 0);
  Items items(runtime, self);
  const Charge charge(runtime.budget, items.values().size() * sizeof(Keyed));
  Dict* seen = runtime.make<Dict>();
  std::vector<Value> kept;
  for (auto& [key, item] : keyed(runtime, items.values(), bound[1], flag(bound[0]))) {
    if (seen->find(runtime, key) != nullptr) continue;
    seen->set(runtime, key, Value());
    kept.push_back(std::move(item));
  }
  return runtime.iterator(std::move(kept));
}

template <int sign>
Value extreme(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("min or max", {"case_sensitive", "attribute"}, 0);
  Items items(runtime, self);
  const Charge charge(runtime.budget, items.values().size() * sizeof(Keyed));
  auto pairs = keyed(runtime, items.values(), bound[1], flag(bound[0]));
  if (pairs.empty()) return Value::undefined("No aggregated item, sequence was empty.");
  std::size_t best = 0;
  for (std::size_t i = 1; i < pairs.size(); ++i) {
    if (compare(runtime, pairs[i].first, pairs[best].first) * sign > 0) best = i;
  }
  return pairs[best].second;
}

Value sum(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("sum", {"attribute", "start"}, 0);
  Items items(runtime, self);
  Value total = bound[1] == nullptr ? Value::integer(0) : *bound[1];
  for (const Value& item : items.values()) {
    const bool by_path = bound[0] != nullptr && !bound[0]->is_none();
    total = arithmetic(runtime, Operator::kAdd, total,
                       by_path ? get_path(runtime, item, *bound[0]) : item);
  }
  return total;
}

// The arguments after the first `skipped` positional ones.
Arguments rest_of(const Arguments& arguments, std::size_t skipped) {
  Arguments rest;
  rest.positional.assign(arguments.positional.begin() + static_cast<std::ptrdiff_t>(skipped),
                         arguments.positional.end());
  rest.named = arguments.named;
  return rest;
}

// What map, select and reject go through: nothing where the value is false, none for instance.
Value elements(Runtime& runtime, const Value& value) {
  return truth(value) ? value : runtime.list();
}

Value map(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Items items(runtime, elements(runtime, self));
  if (arguments.positional.empty()) {
    const auto bound = arguments.bind("map", {"attribute", "default"}, 1);
    for (Value& item : items.values()) {
      item = get_path(runtime, item, *bound[0]);
      if (item.undefined() != nullptr && bound[1] != nullptr) item = *bound[1];
    }
    return runtime.iterator(items.values());
  }
  const Text& name = need_text(arguments.positional[0], "the filter that map applies");
  const Native* filter = find_filter(name.view());
  if (filter == nullptr) problem("there is no filter '{}'", name.view().substr(0, 60));
  const Arguments rest = rest_of(arguments, 1);
  for (Value& item : items.values()) item = filter->run(runtime, item, rest);
  return runtime.iterator(items.values());
}

// select and reject, and by attribute selectattr and rejectattr.
template <bool by_attribute, bool wanted>
Value choose(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Items items(runtime, elements(runtime, self));
  const std::size_t named = by_attribute ? 1 : 0;
  if (arguments.positional.size() < named) problem("an attribute to select by is missing");
  const Native* test = nullptr;
  if (arguments.positional.size() > named) {
    const Text& name = need_text(arguments.positional[named], "the test to select by");
    test = find_test(name.view());
    if (test == nullptr) problem("there is no test '{}'", name.view().substr(0, 60));
  }
  const Arguments rest = rest_of(arguments, test == nullptr ? named : named + 1);
  std::vector<Value> kept;
  for (const Value& item : items.values()) {
    runtime.budget.step();
    const Value value = by_attribute ? get_path(runtime, item, arguments.positional[0]) : item;
    const bool holds = truth(test == nullptr ? value : test->run(runtime, value, rest));
    if (holds == wanted) kept.push_back(item);
  }
  return runtime.iterator(std::move(kept));
}

// The largest number of parts or elements that batch and slice take.
std::size_t need_parts(const Value& value, std::string_view what) {
  const std::int64_t parts = need_integer(value, what);
  if (parts < 1 || parts > 1'000'000) problem("{} is not in [1, 1000000]", what);
  return static_cast<std::size_t>(parts);
}

// Rows of `linecount` elements, the last one filled up if something is given for it.
Value batch(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("batch", {"linecount", "fill_with"}, 1);
  const std::size_t size = need_parts(*bound[0], "the line count of batch");
  Items items(runtime, self);
  std::vector<Value> rows;
  List* row = nullptr;
  for (const Value& item : items.values()) {
    runtime.budget.step();
    if (row == nullptr || row->items.size() == size) rows.push_back(row = runtime.list());
    runtime.append(*row, item);
  }
  if (row != nullptr && bound[1] != nullptr && !bound[1]->is_none()) {
    while (row->items.size() < size) runtime.append(*row, *bound[1]);
  }
  return runtime.iterator(std::move(rows));
}

// So many lists, the first ones longer by one; with something to fill up, all of them are.
Value slice(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto bound = arguments.bind("slice", {"slices", "fill_with"}, 1);
  const std::size_t parts = need_parts(*bound[0], "the number of slices");
  Items items(runtime, self);
  const std::size_t each = items.values().size() / parts;
  const std::size_t longer = items.values().size() % parts;
  std::vector<Value> slices;
  auto next = items.values().begin();
  for (std::size_t i = 0; i < parts; ++i) {
    runtime.budget.step();
    const auto end = next + static_cast<std::ptrdiff_t>(each + (i < longer ? 1 : 0));
    List* part = runtime.list(std::vector<Value>(next, end));
    if (i >= longer && bound[1] != nullptr && !bound[1]->is_none()) {
      runtime.append(*part, *bound[1]);
    }
    slices.emplace_back(part);
    next = end;
  }
  return runtime.iterator(std::move(slices));
}

constexpr Native kFilters[] = {
    {"batch", batch},
    {"slice", slice},
    {"list", list_filter},
    {"first", first},
    {"last", last},
    {"reverse", reverse},
    {"join", join_filter},
    {"items", items_filter},
    {"sort", sort},
    {"dictsort", dictsort},
    {"unique", unique},
    {"min", extreme<-1>},
    {"max", extreme<1>},
    {"sum", sum},
    {"map", map},
    {"select", choose<false, true>},
    {"reject", choose<false, false>},
    {"selectattr", choose<true, true>},
    {"rejectattr", choose<true, false>},
};

}  // namespace

std::span<const Native> sequence_filters() { return kFilters; }

}  // namespace candor::engine::jinja
