#include "runner/sandbox/box_command.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "data/base/error.h"

namespace candor::runner {

namespace {

constexpr const char* kNobody = "65534";

// A file that lives in memory and ends with the last descriptor on it.
FileDescriptor memory_file(const std::string& content) {
  FileDescriptor fd(::memfd_create("candor", MFD_CLOEXEC));
  if (!fd) fail("sandbox: no memory file: {}", std::strerror(errno));
  for (std::size_t done = 0; done < content.size();) {
    const ssize_t wrote = ::write(fd.get(), content.data() + done, content.size() - done);
    if (wrote < 0) fail("sandbox: memory file: {}", std::strerror(errno));
    done += static_cast<std::size_t>(wrote);
  }
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

// System calls that model-written code has no business with: what looks into or changes other
// processes, mounts, keys, tracing, kernel interfaces with a history of holes, and memory that is
// no process's (it would be held outside every limit on processes).
constexpr const char* kForbidden[] = {
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_getfd",
    "mount",
    "umount2",
    "pivot_root",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "chroot",
    "setns",
    "unshare",
    "add_key",
    "request_key",
    "keyctl",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "quotactl",
    "quotactl_fd",
    "open_by_handle_at",
    "name_to_handle_at",
    "lookup_dcookie",
    "iopl",
    "ioperm",
    "personality",
    "vhangup",
    "fanotify_init",
    "memfd_create",
    "memfd_secret",
    "shmget",
    "shmat",
    "msgget",
    "semget",
    "mq_open",
};

// Sockets that stay within the box's own network. Others, such as the line to the host of a virtual
// machine (AF_VSOCK), do not belong to a network namespace and would lead out of it.
constexpr int kSocketFamilies[] = {AF_UNIX, AF_INET, AF_INET6};

void forbid(scmp_filter_ctx filter, int call, const std::vector<scmp_arg_cmp>& arguments,
            int error = EPERM) {
  const std::uint32_t action = SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error));
  if (seccomp_rule_add_array(filter, action, call, static_cast<unsigned>(arguments.size()),
                             arguments.data()) != 0) {
    fail("sandbox: the system-call filter refuses call {}", call);
  }
}

}  // namespace

std::string seccomp_program() {
  const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                      &seccomp_release);
  if (!filter) fail("sandbox: no system-call filter can be made");
  for (const char* name : kForbidden) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;  // this architecture has no such call
    forbid(filter.get(), number, {});
  }
  // Typing into the terminal of whoever started us.
  forbid(filter.get(), SCMP_SYS(ioctl), {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffU, TIOCSTI)});
  forbid(filter.get(), SCMP_SYS(ioctl), {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffU, TIOCLINUX)});
  // New namespaces. The arguments of clone3 cannot be looked at: libraries do without it.
  for (const scmp_datum_t flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET}) {
    forbid(filter.get(), SCMP_SYS(clone), {SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)});
  }
  forbid(filter.get(), SCMP_SYS(clone3), {}, ENOSYS);
  // All families but the allowed ones: what lies below, between and above them.
  int next = 0;
  for (const int family : kSocketFamilies) {
    for (; next < family; ++next) {
      forbid(filter.get(), SCMP_SYS(socket),
             {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(next))});
    }
    next = family + 1;
  }
  forbid(filter.get(), SCMP_SYS(socket), {SCMP_A0(SCMP_CMP_GE, static_cast<scmp_datum_t>(next))});
  const FileDescriptor program = memory_file("");
  if (seccomp_export_bpf(filter.get(), program.get()) != 0) {
    fail("sandbox: the system-call filter cannot be exported");
  }
  std::string bytes(static_cast<std::size_t>(::lseek(program.get(), 0, SEEK_END)), '\0');
  if (::pread(program.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    fail("sandbox: the system-call filter cannot be read back");
  }
  return bytes;
}

BoxCommand box_command(const SandboxJob& job) {
  static const std::string filter = seccomp_program();
  const SandboxLimits& limits = job.limits;
  BoxCommand box;
  std::vector<std::string>& argv = box.argv;
  const auto add = [&](std::initializer_list<std::string> words) {
    argv.insert(argv.end(), words.begin(), words.end());
  };
  const auto inherit = [&](const std::string& content) {
    box.inherited.push_back(memory_file(content));
    return std::to_string(kFirstInherited + static_cast<int>(box.inherited.size()) - 1);
  };

  // Limits on the number of processes do not bind root, so root steps down before the box is made.
  if (::geteuid() == 0) {
    add({"setpriv", std::string("--reuid=") + kNobody, std::string("--regid=") + kNobody,
         "--clear-groups", "--no-new-privs", "--inh-caps=-all"});
  }
  add({"bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent",
       "--new-session", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/w",
       "--setenv", "LANG", "C.UTF-8", "--setenv", "PYTHONDONTWRITEBYTECODE", "1"});
  add({"--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
       "--symlink", "usr/lib64", "/lib64", "--ro-bind-try", "/etc/alternatives",
       "/etc/alternatives", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"});
  add({"--proc", "/proc", "--dev", "/dev", "--size", std::to_string(limits.folder_bytes), "--tmpfs",
       "/tmp", "--size", std::to_string(limits.folder_bytes), "--tmpfs", "/w"});
  for (const auto& [name, content] : job.files) {
    add({"--perms", "0555", "--ro-bind-data", inherit(content), "/in/" + name});
  }
  // The root and /dev are writable memory in a fresh box: closed, or they would be a way round the
  // limits on files.
  add({"--chdir", "/w", "--dir", "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/",
       "--hostname", "box", "--cap-drop", "ALL", "--seccomp", inherit(filter), "--"});
  add({"prlimit", fmt::format("--as={}", limits.memory_bytes),
       // The soft limit's signal can be ignored; a second later comes the one that cannot.
       fmt::format("--cpu={}:{}", limits.cpu_seconds, limits.cpu_seconds + 1),
       fmt::format("--fsize={}", limits.file_bytes), fmt::format("--nproc={}", limits.processes),
       // A limit of 1, unlike 0, also keeps a core from a program that collects cores (core(5)).
       "--nofile=64", "--core=1", "--stack=16777216", "--"});
  argv.insert(argv.end(), job.command.begin(), job.command.end());
  return box;
}

}  // namespace candor::runner
