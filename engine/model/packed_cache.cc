#include "engine/model/packed_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "engine/files/file_error.h"
#include "engine/files/mapped_file.h"

namespace candor::engine {

namespace {

namespace fs = std::filesystem;

using Bytes = std::span<const std::byte>;

constexpr std::string_view kMagic = "CNDRPACK";
constexpr std::uint32_t kFileVersion = 1;
constexpr std::size_t kKeyPlace = 16;    // in the file
constexpr std::size_t kAlignment = 64;   // of every matrix
constexpr std::size_t kKeySample = 256;  // bytes of a tensor
constexpr std::size_t kHashBlock = std::size_t{1} << 20U;

static_assert(std::endian::native == std::endian::little, "packed weights are little-endian");

std::size_t aligned(std::size_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

template <typename T>
void append(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

std::string_view text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Against accidents, not against an adversary. A step is a bijection of the lane for each word and
// of the word for each lane, so bytes that differ in one word never agree.
std::uint64_t step(std::uint64_t lane, std::uint64_t word) {
  return std::rotl((lane ^ word) * 0x9E3779B97F4A7C15U, 29);
}

// Eight lanes: one alone would wait for its multiplication, not for memory.
std::uint64_t hash_block(Bytes bytes) {
  constexpr std::size_t kLanes = 8;
  std::array<std::uint64_t, kLanes> lanes{1, 2, 3, 4, 5, 6, 7, 8};
  std::array<std::uint64_t, kLanes> words{};
  const std::size_t whole = bytes.size() / sizeof words * sizeof words;
  for (std::size_t at = 0; at < whole; at += sizeof words) {
    std::memcpy(words.data(), bytes.data() + at, sizeof words);
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = step(lanes[i], words[i]);
  }
  if (whole < bytes.size()) {
    words.fill(0);
    std::memcpy(words.data(), bytes.data() + whole, bytes.size() - whole);
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = step(lanes[i], words[i]);
  }
  std::uint64_t hash = bytes.size();
  for (const std::uint64_t lane : lanes) hash = step(hash, lane);
  return hash ^ hash >> 32U;
}

// One hash a part, from those of its blocks in turn; the blocks are shared out over the threads.
std::vector<std::uint64_t> hashes(std::span<const Bytes> parts, kernels::ThreadPool& pool) {
  std::vector<Bytes> blocks;
  for (const Bytes part : parts) {
    for (std::size_t at = 0; at < part.size(); at += kHashBlock) {
      blocks.push_back(part.subspan(at, std::min(kHashBlock, part.size() - at)));
    }
  }
  std::vector<std::uint64_t> block_hashes(blocks.size());
  pool.run(blocks.size(), [&](std::size_t i, int) { block_hashes[i] = hash_block(blocks[i]); });
  std::vector<std::uint64_t> out;
  std::size_t next = 0;
  for (const Bytes part : parts) {
    std::uint64_t hash = part.size();
    for (std::size_t at = 0; at < part.size(); at += kHashBlock) {
      hash = step(hash, block_hashes[next++]);
    }
    out.push_back(hash);
  }
  return out;
}

std::string key_of(const WeightSource& source, kernels::Precision precision) {
  data::Sha256 sha;
  const auto add = [&](std::string_view field) {
    sha.update(fmt::format("{}:", field.size()));
    sha.update(field);
  };
  add("candor packed weights");
  add(fmt::format("layout {} precision {}", kernels::kPackedVersion, kernels::name(precision)));
  for (const fs::path& file : source.files()) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) {
      fail("{}: cannot be examined: {}", file.string(), std::generic_category().message(errno));
    }
    add(fmt::format("{} {}.{}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec));
  }
  for (const TensorView& tensor : source.tensors()) {
    add(tensor.name);
    std::string shape = kernels::block_layout(tensor.format).name;
    for (const std::size_t size : tensor.shape) shape += fmt::format(" {}", size);
    add(shape);
    add(text(tensor.bytes.first(std::min(tensor.bytes.size(), kKeySample))));
  }
  return sha.hex();
}

std::string reason() { return std::generic_category().message(errno); }

// A file on its way to its name: removed again unless it gets there.
class NewFile {
 public:
  explicit NewFile(const fs::path& name)
      : name_(name), temporary_(fmt::format("{}.{}.tmp", name.string(), ::getpid())) {
    ::unlink(temporary_.c_str());  // of an earlier process with this number
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    created_ = fd_ >= 0;
    if (!created_) fail("{}", reason());
  }
  ~NewFile() {
    if (fd_ >= 0) ::close(fd_);
    if (created_) ::unlink(temporary_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("{}", reason());
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void finish() {
    if (::close(std::exchange(fd_, -1)) != 0) fail("{}", reason());
    if (::rename(temporary_.c_str(), name_.c_str()) != 0) fail("{}", reason());
    created_ = false;
  }

 private:
  fs::path name_;
  std::string temporary_;
  int fd_ = -1;
  bool created_ = false;
};

}  // namespace

// All of the file that follows from the model: a file that differs anywhere here is another's.
struct PackedCache::Layout {
  struct Part {
    std::size_t offset;
    std::size_t size;
  };
  std::string head;         // then a hash for each part
  std::vector<Part> parts;  // where the matrices lie
  std::size_t file_size = 0;
};

PackedCache::PackedCache(const WeightSource& source, kernels::Precision precision, Notice notice)
    : notice_(std::move(notice)), key_(key_of(source, precision)) {
  fs::path model = fs::absolute(source.path()).lexically_normal();
  if (!model.has_filename()) model = model.parent_path();
  file_ = model.parent_path() /
          fmt::format("{}.{}.packed", model.filename().string(), key_.substr(0, 16));
}

PackedCache::Layout PackedCache::layout(std::span<const PackedMatrix> wanted) const {
  std::string directory;
  std::vector<std::size_t> sizes;
  for (const PackedMatrix& entry : wanted) {
    sizes.push_back(kernels::Matrix::packed_size(*entry.rows, entry.precision));
    append(directory, static_cast<std::uint32_t>(entry.rows->format()));
    append(directory, static_cast<std::uint32_t>(entry.name.size()));
    append(directory, std::uint64_t{entry.rows->rows()});
    append(directory, std::uint64_t{entry.rows->cols()});
    append(directory, std::uint64_t{sizes.back()});
    directory += entry.name;
  }
  Layout out;
  const std::size_t head_size =
      kKeyPlace + key_.size() + 2 * sizeof(std::uint64_t) + directory.size();
  std::size_t end = head_size + wanted.size() * sizeof(std::uint64_t);
  for (const std::size_t size : sizes) {
    out.parts.push_back({aligned(end), size});
    end = aligned(end) + size;
  }
  out.file_size = end;
  out.head = kMagic;
  append(out.head, kFileVersion);
  append(out.head, static_cast<std::uint32_t>(wanted.size()));
  out.head += key_;
  append(out.head, std::uint64_t{out.file_size});
  append(out.head, std::uint64_t{directory.size()});
  out.head += directory;
  return out;
}

std::vector<kernels::Matrix> PackedCache::read(std::span<const PackedMatrix> wanted,
                                               kernels::ThreadPool& pool) const {
  std::error_code none;
  if (!fs::exists(file_, none)) return {};
  try {
    const auto file = std::make_shared<const MappedFile>(file_);
    const Layout want = layout(wanted);
    const Bytes bytes = file->bytes();
    const std::string_view head = text(bytes.first(std::min(bytes.size(), want.head.size())));
    if (!head.starts_with(kMagic)) fail("is not a file of packed weights");
    const std::size_t version_end = kKeyPlace - sizeof(std::uint32_t);
    if (head.substr(0, version_end) != want.head.substr(0, version_end)) {
      fail("is of another version of the format");
    }
    if (head.substr(0, kKeyPlace + key_.size()) != want.head.substr(0, kKeyPlace + key_.size())) {
      fail("belongs to another model or precision");
    }
    if (bytes.size() != want.file_size) {
      fail("has {} bytes, not {}", bytes.size(), want.file_size);
    }
    if (head != want.head) fail("its directory is damaged");

    std::vector<Bytes> parts;
    for (const Layout::Part& part : want.parts) {
      parts.push_back(bytes.subspan(part.offset, part.size));
    }
    const std::vector<std::uint64_t> found = hashes(parts, pool);
    std::vector<kernels::Matrix> out;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const PackedMatrix& entry = wanted[i];
      std::uint64_t stored = 0;
      std::memcpy(&stored, bytes.data() + want.head.size() + i * sizeof stored, sizeof stored);
      if (stored != found[i]) {
        fail("tensor '{}': the checksum is wrong", printable(entry.name));
      }
      out.push_back(kernels::Matrix::borrow(*entry.rows, parts[i], entry.precision, file));
    }
    return out;
  } catch (const Error& error) {
    tell(notice_, fmt::format("{}: not used, the model is packed again: {}",
                              printable(file_.string()), error.what()));
    return {};
  }
}

void PackedCache::write(std::span<const PackedMatrix> wanted,
                        std::span<const kernels::Matrix> packed, kernels::ThreadPool& pool) const {
  try {
    const Layout want = layout(wanted);
    std::vector<Bytes> parts;
    for (const kernels::Matrix& matrix : packed) parts.push_back(matrix.packed());
    std::string head = want.head;
    for (const std::uint64_t hash : hashes(parts, pool)) append(head, hash);
    NewFile file(file_);
    file.write(head);
    std::size_t end = head.size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      file.write(std::string(want.parts[i].offset - end, '\0'));
      file.write(text(parts[i]));
      end = want.parts[i].offset + parts[i].size();
    }
    file.finish();
  } catch (const Error& error) {
    tell(
        notice_,
        fmt::format("{}: the packed weights could not be written, so the next load packs again: {}",
                    printable(file_.string()), error.what()));
  }
}

}  // namespace candor::engine
