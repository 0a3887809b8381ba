// Hyper-parameters by key, whichever container they stand in, and the checks that every reader of
// them needs. A value is refused here, with the file and the key, before anything is computed from
// it.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "engine/files/gguf.h"

namespace candor::engine {

class Fields {
 public:
  virtual ~Fields() = default;

  // Nothing when the key is missing (or null); Error when it has another type.
  virtual std::optional<std::int64_t> find_integer(std::string_view key) const = 0;
  virtual std::optional<double> find_number(std::string_view key) const = 0;
  virtual std::optional<bool> find_boolean(std::string_view key) const = 0;
  virtual std::optional<std::string> find_text(std::string_view key) const = 0;
  // "model.gguf: llama.block_count": the start of every message about a field.
  virtual std::string place(std::string_view key) const = 0;

  // An integer in [1, most].
  std::size_t count(std::string_view key, std::size_t most) const;
  std::size_t count_or(std::string_view key, std::size_t fallback, std::size_t most) const;
  // An integer in [low, high].
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, std::int64_t low,
                          std::int64_t high) const;
  // A finite number in [low, high].
  double number(std::string_view key, double low, double high) const;
  double number_or(std::string_view key, double fallback, double low, double high) const;
  // The first of these keys that is there, else the first: some have had several names.
  const char* one_of(std::initializer_list<const char*> keys) const;

 protected:
  virtual bool has(std::string_view key) const = 0;  // and it is not null
};

// Keys of a GGUF file below "{architecture}.". An integer may be given as an array with an entry
// for each layer if all are the same.
class GgufFields final : public Fields {
 public:
  GgufFields(const GgufFile& file, std::string prefix);
  std::optional<std::int64_t> find_integer(std::string_view key) const override;
  std::optional<double> find_number(std::string_view key) const override;
  std::optional<bool> find_boolean(std::string_view key) const override;
  std::optional<std::string> find_text(std::string_view key) const override;
  std::string place(std::string_view key) const override;

 protected:
  bool has(std::string_view key) const override;

 private:
  std::string full(std::string_view key) const;

  const GgufFile& file_;
  std::string prefix_;
};

// Members of a JSON object, which must outlive this.
class JsonFields final : public Fields {
 public:
  JsonFields(const boost::json::object& object, std::string where);
  std::optional<std::int64_t> find_integer(std::string_view key) const override;
  std::optional<double> find_number(std::string_view key) const override;
  std::optional<bool> find_boolean(std::string_view key) const override;
  std::optional<std::string> find_text(std::string_view key) const override;
  std::string place(std::string_view key) const override;

  const boost::json::value* find(std::string_view key) const;  // null when missing or null
  // The same; Error when it is not an object, or not an array.
  const boost::json::object* find_object(std::string_view key) const;
  const boost::json::array* find_array(std::string_view key) const;

 protected:
  bool has(std::string_view key) const override;

 private:
  const boost::json::object* object_;  // a pointer, so that it can be assigned
  std::string where_;
};

}  // namespace candor::engine
