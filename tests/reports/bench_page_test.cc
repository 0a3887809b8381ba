// The page of `candor bench`: well-formed, without a script, and as safe as the other pages; and
// the ticks of its plots.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "reports/bench.h"
#include "reports/html/plot.h"
#include "tests/reports/html_checker.h"
#include "tests/support/temp_folder.h"

namespace candor::reports {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

json::object figures(const std::string& word) {
  json::object object =
      json::parse(R"({"isa":"avx2","threads":2,"batch":64,"precision":"int8","load_s":1.5,
    "prefill_tokens_per_s":400.0,"decode_tokens_per_s":{"1":30.0,"2":55.0,"4":90.0},
    "peak_bytes":781131776,"machine":{"read_bytes_per_s":2e10,"int8_ops_per_s":6e11},
    "shares":{"prefill_of_int8":0.47},
    "growth":{"prompts":[{"prompts":16,"seconds_per_prompt":0.1},
                         {"prompts":64,"seconds_per_prompt":0.08}],
              "context":[{"tokens":8,"prefill_ms_per_token":4.0,"decode_ms_per_token":30.0},
                         {"tokens":64,"prefill_ms_per_token":2.5,"decode_ms_per_token":31.0}]}})")
          .as_object();
  object["model"] = word;
  object["processor"] = word;
  return object;
}

std::string page_of(const json::object& object) {
  const tests::TempFolder folder;
  const auto target = folder.path() / "bench.html";
  write_html_bench(object, target);
  std::ifstream file(target, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(BenchPage, ShowsWhatWasMeasured) {
  const std::string page = page_of(figures("a model"));
  for (const char* shown : {"400 tokens/s", "47% of 8-bit operations", "600 GOP/s", "20.0 GB/s",
                            "tokens of context (logarithmic)", "seconds a prompt", "<polyline"}) {
    EXPECT_THAT(page, HasSubstr(shown));
  }
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST(BenchPage, HostileNamesChangeNothingButText) {
  const std::string harmless = page_of(figures("word"));
  for (const std::string hostile : {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
                                    "</style><b>", "\xff\x01"}) {
    const std::string page = page_of(figures(hostile));
    EXPECT_EQ(tests::html_skeleton(page), tests::html_skeleton(harmless)) << hostile;
  }
}

TEST(BenchPage, WhatWasNotMeasuredIsNotShown) {
  json::object object = figures("a model");
  object.erase("growth");
  object["shares"] = json::object{};
  const std::string page = page_of(object);
  EXPECT_THAT(page, Not(HasSubstr("tokens of context")));
  EXPECT_THAT(page, Not(HasSubstr("% of ")));
}

TEST(RoundTicks, EncloseTheValues) {
  EXPECT_THAT(round_ticks(30, 90, false), ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(round_ticks(1, 1, false), testing::Contains(1));
  EXPECT_THAT(round_ticks(2.5, 31, true), ElementsAre(2, 5, 10, 20, 50));
  EXPECT_THAT(round_ticks(0.5, 800, true), ElementsAre(testing::DoubleEq(0.1), 1, 10, 100, 1000));
  for (const double low : {0.003, 0.7, 1.0, 9.99, 12.0}) {
    for (const double factor : {1.0, 1.5, 80.0, 1e5}) {
      for (const bool log : {false, true}) {
        const std::vector<double> ticks = round_ticks(low, low * factor, log);
        EXPECT_LE(ticks.front(), low * (1 + 1e-9)) << low << " " << factor;
        EXPECT_GE(ticks.back(), low * factor * (1 - 1e-9)) << low << " " << factor;
        EXPECT_LE(ticks.size(), 8U) << low << " " << factor;
      }
    }
  }
}

}  // namespace
}  // namespace candor::reports
