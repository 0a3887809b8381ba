#include "engine/files/gguf.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "engine/files/file_error.h"
#include "engine/files/gguf_parse.h"
#include "engine/files/mapped_file.h"

namespace candor::engine {

struct GgufFile::State {
  explicit State(const std::filesystem::path& path)
      : file(path), contents(parse_gguf(file.path(), file.bytes())) {
    for (const GgufEntry& entry : contents.entries) by_key.emplace(entry.key, &entry);
    for (const TensorView& tensor : contents.tensors) by_name.emplace(tensor.name, &tensor);
  }

  const GgufEntry* entry(std::string_view key) const {
    const auto found = by_key.find(key);
    return found == by_key.end() ? nullptr : found->second;
  }

  // The value as T, null when the key is missing, Error when it is something else.
  template <typename T>
  const T* find(std::string_view key, std::string_view wanted) const {
    const GgufEntry* found = entry(key);
    if (found == nullptr) return nullptr;
    const T* value = std::get_if<T>(&found->value);
    if (value == nullptr) refuse(*found, fmt::format("is not {}", wanted));
    return value;
  }

  [[noreturn]] void refuse(const GgufEntry& found, std::string_view what) const {
    fail_at(file.path(), found.key, what, found.offset);
  }

  [[noreturn]] void missing(std::string_view key) const {
    fail_in_file(file.path(), key, "the key is missing");
  }

  MappedFile file;
  GgufContents contents;
  std::unordered_map<std::string_view, const GgufEntry*> by_key;
  std::unordered_map<std::string_view, const TensorView*> by_name;
};

GgufFile::GgufFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
GgufFile::~GgufFile() = default;

std::unique_ptr<GgufFile> GgufFile::open(const std::filesystem::path& path) {
  return std::unique_ptr<GgufFile>(new GgufFile(std::make_unique<State>(path)));
}

const GgufValue* GgufFile::value(std::string_view key) const {
  const GgufEntry* found = state_->entry(key);
  return found == nullptr ? nullptr : &found->value;
}

std::optional<std::int64_t> GgufFile::find_integer(std::string_view key) const {
  const GgufEntry* found = state_->entry(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<std::int64_t>(&found->value)) return *value;
  const auto* value = std::get_if<std::uint64_t>(&found->value);
  if (value == nullptr) state_->refuse(*found, "is not an integer");
  if (*value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    state_->refuse(*found, fmt::format("{} is out of range", *value));
  }
  return static_cast<std::int64_t>(*value);
}

std::optional<double> GgufFile::find_number(std::string_view key) const {
  const GgufEntry* found = state_->entry(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&found->value)) {
    return static_cast<double>(*integer);
  }
  if (const auto* integer = std::get_if<std::uint64_t>(&found->value)) {
    return static_cast<double>(*integer);
  }
  const auto* value = std::get_if<double>(&found->value);
  if (value == nullptr) state_->refuse(*found, "is not a number");
  if (!std::isfinite(*value)) state_->refuse(*found, "is not a finite number");
  return *value;
}

std::optional<bool> GgufFile::find_boolean(std::string_view key) const {
  const auto* value = state_->find<bool>(key, "a boolean");
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::string> GgufFile::find_text(std::string_view key) const {
  const auto* value = state_->find<std::string>(key, "a string");
  return value == nullptr ? std::nullopt : std::optional(*value);
}

const std::vector<std::string>* GgufFile::find_texts(std::string_view key) const {
  return state_->find<std::vector<std::string>>(key, "an array of strings");
}

const std::vector<std::int64_t>* GgufFile::find_integers(std::string_view key) const {
  return state_->find<std::vector<std::int64_t>>(key, "an array of integers");
}

const std::vector<double>* GgufFile::find_numbers(std::string_view key) const {
  return state_->find<std::vector<double>>(key, "an array of floating-point numbers");
}

std::int64_t GgufFile::integer(std::string_view key) const {
  const auto value = find_integer(key);
  if (!value) state_->missing(key);
  return *value;
}

double GgufFile::number(std::string_view key) const {
  const auto value = find_number(key);
  if (!value) state_->missing(key);
  return *value;
}

std::string GgufFile::text(std::string_view key) const {
  auto value = find_text(key);
  if (!value) state_->missing(key);
  return *std::move(value);
}

std::vector<std::string> GgufFile::keys() const {
  std::vector<std::string> keys;
  keys.reserve(state_->contents.entries.size());
  for (const GgufEntry& entry : state_->contents.entries) keys.push_back(entry.key);
  return keys;
}

const std::vector<TensorView>& GgufFile::tensors() const { return state_->contents.tensors; }

const TensorView* GgufFile::find(std::string_view name) const {
  const auto found = state_->by_name.find(name);
  return found == state_->by_name.end() ? nullptr : found->second;
}

void GgufFile::release(const TensorView& tensor) const { state_->file.release(tensor.bytes); }

const std::string& GgufFile::path() const { return state_->file.path(); }

}  // namespace candor::engine
