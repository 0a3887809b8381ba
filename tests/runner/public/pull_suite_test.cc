// Pulling a public suite from a folder: whole or not at all, and only what has the registered
// hashes.
#include <gmock/gmock.h>

#include <fstream>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "runner/public/pull.h"
#include "suites/suites.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

using testing::HasSubstr;

class PullSuiteTest : public testing::Test {
 protected:
  PullSuiteTest() {
    ::setenv("XDG_CACHE_HOME", (folder_.path() / "cache").c_str(), 1);
    folder_.write("mirror/toy/a.jsonl", "{\"q\":\"1+1\"}\n");
    folder_.write("mirror/toy/sub/b.txt", "text");
    set_.suite = "toy";
    set_.folder = suites::public_folder("toy");
    set_.source = suites::Source{"MIT", "https://example.org", "made by hand", "toy", {}};
    for (const char* name : {"a.jsonl", "sub/b.txt"}) {
      const auto path = folder_.path() / "mirror/toy" / name;
      set_.source->files.push_back(
          {name, "", data::sha256_file(path), std::filesystem::file_size(path)});
    }
    pull_.mirror = folder_.path() / "mirror";
  }
  ~PullSuiteTest() override { ::unsetenv("XDG_CACHE_HOME"); }

  std::string failure() {
    try {
      (void)pull_suite(set_, pull_);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  bool nothing_there() const {
    const auto parent = set_.folder.parent_path();
    return !std::filesystem::exists(parent) || std::filesystem::is_empty(parent);
  }

  tests::TempFolder folder_;
  suites::Description set_;
  SuitePull pull_;
};

TEST_F(PullSuiteTest, CopiesEveryFileAndLeavesNothingElse) {
  EXPECT_FALSE(verify_suite(set_));
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  EXPECT_TRUE(verify_suite(set_));
  EXPECT_TRUE(std::filesystem::exists(set_.folder / "sub/b.txt"));
  const auto parent = set_.folder.parent_path();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(parent), {}), 1);
  pull_.mirror = folder_.path() / "nowhere";
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder) << "what is right is left alone";
  pull_.mirror = folder_.path() / "mirror" / "toy";
  folder_.write("cache/candor/suites/toy/a.jsonl", "spoiled");
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder) << "the folder itself is a mirror too";
  EXPECT_TRUE(verify_suite(set_));
}

TEST_F(PullSuiteTest, RefusesOtherBytesOtherSizesAndMissingFiles) {
  folder_.write("mirror/toy/a.jsonl", "{\"q\":\"1+2\"}\n");
  EXPECT_THAT(failure(), HasSubstr("SHA-256"));
  EXPECT_TRUE(nothing_there());
  folder_.write("mirror/toy/a.jsonl", "{}\n");
  EXPECT_THAT(failure(), HasSubstr("3 bytes, the registered file has"));
  std::filesystem::remove(folder_.path() / "mirror/toy/a.jsonl");
  EXPECT_THAT(failure(), HasSubstr("there is no a.jsonl"));
  EXPECT_TRUE(nothing_there());
}

TEST_F(PullSuiteTest, WithoutAnAddressItSaysWhereTheFileCanComeFrom) {
  pull_.mirror.reset();
  EXPECT_THAT(failure(), testing::AllOf(HasSubstr("--mirror"), HasSubstr("made by hand")));
  set_.source->files[0].url = "https://127.0.0.1:1/a.jsonl";
  EXPECT_THAT(failure(), HasSubstr("127.0.0.1"));
  EXPECT_TRUE(nothing_there());
}

TEST_F(PullSuiteTest, EveryPublicSuiteComesFromTheMirrorAndLoads) {
  CANDOR_NEEDS_SHARED("suites/gsm8k/test.jsonl");
  pull_.mirror = tests::shared_path("suites");
  for (const suites::Description& description : suites::bundled_descriptions()) {
    SCOPED_TRACE(description.suite);
    EXPECT_EQ(pull_suite(description, pull_), description.folder);
    suites::SuiteOptions options;
    options.max_questions = 3;
    EXPECT_FALSE(suites::load_suite(description.suite, options).questions.empty());
  }
}

}  // namespace
}  // namespace candor::runner
