// A writer that is killed, or whose disk is full, loses nothing that it acknowledged and doubles
// nothing. Acknowledged means: put() returned and the process said so through a pipe.
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "tests/data/store/store_fixture.h"

namespace candor::tests {
namespace {

using data::StoreReader;
using data::StoreWriter;

class StoreCrash : public StoreFolder {
 protected:
  // In a child: goes on with the run, storing the samples it lacks one by one (or `batch` at a
  // time) and acknowledging each. Ends with 0 when all `total` are there, 4 on an Error.
  void work(int acknowledge, int total, int batch) {
    try {
      const auto writer = StoreWriter::open(path_);
      const auto before = writer->unfinished(odd_manifest().plan_hash());
      const std::string run = before ? before->id : writer->start(odd_manifest()).id;
      writer->put(odd_question());
      writer->put(odd_condition());
      std::set<int> there;
      for (const data::SampleKey& key : writer->stored(run)) there.insert(key.repeat);
      std::vector<int> group;
      for (int i = 0; i < total; ++i) {
        if (!there.contains(i)) group.push_back(i);
        if (static_cast<int>(group.size()) < batch && i + 1 < total) continue;
        writer->batch([&] {
          for (const int repeat : group) {
            data::Generation generation = odd_generation(odd_question(), odd_condition(), repeat);
            generation.answer += std::string(3000, 'a');
            const std::int64_t id = writer->put(run, generation);
            writer->put(id, odd_verdict());
          }
        });
        for (const int repeat : group) {
          if (write(acknowledge, &repeat, sizeof repeat) != sizeof repeat) _exit(3);
        }
        group.clear();
      }
    } catch (const Error& error) {
      const std::string line = std::string(error.what()) + "\n";
      if (write(STDERR_FILENO, line.data(), line.size()) < 0) _exit(5);
      _exit(4);
    }
    _exit(0);
  }

  // Adds what a child acknowledged; returns its wait status.
  int run_child(std::set<int>& acknowledged, int total, int batch, int kill_after_us,
                rlim_t file_limit = RLIM_INFINITY) {
    int ends[2];
    if (pipe(ends) != 0) return -1;
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      if (file_limit != RLIM_INFINITY) {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit = {file_limit, file_limit};
        setrlimit(RLIMIT_FSIZE, &limit);
      }
      work(ends[1], total, batch);
    }
    close(ends[1]);
    if (kill_after_us >= 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(kill_after_us));
      kill(child, SIGKILL);
    }
    int repeat = 0;
    while (read(ends[0], &repeat, sizeof repeat) == sizeof repeat) {
      EXPECT_TRUE(acknowledged.insert(repeat).second) << "sample " << repeat << " done twice";
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  std::set<int> stored() {
    std::set<int> repeats;
    if (!std::filesystem::exists(path_)) return repeats;
    const auto reader = StoreReader::open(path_);
    if (reader->runs().empty()) return repeats;
    EXPECT_EQ(reader->runs().size(), 1U);
    reader->samples(reader->run("latest").id, [&](const data::SampleRow& row) {
      EXPECT_TRUE(repeats.insert(row.generation.sample.repeat).second);
      EXPECT_EQ(row.verdicts.size(), 1U);  // came in the same transaction
    });
    return repeats;
  }
};

TEST_F(StoreCrash, KilledAtAnyMomentNothingAcknowledgedIsLostAndNothingIsDoubled) {
  constexpr int kTotal = 400;
  std::set<int> acknowledged;
  int kills = 0;
  int status = -1;
  for (int trial = 0; trial < 400; ++trial) {
    // From before the file is made to well into the writing; later trials live longer.
    status = run_child(acknowledged, kTotal, 1 + trial % 4, 500 + 997 * (trial % 40));
    const std::set<int> there = stored();
    for (const int repeat : acknowledged) ASSERT_TRUE(there.contains(repeat)) << repeat;
    // A sample may be stored without the word having got out; it counts from here on, and asking it
    // again would show as done twice.
    acknowledged = there;
    if (WIFEXITED(status)) break;
    ++kills;
  }
  EXPECT_GE(kills, 10);
  if (!WIFEXITED(status)) status = run_child(acknowledged, kTotal, 4, -1);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(stored().size(), static_cast<std::size_t>(kTotal));
  EXPECT_NE(StoreWriter::open(path_), nullptr);  // quick_check finds it clean
}

// A limit on the size of files stands for a full disk: the write itself fails.
TEST_F(StoreCrash, AFullDiskLosesNothingAndTheRunGoesOnAfterwards) {
  constexpr int kTotal = 200;
  for (const rlim_t limit : {60'000U, 200'000U, 500'000U, 900'000U}) {
    std::set<int> acknowledged = stored();
    const int status = run_child(acknowledged, kTotal, 1, -1, limit);
    EXPECT_EQ(WEXITSTATUS(status), 4) << limit;
    const std::set<int> there = stored();
    for (const int repeat : acknowledged) ASSERT_TRUE(there.contains(repeat)) << repeat;
  }
  std::set<int> acknowledged = stored();
  EXPECT_EQ(WEXITSTATUS(run_child(acknowledged, kTotal, 1, -1)), 0);
  EXPECT_EQ(stored().size(), static_cast<std::size_t>(kTotal));
}

}  // namespace
}  // namespace candor::tests
