#include "runner/scratch/scratch_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "data/base/error.h"

namespace candor::runner {

namespace fs = std::filesystem;

namespace {

// A folder's descriptor with a lock on it; -1 where it has none to give.
int locked(const fs::path& folder, bool wait) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return -1;
  int code = 0;
  do {
    code = ::flock(file, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
  } while (code != 0 && errno == EINTR);
  if (code == 0) return file;
  ::close(file);
  return -1;
}

// Held while folders are made or looked for: between its making and its lock a folder looks as if
// it had no owner.
class Guard {
 public:
  explicit Guard(const fs::path& parent) : file_(locked(parent, true)) {}
  ~Guard() {
    if (file_ >= 0) ::close(file_);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  int file_;
};

bool is_of(const std::string& name, const std::string& prefix) {
  constexpr std::size_t kRandom = 6;  // mkdtemp's
  return name.size() == prefix.size() + kRandom && name.starts_with(prefix) &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0; });
}

}  // namespace

ScratchFolder::ScratchFolder(const fs::path& parent, const std::string& prefix) {
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) fail("{}: cannot be made: {}", parent.string(), error.message());
  const Guard guard(parent);
  std::string pattern = (parent / (prefix + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    fail("{}: cannot be made: {}", pattern, std::strerror(errno));
  }
  path_ = pattern;
  lock_ = locked(path_, false);
  // What takes a place that others read should be readable for them.
  fs::permissions(path_,
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                      fs::perms::others_read | fs::perms::others_exec,
                  error);
}

ScratchFolder::ScratchFolder(fs::path path, int lock) : path_(std::move(path)), lock_(lock) {}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

void ScratchFolder::keep() { path_.clear(); }

void ScratchFolder::replace(const fs::path& target) {
  // A folder cannot take the place of one that is not empty: the old one steps aside first.
  const ScratchFolder aside(target.parent_path(), target.filename().string() + ".part-");
  const fs::path old = aside.path() / "old";
  std::error_code error;
  const bool there = fs::exists(target, error);
  if (there) fs::rename(target, old, error);
  if (!error) fs::rename(path_, target, error);
  if (error) {
    std::error_code ignored;
    if (there && !fs::exists(target, ignored)) fs::rename(old, target, ignored);
    fail("{}: cannot be put in its place: {}", target.string(), error.message());
  }
  path_.clear();
}

std::vector<ScratchFolder> ScratchFolder::left_behind(const fs::path& parent,
                                                      const std::string& prefix) {
  std::vector<ScratchFolder> found;
  const Guard guard(parent);
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, error)) {
    if (!is_of(entry.path().filename().string(), prefix)) continue;
    if (!fs::is_directory(entry.symlink_status(error))) continue;
    const int lock = locked(entry.path(), false);
    if (lock >= 0) found.push_back(ScratchFolder(entry.path(), lock));
  }
  return found;
}

}  // namespace candor::runner
