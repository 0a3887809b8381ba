#include "runner/public/pull.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "runner/models/https.h"
#include "runner/scratch/scratch_folder.h"

namespace candor::runner {

namespace fs = std::filesystem;

namespace {

constexpr const char* kWithoutExamples =
    "protocols with worked examples need it, or --shots-file FILE; all else goes without";

bool is_right(const fs::path& path, const suites::SourceFile& file) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == file.bytes && !error &&
         data::sha256_file(path) == file.sha256;
}

// None: an example file that is not there.
std::optional<fs::path> in_mirror(const fs::path& mirror, const suites::Description& description,
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
  if (file.examples) return std::nullopt;
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

// Where the file is right already, of the folders of earlier pulls: nothing is got twice.
std::optional<fs::path> from_earlier(const suites::SourceFile& file,
                                     const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    if (is_right(folder / file.name, file)) return folder / file.name;
  }
  return std::nullopt;
}

void fill(const fs::path& folder, const suites::Description& description, const SuitePull& options,
          const std::vector<fs::path>& earlier, std::size_t& filled) {
  for (const suites::SourceFile& file : description.source->files) {
    const fs::path path = folder / file.name;
    fs::create_directories(path.parent_path());
    const auto say = [&](const std::string& text) {
      if (options.say) options.say(text);
    };
    if (const auto there = from_earlier(file, earlier)) {
      say(file.name + " is here already");
      fs::copy_file(*there, path);
      if (!is_right(path, file)) fail("{}: changed while it was copied", path.string());
    } else if (options.mirror) {
      const auto found = in_mirror(*options.mirror, description, file);
      if (!found) {
        say(fmt::format("{} is not in {}: {}", file.name, options.mirror->string(),
                        kWithoutExamples));
        continue;
      }
      fs::copy_file(*found, path);
      if (!is_right(path, file)) fail("{}: changed while it was copied", path.string());
    } else {
      say("getting " + (file.url.empty() ? file.name : file.url));
      write(path, fetched(description, file));
    }
    ++filled;
  }
}

}  // namespace

bool verify_suite(const suites::Description& description, bool examples) {
  for (const suites::SourceFile& file : description.source->files) {
    if (file.examples && !examples) continue;
    if (!is_right(description.folder / file.name, file)) return false;
  }
  return true;
}

fs::path pull_suite(const suites::Description& description, const SuitePull& options) {
  const fs::path target = description.folder;
  if (verify_suite(description, true)) return target;
  // A folder in a mirror may not have the examples: what is there is good as it is.
  const bool had_all_but_examples = verify_suite(description, false);
  try {
    const std::string prefix = target.filename().string() + ".part-";
    const std::vector<ScratchFolder> left =
        ScratchFolder::left_behind(target.parent_path(), prefix);
    std::vector<fs::path> earlier = {target};
    for (const ScratchFolder& folder : left) earlier.push_back(folder.path());
    ScratchFolder scratch(target.parent_path(), prefix);
    std::size_t filled = 0;
    try {
      fill(scratch.path(), description, options, earlier, filled);
    } catch (const Error& error) {
      if (had_all_but_examples || filled == 0 || options.mirror) throw;
      scratch.keep();
      fail("{} ({} of {} files are kept: pull again to go on)", error.what(), filled,
           description.source->files.size());
    }
    scratch.replace(target);
  } catch (const fs::filesystem_error& error) {
    fail("suite {}: {}", description.suite, error.what());
  }
  return target;
}

}  // namespace candor::runner
