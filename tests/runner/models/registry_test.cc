// The SHA-256 of a model covers every file that its weights come from.
#include "runner/models/registry.h"

#include <gtest/gtest.h>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

TEST(ModelSha256, OfOneFileIsThatOfItsContents) {
  const tests::TempFolder folder;
  const auto file = folder.write("m.gguf", "abc");
  EXPECT_EQ(model_sha256(file), data::sha256_file(file));
  EXPECT_EQ(model_sha256(file), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto only = folder.write("m-00001-of-00001.gguf", "abc");
  EXPECT_EQ(model_sha256(only), model_sha256(file));
}

TEST(ModelSha256, OfASplitModelCoversEveryPart) {
  const tests::TempFolder folder;
  const auto first = folder.write("m-00001-of-00002.gguf", "a");
  const auto second = folder.write("m-00002-of-00002.gguf", "b");
  folder.write("n-00001-of-00002.gguf", "of another model");
  const std::string sha = model_sha256(first);
  EXPECT_EQ(model_sha256(second), sha);
  EXPECT_NE(sha, data::sha256_file(first));
  folder.write("m-00002-of-00002.gguf", "c");
  EXPECT_NE(model_sha256(first), sha);
  folder.write("m-00002-of-00002.gguf", "b");
  EXPECT_EQ(model_sha256(first), sha);
  std::filesystem::remove(second);
  EXPECT_THROW(model_sha256(first), Error);
}

TEST(ModelName, OfARegisteredModelNeedsNoFile) {
  const tests::TempFolder cache;
  const char* const before = std::getenv("XDG_CACHE_HOME");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
  EXPECT_THROW(resolve_model(""), Error);
  EXPECT_EQ(model_name(""), load_registry().default_name);
  EXPECT_THROW(model_name("nosuch"), Error);
  EXPECT_EQ(model_name(cache.write("my.gguf", "x").string()), "my.gguf");
  if (before == nullptr) {
    ::unsetenv("XDG_CACHE_HOME");
  } else {
    ::setenv("XDG_CACHE_HOME", kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace candor::runner
