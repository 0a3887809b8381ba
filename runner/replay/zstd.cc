#include "runner/replay/zstd.h"

#include <dlfcn.h>

#include <vector>

#include "data/base/error.h"

namespace candor::runner {

namespace {

// The part of libzstd's stable interface (since 1.0) that is called, under its own names.
struct InBuffer {
  const void* src;
  std::size_t size;
  std::size_t pos;
};
struct OutBuffer {
  void* dst;
  std::size_t size;
  std::size_t pos;
};

struct Library {
  void* (*create)() = nullptr;
  std::size_t (*destroy)(void*) = nullptr;
  std::size_t (*decompress)(void*, OutBuffer*, InBuffer*) = nullptr;
  unsigned (*is_error)(std::size_t) = nullptr;
  const char* (*error_name)(std::size_t) = nullptr;
  bool found = false;

  Library() {
    void* library = ::dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return;
    found =
        load(library, "ZSTD_createDStream", create) && load(library, "ZSTD_freeDStream", destroy) &&
        load(library, "ZSTD_decompressStream", decompress) &&
        load(library, "ZSTD_isError", is_error) && load(library, "ZSTD_getErrorName", error_name);
  }

  template <typename Function>
  static bool load(void* library, const char* name, Function& function) {
    void* symbol = ::dlsym(library, name);
    static_assert(sizeof symbol == sizeof function);
    function = reinterpret_cast<Function>(symbol);
    return symbol != nullptr;
  }
};

const Library& library() {
  static const Library kLibrary;
  return kLibrary;
}

class Unpacked : public ByteSource {
 public:
  Unpacked(std::unique_ptr<ByteSource> packed, std::string place)
      : packed_(std::move(packed)), place_(std::move(place)), input_(std::size_t{1} << 17) {
    if (!library().found) {
      fail(
          "{}: is packed with Zstandard, and libzstd.so.1 is not here: install it (Debian: "
          "libzstd1) "
          "or save the log as JSON",
          place_);
    }
    stream_ = library().create();
    if (stream_ == nullptr) fail("{}: no memory to unpack it", place_);
  }
  ~Unpacked() override {
    if (stream_ != nullptr) library().destroy(stream_);
  }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;

  std::size_t read(std::span<char> buffer) override {
    OutBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      if (at_ == size_ && !more_inside_) {
        size_ = packed_->read(input_);
        at_ = 0;
        if (size_ == 0 && open_) fail("{}: truncated Zstandard data", place_);
        if (size_ == 0) return 0;
      }
      InBuffer in{input_.data(), size_, at_};
      const std::size_t left = library().decompress(stream_, &out, &in);
      if (library().is_error(left) != 0) {
        fail("{}: damaged Zstandard data: {}", place_, library().error_name(left));
      }
      at_ = in.pos;
      open_ = left != 0;
      more_inside_ = open_ && out.pos == out.size;
    }
    return out.pos;
  }

 private:
  std::unique_ptr<ByteSource> packed_;
  std::string place_;
  std::vector<char> input_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  bool open_ = false;         // a frame has begun and not ended
  bool more_inside_ = false;  // the buffer was too small for what is unpacked already
  void* stream_ = nullptr;
};

}  // namespace

std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed, std::string place) {
  return std::make_unique<Unpacked>(std::move(packed), std::move(place));
}

}  // namespace candor::runner
