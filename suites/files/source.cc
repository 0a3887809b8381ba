#include "suites/files/source.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "data/base/hash.h"

namespace candor::suites {

namespace {

bool stays_inside(const std::string& name) {
  const std::filesystem::path path(name);
  return !name.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(),
                      [](const auto& part) { return part == ".." || part == "."; });
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Source source_of(const YamlFields& fields) {
  fields.only({"licence", "home", "note", "mirror", "base", "files"});
  Source source;
  source.licence = fields.text("licence");
  source.home = fields.text("home");
  source.note = fields.text_or("note", "");
  source.mirror = fields.text_or("mirror", "");
  const std::string base = fields.text_or("base", "");
  for (const YamlFields& item : fields.items("files")) {
    item.only({"name", "url", "path", "sha256", "bytes", "examples"});
    SourceFile file;
    file.name = item.text("name");
    if (!stays_inside(file.name)) item.problem("name", "must lie below the suite's folder");
    file.url = item.text_or("url", "");
    if (item.has("path")) file.url = base + item.text("path");
    if (!file.url.empty() && !file.url.starts_with("https://")) {
      item.problem(item.has("path") ? "path" : "url", "expected an address with https");
    }
    file.sha256 = item.text("sha256");
    if (!is_sha256(file.sha256)) item.problem("sha256", "expected 64 digits 0-9, a-f");
    const std::string bytes = item.text("bytes");
    const auto [end, error] =
        std::from_chars(bytes.data(), bytes.data() + bytes.size(), file.bytes);
    if (error != std::errc() || end != bytes.data() + bytes.size() || file.bytes == 0) {
      item.problem("bytes", "expected a whole number");
    }
    file.examples = item.boolean_or("examples", false);
    source.files.push_back(std::move(file));
  }
  if (source.files.empty()) fields.problem("files", "names no file");
  return source;
}

void check_source_file(const Source& source, const std::string& suite,
                       const std::filesystem::path& folder, const std::string& name) {
  for (const SourceFile& file : source.files) {
    if (file.name != name) continue;
    const std::filesystem::path path = folder / name;
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(path, error);
    if (!error && bytes == file.bytes && data::sha256_file(path) == file.sha256) return;
    fail(
        "suite {}: {} is not the published file, by its size or SHA-256: get it again with "
        "`candor suites pull {}`, or give changed questions as a --suite-file",
        suite, path.string(), suite);
  }
}

std::filesystem::path public_folder(const std::string& suite) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path base;
  if (cache != nullptr && *cache != '\0') {
    base = cache;
  } else if (home != nullptr && *home != '\0') {
    base = std::filesystem::path(home) / ".cache";
  } else {
    fail("HOME is not set: set XDG_CACHE_HOME or HOME");
  }
  return base / "candor" / "suites" / suite;
}

}  // namespace candor::suites
