// Weights that were packed before: the same bits from the file as without it, and no use of a file
// that is damaged in any way.
#include "engine/model/packed_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/engine.h"
#include "tests/engine/model/tiny_model.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PackedCacheTest : public testing::Test {
 protected:
  PackedCacheTest() : model_(folder_.path() / "tiny.gguf") { tests::tiny_llama().write(model_); }

  // Float bits of the logits after a few tokens.
  std::vector<float> logits(bool cache, Arithmetic precision = Arithmetic::kInt8) {
    EngineOptions options;
    options.threads = 2;
    options.kv_bytes = 16 << 20;
    options.precision = precision;
    options.pack_cache = cache;
    options.notice = [this](const std::string& text) { notices_.push_back(text); };
    return Engine::load(model_, options)->score(std::vector<TokenId>{3, 1, 4, 1, 5}).last_logits;
  }

  std::vector<fs::path> others() const {  // than the model
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      if (entry.path() != model_) found.push_back(entry.path());
    }
    return found;
  }
  fs::path packed() const {
    const std::vector<fs::path> found = others();
    EXPECT_EQ(found.size(), 1U);
    return found.at(0);
  }

  static std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static void overwrite(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  // Loads with the file changed to `bytes`: the logits of the model, one notice that names the file
  // and says `why`, and the file as it was before.
  void expect_replaced(const std::string& bytes, const std::string& why) {
    SCOPED_TRACE(why);
    const fs::path file = packed();
    const std::string whole = read(file);
    const std::vector<float> expected = logits(false);
    overwrite(file, bytes);
    notices_.clear();
    EXPECT_EQ(logits(true), expected);
    ASSERT_THAT(notices_, SizeIs(1));
    EXPECT_THAT(notices_[0], HasSubstr(file.string()));
    EXPECT_THAT(notices_[0], HasSubstr(why));
    EXPECT_EQ(read(file), whole);
    notices_.clear();
  }

  tests::TempFolder folder_;
  fs::path model_;
  std::vector<std::string> notices_;
};

TEST_F(PackedCacheTest, GivesTheSameBitsInEveryPrecision) {
  for (const auto precision :
       {Arithmetic::kInt8, Arithmetic::kExact, Arithmetic::kFloat32}) {
    SCOPED_TRACE(name(precision));
    const std::vector<float> expected = logits(false, precision);
    const std::size_t before = others().size();
    EXPECT_EQ(logits(true, precision), expected);  // writes
    EXPECT_EQ(others().size(), before + 1);
    EXPECT_EQ(logits(true, precision), expected);  // reads
    EXPECT_EQ(others().size(), before + 1);
  }
  EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(PackedCacheTest, WritesNothingUnasked) {
  logits(false);
  EXPECT_THAT(others(), IsEmpty());
}

TEST_F(PackedCacheTest, IsReadAndNotWrittenTheSecondTime) {
  logits(true);
  const fs::file_time_type written = fs::last_write_time(packed()) - std::chrono::hours(1);
  fs::last_write_time(packed(), written);
  logits(true);
  EXPECT_EQ(fs::last_write_time(packed()), written);
}

TEST_F(PackedCacheTest, IsNamedForTheModelAndItsKey) {
  logits(true);
  EXPECT_THAT(packed().filename().string(),
              testing::MatchesRegex("tiny\\.gguf\\.[0-9a-f]+\\.packed"));
  EXPECT_EQ(packed().filename().string().size(), std::strlen("tiny.gguf..packed") + 16);
}

TEST_F(PackedCacheTest, AFileThatIsCutShortIsReplaced) {
  logits(true);
  const std::string whole = read(packed());
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{40}}) {
    expect_replaced(whole.substr(0, size), "not used");
  }
  expect_replaced(whole.substr(0, 200), "has 200 bytes");
  expect_replaced(whole.substr(0, whole.size() - 1), "bytes, not");
  expect_replaced(whole + '\0', "bytes, not");
}

TEST_F(PackedCacheTest, AFileOfAnotherKindOrVersionOrModelIsReplaced) {
  logits(true);
  const std::string whole = read(packed());
  std::string changed = whole;
  changed[0] = 'X';
  expect_replaced(changed, "is not a file of packed weights");
  changed = whole;
  ++changed[8];
  expect_replaced(changed, "of another version");
  changed = whole;
  changed[16 + 40] = changed[16 + 40] == 'a' ? 'b' : 'a';
  expect_replaced(changed, "belongs to another model");
}

TEST_F(PackedCacheTest, AnyDamageIsFoundAndNamed) {
  logits(true);
  const std::string whole = read(packed());
  std::string changed = whole;
  changed[100] = static_cast<char>(changed[100] ^ 1);
  expect_replaced(changed, "directory is damaged");
  changed = whole;
  changed.back() = static_cast<char>(changed.back() ^ 0x80);
  expect_replaced(changed, "'output.weight': the checksum is wrong");
  // The middle of the file lies in a tensor of a layer or the head, wherever padding is.
  changed = whole;
  for (std::size_t i = 0; i < 64; ++i) {
    char& byte = changed[changed.size() / 2 + i];
    byte = static_cast<char>(byte ^ 4);
  }
  expect_replaced(changed, "the checksum is wrong");
}

TEST_F(PackedCacheTest, AnotherModelOfTheSameNameSizeAndTimeHasItsOwnFile) {
  logits(true);
  const fs::path first = packed();
  const fs::file_time_type time = fs::last_write_time(model_);
  const auto size = fs::file_size(model_);
  tests::tiny_llama({}, 2).write(model_);
  fs::last_write_time(model_, time);
  ASSERT_EQ(fs::file_size(model_), size);
  const std::vector<float> expected = logits(false);
  EXPECT_EQ(logits(true), expected);
  EXPECT_THAT(others(), SizeIs(2));
  // Under the other's name it is refused.
  const fs::path second = others()[0] == first ? others()[1] : others()[0];
  fs::rename(first, second);
  EXPECT_EQ(logits(true), expected);
  ASSERT_THAT(notices_, SizeIs(1));
  EXPECT_THAT(notices_[0], HasSubstr("belongs to another model"));
}

TEST_F(PackedCacheTest, AModelThatWasTouchedIsPackedAgain) {
  logits(true);
  fs::last_write_time(model_, fs::last_write_time(model_) + std::chrono::seconds(1));
  logits(true);
  EXPECT_THAT(others(), SizeIs(2));
}

TEST_F(PackedCacheTest, WithoutRoomTheModelIsPackedInMemoryAndNothingIsLeft) {
  const std::vector<float> expected = logits(false);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 10'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::vector<float> found = logits(true);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(found, expected);
  ASSERT_THAT(notices_, SizeIs(1));
  EXPECT_THAT(notices_[0], HasSubstr("could not be written"));
  EXPECT_THAT(notices_[0], HasSubstr(".packed"));
  EXPECT_THAT(others(), IsEmpty());
}

TEST_F(PackedCacheTest, APlaceThatCannotBeWrittenIsToldAndTheModelLoads) {
  const std::vector<float> expected = logits(true);
  const fs::path file = packed();
  fs::remove(file);
  fs::create_directories(file / "in the way");  // also for those who may write everywhere
  EXPECT_EQ(logits(true), expected);
  ASSERT_THAT(notices_, SizeIs(2));
  EXPECT_THAT(notices_[0], HasSubstr("is not an ordinary file"));
  EXPECT_THAT(notices_[1], HasSubstr("could not be written"));
  EXPECT_THAT(others(), ElementsAre(file));
}

}  // namespace
}  // namespace candor::engine
