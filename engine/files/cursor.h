// Reads little-endian values from the bytes of a file, one after the other. Every read is checked
// against the end; an error names the file, the field that was being read and the offset.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace candor::engine {

static_assert(std::endian::native == std::endian::little, "values are read as they are stored");

class Cursor {
 public:
  // Keeps the views: file name and bytes outlive the cursor.
  Cursor(std::string_view file, std::span<const std::byte> bytes) : file_(file), bytes_(bytes) {}

  // What is read from here on, for messages: `field`, or `field[index]`.
  void enter(std::string field) {
    field_ = std::move(field);
    index_.reset();
  }
  void at_index(std::uint64_t index) { index_ = index; }

  std::uint64_t offset() const { return offset_; }
  std::uint64_t remaining() const { return bytes_.size() - offset_; }

  template <typename T>
  T read(std::string_view part) {
    static_assert(std::is_arithmetic_v<T>);
    need(sizeof(T), part);
    T value;
    std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
    offset_ += sizeof(T);
    return value;
  }

  // A 64-bit length and so many bytes. `limit` is the longest that makes sense for this field.
  std::string_view text(std::string_view part, std::uint64_t limit);

  [[noreturn]] void fail_here(std::string_view what) const { fail_field(what, offset_); }
  [[noreturn]] void fail_field(std::string_view what, std::uint64_t offset) const;

 private:
  void need(std::uint64_t length, std::string_view part) const {
    if (length > remaining()) fail_end(length, part);
  }
  [[noreturn]] void fail_end(std::uint64_t length, std::string_view part) const;

  std::string_view file_;
  std::span<const std::byte> bytes_;
  std::uint64_t offset_ = 0;
  std::string field_ = "header";
  std::optional<std::uint64_t> index_;
};

}  // namespace candor::engine
