#include "engine/files/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <system_error>

#include "engine/files/file_error.h"

namespace candor::engine {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

// Closes the descriptor; a mapping outlives it.
struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path.string()) {
  // Not blocking: opening a pipe without a writer would wait for ever.
  const Descriptor file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) fail_in_file(path_, "file", "cannot be opened: " + reason(errno));
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) fail_in_file(path_, "file", "cannot be read: " + reason(errno));
  if (!S_ISREG(info.st_mode)) fail_in_file(path_, "file", "is not an ordinary file");
  if (info.st_size == 0) return;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (data == MAP_FAILED) fail_in_file(path_, "file", "cannot be mapped: " + reason(errno));
  bytes_ = {static_cast<const std::byte*>(data), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::release(std::span<const std::byte> part) const {
  if (part.empty()) return;
  // Whole pages, rounded outwards: a page shared with a neighbour is read again when it is needed.
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto offset = static_cast<std::size_t>(part.data() - bytes_.data());
  const std::size_t begin = offset / page * page;
  const std::size_t length = offset - begin + part.size();
  ::madvise(const_cast<std::byte*>(bytes_.data()) + begin, length, MADV_DONTNEED);
}

const MappedFile& MappedFiles::add(const std::filesystem::path& path) {
  files_.push_back(std::make_unique<MappedFile>(path));
  return *files_.back();
}

std::vector<std::filesystem::path> MappedFiles::paths() const {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : files_) paths.emplace_back(file->path());
  return paths;
}

std::uint64_t MappedFiles::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& file : files_) sum += file->bytes().size();
  return sum;
}

void MappedFiles::release(std::span<const std::byte> part) const {
  for (const auto& file : files_) {
    const std::byte* const begin = file->bytes().data();
    const std::byte* const end = begin + file->bytes().size();
    const std::less<const std::byte*> before;
    if (!before(part.data(), begin) && before(part.data(), end)) file->release(part);
  }
}

}  // namespace candor::engine
