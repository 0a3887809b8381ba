// The one-writer rule: a file beside the database that is locked while a writer has it open. The
// lock belongs to the open file, so a second writer in the same process is refused as well, and it
// goes away with its process, however that ends. The file stays; only the lock counts.
#pragma once

#include <filesystem>

namespace candor::data {

class LockFile {
 public:
  // Waits up to `wait_ms`, then throws Error "in use by process N". Error when the folder cannot be
  // written.
  LockFile(const std::filesystem::path& path, int wait_ms);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  int descriptor_ = -1;
};

// The process that holds one of SQLite's own locks on this database (another program has it open
// for writing); 0 when that cannot be told.
long database_lock_holder(const std::filesystem::path& database);

}  // namespace candor::data
