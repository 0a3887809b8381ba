#include "engine/files/strict_json.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <cstdlib>
#include <new>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/files/file_error.h"
#include "engine/files/mapped_file.h"

namespace candor::engine {
namespace {

namespace json = boost::json;

class BoundedMemory final : public json::memory_resource {
 public:
  explicit BoundedMemory(std::size_t limit) : left_(limit) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t) override {
    if (bytes > left_) throw std::bad_alloc();
    void* memory = std::malloc(bytes);
    if (memory == nullptr) throw std::bad_alloc();
    left_ -= bytes;
    return memory;
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    left_ += bytes;
    std::free(memory);
  }
  bool do_is_equal(const json::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::size_t left_;
};

// Builds the value and refuses a key that its object already has. The names of the functions are
// those that basic_parser calls.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Handler(const json::storage_ptr& memory, std::size_t key_memory)
      : stack_(memory), key_memory_(key_memory) {
    stack_.reset(memory);
  }

  json::value release() { return stack_.release(); }
  const std::string& twice() const { return twice_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, json::error_code&) {
    keys_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_ += part;
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    key_ += part;
    const std::size_t cost = key_.size() + 2 * sizeof(std::string);
    if (cost > key_memory_) throw std::bad_alloc();
    key_memory_ -= cost;
    if (!keys_.back().insert(key_).second) {
      twice_ = key_;
      error = json::error::syntax;
      return false;
    }
    key_.clear();
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code&) {
    stack_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code&) {
    stack_.push_uint64(value);
    return true;
  }
  bool on_double(double value, json::string_view, json::error_code&) {
    stack_.push_double(value);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return false; }
  bool on_comment(json::string_view, json::error_code&) { return false; }

 private:
  json::value_stack stack_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the objects that are open
  std::string key_;
  std::size_t key_memory_;
  std::string twice_;
};

}  // namespace

json::value parse_strict_json(std::string_view file, std::string_view field, std::string_view text,
                              const JsonLimits& limits) {
  json::basic_parser<Handler> parser(
      {}, json::storage_ptr(json::make_shared_resource<BoundedMemory>(limits.memory)),
      limits.memory / 2);
  json::error_code error;
  std::size_t consumed = 0;
  try {
    consumed = parser.write_some(false, text.data(), text.size(), error);
    if (!error && consumed == text.size()) return parser.handler().release();
  } catch (const std::bad_alloc&) {
    fail_at(file, field,
            fmt::format("the JSON needs more memory than is allowed ({} MiB)", limits.memory >> 20),
            limits.base_offset);
  }
  std::string what = "text follows the end of the JSON";
  if (!parser.handler().twice().empty()) {
    what = fmt::format("the key '{}' is there twice", printable(parser.handler().twice()));
  } else if (error) {
    what = "not JSON: " + error.message();
  }
  fail_at(file, field, what, limits.base_offset + consumed);
}

json::object read_json_object(const std::filesystem::path& path, std::size_t max_bytes,
                              const JsonLimits& limits) {
  const MappedFile file(path);
  if (file.bytes().size() > max_bytes) {
    fail_in_file(file.path(), "file",
                 fmt::format("{} bytes, at most {} are allowed", file.bytes().size(), max_bytes));
  }
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()),
                              file.bytes().size());
  json::value value = parse_strict_json(file.path(), "JSON", text, limits);
  if (!value.is_object()) fail_at(file.path(), "JSON", "is not an object", 0);
  return std::move(value.as_object());
}

}  // namespace candor::engine
