// The text of a data file: unpacked when it is gzip, without a byte order mark, checked to be UTF-8
// line by line. Not a parser of any format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace candor::suites {

// Limits against files that unpack without end.
inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;
inline constexpr std::size_t kMaxRecordBytes = std::size_t{16} << 20;

// Throws Error when the path is no regular file, cannot be read, unpacks to more than `limit`
// bytes, is a damaged or truncated gzip file, or looks like UTF-16. UTF-8 itself is not checked
// here.
std::string read_text(const std::filesystem::path& path, std::size_t limit = kMaxFileBytes);

// The code point at `at`, which moves behind it; negative where the bytes are not valid UTF-8.
std::int32_t next_code_point(std::string_view text, std::size_t& at);

// The offset of the first byte that is not valid UTF-8 (overlong forms and surrogates are not);
// npos when all is well.
std::size_t invalid_utf8(std::string_view text);

}  // namespace candor::suites
