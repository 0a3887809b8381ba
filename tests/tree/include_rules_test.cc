// The house rule (README, "Where things are"): who may include whom. Reads the sources of the tree.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "tests/support/shared.h"

namespace candor {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"data", {}},
    {"kernels", {"data"}},
    {"engine", {"data", "kernels"}},
    {"suites", {"data"}},
    {"scoring", {"data"}},
    {"reports", {"data"}},
    {"runner", {"data", "kernels", "engine", "suites", "scoring", "reports"}},
};

bool is_source(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".cc" || ending == ".h" || ending == ".cu" || ending == ".cuh";
}

// The folder that an include of ours names: "engine" of `#include "engine/engine.h"`; else empty.
std::string included_folder(const std::string& line) {
  const std::string start = "#include \"";
  if (!line.starts_with(start)) return "";
  const std::string path = line.substr(start.size(), line.find('"', start.size()) - start.size());
  const std::string folder = path.substr(0, path.find('/'));
  return kMayInclude.contains(folder) ? folder : "";
}

TEST(Tree, FoldersIncludeOnlyWhatTheyMayKnow) {
  int files = 0;
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const fs::directory_entry& entry :
         fs::recursive_directory_iterator(tests::source_path(folder))) {
      if (!is_source(entry.path())) continue;
      ++files;
      std::ifstream source(entry.path());
      int number = 0;
      for (std::string line; std::getline(source, line);) {
        ++number;
        const std::string other = included_folder(line);
        EXPECT_TRUE(other.empty() || other == folder || allowed.contains(other))
            << entry.path().string() << ":" << number << ": " << folder << " may not include "
            << other;
      }
    }
  }
  EXPECT_GT(files, 50);
}

// The engine's families are data: no other file asks which family a model is of.
TEST(Tree, NothingOutsideTheFamiliesAsksForAFamily) {
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(tests::source_path("engine"))) {
    if (!is_source(entry.path()) || entry.path().parent_path().filename() == "arch") continue;
    std::ifstream source(entry.path());
    for (std::string line; std::getline(source, line);) {
      for (const std::string family :
           {"llama", "mistral", "qwen2", "qwen3", "qwen3_moe", "qwen3moe", "gemma3", "gemma3_text",
            "deepseek", "deepseek2", "deepseek_v2", "deepseek_v3", "kimi_k2", "ernie4_5",
            "ernie4_5_moe", "ernie4_5-moe", "seed_oss", "gpt_oss", "gpt-oss"}) {
        const bool asks = line.find("== \"" + family + "\"") != std::string::npos;
        EXPECT_FALSE(asks) << entry.path().string() << ": " << line;
      }
    }
  }
}

TEST(Tree, EveryFolderHasAReadme) {
  for (const auto& [folder, allowed] : kMayInclude) {
    EXPECT_TRUE(fs::exists(tests::source_path(folder) / "README.md")) << folder;
  }
}

}  // namespace
}  // namespace candor
