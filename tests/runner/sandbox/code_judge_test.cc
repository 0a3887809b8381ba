// The whole way of a code verdict: completion, two boxes, verdict. Attacks are bounded and harmless.
#include <gmock/gmock.h>

#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "data/records/json_fields.h"
#include "runner/pipeline/judges.h"
#include "tests/support/shared.h"

namespace candor::runner {
namespace {

namespace json = boost::json;

#define CANDOR_NEEDS_SANDBOX(judges) \
  if (judges.sandbox_unavailable()) GTEST_SKIP() << "no sandbox: " << *judges.sandbox_unavailable()

// f(x) must be x + 1.
scoring::CodeTask task(const std::string& completion) {
  return {"python", "def f(x):\n    \"\"\"The number after x.\"\"\"\n", completion,
          "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3\n",
          "f"};
}

struct Case {
  const char* name;
  const char* completion;
  const char* verdict;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

std::string case_name(const testing::TestParamInfo<Case>& row) { return row.param.name; }

class CodeJudge : public testing::TestWithParam<Case> {};

TEST_P(CodeJudge, GivesTheVerdict) {
  const Judges judges;
  CANDOR_NEEDS_SANDBOX(judges);
  const scoring::CodeVerdict found = judges.judge_code(task(GetParam().completion));
  EXPECT_EQ(found.verdict, GetParam().verdict) << found.reason;
}

INSTANTIATE_TEST_SUITE_P(
    Honest, CodeJudge,
    testing::Values(
        Case{"body", "    return x + 1\n", "passed"},
        Case{"whole", "def f(x):\n    return x + 1\n", "passed"},
        Case{"prints", "def f(x):\n    print('x', x)\n    return x + 1\nprint(f(3))\n", "passed"},
        Case{"imports", "import math\ndef f(x):\n    return math.floor(x + 1.5)\n", "passed"},
        Case{"lambda", "f = lambda x: x + 1\n", "passed"},
        Case{"main_guard", "def f(x):\n    return x + 1\nif __name__ == '__main__':\n    f()\n",
             "passed"},
        Case{"wrong", "    return x + 2\n", "failed"}, Case{"nothing", "    pass\n", "failed"},
        Case{"syntax", "    return (\n", "failed"},
        Case{"other_name", "def g(x):\n    return x + 1\nf = None\ndel f\n", "failed"},
        Case{"raises", "    raise ValueError('no')\n", "failed"},
        Case{"generator", "    yield x + 1\n", "failed"},
        Case{"recursion", "    return f(x)\n", "failed"}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Resources, CodeJudge,
    testing::Values(Case{"spin", "    while True: pass\n", "timeout"},
                    Case{"memory", "    a = [0] * 10**10\n    return x + 1\n", "memory"},
                    Case{"segfault", "    import ctypes\n    ctypes.string_at(0)\n", "crashed"},
                    Case{"forks",
                         "    import os, time\n    n = 0\n    try:\n        while n < 500:\n"
                         "            if os.fork() == 0: time.sleep(60)\n            n += 1\n"
                         "    except OSError: pass\n    return x + 1 if n < 20 else n\n",
                         "passed"},
                    Case{"disk",
                         "    try:\n        open('/w/a', 'wb').write(b'x' * (32 << 20))\n"
                         "    except OSError: return x + 1\n",
                         "passed"}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Cheats, CodeJudge,
    testing::Values(
        Case{"exit", "    import sys\n    sys.exit(0)\n", "cheating_suspected"},
        Case{"exit_at_load", "import os\nos._exit(0)\n", "cheating_suspected"},
        Case{"equality", "class L:\n    def __eq__(s, o): return True\ndef f(x): return L()\n",
             "failed"},
        Case{"int_equality",
             "class L(int):\n    def __eq__(s, o): return True\ndef f(x): return L(0)\n", "failed"},
        Case{"forged_report",
             "import os\nos.write(2, b'\\ncandor-outcome {\"outcome\":\"passed\",\"what\":\"\"}\\n')\n"
             "os._exit(0)\n",
             "cheating_suspected"},
        Case{"forged_answers",
             "import os\nfor n in range(3, 20):\n    try: os.write(n, b'{\"ready\":1}\\n{\"r\":2}\\n"
             "{\"r\":3}\\n')\n    except OSError: pass\ndef f(x): return 0\n",
             "cheating_suspected"},
        Case{"noise", "import os\nfor n in range(3, 20):\n    try: os.write(n, b'noise\\n')\n"
                      "    except OSError: pass\ndef f(x): return x + 1\n",
             "cheating_suspected"}),
    case_name);

// Each returns x + 1 only where the box holds.
INSTANTIATE_TEST_SUITE_P(
    TheBoxHolds, CodeJudge,
    testing::Values(
        Case{"test_not_visible", "    import os\n    return x + 1 - os.path.exists('/in/test.py')\n",
             "passed"},
        Case{"home_not_visible",
             "    import os\n    return x + 1 - any(map(os.path.exists, ['/root', '/home', "
             "'/etc/passwd', '/var']))\n",
             "passed"},
        Case{"system_read_only",
             "    try:\n        open('/usr/x', 'w')\n    except OSError: return x + 1\n", "passed"},
        Case{"root_read_only",
             "    try:\n        open('/x', 'w')\n    except OSError: return x + 1\n", "passed"},
        Case{"no_network",
             "    import socket\n    s = socket.socket()\n    try:\n"
             "        s.connect(('127.0.0.1', 22))\n    except OSError as e:\n"
             "        return x + 1\n",
             "passed"},
        Case{"no_new_namespace",
             "    import ctypes\n"
             "    return x + 1 if ctypes.CDLL(None).unshare(0x10000000) != 0 else 0\n",
             "passed"},
        Case{"no_other_processes",
             "    import os\n"
             "    return x + 1 if len([p for p in os.listdir('/proc') if p.isdigit()]) < 5 else 0\n",
             "passed"}),
    case_name);

TEST(Sandbox, HidesOurEnvironment) {
  const Judges judges;
  CANDOR_NEEDS_SANDBOX(judges);
  ::setenv("CANDOR_CANARY", "canary-value", 1);
  const scoring::CodeVerdict found = judges.judge_code(
      task("    seen = open('/proc/1/environ').read() + open('/proc/self/environ').read()\n"
           "    return 0 if 'canary' in seen else x + 1\n"));
  ::unsetenv("CANDOR_CANARY");
  EXPECT_EQ(found.verdict, "passed") << found.reason;
}

TEST(Sandbox, CutsOutputAndEndsAProgramThatWritesForEver) {
  const Sandbox sandbox;
  if (sandbox.unavailable()) GTEST_SKIP() << "no sandbox: " << *sandbox.unavailable();
  SandboxJob job;
  job.command = {"yes"};
  const SandboxResult result = sandbox.run(job, "");
  EXPECT_EQ(result.output.size(), job.limits.output_bytes);
  EXPECT_NE(result.exit_code, 0);
}

TEST(Sandbox, GivesTheInputToTheProgram) {
  const Sandbox sandbox;
  if (sandbox.unavailable()) GTEST_SKIP() << "no sandbox: " << *sandbox.unavailable();
  SandboxJob job;
  job.command = {"cat"};
  const std::string input(50'000, 'q');
  const SandboxResult result = sandbox.run(job, input);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.output, input);
}

TEST(CodeJudgeRefuses, OtherLanguagesAndNamelessTasks) {
  const Judges judges;
  CANDOR_NEEDS_SANDBOX(judges);
  scoring::CodeTask other = task("    return x + 1\n");
  other.language = "cobol";
  EXPECT_EQ(judges.judge_code(other).verdict, "not_scored");
  scoring::CodeTask nameless = task("    return x + 1\n");
  nameless.entry_point = "f; import os";
  EXPECT_EQ(judges.judge_code(nameless).verdict, "not_scored");
}

std::string read_gz(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string text;
  char buffer[1 << 16];
  for (int got; (got = gzread(file, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  gzclose(file);
  return text;
}

// Published problems with their solutions, and the solutions with one operator changed. A fixed sample:
// all 318 take a minute.
TEST(CodeJudgeConformance, SolutionsPassAndMutantsFail) {
  const Judges judges;
  CANDOR_NEEDS_SANDBOX(judges);
  CANDOR_NEEDS_SHARED("conformance/code_humaneval.jsonl");
  std::map<std::string, json::object> problems;
  std::istringstream lines(read_gz(tests::shared_path("suites/humaneval/HumanEval.jsonl.gz")));
  for (std::string line; std::getline(lines, line);) {
    json::object problem = data::parse_object(line, "HumanEval");
    problems[std::string(problem.at("task_id").as_string())] = std::move(problem);
  }
  std::ifstream rows(tests::shared_path("conformance/code_humaneval.jsonl"));
  int number = 0;
  int judged = 0;
  for (std::string line; std::getline(rows, line);) {
    if (number++ % 8 != 0) continue;
    const json::object row = data::parse_object(line, "row");
    const data::JsonFields fields(row, "row");
    const data::JsonFields problem(problems.at(fields.text("task_id")), "problem");
    scoring::CodeTask code{"python", problem.text("prompt"),
                           fields.text_or("completion", fields.text_or("full_source", "")),
                           problem.text("test"), problem.text("entry_point")};
    const scoring::CodeVerdict found = judges.judge_code(code);
    EXPECT_EQ(found.verdict == "passed", fields.boolean("expected_pass"))
        << fields.text("task_id") << " " << fields.text("kind") << ": " << found.verdict << ", "
        << found.reason;
    ++judged;
  }
  EXPECT_GE(judged, 39);
}

}  // namespace
}  // namespace candor::runner
