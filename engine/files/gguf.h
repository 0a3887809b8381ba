// Reader of GGUF v2 and v3 files (model-facts, section 2.1). Everything in the file is distrusted:
// every length, count and offset is checked against the file before it is used, and an error names
// file, field and offset. A model may be split into parts NAME-00001-of-0000N.gguf: metadata are
// those of the first part, tensors those of all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/files/weights.h"

namespace candor::engine {

// Arrays are kept flat by element kind; nested arrays are refused (no key of ours has them).
using GgufValue =
    std::variant<std::uint64_t, std::int64_t, double, bool, std::string, std::vector<std::int64_t>,
                 std::vector<double>, std::vector<bool>, std::vector<std::string>>;

class GgufFile final : public WeightSource {
 public:
  // Maps the file and reads its header; of a split model, any part opens all of them. A file
  // without tensors is fine (vocabulary only).
  static std::unique_ptr<GgufFile> open(const std::filesystem::path& path);
  ~GgufFile() override;

  const GgufValue* value(std::string_view key) const;  // null: no such key

  // Typed access; any integer type serves for integers. `find_…`: nothing when the key is missing;
  // Error naming file and key when it has another type or is out of range.
  std::optional<std::int64_t> find_integer(std::string_view key) const;
  std::optional<double> find_number(std::string_view key) const;
  std::optional<bool> find_boolean(std::string_view key) const;
  std::optional<std::string> find_text(std::string_view key) const;
  const std::vector<std::string>* find_texts(std::string_view key) const;
  const std::vector<std::int64_t>* find_integers(std::string_view key) const;
  const std::vector<double>* find_numbers(std::string_view key) const;
  const std::vector<bool>* find_booleans(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;  // Error when missing
  double number(std::string_view key) const;
  std::string text(std::string_view key) const;

  std::vector<std::string> keys() const;  // in the order of the file

  const std::vector<TensorView>& tensors() const override;
  const TensorView* find(std::string_view name) const override;
  void release(const TensorView& tensor) const override;
  const std::string& path() const override;  // of a split model: of its first part
  std::vector<std::filesystem::path> files() const override;
  std::uint64_t file_bytes() const override;

 private:
  struct State;
  explicit GgufFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The paths of all parts of the split model that a name NAME-00002-of-00005.gguf belongs to, from
// the name alone, in order; the path itself for any other name.
std::vector<std::filesystem::path> gguf_parts(const std::filesystem::path& path);

}  // namespace candor::engine
