#include "engine/files/safetensors_parse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/files/checked.h"
#include "engine/files/file_error.h"
#include "engine/files/strict_json.h"

namespace candor::engine {
namespace {

namespace json = boost::json;

// The format allows 100 MB; a header of 100,000 tensors has 12 MB.
constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{32} << 20;
constexpr std::size_t kMaxDimensions = 8;
constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::uint64_t kLengthBytes = 8;

using kernels::BlockFormat;

// The dtypes of the format that have whole bytes; those of block formats mean nothing here.
constexpr std::array<BlockFormat, 13> kDtypes = {
    BlockFormat::kF64,     BlockFormat::kF32,     BlockFormat::kF16,     BlockFormat::kBF16,
    BlockFormat::kF8_E4M3, BlockFormat::kF8_E5M2, BlockFormat::kF8_E8M0, BlockFormat::kI64,
    BlockFormat::kI32,     BlockFormat::kI16,     BlockFormat::kI8,      BlockFormat::kU8,
    BlockFormat::kBool};

std::optional<BlockFormat> format_of(std::string_view dtype) {
  for (const BlockFormat format : kDtypes) {
    if (kernels::block_layout(format).name == dtype) return format;
  }
  return std::nullopt;
}

std::string known_dtypes() {
  std::string names;
  for (const BlockFormat format : kDtypes) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", kernels::block_layout(format).name);
  }
  return names;
}

class Parser {
 public:
  Parser(std::string_view file, std::span<const std::byte> bytes) : file_(file), bytes_(bytes) {}

  std::vector<TensorView> parse() {
    read_header();
    const json::value header =
        parse_strict_json(file_, "header", header_, {.base_offset = kLengthBytes});
    if (!header.is_object()) fail_at(file_, "header", "is not a JSON object", kLengthBytes);
    for (const auto& [name, value] : header.as_object()) {
      if (name == "__metadata__") {
        check_metadata(value);
      } else {
        read_tensor(name, value);
      }
    }
    check_cover();
    std::vector<TensorView> tensors;
    tensors.reserve(placed_.size());
    for (Placed& placed : placed_) tensors.push_back(std::move(placed.tensor));
    return tensors;
  }

 private:
  struct Placed {
    TensorView tensor;
    std::uint64_t begin = 0;  // in the data section
    std::uint64_t end = 0;
  };

  void read_header() {
    static constexpr std::string_view kPointer = "version https://git-lfs";
    if (std::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size())
            .starts_with(kPointer)) {
      fail_at(file_, "header length",
              "this is a Git LFS pointer, not the weights: fetch them with 'git lfs pull'", 0);
    }
    if (bytes_.size() < kLengthBytes) {
      fail_at(file_, "header length",
              fmt::format("the file has {} bytes only; is it a safetensors file?", bytes_.size()),
              0);
    }
    std::uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), sizeof(length));
    if (length > bytes_.size() - kLengthBytes) {
      fail_at(file_, "header length",
              fmt::format("{} bytes, but the file has {}; is it a complete safetensors file?",
                          length, bytes_.size()),
              0);
    }
    if (length > kMaxHeaderBytes) {
      fail_at(file_, "header length",
              fmt::format("{} bytes, at most {} are allowed", length, kMaxHeaderBytes), 0);
    }
    header_ = {reinterpret_cast<const char*>(bytes_.data()) + kLengthBytes, length};
    if (!header_.starts_with('{')) {
      fail_at(
          file_, "header",
          fmt::format("does not begin with '{{' but with '{}'", printable(header_.substr(0, 16))),
          kLengthBytes);
    }
    data_ = bytes_.subspan(kLengthBytes + length);
  }

  // Where the header speaks of the tensor, for messages.
  std::uint64_t offset_of(std::string_view name) const {
    const std::size_t at = header_.find(fmt::format("\"{}\"", name));
    return kLengthBytes + (at == header_.npos ? 0 : at);
  }

  [[noreturn]] void refuse(std::string_view name, std::string_view what) const {
    fail_at(file_, fmt::format("tensor '{}'", name), what, offset_of(name));
  }

  void check_metadata(const json::value& value) const {
    const json::object* object = value.if_object();
    const bool fine = object != nullptr && std::ranges::all_of(*object, [](const auto& entry) {
                        return entry.value().is_string();
                      });
    if (!fine) fail_at(file_, "__metadata__", "is not an object of strings", kLengthBytes);
  }

  // A JSON number that is a whole number and not negative.
  std::optional<std::uint64_t> whole(const json::value& value) const {
    if (value.is_uint64()) return value.get_uint64();
    if (value.is_int64() && value.get_int64() >= 0) {
      return static_cast<std::uint64_t>(value.get_int64());
    }
    return std::nullopt;
  }

  const json::value& field(std::string_view name, const json::object& object,
                           const char* key) const {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) refuse(name, fmt::format("'{}' is missing", key));
    return *value;
  }

  void read_tensor(std::string_view name, const json::value& value) {
    if (name.empty() || name.size() > kMaxNameBytes || name.find('\0') != name.npos) {
      refuse(name, "is not a name for a tensor");
    }
    const json::object* object = value.if_object();
    if (object == nullptr) refuse(name, "is not an object");

    const json::value& dtype = field(name, *object, "dtype");
    if (!dtype.is_string()) refuse(name, "'dtype' is not a string");
    const auto format = format_of(dtype.get_string());
    if (!format) {
      refuse(name, fmt::format("dtype '{}' is not supported (known: {})",
                               printable(dtype.get_string()), known_dtypes()));
    }
    Placed placed;
    placed.tensor.name = name;
    placed.tensor.format = *format;
    std::uint64_t size = kernels::block_layout(*format).bytes;
    read_shape(name, field(name, *object, "shape"), placed.tensor.shape, size);

    const json::value& offsets = field(name, *object, "data_offsets");
    const json::array* pair = offsets.if_array();
    if (pair == nullptr || pair->size() != 2) refuse(name, "'data_offsets' is not a pair");
    const auto begin = whole((*pair)[0]), end = whole((*pair)[1]);
    if (!begin || !end || *begin > *end) {
      refuse(name, fmt::format("'data_offsets' {} is not a range of bytes",
                               printable(json::serialize(offsets))));
    }
    if (*end > data_.size()) {
      refuse(name, fmt::format("its data ends at byte {} of {}; is the file complete?", *end,
                               data_.size()));
    }
    if (*end - *begin != size) {
      refuse(name, fmt::format("shape [{}] needs {} bytes, 'data_offsets' gives {}",
                               fmt::join(placed.tensor.shape, ", "), size, *end - *begin));
    }
    placed.begin = *begin;
    placed.end = *end;
    placed.tensor.bytes = data_.subspan(*begin, *end - *begin);
    placed_.push_back(std::move(placed));
  }

  // `size` is the size of one value before, of all of them afterwards.
  void read_shape(std::string_view name, const json::value& value, std::vector<std::size_t>& shape,
                  std::uint64_t& size) const {
    const json::array* array = value.if_array();
    if (array == nullptr) refuse(name, "'shape' is not an array");
    if (array->size() > kMaxDimensions) {
      refuse(name,
             fmt::format("{} dimensions, at most {} are allowed", array->size(), kMaxDimensions));
    }
    for (const json::value& item : *array) {
      const auto dimension = whole(item);
      if (!dimension) {
        refuse(name,
               fmt::format("'shape' {} is not a list of sizes", printable(json::serialize(value))));
      }
      const auto product = checked_multiply(size, *dimension);
      if (!product) refuse(name, "its shape is too large");
      shape.push_back(*dimension);
      size = *product;
    }
  }

  void check_cover() {
    std::ranges::sort(placed_, [](const Placed& a, const Placed& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t end = 0;
    for (const Placed& placed : placed_) {
      if (placed.begin != end) {
        refuse(placed.tensor.name,
               fmt::format("its data begins at byte {}, but the data before it ends at {}",
                           placed.begin, end));
      }
      end = placed.end;
    }
    if (end != data_.size()) {
      fail_at(file_, "data", fmt::format("{} bytes belong to no tensor", data_.size() - end),
              kLengthBytes + header_.size() + end);
    }
  }

  std::string_view file_;
  std::span<const std::byte> bytes_;
  std::string_view header_;
  std::span<const std::byte> data_;
  std::vector<Placed> placed_;
};

}  // namespace

std::vector<TensorView> parse_safetensors(std::string_view file, std::span<const std::byte> bytes) {
  return Parser(file, bytes).parse();
}

}  // namespace candor::engine
