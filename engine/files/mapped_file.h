// A file mapped read-only. It does not read or check anything. The bytes live as long as the
// object; a file that is cut short by somebody else while it is mapped ends the process when the
// lost part is touched, so model files must not be written in place.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace candor::engine {

class MappedFile {
 public:
  // Throws Error naming the path when it cannot be opened or is not an ordinary file. An empty file
  // gives no bytes.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

  // Gives back the memory behind a part of bytes(); reading it again reads the file again.
  void release(std::span<const std::byte> part) const;

 private:
  std::string path_;
  std::span<const std::byte> bytes_;
};

}  // namespace candor::engine
