#include "engine/files/cursor.h"

#include <fmt/format.h>

#include "engine/files/file_error.h"

namespace candor::engine {

std::string_view Cursor::text(std::string_view part, std::uint64_t limit) {
  const std::uint64_t begin = offset_;
  const auto length = read<std::uint64_t>(part);
  if (length > remaining()) {
    fail_field(fmt::format("{} of {} bytes runs past the end of the file, {} bytes are left", part,
                           length, remaining()),
               begin);
  }
  if (length > limit) {
    fail_field(fmt::format("{} of {} bytes, at most {} are allowed", part, length, limit), begin);
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data() + offset_), length);
  offset_ += length;
  return text;
}

void Cursor::fail_field(std::string_view what, std::uint64_t offset) const {
  fail_at(file_, index_ ? fmt::format("{}[{}]", field_, *index_) : field_, what, offset);
}

void Cursor::fail_end(std::uint64_t length, std::string_view part) const {
  fail_here(
      fmt::format("the file ends inside {}: {} bytes needed, {} left", part, length, remaining()));
}

}  // namespace candor::engine
