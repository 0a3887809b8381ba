// Pulling a public suite, from a folder and from a server of the test's own on loopback: whole or
// not at all, only what has the registered hashes, and nothing twice.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "runner/public/pull.h"
#include "suites/suites.h"
#include "tests/support/http_server.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

using testing::AllOf;
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
          {name, "", data::sha256_file(path), std::filesystem::file_size(path), false});
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
  // Every file has an address on this server.
  void published_at(const std::string& address) {
    pull_.mirror.reset();
    for (suites::SourceFile& file : set_.source->files) file.url = address + "/" + file.name;
  }
  std::size_t entries() const {
    const auto parent = set_.folder.parent_path();
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(parent), {}));
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

const char* const kA = "{\"q\":\"1+1\"}\n";

TEST_F(PullSuiteTest, ComesFromItsPublishedAddresses) {
  const tests::HttpServer server({tests::http_ok(kA), tests::http_ok("text")});
  published_at(server.address() + "/set");
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  EXPECT_TRUE(verify_suite(set_));
  EXPECT_EQ(entries(), 1U) << "and nothing beside it";
  EXPECT_THAT(server.asked(), testing::ElementsAre("/set/a.jsonl", "/set/sub/b.txt"));
}

TEST_F(PullSuiteTest, FollowsARedirect) {
  const tests::HttpServer target({tests::http_ok(kA), tests::http_ok("text")});
  const std::string moved = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ";
  const tests::HttpServer server(
      {moved + target.address() + "/1\r\n\r\n", moved + target.address() + "/2\r\n\r\n"});
  published_at(server.address());
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  EXPECT_THAT(target.asked(), testing::ElementsAre("/1", "/2"));
}

TEST_F(PullSuiteTest, WhatAServerDoesWrongIsToldAndNothingIsKept) {
  const std::vector<std::pair<std::string, std::string>> wrongs = {
      {tests::http_ok("{\"q\":\"1+2\"}\n"), "not the registered 12 bytes"},
      {tests::http_ok("{}\n"), "3 bytes with SHA-256"},
      {tests::http_ok(std::string(100, 'x')), "body limit"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"q\"", "body failed"},
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status 404"},
      {"HTTP/1.1 301 Moved\r\nLocation: http://example.org/x\r\n\r\n", "only https"},
      {"not HTTP at all\r\n\r\n", "answer failed"},
      {"", "answer failed"}};
  for (const auto& [answer, told] : wrongs) {
    SCOPED_TRACE(told);
    const tests::HttpServer server({answer});
    published_at(server.address());
    EXPECT_THAT(failure(), HasSubstr(told));
    EXPECT_TRUE(nothing_there());
  }
}

TEST_F(PullSuiteTest, APullThatBreaksOffGoesOnWhereItStopped) {
  {
    const tests::HttpServer server(
        {tests::http_ok(kA), "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"});
    published_at(server.address());
    EXPECT_THAT(failure(), AllOf(HasSubstr("status 503"), HasSubstr("1 of 2 files are kept")));
    EXPECT_FALSE(std::filesystem::exists(set_.folder));
  }
  const tests::HttpServer server({tests::http_ok("text")});
  published_at(server.address());
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  EXPECT_TRUE(verify_suite(set_));
  EXPECT_THAT(server.asked(), testing::ElementsAre("/sub/b.txt")) << "the other is not got again";
  EXPECT_EQ(entries(), 1U);
}

TEST_F(PullSuiteTest, ASpoiledFileAloneIsGotAgain) {
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  folder_.write("cache/candor/suites/toy/a.jsonl", "spoiled");
  const tests::HttpServer server({tests::http_ok(kA)});
  published_at(server.address());
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  EXPECT_TRUE(verify_suite(set_));
  EXPECT_THAT(server.asked(), testing::ElementsAre("/a.jsonl"));
}

TEST_F(PullSuiteTest, WhatAKilledPullLeftIsUsedAndCleaned) {
  folder_.write("cache/candor/suites/toy.part-a1B2c3/a.jsonl", kA);
  folder_.write("cache/candor/suites/toy.part-Z9Z9Z9/sub/b.txt", "te");
  const tests::HttpServer server({tests::http_ok("text")});
  published_at(server.address());
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  EXPECT_TRUE(verify_suite(set_));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(PullSuiteTest, ADiskThatTakesNoMoreIsNamed) {
  const auto old_signal = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const tests::HttpServer server({tests::http_ok(kA)});
  published_at(server.address());
  rlimit few = old;
  few.rlim_cur = 5;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &few), 0);
  const std::string text = failure();
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_signal);
  EXPECT_THAT(text, AllOf(HasSubstr("a.jsonl: cannot be written"), HasSubstr("File too large")));
  EXPECT_TRUE(nothing_there());
  ::setenv("XDG_CACHE_HOME", folder_.write("file", "").c_str(), 1);
  set_.folder = suites::public_folder("toy");
  EXPECT_THAT(failure(), HasSubstr("cannot be made"));
}

TEST_F(PullSuiteTest, AMirrorMayLackTheFilesOfWorkedExamples) {
  set_.source->files.push_back({"train.jsonl", "", std::string(64, 'a'), 5, true});
  std::string said;
  pull_.say = [&](const std::string& text) { said += text; };
  EXPECT_EQ(pull_suite(set_, pull_), set_.folder);
  EXPECT_TRUE(verify_suite(set_));
  EXPECT_FALSE(verify_suite(set_, true));
  EXPECT_THAT(said, AllOf(HasSubstr("train.jsonl is not in"), HasSubstr("--shots-file")));
  folder_.write("mirror/toy/train.jsonl", "other");
  EXPECT_THAT(failure(), HasSubstr("train.jsonl: SHA-256")) << "there, and not the registered one";
  EXPECT_TRUE(verify_suite(set_));
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
