#include "engine/chat/jinja/value.h"

#include <cmath>

#include "engine/chat/jinja/runtime.h"

namespace candor::engine::jinja {
namespace {

constexpr std::size_t kUnindexed = 8;  // up to here a dictionary is searched entry by entry

// Tuples may share parts, so that what is small in memory is exponentially large when written out.
constexpr std::size_t kLongestTupleKey = 64 * 1024;

// Equal keys have equal names: the type's letter and the bytes, numbers by value.
std::string key_name(const Value& key, int depth = 0) {
  if (key.is_none()) return "0";
  if (const Text* text = key.text()) return fmt::format("s{}", text->view());
  if (key.is_integral()) return fmt::format("n{}", key.as_integer());
  if (const double* number = key.floating()) {
    constexpr double kExact = 9007199254740992.0;
    if (std::trunc(*number) == *number && std::abs(*number) <= kExact) {
      return fmt::format("n{}", static_cast<std::int64_t>(*number));
    }
    return fmt::format("f{}", *number);
  }
  if (key.undefined() != nullptr) return "u";
  Object* object = key.object();
  if (object->kind == Object::Kind::kTuple) {
    std::string name = "t";
    for (const Value& item : static_cast<List*>(object)->items) {
      const std::string part = key_name(item, depth + 1);
      if (depth > kLimits.nesting || name.size() + part.size() > kLongestTupleKey) {
        problem("a tuple of this size cannot be the key of a dictionary");
      }
      name += fmt::format("{}:{}", part.size(), part);
    }
    return name;
  }
  if (object->kind == Object::Kind::kList || object->kind == Object::Kind::kDict) {
    problem("unhashable type: '{}'", type_name(key));
  }
  return fmt::format("o{}", static_cast<const void*>(object));
}

}  // namespace

Range::Range(std::int64_t first, std::int64_t last, std::int64_t by)
    : Object(kKind), start(first), stop(last), step(by), size(0) {
  if (by == 0) problem("range() arg 3 must not be zero");
  // In unsigned arithmetic, where the distance of any two 64-bit numbers fits.
  const auto distance = by > 0
                            ? static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first)
                            : static_cast<std::uint64_t>(first) - static_cast<std::uint64_t>(last);
  const auto stride = by > 0 ? static_cast<std::uint64_t>(by) : 0 - static_cast<std::uint64_t>(by);
  if (by > 0 ? first >= last : first <= last) return;
  const std::uint64_t count = (distance - 1) / stride + 1;
  if (count > static_cast<std::uint64_t>(kLimits.range)) {
    problem("a range of more than {} numbers is not allowed in a chat template", kLimits.range);
  }
  size = static_cast<std::int64_t>(count);
}

std::size_t Dict::position(const std::string& key) const {
  if (entries.size() > kUnindexed) {
    const auto found = index_.find(key);
    return found == index_.end() ? entries.size() : found->second;
  }
  std::size_t at = 0;
  while (at < entries.size() && key_name(entries[at].first) != key) ++at;
  return at;
}

const Value* Dict::find(Runtime& runtime, const Value& key) const {
  runtime.budget.step();
  if (const Text* text = key.text()) {
    runtime.budget.pass(text->size());
    return find(text->view());
  }
  const std::size_t at = position(key_name(key));
  return at == entries.size() ? nullptr : &entries[at].second;
}

const Value* Dict::find(std::string_view key) const {
  if (entries.size() <= kUnindexed) {
    for (const auto& [name, value] : entries) {
      const Text* text = name.text();
      if (text != nullptr && text->view() == key) return &value;
    }
    return nullptr;
  }
  const auto found = index_.find(fmt::format("s{}", key));
  return found == index_.end() ? nullptr : &entries[found->second].second;
}

void Dict::set(Runtime& runtime, const Value& key, Value value) {
  std::string name = key_name(key);
  runtime.budget.step();
  runtime.budget.pass(name.size());
  const std::size_t at = position(name);
  if (at < entries.size()) {
    entries[at].second = std::move(value);
    return;
  }
  runtime.budget.take(2 * sizeof(entries[0]) + 80 + name.size());
  entries.emplace_back(key, std::move(value));
  if (entries.size() <= kUnindexed) return;
  if (index_.empty()) {
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) index_[key_name(entries[i].first)] = i;
  }
  index_[std::move(name)] = at;
}

bool Dict::erase(const Value& key) {
  const std::size_t at = position(key_name(key));
  if (at == entries.size()) return false;
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(at));
  index_.clear();
  if (entries.size() > kUnindexed) {
    for (std::size_t i = 0; i < entries.size(); ++i) index_[key_name(entries[i].first)] = i;
  }
  return true;
}

std::vector<const Value*> Arguments::bind(std::string_view function,
                                          std::initializer_list<std::string_view> names,
                                          std::size_t required) const {
  if (positional.size() > names.size()) {
    problem("{}() takes at most {} arguments, {} were given", function, names.size(),
            positional.size());
  }
  std::vector<const Value*> bound(names.size(), nullptr);
  for (std::size_t i = 0; i < positional.size(); ++i) bound[i] = &positional[i];
  for (const auto& [name, value] : named) {
    std::size_t at = 0;
    while (at < names.size() && names.begin()[at] != name) ++at;
    if (at == names.size()) problem("{}() has no argument '{}'", function, name);
    if (bound[at] != nullptr) problem("{}() got two values for '{}'", function, name);
    bound[at] = &value;
  }
  for (std::size_t i = 0; i < required; ++i) {
    if (bound[i] == nullptr) problem("{}() needs the argument '{}'", function, names.begin()[i]);
  }
  return bound;
}

}  // namespace candor::engine::jinja
