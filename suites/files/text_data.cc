#include "suites/files/text_data.h"

#include <unicode/utf8.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

#include "data/base/error.h"

namespace candor::suites {
namespace {

std::string unpack(const std::filesystem::path& path, std::string_view packed, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) fail("{}: zlib cannot start", path.string());
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  std::string text;
  std::string piece(std::size_t{1} << 18, '\0');
  // zlib takes 32-bit sizes: the input is at most kMaxFileBytes.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
    if (text.size() > limit) {
      fail("{}: unpacks to more than {} bytes; split the file", path.string(), limit);
    }
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) return text;
      // gzip files may be joined: the next member follows.
      if (inflateReset(&stream) != Z_OK) fail("{}: zlib cannot go on", path.string());
    } else if (status != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) {
      fail("{}: damaged or truncated gzip data (after {} bytes of text)", path.string(),
           text.size());
    }
  }
}

}  // namespace

std::string read_text(const std::filesystem::path& path, std::size_t limit) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    fail("{}: {}", path.string(), error ? error.message() : "not a regular file");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) fail("{}: {}", path.string(), error.message());
  if (size > limit) fail("{}: {} bytes, more than the limit of {}", path.string(), size, limit);
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (!file) fail("{}: cannot be read: {}", path.string(), std::strerror(errno));
  if (text.starts_with("PAR1")) {
    fail("{}: is a Parquet file, whatever its name: write its rows as JSON lines first",
         path.string());
  }
  if (text.starts_with("\x1f\x8b")) text = unpack(path, text, limit);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
      (text.size() > 3 && (text[0] == '\0' || text[1] == '\0'))) {
    fail("{}: looks like UTF-16; save it as UTF-8", path.string());
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

std::int32_t next_code_point(std::string_view text, std::size_t& at) {
  // ICU counts in 32 bits; no code point is longer than four bytes.
  const auto length = static_cast<std::int32_t>(std::min<std::size_t>(text.size() - at, 4));
  const char* bytes = text.data() + at;
  std::int32_t used = 0;
  UChar32 c = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // inside ICU's macro
  U8_NEXT(bytes, used, length, c);
#pragma GCC diagnostic pop
  at += static_cast<std::size_t>(used);
  return c;
}

std::size_t invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (static_cast<signed char>(text[at]) >= 0) {
      ++at;
    } else if (next_code_point(text, at) < 0) {
      return begin;
    }
  }
  return std::string_view::npos;
}

}  // namespace candor::suites
