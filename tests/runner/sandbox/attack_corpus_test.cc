// Every program of corpus/ gets the verdict it must get, and leaves nothing behind.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "data/records/json_fields.h"
#include "runner/pipeline/judges.h"
#include "runner/pipeline/workers.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;

constexpr char kCanary[] = "candor-canary-5b1f0c93";

struct Case {
  std::string name;
  std::set<std::string> verdicts;
  int cpu_seconds = 6;
  std::string code;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Case read_header(const std::string& line) {
  Case row;
  std::istringstream words(line.substr(4));
  std::getline(words, row.name, ':');
  for (std::string word; words >> word;) {
    if (word.starts_with("cpu=")) {
      row.cpu_seconds = std::stoi(word.substr(4));
    } else if (word != "or") {
      row.verdicts.insert(word);
    }
  }
  return row;
}

std::vector<Case> read_cases(const std::string& file) {
  std::vector<Case> cases;
  std::istringstream lines(contents(tests::source_path("tests/runner/sandbox/corpus") / file));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("=== ")) {
      cases.push_back(read_header(line));
    } else if (!cases.empty()) {
      cases.back().code += line + "\n";
    }
  }
  return cases;
}

void replace(std::string& text, const std::string& mark, const std::string& value) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), value);
  }
}

// Sockets that nobody may reach, a file that nobody may read, a secret in our environment.
class Traps {
 public:
  Traps() {
    ::setenv("CANDOR_CANARY_KEY", kCanary, 1);
    file_ = folder_.path() / "key";
    std::ofstream(file_) << kCanary;
    fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write);
    tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(tcp_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(tcp_, 4);
    ::getsockname(tcp_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    const std::string path = (folder_.path() / "socket").string();
    listen_unix(path, false);
    listen_unix("candor-harm-" + std::to_string(port_), true);
  }
  ~Traps() {
    ::unsetenv("CANDOR_CANARY_KEY");
    for (const int fd : {tcp_, unix_[0], unix_[1]}) ::close(fd);
  }

  void set(std::string& code) const {
    replace(code, "@CANARY@", kCanary);
    replace(code, "@FILE@", file_.string());
    replace(code, "@PORT@", std::to_string(port_));
    replace(code, "@SOCKET@", (folder_.path() / "socket").string());
  }
  void expect_untouched() const {
    for (const int fd : {tcp_, unix_[0], unix_[1]}) {
      EXPECT_EQ(::accept(fd, nullptr, nullptr), -1) << "somebody reached one of our sockets";
    }
    EXPECT_EQ(contents(file_), kCanary);
  }

 private:
  void listen_unix(const std::string& name, bool abstract) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path + (abstract ? 1 : 0), sizeof address.sun_path - 2);
    int& fd = unix_[abstract ? 1 : 0];
    fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const std::size_t length = offsetof(sockaddr_un, sun_path) + name.size() + 1;
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(length)), 0);
    ::listen(fd, 4);
  }

  tests::TempFolder folder_;
  fs::path file_;
  int tcp_ = -1;
  int unix_[2] = {-1, -1};
  int port_ = 0;
};

// Waits until this process has no children: whatever a box leaves becomes a child of ours.
bool all_children_gone() {
  for (int i = 0; i < 100; ++i) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (::waitpid(-1, nullptr, WNOHANG) < 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

class AttackCorpus : public testing::Test {
 protected:
  void SetUp() override {
    if (judges_.sandbox_unavailable()) {
      GTEST_SKIP() << "no sandbox: " << *judges_.sandbox_unavailable();
    }
    // Orphans of ours become our children, not those of the system's first process.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    mounts_ = contents("/proc/self/mountinfo");
  }

  void TearDown() override {
    if (IsSkipped()) return;
    traps_.expect_untouched();
    EXPECT_TRUE(all_children_gone()) << "a process is left";
    EXPECT_EQ(contents("/proc/self/mountinfo"), mounts_) << "a mount is left";
    for (const char* folder : {"/tmp", "/var/tmp", "/dev/shm", "/", "/root", "/home", "/etc"}) {
      for (const char* name : {"candor-late", "candor-left", "candor-harm"}) {
        EXPECT_FALSE(fs::exists(fs::path(folder) / name)) << folder << "/" << name;
      }
    }
  }

  // Several at a time: many of them wait for a limit.
  void judge(const std::string& file, std::size_t count, bool only_never_passed = false) {
    std::vector<Case> cases = read_cases(file);
    ASSERT_EQ(cases.size(), count);
    std::vector<scoring::CodeVerdict> found(cases.size());
    const int threads = Judges::code_workers() + 2;
    in_parallel(cases.size(), threads, [&](std::size_t i) {
      traps_.set(cases[i].code);
      found[i] = judges_.judge_code(task(cases[i], only_never_passed));
    });
    for (std::size_t i = 0; i < cases.size(); ++i) {
      EXPECT_EQ(found[i].reason.find(kCanary), std::string::npos) << cases[i].name;
      if (only_never_passed) {
        EXPECT_NE(found[i].verdict, "passed") << cases[i].name;
        EXPECT_NE(found[i].verdict, "not_scored") << cases[i].name;
      } else {
        EXPECT_TRUE(cases[i].verdicts.contains(found[i].verdict))
            << file << ", " << cases[i].name << ": " << found[i].verdict << ", " << found[i].reason;
      }
    }
  }

  static scoring::CodeTask task(const Case& row, bool as_calls) {
    scoring::CodeTask task{
        "python", "def f(x):\n    \"\"\"The number after x.\"\"\"\n", row.code,
        "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(10) == 11\n",
        "f"};
    task.cpu_seconds = row.cpu_seconds;
    if (as_calls) {
      task.test.clear();
      task.calls = {{{1}, {}, 2}, {{10}, {}, 11}};
    }
    return task;
  }

  const Judges judges_;
  Traps traps_;
  std::string mounts_;
};

TEST_F(AttackCorpus, ControlsAreJudgedForWhatTheyAre) { judge("controls.txt", 16); }

TEST_F(AttackCorpus, ResourcesMeetTheirLimits) { judge("resources.txt", 28); }

TEST_F(AttackCorpus, NothingStays) { judge("leftovers.txt", 5); }

TEST_F(AttackCorpus, NothingIsReached) { judge("harms.txt", 22); }

TEST_F(AttackCorpus, CheatsAreNotBelieved) { judge("cheats.txt", 44); }

TEST_F(AttackCorpus, CheatsAreNotBelievedWhereValuesAreCompared) { judge("cheats.txt", 44, true); }

}  // namespace
}  // namespace candor::runner
