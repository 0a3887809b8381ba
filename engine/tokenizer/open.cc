// Which file of a model its tokenizer is read from.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/files/file_error.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

// The tiktoken file of a folder, whatever it is called; none, or the first by name.
std::optional<fs::path> tiktoken_file(const fs::path& folder) {
  if (fs::exists(folder / "tiktoken.model")) return folder / "tiktoken.model";
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".tiktoken") found.push_back(entry.path());
  }
  if (found.empty()) return std::nullopt;
  return *std::ranges::min_element(found);
}

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::open(const fs::path& path) {
  if (fs::is_directory(path)) {
    if (auto tokenizer = open_folder(path)) return tokenizer;
    fail_in_file(path.string(), "tokenizer",
                 "the folder has no tokenizer.json, no tokenizer.model, no tiktoken.model and no "
                 "*.tiktoken; put the one that was published with the model there");
  }
  if (path.extension() == ".json") return from_json(path);
  if (path.extension() == ".tiktoken" || path.filename() == "tiktoken.model") {
    return from_tiktoken(path);
  }
  if (path.extension() == ".model") return from_sentencepiece(path);
  return from_gguf(*GgufFile::open(path));
}

std::unique_ptr<Tokenizer> Tokenizer::open_folder(const fs::path& folder) {
  if (fs::exists(folder / "tokenizer.json")) return from_json(folder / "tokenizer.json");
  if (fs::exists(folder / "tokenizer.model")) return from_sentencepiece(folder / "tokenizer.model");
  if (const auto file = tiktoken_file(folder)) return from_tiktoken(*file);
  return nullptr;
}

}  // namespace candor::engine
