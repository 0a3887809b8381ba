// The bytes of a transcript file in pieces, so that no file is held as a whole: a plain or gzip
// file, or an entry of a ZIP archive (stored, deflated, or Zstandard as Inspect writes it). No
// parser.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candor::runner {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills the front of `buffer` and returns how much; 0 at the end. Throws Error naming the file
  // for what cannot be read, and for damaged or cut-off packed data.
  virtual std::size_t read(std::span<char> buffer) = 0;
};

// A file, unpacked when it is gzip.
std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);

// The first `most` bytes, unpacked, without a byte order mark.
std::string head_of(const std::filesystem::path& path, std::size_t most);

// The entries of a ZIP archive, in its order.
class ZipBytes {
 public:
  // Throws Error for what is no ZIP archive or has lost its directory, which is at its end.
  explicit ZipBytes(const std::filesystem::path& path);
  ~ZipBytes();
  ZipBytes(const ZipBytes&) = delete;
  ZipBytes& operator=(const ZipBytes&) = delete;

  const std::vector<std::string>& names() const { return names_; }
  // The source must not outlive the archive. Throws Error for an entry that is packed in a way that
  // is not read here.
  std::unique_ptr<ByteSource> open(const std::string& name) const;

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
  std::vector<std::string> names_;
};

// Lines of a source, without their ends ("\n" or "\r\n"); a byte order mark is left out.
class LineReader {
 public:
  static constexpr std::size_t kMaxLine = std::size_t{256} << 20;

  LineReader(ByteSource& bytes, std::string file);
  // False at the end. The text is good until the next call. Throws Error with file and line for a
  // line of more than kMaxLine bytes; the next call goes on behind it.
  bool next(std::string_view& line);
  std::size_t number() const { return number_; }  // of the line that next gave last, from 1

 private:
  bool fill();

  ByteSource& bytes_;
  std::string file_;
  std::string buffer_;
  std::size_t at_ = 0;        // in buffer_, where the next line begins
  std::size_t searched_ = 0;  // no line ends between at_ and this
  std::size_t number_ = 0;
  bool ended_ = false;
};

}  // namespace candor::runner
