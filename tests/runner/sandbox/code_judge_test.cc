// The whole way of a code verdict: completion, two boxes, verdict. Attacks are bounded and
// harmless.
#include <gmock/gmock.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "data/records/json_fields.h"
#include "runner/pipeline/judges.h"
#include "runner/pipeline/workers.h"
#include "runner/sandbox/box_use.h"
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
             "import os\nos.write(2, b'\\ncandor-outcome "
             "{\"outcome\":\"passed\",\"what\":\"\"}\\n')\n"
             "os._exit(0)\n",
             "cheating_suspected"},
        Case{
            "forged_answers",
            "import os\nfor n in range(3, 20):\n    try: os.write(n, b'{\"ready\":1}\\n{\"r\":2}\\n"
            "{\"r\":3}\\n')\n    except OSError: pass\ndef f(x): return 0\n",
            "cheating_suspected"},
        Case{"noise",
             "import os\nfor n in range(3, 20):\n    try: os.write(n, b'noise\\n')\n"
             "    except OSError: pass\ndef f(x): return x + 1\n",
             "cheating_suspected"}),
    case_name);

// Each returns x + 1 only where the box holds.
INSTANTIATE_TEST_SUITE_P(
    TheBoxHolds, CodeJudge,
    testing::Values(
        Case{"test_not_visible",
             "    import os\n    return x + 1 - os.path.exists('/in/test.py')\n", "passed"},
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
        Case{
            "no_other_processes",
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

TEST(Sandbox, HearsAProgramOutThatComplainsForLong) {
  const Sandbox sandbox;
  if (sandbox.unavailable()) GTEST_SKIP() << "no sandbox: " << *sandbox.unavailable();
  SandboxJob job;
  job.command = {"sh", "-c", "head -c 300000 /dev/zero >&2; echo done"};
  const SandboxResult result = sandbox.run(job, "");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "done\n");
  EXPECT_EQ(result.errors.size(), job.limits.output_bytes);
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

// A box's limit on memory holds for all its processes together, and its output ends the program.
TEST(Sandbox, EndsABoxWhoseProcessesTogetherHoldTooMuch) {
  const Sandbox sandbox;
  if (sandbox.unavailable()) GTEST_SKIP() << "no sandbox: " << *sandbox.unavailable();
  SandboxJob job;
  job.limits.memory_bytes = 128U << 20U;
  job.command = {"python3", "-I", "-S", "-c",
                 "import os, time\nfor n in range(4):\n    if os.fork() == 0:\n"
                 "        b = bytearray(60 << 20)\n        time.sleep(20)\ntime.sleep(20)\n"};
  const SandboxResult result = sandbox.run(job, "");
  EXPECT_TRUE(result.out_of_memory);
  EXPECT_FALSE(result.timed_out);
  EXPECT_LT(result.wall_seconds, 15);
}

TEST(Sandbox, ManyThreadsMayUseIt) {
  const Sandbox sandbox;
  if (sandbox.unavailable()) GTEST_SKIP() << "no sandbox: " << *sandbox.unavailable();
  std::vector<std::string> outputs(24);
  in_parallel(outputs.size(), 6, [&](std::size_t i) {
    SandboxJob job;
    job.files = {{"text", std::to_string(i)}};
    job.command = {"cat", "/in/text"};
    outputs[i] = sandbox.run(job, "").output;
  });
  for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(outputs[i], std::to_string(i));
}

// Time in the queue of a busy machine is worth a second try; sleeping and computing are not.
TEST(BoxUse, TellsStarvedFromWaitingAndWorking) {
  SandboxLimits limits;
  limits.cpu_seconds = 2;
  ASSERT_EQ(wall_seconds(limits), 8);
  const auto use = [](double cpu, double queued) {
    BoxUse result;
    result.cpu_seconds = cpu;
    result.queued_seconds = queued;
    return result;
  };
  EXPECT_TRUE(starved(use(0.5, 7), limits));
  EXPECT_FALSE(starved(use(0.1, 0.2), limits));  // it slept
  EXPECT_FALSE(starved(use(7.5, 7), limits));    // its children worked
}

TEST(BoxUse, MeasuresThisProcess) {
  const BoxUse use = box_use(::getpid(), true);
  EXPECT_GT(use.resident_bytes, 1U << 20U);
  EXPECT_GT(use.proportional_bytes, 0U);
  EXPECT_LE(use.proportional_bytes, use.resident_bytes + (1U << 20U));
}

TEST(InParallel, ThrowsWhatTheFirstThrew) {
  std::atomic<int> done{0};
  try {
    in_parallel(100, 4, [&](std::size_t i) {
      if (i == 3 || i == 7) throw std::runtime_error(std::to_string(i));
      ++done;
    });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
  EXPECT_LE(done, 98);
}

// Programs from input to output.
scoring::CodeTask program(const std::string& language, const std::string& code) {
  scoring::CodeTask task{language, "", code, "", ""};
  task.programs = {{"3\n1 2 3\n", "6\n"}, {"1\n-5\n", "-5"}};
  task.cpu_seconds = 1;
  task.memory_mib = 256;
  return task;
}

struct ProgramCase {
  const char* name;
  const char* language;
  const char* code;
  const char* verdict;
};

void PrintTo(const ProgramCase& row, std::ostream* out) { *out << row.name; }

class ProgramJudge : public testing::TestWithParam<ProgramCase> {};

TEST_P(ProgramJudge, GivesTheVerdict) {
  const Judges judges;
  CANDOR_NEEDS_SANDBOX(judges);
  const ProgramCase& row = GetParam();
  const auto found = judges.judge_code(program(row.language, row.code));
  if (std::string(row.language) == "cpp" && ::access("/usr/bin/g++", X_OK) != 0) {
    EXPECT_EQ(found.verdict, "not_scored");
    EXPECT_NE(found.reason.find("g++"), std::string::npos);
    return;
  }
  EXPECT_EQ(found.verdict, row.verdict) << found.reason;
}

INSTANTIATE_TEST_SUITE_P(
    Programs, ProgramJudge,
    testing::Values(
        ProgramCase{"python", "python", "input()\nprint(sum(map(int, input().split())))\nexit()\n",
                    "passed"},
        ProgramCase{"python_first_only", "python", "print(6)\n", "failed"},
        ProgramCase{"python_status", "python",
                    "input()\nprint(sum(map(int, input().split())))\nraise SystemExit(1)\n",
                    "failed"},
        ProgramCase{"python_reads_too_much", "python", "input();input();input()\n", "failed"},
        ProgramCase{"python_spins", "python", "while True: pass\n", "timeout"},
        ProgramCase{"python_memory", "python", "x = bytearray(1 << 40)\n", "memory"},
        ProgramCase{"python_crash", "python", "import os\nos.abort()\n", "crashed"},
        ProgramCase{"python_flood", "python", "while True: print('x' * 1000)\n", "failed"},
        ProgramCase{"python_other_files", "python",
                    "import os\nprint(6 if os.listdir('/in') != ['answer.py', 'main.py'] and "
                    "sorted(os.listdir('/in')) != ['answer.py', 'main.py'] else 0)\n",
                    "failed"},
        ProgramCase{"cpp", "cpp",
                    "#include <iostream>\nint main() { int n, x, s = 0; std::cin >> n; while (n--) "
                    "{ std::cin >> x; s += x; } std::cout << s << '\\n'; }",
                    "passed"},
        ProgramCase{"cpp_wrong", "cpp", "#include <cstdio>\nint main() { puts(\"6\"); }", "failed"},
        ProgramCase{"cpp_syntax", "cpp", "int main() { return 0 }", "failed"},
        ProgramCase{"cpp_spins", "cpp", "int main() { for (volatile int i = 0;; i = 1) {} }",
                    "timeout"},
        ProgramCase{"cpp_memory", "cpp",
                    "#include <vector>\nint main() { std::vector<std::vector<char>> all; for (;;) "
                    "all.emplace_back(1 << 24, 'x'); }",
                    "memory"},
        ProgramCase{"cpp_crash", "cpp", "int main() { volatile int* p = nullptr; return *p; }",
                    "crashed"},
        ProgramCase{"cpp_compile_bomb", "cpp",
                    "template <int N> struct A { A<N - 1> a; A<N + 1> b; static constexpr int v = "
                    "A<N - 1>::v + A<N + 1>::v; };\nint main() { return A<0>::v; }",
                    "failed"},
        ProgramCase{"cpp_reads_our_files", "cpp", "#include \"/etc/shadow\"\nint main() {}",
                    "failed"}),
    [](const testing::TestParamInfo<ProgramCase>& row) { return row.param.name; });

// Functions in C++, tested by code in another program.
scoring::CodeTask cpp_function(const std::string& completion) {
  return {
      "cpp",
      "#include <map>\n#include <string>\n#include <vector>\nusing namespace std;\n/* How often "
      "each word is there; the words are sorted. */\nmap<string, int> f(vector<string>& words, "
      "double scale){\n",
      completion,
      "#undef NDEBUG\n#include <cassert>\nint main(){\n  vector<string> w = {\"b\", \"a\", "
      "\"b\"};\n  assert((f(w, 2.0) == map<string, int>{{\"a\", 2}, {\"b\", 4}}));\n"
      "  assert(w[0] == \"a\");\n  vector<string> none;\n  assert(f(none, 1.5).empty());\n}\n",
      "f"};
}

constexpr char kCppBody[] =
    "    map<string, int> m; for (auto& w : words) m[w] += int(scale);\n"
    "    vector<string> s; for (auto& [w, n] : m) for (int i = 0; i < n / int(scale); ++i) "
    "s.push_back(w);\n    words = s;\n    return m;\n";

TEST(CppFunctions, AreJudgedInTwoBoxes) {
  const Judges judges;
  CANDOR_NEEDS_SANDBOX(judges);
  if (::access("/usr/bin/g++", X_OK) != 0) GTEST_SKIP() << "no g++ on this machine";
  const std::string body = kCppBody;
  const std::string header = "map<string, int> f(vector<string>& words, double scale) {\n";
  struct Row {
    std::string completion;
    const char* verdict;
  };
  const std::vector<Row> rows = {
      {body + "}\n", "passed"},
      {body, "passed"},  // the brace is the test's
      {"#include <bits/stdc++.h>\nusing namespace std;\n" + header + body +
           "}\nint main() { cout << \"demonstration\"; }\n",
       "passed"},
      {"    return {};\n}\n", "failed"},
      {"    throw 5;\n}\n", "failed"},
      {"    return missing;\n}\n", "failed"},
      {"    exit(0);\n}\n", "cheating_suspected"},
      {"    abort();\n}\n", "crashed"},
      {"    return *(map<string, int>*)nullptr;\n}\n", "crashed"},
      {"    for (volatile int i = 0;; i = 1) {}\n}\n", "timeout"},
      {"    vector<string> all; for (;;) all.emplace_back(1 << 24, 'x');\n}\n", "memory"},
      {"    puts(\"\\ncandor-outcome {\\\"outcome\\\":\\\"passed\\\",\\\"what\\\":\\\"\\\"}\");\n"
       "    return {};\n}\n#include <cstdio>\n",
       "failed"},
      // Answers before the questions, on every descriptor there is.
      {"    return {};\n}\n#include <unistd.h>\nstatic int forged = [] { for (int n = 3; n < 64; "
       "++n) if (write(n, \"5\\nready9\\nrl0;xxxxxx\", 18) < 0) continue; return 0; }();\n",
       "cheating_suspected"},
  };
  std::vector<scoring::CodeVerdict> found(rows.size());
  in_parallel(rows.size(), Judges::code_workers(), [&](std::size_t i) {
    scoring::CodeTask task = cpp_function(rows[i].completion);
    task.cpu_seconds = 1;
    task.memory_mib = 256;
    found[i] = judges.judge_code(task);
  });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(found[i].verdict, rows[i].verdict) << rows[i].completion << found[i].reason;
  }
}

// Without a compiler or an interpreter nothing passes.
TEST(CodeJudgeRefuses, LanguagesWhoseProgramsAreMissing) {
  const scoring::CodeBoxes nothing{nullptr, nullptr, [](const std::string&) { return false; }};
  EXPECT_EQ(scoring::judge_code(cpp_function(kCppBody), nothing).verdict, "not_scored");
  EXPECT_EQ(scoring::judge_code(task("    return x + 1\n"), nothing).verdict, "not_scored");
}

TEST(CodeJudge, SaysThatABoxWasTriedTwice) {
  const scoring::CodeBoxes boxes{nullptr,
                                 [](const scoring::CodeJob&, const scoring::CodeJob&) {
                                   scoring::CodeRuns runs;
                                   runs.tester.exit_code = 0;
                                   runs.tester.retried = true;
                                   runs.tester.errors =
                                       "\ncandor-outcome {\"outcome\":\"passed\",\"what\":\"\"}\n";
                                   return runs;
                                 },
                                 [](const std::string&) { return true; }};
  data::Question question;
  question.reference = {
      {"language", "python"}, {"prompt", ""}, {"test", "t"}, {"entry_point", "f"}};
  data::Generation generation;
  generation.answer = "def f(): pass\n";
  const data::Verdict verdict = scoring::judge_code_answer(question, generation, boxes);
  EXPECT_EQ(verdict.outcome, data::Outcome::kRight);
  EXPECT_TRUE(verdict.parts.at("retried").as_bool());
}

// Calls whose values are compared outside the box.
TEST(Calls, AreComparedByExactTypeOutsideTheBox) {
  const Judges judges;
  CANDOR_NEEDS_SANDBOX(judges);
  const auto verdict = [&](const std::string& code, const char* args, const char* expected) {
    scoring::CodeTask task{"python", "", code, "", "f"};
    task.calls = {{json::parse(args).as_array(), {}, json::parse(expected)}};
    return judges.judge_code(task).verdict;
  };
  EXPECT_EQ(verdict("def f(x):\n    return x\n",
                    R"([{"$dict":[[1,{"$tuple":[{"$int":"1180591620717411303424"},null]}]]}])",
                    R"({"$dict":[[1,{"$tuple":[{"$int":"1180591620717411303424"},null]}]]})"),
            "passed");
  EXPECT_EQ(verdict("def f(x):\n    return {x, 2.5}\n", "[1]", R"({"$set":[2.5,1]})"), "passed");
  EXPECT_EQ(verdict("def f():\n    return '\\ud800'\n", "[]", R"("x")"), "failed");
  EXPECT_EQ(verdict("def f(x):\n    return True\n", "[1]", "1"), "failed");
  EXPECT_EQ(verdict("def f(x):\n    return float('nan')\n", "[1]", R"({"$float":"nan"})"),
            "failed");
  EXPECT_EQ(verdict("def f(x):\n    exit()\n", "[1]", "1"), "failed");
  EXPECT_EQ(verdict("def f(x):\n    raise SystemExit\n", "[1]", "1"), "cheating_suspected");
  EXPECT_EQ(verdict("def f(x):\n    return g(x)\n", "[1]", "1"), "failed");
  EXPECT_EQ(verdict("import os\nos._exit(0)\n", "[1]", "1"), "cheating_suspected");
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

// Published problems with their solutions, and the solutions with one operator changed. A fixed
// sample: all 318 take a minute.
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
  struct Row {
    std::string name;
    bool passes = false;
    scoring::CodeTask task;
    scoring::CodeVerdict found;
  };
  std::vector<Row> sample;
  int number = 0;
  for (std::string line; std::getline(rows, line);) {
    if (number++ % 8 != 0) continue;
    const json::object row = data::parse_object(line, "row");
    const data::JsonFields fields(row, "row");
    const data::JsonFields problem(problems.at(fields.text("task_id")), "problem");
    sample.push_back({fields.text("task_id") + " " + fields.text("kind"),
                      fields.boolean("expected_pass"),
                      {"python", problem.text("prompt"),
                       fields.text_or("completion", fields.text_or("full_source", "")),
                       problem.text("test"), problem.text("entry_point")},
                      {}});
  }
  in_parallel(sample.size(), Judges::code_workers(),
              [&](std::size_t i) { sample[i].found = judges.judge_code(sample[i].task); });
  for (const Row& row : sample) {
    EXPECT_EQ(row.found.verdict == "passed", row.passes)
        << row.name << ": " << row.found.verdict << ", " << row.found.reason;
  }
  EXPECT_GE(sample.size(), 39U);
}

}  // namespace
}  // namespace candor::runner
