#include "runner/replay/byte_source.h"

#include <zip.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "data/base/error.h"
#include "runner/replay/zstd.h"

namespace candor::runner {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// zlib's file functions give plain files back as they are, and all members of a gzip file.
class FileBytes : public ByteSource {
 public:
  explicit FileBytes(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
      fail("{}: {}", name_, error ? error.message() : "not a regular file");
    }
    file_.reset(::gzopen(path.c_str(), "rb"));
    if (!file_) fail("{}: cannot be read: {}", name_, std::strerror(errno));
  }

  std::size_t read(std::span<char> buffer) override {
    const auto most = static_cast<unsigned>(std::min<std::size_t>(buffer.size(), 1U << 30U));
    const int got = ::gzread(file_.get(), buffer.data(), most);
    int code = Z_OK;
    const char* text = ::gzerror(file_.get(), &code);
    // A member that is cut off reads as an end, and is told only here.
    if (got < 0 || (got == 0 && code != Z_OK && code != Z_STREAM_END)) {
      fail("{}: {} (after {} bytes of text)", name_,
           code == Z_ERRNO ? std::string(std::strerror(errno))
                           : fmt::format("damaged or truncated gzip data: {}", text),
           done_);
    }
    done_ += static_cast<std::size_t>(got);
    return static_cast<std::size_t>(got);
  }

 private:
  struct Close {
    void operator()(gzFile file) const { ::gzclose(file); }
  };
  std::string name_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::size_t done_ = 0;
};

class EntryBytes : public ByteSource {
 public:
  EntryBytes(std::string name, zip_t* archive, zip_uint64_t index, zip_flags_t flags)
      : name_(std::move(name)), file_(zip_fopen_index(archive, index, flags)) {
    if (!file_) fail("{}: {}", name_, zip_strerror(archive));
  }

  std::size_t read(std::span<char> buffer) override {
    const zip_int64_t got = zip_fread(file_.get(), buffer.data(), buffer.size());
    if (got < 0) {
      fail("{}: damaged after {} bytes: {}", name_, done_, zip_file_strerror(file_.get()));
    }
    done_ += static_cast<std::size_t>(got);
    return static_cast<std::size_t>(got);
  }

 private:
  struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  std::string name_;
  std::unique_ptr<zip_file_t, Close> file_;
  std::size_t done_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path) {
  return std::make_unique<FileBytes>(path);
}

std::string head_of(const std::filesystem::path& path, std::size_t most) {
  const auto bytes = open_bytes(path);
  std::string head(most, '\0');
  std::size_t size = 0;
  while (size < most) {
    const std::size_t got = bytes->read({head.data() + size, most - size});
    if (got == 0) break;
    size += got;
  }
  head.resize(size);
  if (head.starts_with(kByteOrderMark)) head.erase(0, kByteOrderMark.size());
  return head;
}

struct ZipBytes::Archive {
  std::string path;
  zip_t* zip = nullptr;
  ~Archive() {
    if (zip != nullptr) zip_discard(zip);
  }
};

ZipBytes::ZipBytes(const std::filesystem::path& path) : archive_(std::make_unique<Archive>()) {
  archive_->path = path.string();
  int code = 0;
  archive_->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive_->zip == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail(
        "{}: not a readable ZIP archive: {} (a log that was cut off has lost its directory: save "
        "it "
        "again, or as JSON)",
        path.string(), text);
  }
  const zip_int64_t count = zip_get_num_entries(archive_->zip, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), 0);
    names_.emplace_back(name == nullptr ? "" : name);
  }
}

ZipBytes::~ZipBytes() = default;

std::unique_ptr<ByteSource> ZipBytes::open(const std::string& name) const {
  zip_t* zip = archive_->zip;
  const std::string place = archive_->path + "/" + name;
  const zip_int64_t found = zip_name_locate(zip, name.c_str(), 0);
  if (found < 0) fail("{}: there is no such entry", place);
  const auto index = static_cast<zip_uint64_t>(found);
  zip_stat_t stat;
  if (zip_stat_index(zip, index, 0, &stat) != 0) fail("{}: {}", place, zip_strerror(zip));
  constexpr int kZstandard = 93;  // APPNOTE.TXT 6.3.8, section 4.4.5
  if (stat.comp_method == kZstandard && zip_compression_method_supported(kZstandard, 0) == 0) {
    return unpack_zstd(std::make_unique<EntryBytes>(place, zip, index, ZIP_FL_COMPRESSED), place);
  }
  return std::make_unique<EntryBytes>(place, zip, index, 0);
}

LineReader::LineReader(ByteSource& bytes, std::string file)
    : bytes_(bytes), file_(std::move(file)) {
  while (!ended_ && buffer_.size() < kByteOrderMark.size()) fill();
  if (buffer_.starts_with(kByteOrderMark)) at_ = searched_ = kByteOrderMark.size();
}

bool LineReader::fill() {
  buffer_.erase(0, at_);
  searched_ -= at_;
  at_ = 0;
  constexpr std::size_t kPiece = std::size_t{1} << 18;
  const std::size_t old = buffer_.size();
  buffer_.resize(old + kPiece);
  const std::size_t got = bytes_.read({buffer_.data() + old, kPiece});
  buffer_.resize(old + got);
  ended_ = got == 0;
  return !ended_;
}

bool LineReader::next(std::string_view& line) {
  bool too_long = false;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched_);
    searched_ = buffer_.size();
    if (end == std::string::npos && !ended_) {
      if (buffer_.size() - at_ > kMaxLine) {
        too_long = true;
        at_ = buffer_.size();
      }
      fill();
      continue;
    }
    if (end == std::string::npos && at_ == buffer_.size() && !too_long) return false;
    ++number_;
    line = std::string_view(buffer_).substr(at_, std::min(end, buffer_.size()) - at_);
    at_ = searched_ = end == std::string::npos ? buffer_.size() : end + 1;
    if (too_long) fail("{}:{}: more than {} bytes in one line", file_, number_, kMaxLine);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
  }
}

}  // namespace candor::runner
