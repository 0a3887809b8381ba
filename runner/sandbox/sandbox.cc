#include "runner/sandbox/sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
extern "C" {  // glibc 2.36 declares these without saying that they are C
#include <sys/pidfd.h>
}

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "data/base/error.h"
#include "runner/sandbox/box_command.h"
#include "runner/sandbox/box_use.h"

namespace candor::runner {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMilliseconds = 100;
// How long the second of two connected programs may take to see that the first has ended.
constexpr std::chrono::milliseconds kGrace(1000);

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

// Descriptors start high, so that none of them is in the way of the numbers a child inherits.
FileDescriptor lifted(int fd) {
  const FileDescriptor low(fd);
  FileDescriptor high(::fcntl(low.get(), F_DUPFD_CLOEXEC, 256));
  if (!high) fail("sandbox: too many open files: {}", std::strerror(errno));
  return high;
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("sandbox: no pipe: {}", std::strerror(errno));
  Pipe pipe;
  FileDescriptor second(ends[1]);
  pipe.read = lifted(ends[0]);
  pipe.write = lifted(::fcntl(second.get(), F_DUPFD_CLOEXEC, 256));
  return pipe;
}

// One box from start to end. The descriptors given to it are closed here once it has them.
class Box {
 public:
  Box(const SandboxJob& job, FileDescriptor input, FileDescriptor output, FileDescriptor errors,
      FileDescriptor read_errors)
      : limits_(job.limits), errors_(std::move(read_errors)), start_(Clock::now()) {
    const BoxCommand command = box_command(job);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, output.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, errors.get(), 2);
    std::vector<FileDescriptor> high;
    for (const FileDescriptor& file : command.inherited) {
      high.emplace_back(::fcntl(file.get(), F_DUPFD_CLOEXEC, 256));
      const int number = kFirstInherited + static_cast<int>(high.size()) - 1;
      posix_spawn_file_actions_adddup2(&actions, high.back().get(), number);
    }
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> argv;
    for (const std::string& word : command.argv) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    // The environment is empty from the outermost process on: code in the box can read that of the
    // box's first process, and it must hold nothing of ours.
    std::array<char, 24> path = {"PATH=/usr/bin:/bin"};
    std::array<char*, 2> environment = {path.data(), nullptr};
    const std::string program = "/usr/bin/" + command.argv.front();
    const int code = posix_spawn(&process_, program.c_str(), &actions, &attributes, argv.data(),
                                 environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (code != 0) fail("sandbox: {} cannot be started: {}", program, std::strerror(code));
    handle_ = FileDescriptor(::pidfd_open(process_, 0));
    if (!handle_) {
      end();
      fail("sandbox: no process handle: {}", std::strerror(errno));
    }
  }
  ~Box() { end(); }
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

  int handle() const { return handle_.get(); }
  FileDescriptor& errors() { return errors_; }
  bool ended() const { return process_ <= 0; }
  SandboxResult& result() { return result_; }
  const SandboxLimits& limits() const { return limits_; }
  bool starved() const { return starved_; }
  bool ended_by_us() const { return ended_by_us_; }

  // Ends the box when it is over a limit that the kernel does not keep for us. To be called every
  // kPollMilliseconds; a box that has just started is not looked at.
  void watch() {
    if (ended()) return;
    const Clock::duration age = Clock::now() - start_;
    if (age > std::chrono::seconds(wall_seconds(limits_))) {
      starved_ = runner::starved(box_use(process_, false), limits_);
      result_.timed_out = true;
      end();
      return;
    }
    const Clock::time_point now = Clock::now();
    if (now < next_look_) return;
    next_look_ = now + std::chrono::milliseconds(kPollMilliseconds);
    // Pages that processes share are counted twice by the quick look.
    if (box_use(process_, false).resident_bytes > limits_.memory_bytes &&
        box_use(process_, true).proportional_bytes > limits_.memory_bytes) {
      result_.out_of_memory = true;
      end();
    }
  }

  // Kills whatever is left of the box: its first process dies with ours, and all others with it.
  void end() {
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    ended_by_us_ = true;
    reap();
  }

  void reap() {
    if (process_ <= 0) return;
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result_.wall_seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    // The soft limit on CPU time ends a program with SIGXCPU; one that ignores it meets SIGKILL,
    // which it cannot have met for that reason before the time was over.
    if (ended_by_us_) return;
    if (result_.exit_code == 128 + SIGXCPU ||
        (result_.exit_code == 128 + SIGKILL && result_.wall_seconds >= limits_.cpu_seconds)) {
      result_.timed_out = true;
    }
  }

 private:
  SandboxLimits limits_;
  FileDescriptor errors_;
  Clock::time_point start_;
  Clock::time_point next_look_ = start_ + std::chrono::milliseconds(kPollMilliseconds);
  pid_t process_ = -1;
  FileDescriptor handle_;
  bool ended_by_us_ = false;
  bool starved_ = false;
  SandboxResult result_;
};

// Takes what is there and keeps it up to the limit; closes the stream at its end. What is beyond
// the limit is read and forgotten: a program may talk as much as it likes.
void drain(FileDescriptor& stream, std::string& into, std::uint64_t limit) {
  std::array<char, 8192> buffer;
  const ssize_t got = ::read(stream.get(), buffer.data(), buffer.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    stream.reset();
    return;
  }
  const std::size_t room = limit - into.size();
  into.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
}

void feed(FileDescriptor& stream, std::string_view& rest) {
  const ssize_t wrote = ::write(stream.get(), rest.data(), rest.size());
  if (wrote < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (wrote > 0) rest.remove_prefix(static_cast<std::size_t>(wrote));
  if (wrote < 0 || rest.empty()) stream.reset();
}

// What is still in a pipe when the program is gone.
void drain_rest(FileDescriptor& stream, std::string& into, std::uint64_t limit) {
  if (!stream) return;
  ::fcntl(stream.get(), F_SETFL, O_NONBLOCK);
  // What is left of the box may still be writing: it is being killed, and not waited for.
  while (stream && into.size() < limit) {
    pollfd ready{stream.get(), POLLIN, 0};
    if (::poll(&ready, 1, 0) <= 0) break;
    drain(stream, into, limit);
  }
}

// One try. `starved`: it is worth another.
SandboxResult run_once(const SandboxJob& job, const std::string& input, bool& starved) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
  Box box(job, std::move(in.read), std::move(out.write), std::move(err.write), std::move(err.read));
  std::string_view rest = input;
  if (rest.empty()) in.write.reset();
  SandboxResult& result = box.result();
  const std::uint64_t limit = job.limits.output_bytes;
  while (!box.ended()) {
    std::array<pollfd, 4> ready = {
        pollfd{box.handle(), POLLIN, 0}, pollfd{out.read.get(), POLLIN, 0},
        pollfd{box.errors().get(), POLLIN, 0}, pollfd{in.write.get(), POLLOUT, 0}};
    ::poll(ready.data(), ready.size(), kPollMilliseconds);
    if (ready[1].revents != 0) drain(out.read, result.output, limit);
    // More output than anybody will read: the next writing ends the program.
    if (result.output.size() >= limit) out.read.reset();
    if (ready[2].revents != 0) drain(box.errors(), result.errors, limit);
    if (ready[3].revents != 0) feed(in.write, rest);
    if (ready[0].revents != 0) box.reap();
    box.watch();
  }
  drain_rest(out.read, result.output, limit);
  drain_rest(box.errors(), result.errors, limit);
  starved = box.starved();
  return std::move(result);
}

std::pair<SandboxResult, SandboxResult> run_connected_once(const SandboxJob& first,
                                                           const SandboxJob& second,
                                                           bool& starved) {
  Pipe forth = make_pipe();
  Pipe back = make_pipe();
  Pipe first_errors = make_pipe();
  Pipe second_errors = make_pipe();
  Box a(first, std::move(back.read), std::move(forth.write), std::move(first_errors.write),
        std::move(first_errors.read));
  Box b(second, std::move(forth.read), std::move(back.write), std::move(second_errors.write),
        std::move(second_errors.read));
  const auto poll_both = [&] {
    std::array<pollfd, 4> ready = {pollfd{a.ended() ? -1 : a.handle(), POLLIN, 0},
                                   pollfd{b.ended() ? -1 : b.handle(), POLLIN, 0},
                                   pollfd{a.errors().get(), POLLIN, 0},
                                   pollfd{b.errors().get(), POLLIN, 0}};
    ::poll(ready.data(), ready.size(), kPollMilliseconds);
    if (ready[2].revents != 0) drain(a.errors(), a.result().errors, a.limits().output_bytes);
    if (ready[3].revents != 0) drain(b.errors(), b.result().errors, b.limits().output_bytes);
    if (ready[1].revents != 0) b.reap();
    if (ready[0].revents != 0) a.reap();
  };
  while (!a.ended()) {
    poll_both();
    a.watch();
    b.watch();
    // When one of the two met the clock or the limit on memory, there is nothing left to wait for.
    if (a.result().timed_out || (b.result().timed_out && b.ended_by_us())) {
      a.end();
      b.end();
    }
  }
  // The second sees the end of its input and ends too; how it ended tells what had happened to it.
  const Clock::time_point end = Clock::now();
  while (!b.ended() && Clock::now() - end < kGrace) poll_both();
  if (!b.ended()) {
    b.result().stopped = true;
    b.end();
  }
  drain_rest(a.errors(), a.result().errors, a.limits().output_bytes);
  drain_rest(b.errors(), b.result().errors, b.limits().output_bytes);
  starved = a.starved() || b.starved();
  return {std::move(a.result()), std::move(b.result())};
}

}  // namespace

SandboxResult Sandbox::run(const SandboxJob& job, const std::string& input) const {
  bool starved = false;
  SandboxResult result = run_once(job, input, starved);
  if (!starved) return result;
  result = run_once(job, input, starved);
  result.retried = true;
  return result;
}

std::pair<SandboxResult, SandboxResult> Sandbox::run_connected(const SandboxJob& first,
                                                               const SandboxJob& second) const {
  bool starved = false;
  auto results = run_connected_once(first, second, starved);
  if (!starved) return results;
  results = run_connected_once(first, second, starved);
  results.first.retried = results.second.retried = true;
  return results;
}

Sandbox::Sandbox() {
  for (const char* program : {"/usr/bin/bwrap", "/usr/bin/prlimit", "/usr/bin/setpriv"}) {
    if (::access(program, X_OK) != 0) {
      unavailable_ = fmt::format("{} is missing (packages bubblewrap and util-linux)", program);
      return;
    }
  }
  SandboxJob probe;
  probe.files = {{"probe", "box"}};
  probe.command = {"cat", "/in/probe"};
  try {
    const SandboxResult result = run(probe, "");
    if (result.exit_code == 0 && result.output == "box") return;
    std::string why = result.errors.substr(0, 300);
    while (!why.empty() && why.back() == '\n') why.pop_back();
    unavailable_ = fmt::format("a trial box failed with status {}: {}", result.exit_code, why);
  } catch (const Error& error) {
    unavailable_ = error.what();
  }
}

}  // namespace candor::runner
