#include "data/store/lock_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "data/base/error.h"

namespace candor::data {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(50);

std::string holder_of(int descriptor) {
  std::array<char, 32> buffer{};
  const ssize_t size = pread(descriptor, buffer.data(), buffer.size() - 1, 0);
  if (size <= 0) return "another process";
  return fmt::format("process {}", std::strtol(buffer.data(), nullptr, 10));
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& path, int wait_ms) {
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) {
    fail(
        "{}: cannot be created: {}: the store's folder must be writable, or choose another store "
        "with --store",
        path.string(), std::strerror(errno));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  while (fcntl(descriptor_, F_OFD_SETLK, &lock) != 0) {
    const int reason = errno;
    if (reason != EAGAIN && reason != EACCES && reason != EINTR) {
      ::close(descriptor_);
      fail("{}: cannot be locked: {}: put the store on a file system that has locks", path.string(),
           std::strerror(reason));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      const std::string holder = holder_of(descriptor_);
      ::close(descriptor_);
      fail(
          "{}: in use by {}: one program writes a store at a time; wait until it has finished, end "
          "it, or choose another store with --store",
          path.parent_path().string() + "/" + path.stem().string(), holder);
    }
    std::this_thread::sleep_for(kPoll);
  }
  const std::string pid = fmt::format("{}\n", getpid());
  if (ftruncate(descriptor_, 0) != 0 ||
      pwrite(descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const int reason = errno;
    ::close(descriptor_);
    fail("{}: cannot be written: {}", path.string(), std::strerror(reason));
  }
}

LockFile::~LockFile() {
  // An empty file names nobody: a later message must not blame a process that is gone.
  [[maybe_unused]] const int emptied = ftruncate(descriptor_, 0);
  ::close(descriptor_);
}

long database_lock_holder(const std::filesystem::path& database) {
  // Read from /proc/locks: opening and closing the file here would drop this process's own locks.
  std::string wanted;
  for (const char* suffix : {"", "-shm"}) {
    struct stat status = {};
    if (stat((database.string() + suffix).c_str(), &status) != 0) continue;
    wanted += fmt::format(" {:02x}:{:02x}:{} ", major(status.st_dev), minor(status.st_dev),
                          status.st_ino);
  }
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream fields(line);
    std::string number, kind, advice, mode, file;
    long pid = 0;
    if (!(fields >> number >> kind >> advice >> mode >> pid >> file)) continue;
    if (mode == "WRITE" && pid > 0 && pid != getpid() &&
        wanted.find(" " + file + " ") != std::string::npos) {
      return pid;
    }
  }
  return 0;
}

}  // namespace candor::data
