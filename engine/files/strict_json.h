// JSON of strangers: as RFC 8259 has it, and besides no key twice in an object (which one would
// count?), no deep nesting, and no more memory than allowed.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace candor::engine {

struct JsonLimits {
  std::uint64_t base_offset = 0;               // where `text` begins in the file, for messages
  std::size_t memory = std::size_t{96} << 20;  // for the value; half as much again to check keys
};

// Throws Error `file: field: what (offset N)`.
boost::json::value parse_strict_json(std::string_view file, std::string_view field,
                                     std::string_view text, const JsonLimits& limits = {});

// A whole file that must hold an object and be no larger than `max_bytes`.
boost::json::object read_json_object(const std::filesystem::path& path, std::size_t max_bytes,
                                     const JsonLimits& limits = {});

}  // namespace candor::engine
