// Files mapped read-only. Nothing here reads or checks them. The bytes live as long as the object;
// a file that is cut short by somebody else while it is mapped ends the process when the lost part
// is touched, so model files must not be written in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

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

// The files of one model.
class MappedFiles {
 public:
  // As MappedFile's constructor; the reference is good as long as this object.
  const MappedFile& add(const std::filesystem::path& path);

  std::vector<std::filesystem::path> paths() const;     // in the order they were added
  std::uint64_t bytes() const;                          // of all of them
  void release(std::span<const std::byte> part) const;  // of the file it lies in

 private:
  std::vector<std::unique_ptr<MappedFile>> files_;
};

}  // namespace candor::engine
