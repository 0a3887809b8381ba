// What a store says to files that are not its own, are newer, damaged, locked or unwritable: one
// clear Error, and the file stays as it was.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "data/store/lock_file.h"
#include "data/store/schema.h"
#include "tests/data/store/store_fixture.h"

namespace candor::tests {
namespace {

namespace fs = std::filesystem;
using data::StoreReader;
using data::StoreWriter;
using ::testing::AllOf;
using ::testing::HasSubstr;

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read_file(const fs::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void sql(const fs::path& path, const char* statements) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, statements, nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
}

class StoreOpen : public StoreFolder {
 protected:
  // Neither side takes it, the message holds `words`, and not a byte changes.
  void expect_refused(const std::string& words) {
    const std::string before = read_file(path_);
    EXPECT_THAT(error_of([&] { StoreReader::open(path_); }), HasSubstr(words));
    EXPECT_THAT(error_of([&] { StoreWriter::open(path_); }), HasSubstr(words));
    EXPECT_EQ(read_file(path_), before);
  }
  // A closed store with `samples` generations.
  std::string make_store(int samples) {
    const auto writer = StoreWriter::open(path_);
    const std::string run = writer->start(odd_manifest()).id;
    writer->put(odd_question());
    writer->put(odd_condition());
    writer->batch([&] {
      for (int i = 0; i < samples; ++i) {
        writer->put(writer->put(run, odd_generation(odd_question(), odd_condition(), i)),
                    odd_verdict());
      }
    });
    return run;
  }
};

TEST_F(StoreOpen, FoldersAreMadeForANewStore) {
  path_ = folder_ / "a" / "b" / "candor.db";
  EXPECT_THAT(error_of([&] { StoreReader::open(path_); }), HasSubstr("there is no store"));
  EXPECT_NE(StoreWriter::open(path_), nullptr);
  EXPECT_TRUE(StoreReader::open(path_)->runs().empty());
  EXPECT_THAT(error_of([&] { StoreReader::open(path_)->run("latest"); }), HasSubstr("no run"));
}

TEST_F(StoreOpen, APictureIsNoStore) {
  write_file(path_, "\x89PNG\r\n\x1a\n" + std::string(4000, 'x'));
  expect_refused("is not a database");
}

TEST_F(StoreOpen, AnEmptyFileIsNoStore) {
  write_file(path_, "");
  expect_refused("the file is empty");
}

TEST_F(StoreOpen, ADatabaseOfAnotherProgramIsLeftAlone) {
  sql(path_, "CREATE TABLE bookmarks (url)");
  expect_refused("another program");
}

TEST_F(StoreOpen, AFolderIsNoStore) {
  fs::create_directory(path_);
  EXPECT_THAT(error_of([&] { StoreReader::open(path_); }), HasSubstr("is not a file"));
  EXPECT_THAT(error_of([&] { StoreWriter::open(path_); }), HasSubstr("is not a file"));
}

TEST_F(StoreOpen, ANewerSchemaIsRefusedAndBothVersionsAreNamed) {
  make_store(1);
  sql(path_, "PRAGMA user_version = 3");
  expect_refused("its schema is version 3, this program knows 2");
}

TEST_F(StoreOpen, ASchemaOfNoVersionIsRefused) {
  make_store(1);
  sql(path_, "PRAGMA user_version = 0");
  EXPECT_THAT(error_of([&] { StoreReader::open(path_); }),
              HasSubstr("its schema is version 0"));
}

TEST_F(StoreOpen, ATruncatedFileIsFoundDamaged) {
  make_store(200);
  for (const std::uintmax_t part : {2, 3, 10}) {
    const std::string whole = read_file(path_);
    fs::resize_file(path_, whole.size() / part);
    EXPECT_THAT(error_of([&] { StoreWriter::open(path_); }), HasSubstr("damaged")) << part;
    EXPECT_THAT(error_of([&] {
                  const auto reader = StoreReader::open(path_);
                  reader->samples("latest", [](const data::SampleRow&) {});
                  reader->samples(reader->run("latest").id, [](const data::SampleRow&) {});
                }),
                ::testing::Not(""));
    write_file(path_, whole);
  }
}

// 200 files, each with one byte of a page changed: every one gives its figures unchanged or an
// Error.
TEST_F(StoreOpen, AChangedByteNeverChangesAFigureInSilence) {
  const std::string run = make_store(40);
  const std::string whole = read_file(path_);
  const data::Generation expected = odd_generation(odd_question(), odd_condition());
  int errors = 0;
  std::uint64_t random = 12345;
  for (int trial = 0; trial < 200; ++trial) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    std::string damaged = whole;
    const std::size_t at = (random >> 20) % whole.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 + (random >> 8) % 255));
    write_file(path_, damaged);
    int seen = 0;
    try {
      const auto reader = StoreReader::open(path_);
      reader->samples(run, [&](const data::SampleRow& row) {
        ++seen;
        EXPECT_EQ(row.question.hash(), odd_question().hash());
        EXPECT_EQ(row.generation.answer, expected.answer);
        EXPECT_EQ(row.generation.seconds, expected.seconds);
        EXPECT_EQ(row.generation.log_probabilities, expected.log_probabilities);
        ASSERT_EQ(row.verdicts.size(), 1U) << "offset " << at;
        EXPECT_EQ(row.verdicts[0].content, "official_line");
      });
      EXPECT_EQ(seen, 40) << "offset " << at;
    } catch (const Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 50);  // most bytes of a full page belong to something
}

TEST_F(StoreOpen, ATriggerOrAChangedTableFromOutsideIsRefused) {
  make_store(1);
  const std::string whole = read_file(path_);
  sql(path_, "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM verdicts; END");
  expect_refused("holds a trigger t");
  write_file(path_, whole);
  sql(path_, "DROP VIEW outcome_counts; CREATE VIEW outcome_counts AS SELECT 1 AS asked");
  expect_refused("view outcome_counts is not that of");
  write_file(path_, whole);
  sql(path_, "DROP VIEW outcome_counts");
  expect_refused("is missing from");
}

TEST_F(StoreOpen, ALogWithoutItsDatabaseIsNotReplayedIntoANewOne) {
  write_file(path_.string() + "-wal", "left by another database");
  EXPECT_THAT(error_of([&] { StoreWriter::open(path_); }), HasSubstr("without its database"));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(StoreOpen, ACrashWhileMakingTheFileLeavesNoHalfStore) {
  write_file(path_.string() + ".new", "half");
  EXPECT_NE(StoreWriter::open(path_), nullptr);
  EXPECT_FALSE(fs::exists(path_.string() + ".new"));
}

TEST_F(StoreOpen, TwoWritersInOneProcessAreRefusedWithinSixSeconds) {
  const auto first = StoreWriter::open(path_);
  const auto begin = std::chrono::steady_clock::now();
  const std::string message = error_of([&] { StoreWriter::open(path_); });
  EXPECT_THAT(message, HasSubstr("in use by process " + std::to_string(getpid())));
  EXPECT_THAT(message, HasSubstr(path_.string() + ":"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
}

TEST_F(StoreOpen, TwoNamesOfOneStoreShareItsLock) {
  const auto first = StoreWriter::open(path_);
  fs::create_symlink(path_, folder_ / "link.db");
  EXPECT_THAT(error_of([&] { StoreWriter::open(folder_ / "link.db"); }), HasSubstr("in use by"));
}

TEST_F(StoreOpen, ASecondProcessIsToldWhoHoldsTheStoreAndGetsItAfterwards) {
  int ready[2];
  int leave[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(leave), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto writer = StoreWriter::open(path_);
    char byte = 'r';
    if (write(ready[1], &byte, 1) != 1 || read(leave[0], &byte, 1) != 1) _exit(2);
    raise(SIGKILL);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_THAT(error_of([&] { StoreWriter::open(path_); }),
              HasSubstr("in use by process " + std::to_string(child)));
  ASSERT_EQ(write(leave[1], &byte, 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_NE(StoreWriter::open(path_), nullptr);  // the lock went with its process
  for (const int end : {ready[0], ready[1], leave[0], leave[1]}) close(end);
}

TEST_F(StoreOpen, AnotherProgramsTransactionIsWaitedForAndThenNamed) {
  const std::string run = make_store(1);
  int ready[2];
  int leave[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(leave), 0);
  const pid_t child = fork();
  if (child == 0) {
    sqlite3* handle = nullptr;
    sqlite3_open(path_.c_str(), &handle);
    char byte = 'r';
    if (sqlite3_exec(handle, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) != SQLITE_OK) _exit(2);
    if (write(ready[1], &byte, 1) != 1 || read(leave[0], &byte, 1) != 1) _exit(3);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const auto writer = StoreWriter::open(path_);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(error_of([&] { writer->start(odd_manifest()); }),
              AllOf(HasSubstr("in use by process " + std::to_string(child))));
  const auto waited = std::chrono::steady_clock::now() - begin;
  EXPECT_GT(waited, std::chrono::seconds(4));
  EXPECT_LT(waited, std::chrono::seconds(7));
  EXPECT_EQ(StoreReader::open(path_)->generations_stored(run), 1);  // readers are not kept waiting
  ASSERT_EQ(write(leave[1], &byte, 1), 1);
  waitpid(child, nullptr, 0);
  writer->start(odd_manifest());  // and the writer goes on
  for (const int end : {ready[0], ready[1], leave[0], leave[1]}) close(end);
}

// As an ordinary user, whom the mode of a folder binds.
TEST_F(StoreOpen, AReadOnlyFolderStopsAWriterAtStartAndNotAReader) {
  const std::string run = make_store(3);
  fs::permissions(path_, fs::perms(0444));
  fs::remove(path_.string() + ".lock");
  fs::permissions(folder_, fs::perms(0555));
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (getuid() == 0 && setuid(65534) != 0) _exit(2);
    std::string said;
    try {
      StoreWriter::open(path_);
      said = "opened";
    } catch (const Error& error) {
      said = error.what();
    }
    said += "|";
    try {
      said += std::to_string(StoreReader::open(path_)->generations_stored(run));
    } catch (const Error& error) {
      said += error.what();
    }
    const bool written =
        write(out[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
    _exit(written ? 0 : 3);
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(out[1]);
  std::string said(4096, '\0');
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(out[0], said.data(), 4096))));
  close(out[0]);
  fs::permissions(folder_, fs::perms(0755));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(said, HasSubstr("folder must be writable"));
  EXPECT_THAT(said, ::testing::EndsWith("|3"));
}

TEST_F(StoreOpen, MigrationStepsRunInOneTransactionAfterACopy) {
  make_store(2);
  data::Database database(path_, data::Access::kWrite);
  const data::Migration good[] = {{3, "ALTER TABLE runs ADD COLUMN note TEXT"}};
  const data::Migration bad[] = {{3, "ALTER TABLE runs ADD COLUMN note TEXT"},
                                 {4, "ALTER TABLE nowhere ADD COLUMN note TEXT"}};
  error_of([&] { data::migrate(database, bad); });
  EXPECT_EQ(database.integer("PRAGMA user_version"), 2);
  EXPECT_EQ(database.integer("SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'note'"),
            0);
  data::migrate(database, good);
  EXPECT_EQ(database.integer("PRAGMA user_version"), 3);
  EXPECT_EQ(database.integer("SELECT count(*) FROM generations"), 2);
  EXPECT_EQ(StoreReader::open(path_.string() + ".schema-2.backup")->runs().size(), 1U);
  data::migrate(database, good);  // nothing left to do
}

TEST_F(StoreOpen, AStoreOfVersionOneIsBroughtUpToDateByAWriter) {
  const std::string run = make_store(3);
  sql(path_, "DROP TABLE turns; PRAGMA user_version = 1");
  const auto samples = [&] {
    int count = 0;
    StoreReader::open(path_)->samples(run, [&](const data::SampleRow&) { ++count; });
    return count;
  };
  EXPECT_EQ(samples(), 3) << "a reader reads it as it is";
  EXPECT_FALSE(fs::exists(path_.string() + ".schema-1.backup"));
  StoreWriter::open(path_);
  EXPECT_EQ(samples(), 3);
  EXPECT_EQ(StoreReader::open(path_)->generations_stored(run), 3);
  EXPECT_TRUE(fs::exists(path_.string() + ".schema-1.backup"));
}

TEST(StorePath, FollowsTheEnvironment) {
  const char* const home = std::getenv("HOME");
  const std::string kept = home == nullptr ? "" : home;
  setenv("HOME", "/home/someone", 1);
  unsetenv("XDG_DATA_HOME");
  unsetenv("CANDOR_STORE");
  EXPECT_EQ(data::default_store_path(), "/home/someone/.local/share/candor/candor.db");
  setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(data::default_store_path(), "/data/candor/candor.db");
  setenv("CANDOR_STORE", "/elsewhere.db", 1);
  EXPECT_EQ(data::default_store_path(), "/elsewhere.db");
  unsetenv("XDG_DATA_HOME");
  unsetenv("CANDOR_STORE");
  setenv("HOME", kept.c_str(), 1);
}

}  // namespace
}  // namespace candor::tests
