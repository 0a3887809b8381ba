// Algorithms that must be found and carried out with care: schedules, patterns, counting, a machine
// with jumps.
#include <algorithm>
#include <functional>
#include <map>
#include <sstream>

#include "suites/code/problem.h"

namespace candor::suites {
namespace {

using Words = std::vector<std::string>;

CodeProblem schedule(Random& r) {
  const int workers = r.between(2, 3);
  const bool longest = r.one_in(2);
  const Values v = {{"w", py(workers)},
                    {"e", longest ? "the longest" : "the shortest"},
                    {"z", longest ? "最长" : "最短"},
                    {"s", longest ? "-1" : "1"}};
  CodeProblem p{
      "schedule",
      "jobs: dict[str, tuple[int, list[str]]]",
      "list[str] | None",
      {fill("Each job has a length in days (at least 1) and a list of jobs that must be finished "
            "before it starts. $w workers do the jobs. At the beginning of every day the free "
            "workers "
            "take jobs that may start, one each, $e first and, of equally long ones, the one whose "
            "name comes first in alphabetical order; a job once taken is finished by its worker. "
            "Return the names in the order in which the jobs are taken, or None when some job can "
            "never be taken. No jobs give an empty list.",
            v),
       fill("每项工作有一个天数（至少1天）和一个列表，列表中的工作全部完成之后它才能开始。共有$"
            "w名工人。每天开"
            "始时，空闲的工人各领取一项可以开始的工作，$"
            "z的优先，天数相同的按名字的字母顺序；领取后由该工人做"
            "完。按领取的先后返回工作的名字；如果有工作永远无法领取，返回None。没有工作时返回空列表"
            "。",
            v)},
      fill("    done, running, order, day = set(), {}, [], 0\n"
           "    while len(done) < len(jobs):\n"
           "        for name in [n for n, end in running.items() if end == day]:\n"
           "            del running[name]\n"
           "            done.add(name)\n"
           "        ready = [n for n in jobs if n not in order and all(b in done for b in "
           "jobs[n][1])]\n"
           "        ready.sort(key=lambda n: ($s * jobs[n][0], n))\n"
           "        for n in ready[:$w - len(running)]:\n"
           "            order.append(n)\n"
           "            running[n] = day + jobs[n][0]\n"
           "        if not running and len(done) < len(jobs):\n"
           "            return None\n"
           "        day += 1\n"
           "    return order\n",
           v),
      {},
      {}};
  using Jobs = std::map<std::string, std::pair<int, Words>>;
  // Worker by worker, day by day, each looking for the best job by himself.
  const auto reference = [=](const Jobs& jobs) -> std::optional<Words> {
    std::map<std::string, int> left;  // days to go; a job not in it was not taken
    Words order;
    for (int busy = 0, day = 0; day < 10'000; ++day) {
      busy = 0;
      for (const auto& [name, days] : left) busy += days > 0 ? 1 : 0;
      const std::map<std::string, int> morning = left;
      for (; busy < workers; ++busy) {
        const std::pair<const std::string, std::pair<int, Words>>* best = nullptr;
        for (const auto& job : jobs) {
          const bool free = std::all_of(
              job.second.second.begin(), job.second.second.end(), [&](const std::string& before) {
                return morning.contains(before) && morning.at(before) == 0;
              });
          if (left.contains(job.first) || !free) continue;
          if (best == nullptr || (longest ? job.second.first > best->second.first
                                          : job.second.first < best->second.first)) {
            best = &job;
          }
        }
        if (best == nullptr) break;
        left[best->first] = best->second.first;
        order.push_back(best->first);
      }
      bool working = false;
      for (auto& [name, days] : left) {
        working |= days > 0;
        if (days > 0) --days;
      }
      if (!working) break;
    }
    if (order.size() < jobs.size()) return std::nullopt;
    return order;
  };
  const auto draw_jobs = [&](int count) {
    Jobs jobs;
    for (int i = 0; i < count; ++i) {
      Words before;
      for (int k = 0; k < i; ++k) {
        if (r.one_in(4)) before.push_back(std::string(1, static_cast<char>('a' + k)));
      }
      jobs[std::string(1, static_cast<char>('a' + i))] = {r.between(1, 6), before};
    }
    return jobs;
  };
  p.example(reference,
            Jobs{{"cut", {2, {}}}, {"glue", {1, {"cut"}}}, {"draw", {3, {}}}, {"buy", {2, {}}}});
  p.test(reference, Jobs{});
  p.test(reference, Jobs{{"a", {1, {"b"}}}, {"b", {1, {"a"}}}});
  p.test(reference, Jobs{{"a", {2, {}}}, {"b", {1, {"a", "c"}}}, {"c", {1, {"b"}}}});
  p.test(reference, Jobs{{"d", {2, {}}}, {"c", {2, {}}}, {"b", {2, {}}}, {"a", {2, {}}}});
  p.test(reference, Jobs{{"x", {4, {}}}, {"y", {1, {}}}, {"z", {1, {"y"}}}, {"w", {2, {"y"}}}});
  for (int i = 0; i < 5; ++i) p.test(reference, draw_jobs(r.between(6, 10)));
  return p;
}

CodeProblem fits(Random& r) {
  std::vector<std::string> marks = {"?", "*", "#", "@", "%"};
  r.shuffle(marks);
  const std::string one = marks[0], any = marks[1], digits = marks[2];
  const int most = r.between(2, 4);
  const Values v = {{"o", py(one)}, {"a", py(any)}, {"d", py(digits)}, {"m", py(most)}};
  CodeProblem p{
      "fits",
      "pattern: str, text: str",
      "bool",
      {fill(
           "Return whether the whole text fits the pattern. In a pattern $o stands for exactly one "
           "character, $a for any number of characters (none, too), and $d for 1 to $m digits. "
           "'!' before one of these or before another '!' takes its meaning away: both together "
           "stand for that character itself, '!' before anything else or at the end stands for "
           "itself. Every other character stands for itself.",
           v),
       fill("判断整个text是否符合pattern。pattern中$o代表恰好一个字符，$"
            "a代表任意多个字符（也可以没有），$d代"
            "表1到$m个数字。'!'写在这三个符号或另一个'!'之前时，两个字符合起来代表后一个字符本身；'"
            "!'写在其他字"
            "符之前或末尾时代表它自己。其余每个字符代表它自己。",
            v)},
      fill("    parts, i = [], 0\n"
           "    while i < len(pattern):\n"
           "        c = pattern[i]\n"
           "        if c == '!' and pattern[i + 1:i + 2] in ($o, $a, $d, '!'):\n"
           "            parts.append(('is', pattern[i + 1]))\n"
           "            i += 2\n            continue\n"
           "        parts.append(('one', c) if c == $o else ('any', c) if c == $a\n"
           "                     else ('digits', c) if c == $d else ('is', c))\n"
           "        i += 1\n"
           "    places = {0}\n"
           "    for kind, c in parts:\n"
           "        after = set()\n"
           "        for at in places:\n"
           "            if kind == 'any':\n"
           "                after.update(range(at, len(text) + 1))\n"
           "            elif kind == 'digits':\n"
           "                for n in range(1, $m + 1):\n"
           "                    if text[at + n - 1:at + n] not in tuple('0123456789'):\n"
           "                        break\n"
           "                    after.add(at + n)\n"
           "            elif at < len(text) and (kind == 'one' or text[at] == c):\n"
           "                after.add(at + 1)\n"
           "        places = after\n"
           "    return len(text) in places\n",
           v),
      {},
      {}};
  // By recursion over pattern and text.
  const auto reference = [=](const std::string& pattern, const std::string& text) {
    const std::string special = one + any + digits;
    std::function<bool(std::size_t, std::size_t)> from = [&](std::size_t i,
                                                             std::size_t at) -> bool {
      if (i == pattern.size()) return at == text.size();
      const char c = pattern[i];
      const bool more = at < text.size();
      if (c == '!' && i + 1 < pattern.size() &&
          (special.find(pattern[i + 1]) != std::string::npos || pattern[i + 1] == '!')) {
        return more && text[at] == pattern[i + 1] && from(i + 2, at + 1);
      }
      if (c == one[0]) return more && from(i + 1, at + 1);
      if (c == any[0]) return from(i + 1, at) || (more && from(i, at + 1));
      if (c == digits[0]) {
        for (std::size_t n = 0; n < static_cast<std::size_t>(most) && at + n < text.size(); ++n) {
          if (text[at + n] < '0' || text[at + n] > '9') return false;
          if (from(i + 1, at + n + 1)) return true;
        }
        return false;
      }
      return more && text[at] == c && from(i + 1, at + 1);
    };
    return from(0, 0);
  };
  p.example(reference, "a" + one + "c" + digits, "abc7");
  p.test(reference, "", "");
  p.test(reference, "", "a");
  p.test(reference, any, "");
  p.test(reference, one, "");
  p.test(reference, digits + "5", "1255");
  p.test(reference, digits, std::string(static_cast<std::size_t>(most), '8'));
  p.test(reference, digits, std::string(static_cast<std::size_t>(most + 1), '8'));
  p.test(reference, "!" + any + "x", any + "x");
  p.test(reference, "!" + any + "x", "abcx");
  p.test(reference, "!a!!", "!a!");
  p.test(reference, "a!", "a!");
  p.test(reference, any + "na" + any + "na", "bananas na");
  p.test(reference, any + "na" + any + "na", "bananas");
  p.test(reference, digits + any + digits, "12");
  p.test(reference, digits + "-" + digits + one, "20-17x");
  return p;
}

CodeProblem count_rows(Random& r) {
  const int near = r.between(2, 3), modulus = r.pick(std::vector<int>{997, 1009, 2003, 4001, 7919});
  const int repeats = r.between(2, 3);
  const Values v = {{"d", py(near)}, {"m", py(modulus)}, {"r", py(repeats)}};
  CodeProblem p{
      "count_rows",
      "length: int, letters: int",
      "int",
      {fill("A row is made of length numbers, each from 1 to letters. Count the rows in which "
            "neighbouring numbers never differ by exactly $d, no number stands more than $r times "
            "directly one after the other, and the last number is not smaller than the first. "
            "Return the count modulo $m. The length may reach 200 and letters 8; a row of length 0 "
            "counts once.",
            v),
       fill("一行由length个数组成，每个数在1到letters之间。求满足下列条件的行有多少种：相邻两数之差"
            "从不恰好等于"
            "$d（不论哪个大）；同一个数不会连续出现超过$"
            "r次；最后一个数不小于第一个数。返回种数除以$m的余数。"
            "length可达200，letters可达8；length为0时算一种。",
            v)},
      fill("    if length == 0:\n        return 1\n"
           "    total = 0\n"
           "    for first in range(1, letters + 1):\n"
           "        ways = {(first, 1): 1}\n"
           "        for _ in range(length - 1):\n"
           "            after = {}\n"
           "            for (last, run), count in ways.items():\n"
           "                for n in range(1, letters + 1):\n"
           "                    if abs(n - last) == $d:\n                        continue\n"
           "                    key = (n, run + 1 if n == last else 1)\n"
           "                    if key[1] <= $r:\n"
           "                        after[key] = (after.get(key, 0) + count) % $m\n"
           "            ways = after\n"
           "        total += sum(c for (last, _), c in ways.items() if last >= first)\n"
           "    return total % $m\n",
           v),
      {},
      {}};
  // Short rows are written out one by one; long ones counted by runs of one number.
  const auto reference = [=](int length, int letters) -> std::int64_t {
    if (length == 0) return 1;
    std::int64_t total = 0;
    for (int first = 1; first <= letters; ++first) {
      // ends[n][k]: rows of length n that begin with `first` and whose last run, just ended, is of
      // k.
      std::vector<std::vector<std::int64_t>> ends(
          static_cast<std::size_t>(length + 1),
          std::vector<std::int64_t>(static_cast<std::size_t>(letters + 1), 0));
      for (int n = 1; n <= length; ++n) {
        for (int k = 1; k <= letters; ++k) {
          std::int64_t& here = ends[static_cast<std::size_t>(n)][static_cast<std::size_t>(k)];
          for (int run = 1; run <= repeats && run <= n; ++run) {
            if (n == run) {
              here += k == first ? 1 : 0;
              continue;
            }
            for (int before = 1; before <= letters; ++before) {
              if (before == k || before - k == near || k - before == near) continue;
              here += ends[static_cast<std::size_t>(n - run)][static_cast<std::size_t>(before)];
            }
          }
          here %= modulus;
        }
      }
      for (int k = first; k <= letters; ++k) {
        total += ends[static_cast<std::size_t>(length)][static_cast<std::size_t>(k)];
      }
    }
    return total % modulus;
  };
  p.example(reference, 3, 4);
  p.test(reference, 0, 5);
  p.test(reference, 1, 5);
  p.test(reference, 2, 4);
  p.test(reference, 7, 1);
  p.test(reference, repeats, 1);
  p.test(reference, 4, 3);
  p.test(reference, 9, 5);
  p.test(reference, 60, 6);
  p.test(reference, 200, 8);
  return p;
}

CodeProblem run_machine(Random& r) {
  const int limit = r.stepped(200, 900, 50), wrap = r.between(50, 400);
  const Values v = {{"n", py(limit)}, {"m", py(wrap)}};
  CodeProblem p{
      "run_machine",
      "program: list[str]",
      "list[int] | None",
      {fill(
           "Run a machine with the registers x, y and z, all 0 at first. Its lines are carried out "
           "in "
           "order: 'set R V' puts V into register R; 'add R V' adds V to it and 'mul R V' "
           "multiplies "
           "it by V, and the result is reduced to its remainder modulo $m (0 to $m - 1); 'jump N "
           "R' "
           "goes N lines on from this one (back where N is negative) when register R is not 0, "
           "else "
           "to the next line. V is a register or a whole number, which may be negative; 'set' does "
           "not reduce it. The machine stops when there is no line at the place it goes to. Return "
           "[x, y, z], or None when more than $n lines would be carried out.",
           v),
       fill("运行一台有三个寄存器x、y、z（初值都是0）的机器。程序逐行执行：'set R "
            "V'把V存入寄存器R；'add R V'"
            "把V加到R上，'mul R V'把R乘以V，结果都换成它除以$m的余数（0到$m - 1）；'jump N "
            "R'在寄存器R不为0时"
            "跳到从本行起往后第N行（N为负数则往前），否则执行下一行。V是寄存器或整数（可以是负数）"
            "，'set'不取余"
            "数。要去的位置没有程序行时停机。返回[x, y, z]；如果执行的行数将超过$n，返回None。",
            v)},
      fill("    registers = {'x': 0, 'y': 0, 'z': 0}\n"
           "    at = count = 0\n"
           "    while 0 <= at < len(program):\n"
           "        count += 1\n"
           "        if count > $n:\n            return None\n"
           "        op, a, b = program[at].split()\n"
           "        at += 1\n"
           "        if op == 'jump':\n"
           "            if registers[b] != 0:\n                at += int(a) - 1\n"
           "            continue\n"
           "        value = registers[b] if b in registers else int(b)\n"
           "        if op == 'set':\n            registers[a] = value\n"
           "        elif op == 'add':\n            registers[a] = (registers[a] + value) % $m\n"
           "        else:\n            registers[a] = registers[a] * value % $m\n"
           "    return [registers['x'], registers['y'], registers['z']]\n",
           v),
      {},
      {}};
  const auto reference = [=](const Words& program) -> std::optional<std::vector<std::int64_t>> {
    std::int64_t x = 0, y = 0, z = 0;
    const auto cell = [&](const std::string& name) -> std::int64_t* {
      return name == "x" ? &x : name == "y" ? &y : name == "z" ? &z : nullptr;
    };
    int at = 0;
    for (int left = limit; at >= 0 && at < static_cast<int>(program.size()); --left) {
      if (left == 0) return std::nullopt;
      std::istringstream line(program[static_cast<std::size_t>(at)]);
      std::string op, a, b;
      line >> op >> a >> b;
      const std::int64_t* other = cell(b);
      const std::int64_t by = other != nullptr ? *other : std::atoll(b.c_str());
      if (op == "jump") {
        at += by != 0 ? std::atoi(a.c_str()) : 1;
        continue;
      }
      std::int64_t& target = *cell(a);
      target = op == "set" ? by : floor_mod(op == "add" ? target + by : target * by, wrap);
      ++at;
    }
    return std::vector<std::int64_t>{x, y, z};
  };
  p.example(reference, Words{"set x 3", "add y 5", "add x -1", "jump -2 x", "mul y 7"});
  p.test(reference, Words{});
  p.test(reference, Words{"set x -5"});
  p.test(reference, Words{"add x -5"});
  p.test(reference, Words{"set z 1", "jump 0 z"});
  p.test(reference, Words{"set z 1", "jump -2 z", "set x 9"});
  p.test(reference, Words{"set z 1", "jump 5 z", "set x 9"});
  p.test(reference, Words{"jump 2 z", "set x 9", "mul x x", "mul x 13"});
  // Exactly at the limit: one line, then two a round, the jump at the end among them.
  for (const int rounds : {(limit - 1) / 2, (limit - 1) / 2 + 1}) {
    p.test(reference, Words{fmt::format("set x {}", rounds), "add x -1", "jump -1 x"});
  }
  for (int i = 0; i < 5; ++i) {
    const int a = r.between(2, 9), b = r.between(2, 30), c = r.between(3, 12);
    const int d = r.between(-9, -1), jump = r.between(-4, -2);
    p.test(reference, Words{fmt::format("set x {}", a), fmt::format("set y {}", b),
                            fmt::format("add z {}", c), "mul z y", fmt::format("add y {}", d),
                            "add x -1", fmt::format("jump {} x", jump), "add y z"});
  }
  return p;
}

}  // namespace

const std::vector<CodeFamily>& code_level5() {
  static const std::vector<CodeFamily> kFamilies = {schedule, fits, count_rows, run_machine};
  return kFamilies;
}

}  // namespace candor::suites
