#include "runner/scratch/scratch_folder.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "data/base/error.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;

class ScratchFolderTest : public testing::Test {
 protected:
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), {}));
  }
  tests::TempFolder folder_;
};

TEST_F(ScratchFolderTest, IsRemovedUnlessItIsMovedOrKept) {
  {
    const ScratchFolder scratch(folder_.path(), "pull-");
    std::ofstream(scratch.path() / "file") << "x";
    EXPECT_EQ(entries(), 1U);
  }
  EXPECT_EQ(entries(), 0U);
  folder_.write("set/old", "old");
  {
    ScratchFolder scratch(folder_.path(), "set.part-");
    std::ofstream(scratch.path() / "new") << "x";
    scratch.replace(folder_.path() / "set");
  }
  EXPECT_EQ(entries(), 1U);
  EXPECT_TRUE(fs::exists(folder_.path() / "set/new"));
  EXPECT_FALSE(fs::exists(folder_.path() / "set/old"));
}

TEST_F(ScratchFolderTest, WhatALivingProcessOwnsIsLeftAlone) {
  const ScratchFolder mine(folder_.path(), "pull-");
  EXPECT_TRUE(ScratchFolder::left_behind(folder_.path(), "pull-").empty());
  EXPECT_TRUE(fs::exists(mine.path()));
}

TEST_F(ScratchFolderTest, WhatAKilledProcessLeftIsFound) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const ScratchFolder scratch(folder_.path(), "pull-");
    [[maybe_unused]] const auto wrote = ::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(entries(), 1U);
  EXPECT_TRUE(ScratchFolder::left_behind(folder_.path(), "pull-").empty()) << "it lives";
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  folder_.write("pull-notes/x", "a folder of another name");
  folder_.write("other-abcdef/x", "and of another");
  {
    const auto found = ScratchFolder::left_behind(folder_.path(), "pull-");
    ASSERT_EQ(found.size(), 1U);
  }
  EXPECT_EQ(entries(), 2U) << "it went with its new owner; the others are none of ours";
}

TEST_F(ScratchFolderTest, OneThatIsKeptIsFoundLater) {
  {
    ScratchFolder scratch(folder_.path(), "pull-");
    scratch.keep();
  }
  EXPECT_EQ(entries(), 1U);
  EXPECT_EQ(ScratchFolder::left_behind(folder_.path(), "pull-").size(), 1U);
  EXPECT_EQ(entries(), 0U);
}

TEST_F(ScratchFolderTest, WhatCannotBeMadeIsNamed) {
  const fs::path file = folder_.write("file", "");
  try {
    const ScratchFolder scratch(file / "below", "pull-");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("file/below: cannot be made: Not a directory"));
  }
  EXPECT_TRUE(ScratchFolder::left_behind(folder_.path() / "nowhere", "pull-").empty());
}

}  // namespace
}  // namespace candor::runner
