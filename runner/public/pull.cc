#include "runner/public/pull.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "runner/models/https.h"

namespace candor::runner {

namespace fs = std::filesystem;

namespace {

// The folder being filled; removed with everything in it unless it took its place.
class Scratch {
 public:
  explicit Scratch(const fs::path& target) {
    fs::create_directories(target.parent_path());
    std::string pattern = target.string() + ".part-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      fail("{}: cannot be made: {}", pattern, std::strerror(errno));
    }
    path_ = pattern;
    fs::permissions(path_, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                               fs::perms::others_read | fs::perms::others_exec);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

bool is_right(const fs::path& path, const suites::SourceFile& file) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == file.bytes && !error &&
         data::sha256_file(path) == file.sha256;
}

fs::path in_mirror(const fs::path& mirror, const suites::Description& description,
                   const suites::SourceFile& file) {
  for (const fs::path& folder :
       {mirror, mirror / description.suite, mirror / description.source->mirror}) {
    if (is_right(folder / file.name, file)) return folder / file.name;
  }
  // None is right: the one that is there tells most.
  for (const fs::path& folder :
       {mirror / description.source->mirror, mirror / description.suite, mirror}) {
    const fs::path path = folder / file.name;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    if (fs::file_size(path) != file.bytes) {
      fail("{}: {} bytes, the registered file has {}", path.string(), fs::file_size(path),
           file.bytes);
    }
    fail("{}: SHA-256 {} is not the registered {}", path.string(), data::sha256_file(path),
         file.sha256);
  }
  fail("{}: there is no {} in it (nor in {}/)", mirror.string(), file.name,
       description.source->mirror);
}

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) fail("{}: cannot be written: {}", path.string(), std::strerror(errno));
}

std::string fetched(const suites::Description& description, const suites::SourceFile& file) {
  if (file.url.empty()) {
    fail(
        "suite {}: {} has no published address ({}): take it from a folder that holds it with "
        "--mirror DIR",
        description.suite, file.name, description.source->note);
  }
  std::string bytes;
  DownloadLimits limits;
  limits.max_bytes = file.bytes;
  download(file.url, limits, [&](std::string_view part) { bytes += part; });
  const std::string hash = data::sha256_hex(bytes);
  if (hash != file.sha256) {
    fail("{}: {} bytes with SHA-256 {}, not the registered {} bytes with {}", file.url,
         bytes.size(), hash, file.bytes, file.sha256);
  }
  return bytes;
}

}  // namespace

bool verify_suite(const suites::Description& description) {
  for (const suites::SourceFile& file : description.source->files) {
    if (!is_right(description.folder / file.name, file)) return false;
  }
  return true;
}

fs::path pull_suite(const suites::Description& description, const SuitePull& options) {
  const fs::path target = description.folder;
  if (verify_suite(description)) return target;
  const Scratch scratch(target);
  for (const suites::SourceFile& file : description.source->files) {
    const fs::path path = scratch.path() / file.name;
    fs::create_directories(path.parent_path());
    if (options.mirror) {
      fs::copy_file(in_mirror(*options.mirror, description, file), path);
      if (!is_right(path, file)) fail("{}: changed while it was copied", path.string());
    } else {
      if (options.say) options.say("getting " + (file.url.empty() ? file.name : file.url));
      write(path, fetched(description, file));
    }
  }
  // A folder cannot take the place of one that is not empty: the old one steps aside first.
  const fs::path old = scratch.path().string() + ".old";
  std::error_code error;
  if (fs::exists(target)) fs::rename(target, old);
  fs::rename(scratch.path(), target, error);
  if (error) {
    std::error_code ignored;
    if (fs::exists(old)) fs::rename(old, target, ignored);
    fail("{}: cannot be put in its place: {}", target.string(), error.message());
  }
  fs::remove_all(old, error);
  return target;
}

}  // namespace candor::runner
