// A folder of its own beside what it will become: filled, then moved into its place, else removed.
// A living owner holds a lock on it, which the system takes away with the process: so those that a
// killed one left behind can be told from those that are in use.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace candor::runner {

class ScratchFolder {
 public:
  // "PREFIX" and six characters, in `parent`, which is made. Throws Error naming the folder.
  ScratchFolder(const std::filesystem::path& parent, const std::string& prefix);
  // Removes the folder with everything in it unless it was kept or moved.
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ScratchFolder& operator=(ScratchFolder&&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Leaves it where it is, for `left_behind` to find.
  void keep();
  // Puts it in the place of `target`; what was there is removed, or stays when this fails. Throws
  // Error.
  void replace(const std::filesystem::path& target);

  // The folders of this name that no living process owns, now owned by the caller. A file system
  // that keeps no locks has none.
  static std::vector<ScratchFolder> left_behind(const std::filesystem::path& parent,
                                                const std::string& prefix);

 private:
  ScratchFolder(std::filesystem::path path, int lock);

  std::filesystem::path path_;  // empty: nothing to remove
  int lock_ = -1;
};

}  // namespace candor::runner
