#include "engine/files/gguf_parse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_set>
#include <utility>

#include "engine/files/checked.h"
#include "engine/files/cursor.h"
#include "engine/files/file_error.h"
#include "engine/files/utf8.h"

namespace candor::engine {
namespace {

constexpr std::uint64_t kMaxKeyBytes = 65535;
constexpr std::uint64_t kMaxTextBytes = std::uint64_t{32} << 20;
constexpr std::uint64_t kMaxTensorNameBytes = 64;
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint64_t kDefaultAlignment = 32;
constexpr std::uint64_t kMaxAlignment = std::uint64_t{1} << 20;
// Writers round the file up to the alignment, some to a page; more is not padding.
constexpr std::uint64_t kMaxTrailingPadding = 65536;

enum ValueType : std::uint32_t {
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

// Names of the weight types that no engine stores any more, or that this one does not read.
std::string_view foreign_type_name(std::uint32_t id) {
  static constexpr std::array<std::pair<std::uint32_t, std::string_view>, 12> kNames = {{
      {4, "Q4_2, withdrawn"},
      {5, "Q4_3, withdrawn"},
      {9, "Q8_1"},
      {15, "Q8_K"},
      {31, "Q4_0_4_4, withdrawn"},
      {32, "Q4_0_4_8, withdrawn"},
      {33, "Q4_0_8_8, withdrawn"},
      {36, "IQ4_NL_4_4, withdrawn"},
      {37, "IQ4_NL_4_8, withdrawn"},
      {38, "IQ4_NL_8_8, withdrawn"},
      {40, "NVFP4"},
      {41, "Q1_0"},
  }};
  for (const auto& [known, name] : kNames) {
    if (known == id) return name;
  }
  return "unknown";
}

class Parser {
 public:
  Parser(std::string_view file, std::span<const std::byte> bytes)
      : file_(file), bytes_(bytes), in_(file, bytes) {}

  GgufContents parse() {
    read_counts();
    for (std::uint64_t i = 0; i < entry_count_; ++i) read_entry(i);
    alignment_ = read_alignment();
    read_split();
    for (std::uint64_t i = 0; i < tensor_count_; ++i) read_tensor(i);
    place_tensors();
    return std::move(contents_);
  }

 private:
  struct Placement {
    std::uint64_t offset = 0;  // relative to the data section
    std::uint64_t size = 0;
    std::uint64_t info_offset = 0;  // where the file says so
  };

  // Takes memory that is about to be allocated from the budget.
  void spend(std::uint64_t count, std::uint64_t each) {
    const auto bytes = checked_multiply(count, each);
    if (!bytes || *bytes > budget_) {
      in_.fail_here(fmt::format("{} values need more memory than a header may take ({} MiB)", count,
                                kGgufMemory >> 20));
    }
    budget_ -= *bytes;
  }

  void refuse_foreign_file() const {
    static constexpr std::string_view kPointer = "version https://git-lfs";
    const std::string_view head(reinterpret_cast<const char*>(bytes_.data()),
                                std::min<std::size_t>(bytes_.size(), kPointer.size()));
    if (bytes_.empty()) fail_at(file_, "magic", "the file is empty", 0);
    if (head == kPointer) {
      fail_at(file_, "magic",
              "this is a Git LFS pointer, not the model itself: fetch it with 'git lfs pull'", 0);
    }
    if (!head.starts_with("GGUF")) {
      fail_at(file_, "magic",
              fmt::format("not a GGUF file, it begins with '{}'", printable(head.substr(0, 16))),
              0);
    }
  }

  void read_counts() {
    refuse_foreign_file();
    in_.enter("magic");
    in_.read<std::uint32_t>("magic");
    in_.enter("version");
    const std::uint64_t version_offset = in_.offset();
    const auto version = in_.read<std::uint32_t>("version");
    if (version != 2 && version != 3) {
      const bool swapped = version == 0x01000000 || version == 0x02000000 || version == 0x03000000;
      in_.fail_field(swapped ? std::string("the file is big-endian; convert it to little-endian")
                             : fmt::format("version {} is not supported (2 and 3 are)", version),
                     version_offset);
    }
    // The smallest tensor entry is an empty name, no dimension, type and offset; the smallest
    // metadata entry an empty key, a type and one byte.
    tensor_count_ = read_count("tensor_count", 8 + 4 + 4 + 8);
    entry_count_ = read_count("metadata_kv_count", 8 + 4 + 1);
  }

  std::uint64_t read_count(const char* field, std::uint64_t smallest) {
    in_.enter(field);
    const std::uint64_t offset = in_.offset();
    const auto count = in_.read<std::uint64_t>(field);
    if (count > in_.remaining() / smallest) {
      in_.fail_field(
          fmt::format("{} entries do not fit in the {} bytes that follow", count, in_.remaining()),
          offset);
    }
    return count;
  }

  void read_entry(std::uint64_t index) {
    in_.enter("metadata");
    in_.at_index(index);
    GgufEntry entry;
    entry.offset = in_.offset();
    const std::string_view key = in_.text("key", kMaxKeyBytes);
    spend(1, sizeof(GgufEntry) + key.size() + 64);
    check_name("key", key, entry.offset);
    entry.key = key;
    in_.enter(entry.key);
    if (!keys_.emplace(entry.key).second) in_.fail_field("the key is there twice", entry.offset);
    const std::uint64_t type_offset = in_.offset();
    const auto type = in_.read<std::uint32_t>("value type");
    entry.value = type == kArray ? read_array() : read_scalar(type, type_offset);
    contents_.entries.push_back(std::move(entry));
  }

  void check_name(std::string_view what, std::string_view name, std::uint64_t offset) const {
    if (name.empty()) in_.fail_field(fmt::format("empty {}", what), offset);
    if (name.find('\0') != name.npos || !is_utf8(name)) {
      in_.fail_field(fmt::format("{} '{}' is not UTF-8 text", what, printable(name)), offset);
    }
  }

  GgufValue read_scalar(std::uint32_t type, std::uint64_t type_offset) {
    switch (type) {
      case kUint8:
        return std::uint64_t{in_.read<std::uint8_t>("value")};
      case kUint16:
        return std::uint64_t{in_.read<std::uint16_t>("value")};
      case kUint32:
        return std::uint64_t{in_.read<std::uint32_t>("value")};
      case kUint64:
        return in_.read<std::uint64_t>("value");
      case kInt8:
        return std::int64_t{in_.read<std::int8_t>("value")};
      case kInt16:
        return std::int64_t{in_.read<std::int16_t>("value")};
      case kInt32:
        return std::int64_t{in_.read<std::int32_t>("value")};
      case kInt64:
        return in_.read<std::int64_t>("value");
      case kFloat32:
        return double{in_.read<float>("value")};
      case kFloat64:
        return in_.read<double>("value");
      case kBool:
        return read_bool();
      case kString: {
        const std::string_view text = in_.text("value", kMaxTextBytes);
        spend(1, text.size());
        return std::string(text);
      }
      default:
        in_.fail_field(fmt::format("unknown value type {}", type), type_offset);
    }
  }

  bool read_bool() {
    const std::uint64_t offset = in_.offset();
    const auto value = in_.read<std::uint8_t>("value");
    if (value > 1) in_.fail_field(fmt::format("{} is not a boolean (0 or 1)", value), offset);
    return value == 1;
  }

  GgufValue read_array() {
    const std::uint64_t type_offset = in_.offset();
    const auto type = in_.read<std::uint32_t>("element type");
    const std::uint64_t count_offset = in_.offset();
    const auto count = in_.read<std::uint64_t>("element count");
    const auto check_count = [&](std::uint64_t smallest) {
      if (count > in_.remaining() / smallest) {
        in_.fail_field(fmt::format("{} elements do not fit in the {} bytes that follow", count,
                                   in_.remaining()),
                       count_offset);
      }
    };
    switch (type) {
      case kUint8:
        return check_count(1), read_numbers<std::int64_t, std::uint8_t>(count);
      case kInt8:
        return check_count(1), read_numbers<std::int64_t, std::int8_t>(count);
      case kUint16:
        return check_count(2), read_numbers<std::int64_t, std::uint16_t>(count);
      case kInt16:
        return check_count(2), read_numbers<std::int64_t, std::int16_t>(count);
      case kUint32:
        return check_count(4), read_numbers<std::int64_t, std::uint32_t>(count);
      case kInt32:
        return check_count(4), read_numbers<std::int64_t, std::int32_t>(count);
      case kUint64:
        return check_count(8), read_numbers<std::int64_t, std::uint64_t>(count);
      case kInt64:
        return check_count(8), read_numbers<std::int64_t, std::int64_t>(count);
      case kFloat32:
        return check_count(4), read_numbers<double, float>(count);
      case kFloat64:
        return check_count(8), read_numbers<double, double>(count);
      case kBool:
        return check_count(1), read_bools(count);
      case kString:
        return check_count(8), read_texts(count);
      case kArray:
        in_.fail_field("arrays of arrays are not supported", type_offset);
      default:
        in_.fail_field(fmt::format("unknown element type {}", type), type_offset);
    }
  }

  template <typename Kept, typename Stored>
  GgufValue read_numbers(std::uint64_t count) {
    spend(count, sizeof(Kept));
    std::vector<Kept> values;
    values.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto value = in_.read<Stored>("element");
      if constexpr (std::is_same_v<Stored, std::uint64_t>) {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
          in_.at_index(i);
          in_.fail_field(fmt::format("{} is out of range", value), in_.offset() - sizeof(Stored));
        }
      }
      values.push_back(static_cast<Kept>(value));
    }
    return values;
  }

  GgufValue read_bools(std::uint64_t count) {
    spend(count, 1);
    std::vector<bool> values;
    values.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      in_.at_index(i);
      values.push_back(read_bool());
    }
    return values;
  }

  GgufValue read_texts(std::uint64_t count) {
    spend(count, sizeof(std::string));
    std::vector<std::string> values;
    values.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      in_.at_index(i);
      const std::string_view text = in_.text("element", kMaxTextBytes);
      if (text.size() > 15) spend(1, text.size() + 16);
      values.emplace_back(text);
    }
    return values;
  }

  const GgufEntry* find(std::string_view key) const {
    const auto found = std::ranges::find(contents_.entries, key, &GgufEntry::key);
    return found == contents_.entries.end() ? nullptr : &*found;
  }

  std::uint64_t read_alignment() const {
    const GgufEntry* entry = find("general.alignment");
    if (entry == nullptr) return kDefaultAlignment;
    const auto* value = std::get_if<std::uint64_t>(&entry->value);
    if (value == nullptr || *value == 0 || *value % 8 != 0 || *value > kMaxAlignment) {
      fail_at(file_, entry->key,
              fmt::format("must be an unsigned multiple of 8, at most {}{}", kMaxAlignment,
                          value == nullptr ? "" : fmt::format(", not {}", *value)),
              entry->offset);
    }
    return *value;
  }

  // Writers store these with several integer types.
  std::optional<std::uint64_t> find_count(std::string_view key) const {
    const GgufEntry* entry = find(key);
    if (entry == nullptr) return std::nullopt;
    if (const auto* value = std::get_if<std::uint64_t>(&entry->value)) return *value;
    const auto* value = std::get_if<std::int64_t>(&entry->value);
    if (value == nullptr || *value < 0) {
      fail_at(file_, entry->key, "must be an integer that is not negative", entry->offset);
    }
    return static_cast<std::uint64_t>(*value);
  }

  void read_split() {
    GgufSplit& split = contents_.split;
    split.number = find_count("split.no").value_or(0);
    // Splitters write 0 into a file that was not split after all.
    split.count = std::max<std::uint64_t>(1, find_count("split.count").value_or(1));
    split.tensors = find_count("split.tensors.count");
    if (split.number >= split.count) {
      fail_at(file_, "split.no", fmt::format("{} of {} parts", split.number, split.count),
              find("split.no")->offset);
    }
  }

  void read_tensor(std::uint64_t index) {
    in_.enter("tensor");
    in_.at_index(index);
    Placement place;
    place.info_offset = in_.offset();
    TensorView tensor;
    const std::string_view name = in_.text("name", kMaxTensorNameBytes);
    check_name("name", name, place.info_offset);
    spend(1, sizeof(TensorView) + sizeof(Placement) + 256);
    tensor.name = name;
    in_.enter(fmt::format("tensor '{}'", name));
    if (!tensor_names_.emplace(tensor.name).second) {
      in_.fail_field("the tensor is there twice", place.info_offset);
    }

    const std::uint64_t shape_offset = in_.offset();
    const auto dimensions = in_.read<std::uint32_t>("dimension count");
    if (dimensions < 1 || dimensions > kMaxDimensions) {
      in_.fail_field(fmt::format("{} dimensions, 1 to {} are allowed", dimensions, kMaxDimensions),
                     shape_offset);
    }
    for (std::uint32_t i = 0; i < dimensions; ++i) {
      tensor.shape.push_back(in_.read<std::uint64_t>("dimension"));
    }
    const std::uint64_t row = tensor.shape.front();  // the file writes the fastest first
    std::ranges::reverse(tensor.shape);

    const std::uint64_t type_offset = in_.offset();
    const auto type = in_.read<std::uint32_t>("type");
    const kernels::BlockLayout* layout = kernels::gguf_block_layout(type);
    if (layout == nullptr) {
      in_.fail_field(fmt::format("weight type {} ({}) is not supported; use a file with other "
                                 "quantisation, such as Q4_K_M or Q8_0",
                                 type, foreign_type_name(type)),
                     type_offset);
    }
    tensor.format = static_cast<kernels::BlockFormat>(type);
    place.size = tensor_bytes(tensor.shape, row, *layout, shape_offset);

    const std::uint64_t place_offset = in_.offset();
    place.offset = in_.read<std::uint64_t>("data offset");
    if (place.offset % alignment_ != 0) {
      in_.fail_field(fmt::format("data offset {} is not a multiple of the alignment {}",
                                 place.offset, alignment_),
                     place_offset);
    }
    contents_.tensors.push_back(std::move(tensor));
    places_.push_back(place);
  }

  std::uint64_t tensor_bytes(std::span<const std::size_t> shape, std::uint64_t row,
                             const kernels::BlockLayout& layout, std::uint64_t offset) const {
    const auto refuse = [&](std::string_view what) {
      in_.fail_field(fmt::format("shape [{}] {}", fmt::join(shape, ", "), what), offset);
    };
    std::uint64_t elements = 1;
    for (const std::size_t dimension : shape) {
      const auto product = checked_multiply(elements, dimension);
      if (dimension == 0) refuse("has a dimension of 0");
      if (!product) refuse("is too large");
      elements = *product;
    }
    if (row % layout.elements != 0) {
      refuse(fmt::format("does not divide into blocks of {} values along a row ({})",
                         layout.elements, layout.name));
    }
    const auto bytes = checked_multiply(elements / layout.elements, layout.bytes);
    if (!bytes) refuse("is too large");
    return *bytes;
  }

  // Gives every tensor its bytes, once all of the header is known.
  void place_tensors() {
    in_.enter("tensor data");
    const auto aligned = checked_align_up(in_.offset(), alignment_);
    if (!aligned) in_.fail_here("the data section begins past the largest offset");
    std::uint64_t end = in_.offset();
    std::vector<std::size_t> order(places_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [this](std::size_t i) { return places_[i].offset; });
    for (const std::size_t i : order) {
      TensorView& tensor = contents_.tensors[i];
      const Placement& place = places_[i];
      in_.enter(fmt::format("tensor '{}'", tensor.name));
      const auto begin = checked_add(*aligned, place.offset);
      if (!begin || !fits(*begin, place.size, bytes_.size())) {
        in_.fail_field(
            fmt::format("its {} bytes at data offset {} run past the end of the file ({} bytes); "
                        "is the download complete?",
                        place.size, place.offset, bytes_.size()),
            place.info_offset);
      }
      if (*begin < end) {
        in_.fail_field("its bytes overlap those of another tensor", place.info_offset);
      }
      end = *begin + place.size;
      tensor.bytes = bytes_.subspan(*begin, place.size);
    }
    refuse_trailing_data(end);
  }

  // Whatever follows the last tensor was not meant to be there: two files joined, parts in the
  // wrong order, a header of another file.
  void refuse_trailing_data(std::uint64_t end) const {
    const auto rest = bytes_.subspan(end);
    const bool padding = rest.size() <= kMaxTrailingPadding &&
                         std::ranges::all_of(rest, [](std::byte b) { return b == std::byte{0}; });
    if (!padding) {
      fail_at(
          file_, "tensor data",
          fmt::format("{} bytes follow the last tensor: two files joined, or a damaged download",
                      rest.size()),
          end);
    }
  }

  std::string_view file_;
  std::span<const std::byte> bytes_;
  Cursor in_;
  std::uint64_t budget_ = kGgufMemory;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t entry_count_ = 0;
  std::uint64_t alignment_ = kDefaultAlignment;
  GgufContents contents_;
  std::vector<Placement> places_;
  std::unordered_set<std::string> keys_;
  std::unordered_set<std::string> tensor_names_;
};

}  // namespace

GgufContents parse_gguf(std::string_view file, std::span<const std::byte> bytes) {
  return Parser(file, bytes).parse();
}

}  // namespace candor::engine
