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

namespace {

namespace fs = std::filesystem;

// A split model of hundreds of GB has some 50 parts.
constexpr std::uint64_t kMaxParts = 1024;

// NAME-00002-of-00005.gguf
struct PartName {
  std::string start;                    // "NAME"
  std::uint64_t number = 0, count = 0;  // 2, 5
};

std::optional<std::uint64_t> five_digits(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::optional<PartName> part_name(const fs::path& path) {
  const std::string name = path.filename().string();
  constexpr std::string_view kShape = "-00000-of-00000.gguf";
  if (name.size() < kShape.size()) return std::nullopt;
  const std::string_view tail = std::string_view(name).substr(name.size() - kShape.size());
  if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || tail.substr(15) != ".gguf") {
    return std::nullopt;
  }
  const auto number = five_digits(tail.substr(1, 5)), count = five_digits(tail.substr(10, 5));
  if (!number || !count || *number < 1 || *number > *count) return std::nullopt;
  return PartName{name.substr(0, name.size() - kShape.size()), *number, *count};
}

fs::path part_path(const fs::path& folder, const PartName& name, std::uint64_t number) {
  return folder / fmt::format("{}-{:05}-of-{:05}.gguf", name.start, number, name.count);
}

}  // namespace

struct GgufFile::State {
  explicit State(const fs::path& where) {
    const MappedFile& given = files.add(where);
    contents = parse_gguf(given.path(), given.bytes());
    const auto name = part_name(where);
    if (contents.split.count > 1 || (name && name->count > 1)) open_parts(where, name);
    path = files.paths().front().string();
    for (const GgufEntry& entry : contents.entries) by_key.emplace(entry.key, &entry);
    for (const TensorView& tensor : contents.tensors) by_name.emplace(tensor.name, &tensor);
  }

  // The name of a part and its keys must say the same: parts of several models in a folder, or
  // renamed ones, would otherwise be put together to a model that never was.
  void open_parts(const fs::path& where, const std::optional<PartName>& name) {
    const std::string shown = where.string();
    const GgufSplit& split = contents.split;
    if (split.count <= 1) {
      fail_in_file(shown, "split.count",
                   fmt::format("the name says that this is part {} of {}, the file that it is a "
                               "whole model; rename it if it is",
                               name->number, name->count));
    }
    if (!name || name->count != split.count || name->number != split.number + 1) {
      fail_in_file(shown, "split.no",
                   fmt::format("is part {0} of {1} of a model and must be named "
                               "NAME-{0:05}-of-{1:05}.gguf, beside the other parts",
                               split.number + 1, split.count));
    }
    if (split.count > kMaxParts) {
      fail_in_file(shown, "split.count",
                   fmt::format("{} parts, at most {} are allowed", split.count, kMaxParts));
    }
    MappedFiles parts;
    GgufContents whole;
    for (std::uint64_t i = 0; i < split.count; ++i) add_part(where, *name, i, parts, whole);
    const auto claimed = whole.split.tensors;
    if (claimed && *claimed != whole.tensors.size()) {
      fail_in_file(parts.paths().front().string(), "split.tensors.count",
                   fmt::format("{} tensors, but the {} parts have {}", *claimed, split.count,
                               whole.tensors.size()));
    }
    files = std::move(parts);
    contents = std::move(whole);
  }

  void add_part(const fs::path& where, const PartName& name, std::uint64_t number,
                MappedFiles& parts, GgufContents& whole) {
    const fs::path part = part_path(where.parent_path(), name, number + 1);
    if (!fs::exists(part)) {
      fail_in_file(part.string(), "file",
                   fmt::format("part {} of {} of the model is missing", number + 1, name.count));
    }
    const MappedFile& file = parts.add(part);
    GgufContents next = parse_gguf(file.path(), file.bytes());
    if (next.split.count != name.count || next.split.number != number) {
      fail_in_file(file.path(), "split.no",
                   fmt::format("is part {} of {}, its name says {} of {}", next.split.number + 1,
                               next.split.count, number + 1, name.count));
    }
    if (number == 0) {
      whole = std::move(next);
    } else {
      if (next.split.tensors && next.split.tensors != whole.split.tensors) {
        fail_in_file(file.path(), "split.tensors.count",
                     fmt::format("{} is not what the first part says; are these parts of the same "
                                 "model?",
                                 *next.split.tensors));
      }
      for (TensorView& tensor : next.tensors) whole.tensors.push_back(std::move(tensor));
    }
    for (std::size_t i = part_of.size(); i < whole.tensors.size(); ++i) {
      const auto [other, is_new] = part_of.emplace(whole.tensors[i].name, number + 1);
      if (!is_new) {
        fail_in_file(file.path(), fmt::format("tensor '{}'", whole.tensors[i].name),
                     fmt::format("is in part {} too", other->second));
      }
    }
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
    fail_at(path, found.key, what, found.offset);
  }

  [[noreturn]] void missing(std::string_view key) const {
    fail_in_file(path, key, "the key is missing");
  }

  MappedFiles files;
  std::string path;  // of the (first) file
  GgufContents contents;
  std::unordered_map<std::string, std::uint64_t> part_of;  // a tensor's name -> its part, from 1 on
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

const std::vector<bool>* GgufFile::find_booleans(std::string_view key) const {
  return state_->find<std::vector<bool>>(key, "an array of booleans");
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

void GgufFile::release(const TensorView& tensor) const { state_->files.release(tensor.bytes); }

const std::string& GgufFile::path() const { return state_->path; }

std::vector<std::filesystem::path> GgufFile::files() const { return state_->files.paths(); }

std::uint64_t GgufFile::file_bytes() const { return state_->files.bytes(); }

std::vector<std::filesystem::path> gguf_parts(const std::filesystem::path& path) {
  const auto name = part_name(path);
  if (!name) return {path};
  std::vector<fs::path> parts;
  for (std::uint64_t i = 1; i <= name->count; ++i) {
    parts.push_back(part_path(path.parent_path(), *name, i));
  }
  return parts;
}

}  // namespace candor::engine
