// Builds GGUF files in memory: metadata, tensors, and, for tests of the reader, things that no
// honest writer would write. Offsets of tensors are filled in by bytes(); `raw_…` writes what it is
// told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace candor::tests {

class GgufWriter {
 public:
  enum Type : std::uint32_t {
    kUint8,
    kInt8,
    kUint16,
    kInt16,
    kUint32,
    kInt32,
    kFloat32,
    kBool,
    kString,
    kArray,
    kUint64,
    kInt64,
    kFloat64,
  };

  std::uint32_t version = 3;
  std::uint64_t alignment = 32;  // of the data section; not written as a key by itself
  std::optional<std::uint64_t> claimed_tensors;  // instead of the true counts
  std::optional<std::uint64_t> claimed_entries;

  template <typename T>
  static std::string pack(T value) {
    std::string out(sizeof(T), '\0');
    std::memcpy(out.data(), &value, sizeof(T));
    return out;
  }
  static std::string pack_text(std::string_view text) {
    return pack<std::uint64_t>(text.size()) + std::string(text);
  }

  GgufWriter& raw_entry(std::string_view key, std::uint32_t type, std::string_view payload) {
    entries_.push_back(pack_text(key) + pack(type) + std::string(payload));
    return *this;
  }
  GgufWriter& integer(std::string_view key, std::uint32_t v) {
    return raw_entry(key, kUint32, pack(v));
  }
  GgufWriter& number(std::string_view key, float v) { return raw_entry(key, kFloat32, pack(v)); }
  GgufWriter& boolean(std::string_view key, bool v) {
    return raw_entry(key, kBool, pack<std::uint8_t>(v ? 1 : 0));
  }
  GgufWriter& text(std::string_view key, std::string_view v) {
    return raw_entry(key, kString, pack_text(v));
  }
  GgufWriter& texts(std::string_view key, std::span<const std::string> v) {
    std::string payload = pack<std::uint32_t>(kString) + pack<std::uint64_t>(v.size());
    for (const std::string& item : v) payload += pack_text(item);
    return raw_entry(key, kArray, payload);
  }
  // T is the type that is stored; `type` its id.
  template <typename T>
  GgufWriter& array(std::string_view key, Type type, std::span<const T> v) {
    std::string payload = pack<std::uint32_t>(type) + pack<std::uint64_t>(v.size());
    for (const T& item : v) payload += pack(item);
    return raw_entry(key, kArray, payload);
  }
  GgufWriter& integers(std::string_view key, std::span<const std::int32_t> v) {
    return array<std::int32_t>(key, kInt32, v);
  }
  GgufWriter& numbers(std::string_view key, std::span<const float> v) {
    return array<float>(key, kFloat32, v);
  }

  // `shape` slowest first, as the program has it; the file gets it the other way round.
  GgufWriter& tensor(std::string_view name, std::uint32_t type, std::vector<std::uint64_t> shape,
                     std::string_view data) {
    const std::uint64_t offset = data_.size();
    data_ += data;
    data_.resize((data_.size() + alignment - 1) / alignment * alignment, '\0');
    return raw_tensor(name, std::vector<std::uint64_t>(shape.rbegin(), shape.rend()), type, offset);
  }
  GgufWriter& tensor_f32(std::string_view name, std::vector<std::uint64_t> shape,
                         std::span<const float> values) {
    return tensor(name, 0, std::move(shape),
                  {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }
  // `dimensions` fastest first, as in the file; no data is added.
  GgufWriter& raw_tensor(std::string_view name, std::span<const std::uint64_t> dimensions,
                         std::uint32_t type, std::uint64_t offset) {
    std::string info = pack_text(name) + pack(static_cast<std::uint32_t>(dimensions.size()));
    for (const std::uint64_t dimension : dimensions) info += pack(dimension);
    infos_.push_back(info + pack(type) + pack(offset));
    return *this;
  }
  GgufWriter& raw_data(std::string_view data) {
    data_ += data;
    return *this;
  }

  std::string header() const {
    std::string out = "GGUF" + pack(version);
    out += pack(claimed_tensors.value_or(infos_.size()));
    out += pack(claimed_entries.value_or(entries_.size()));
    for (const std::string& entry : entries_) out += entry;
    for (const std::string& info : infos_) out += info;
    return out;
  }
  std::string bytes() const {
    std::string out = header();
    if (data_.empty()) return out;
    out.resize((out.size() + alignment - 1) / alignment * alignment, '\0');
    return out + data_;
  }
  void write(const std::filesystem::path& path) const {
    std::ofstream(path, std::ios::binary) << bytes();
  }

 private:
  std::vector<std::string> entries_;
  std::vector<std::string> infos_;
  std::string data_;
};

}  // namespace candor::tests
