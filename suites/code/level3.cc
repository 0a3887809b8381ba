// Simulations, dynamic programming, state machines.
#include <algorithm>
#include <cstdlib>

#include "suites/code/problem.h"

namespace candor::suites {
namespace {

using Numbers = std::vector<std::int64_t>;
using Pair = std::pair<std::int64_t, std::int64_t>;
using Pairs = std::vector<Pair>;
using Words = std::vector<std::string>;

CodeProblem walk(Random& r) {
  const int width = r.between(4, 9), height = r.between(4, 9);
  const int x0 = r.between(0, width - 1), y0 = r.between(0, height - 1);
  int bx = 0, by = 0;
  do {
    bx = r.between(0, width - 1);
    by = r.between(0, height - 1);
  } while (std::abs(bx - x0) + std::abs(by - y0) != 2);
  const Values v = {{"u", py(width - 1)}, {"v", py(height - 1)}, {"w", py(width)},
                    {"h", py(height)},    {"x", py(x0)},         {"y", py(y0)},
                    {"i", py(bx)},        {"j", py(by)}};
  CodeProblem p{
      "walk",
      "moves: str",
      "tuple[int, int]",
      {fill("A robot stands at ($x, $y) on a board with x from 0 to $u and y from 0 to "
            "$v. 'N' raises y by one, 'S' lowers it, 'E' raises x and 'W' lowers it. "
            "Beyond the left and right edge the robot comes in again on the other side; a "
            "move over the top or bottom edge is ignored. The cell ($i, $j) is blocked: a "
            "move into it is ignored too, and so is any other letter. Return the final "
            "(x, y).",
            v),
       fill("棋盘的x从0到$u，y从0到$v，一个机器人位于($x, "
            "$y)。'N'使y加一，'S'使y减一，'E'使x"
            "加一，'W'使x减一。越过左右边缘时从另一侧进入；越过上下边缘的移动被忽略。格子($i, "
            "$j)被封锁："
            "进入它的移动同样被忽略，其他字母也一律忽略。返回最终的(x, y)。",
            v)},
      fill("    x, y = $x, $y\n"
           "    steps = {'N': (0, 1), 'S': (0, -1), 'E': (1, 0), 'W': (-1, 0)}\n"
           "    for m in moves:\n        if m not in steps:\n            continue\n"
           "        dx, dy = steps[m]\n        nx, ny = (x + dx) % $w, y + dy\n"
           "        if 0 <= ny < $h and (nx, ny) != ($i, $j):\n"
           "            x, y = nx, ny\n    return (x, y)\n",
           v),
      {},
      {}};
  const auto reference = [=](const std::string& moves) {
    int x = x0, y = y0;
    for (const char move : moves) {
      int nx = x + (move == 'E') - (move == 'W');
      const int ny = y + (move == 'N') - (move == 'S');
      if (nx < 0) nx = width - 1;
      if (nx == width) nx = 0;
      if (ny < 0 || ny >= height || (nx == bx && ny == by)) continue;
      x = nx;
      y = ny;
    }
    return std::pair(x, y);
  };
  p.example(reference, "NNEES");
  p.test(reference, "");
  p.test(reference, "QnX");
  for (const char* one : {"N", "S", "E", "W"}) {
    std::string moves;
    for (int i = 0; i < 11; ++i) moves += one;
    p.test(reference, moves);
  }
  // Straight at the blocked cell, both ways round the corner.
  const std::string across(static_cast<std::size_t>(std::abs(bx - x0)), bx > x0 ? 'E' : 'W');
  const std::string along(static_cast<std::size_t>(std::abs(by - y0)), by > y0 ? 'N' : 'S');
  p.test(reference, across + along + "E");
  p.test(reference, along + across + "N");
  for (int i = 0; i < 6; ++i) {
    std::string moves;
    for (int k = r.between(8, 40); k > 0; --k) moves += r.pick(std::string("NSEWNEx"));
    p.test(reference, moves);
  }
  return p;
}

CodeProblem run_stack(Random& r) {
  const int extra = r.between(2, 9), hundreds = r.stepped(100, 900, 100);
  const int modulus = hundreds + r.between(1, 9);
  const Values v = {{"k", py(extra)}, {"m", py(modulus)}};
  CodeProblem p{
      "run_stack",
      "program: list[str]",
      "int | None",
      {fill("Run a stack machine. A token of digits pushes that number. 'ADD' takes the two "
            "topmost numbers off and pushes their sum plus $k; 'MUL' does the same with "
            "their product modulo $m; 'DUP' pushes the topmost number once more; 'SWAP' "
            "exchanges the two topmost. Return the topmost number at the end, or None when "
            "the stack is empty or an operation finds too few numbers.",
            v),
       fill("运行一个栈式计算机。由数字组成的记号把该数压栈；'ADD'"
            "弹出栈顶的两个数，压入它们的和再加$k；"
            "'MUL'弹出两个数，压入它们的积除以$m的余数；'DUP'把栈顶的数再压入一次；'SWAP'"
            "交换栈顶的两个"
            "数。返回结束时的栈顶；如果栈为空，或某个操作遇到的数不够，则返回None。",
            v)},
      fill("    stack = []\n    for t in program:\n"
           "        if t.isdigit():\n            stack.append(int(t))\n"
           "            continue\n"
           "        if len(stack) < (1 if t == 'DUP' else 2):\n            return None\n"
           "        if t == 'DUP':\n            stack.append(stack[-1])\n"
           "            continue\n"
           "        b, a = stack.pop(), stack.pop()\n"
           "        if t == 'ADD':\n            stack.append(a + b + $k)\n"
           "        elif t == 'MUL':\n            stack.append(a * b % $m)\n"
           "        else:\n            stack += [b, a]\n"
           "    return stack[-1] if stack else None\n",
           v),
      {},
      {}};
  const auto reference = [=](const Words& program) -> std::optional<std::int64_t> {
    Numbers stack;
    for (const std::string& token : program) {
      if (token[0] >= '0' && token[0] <= '9') {
        stack.push_back(std::atoll(token.c_str()));
      } else if (token == "DUP") {
        if (stack.empty()) return std::nullopt;
        stack.push_back(stack.back());
      } else {
        if (stack.size() < 2) return std::nullopt;
        std::int64_t& a = stack[stack.size() - 2];
        std::int64_t& b = stack.back();
        if (token == "SWAP") {
          std::swap(a, b);
        } else {
          a = token == "ADD" ? a + b + extra : a * b % modulus;
          stack.pop_back();
        }
      }
    }
    if (stack.empty()) return std::nullopt;
    return stack.back();
  };
  p.example(reference, Words{"3", "DUP", "ADD", "40", "SWAP", "MUL"});
  p.test(reference, Words{});
  p.test(reference, Words{"DUP"});
  p.test(reference, Words{"5", "ADD"});
  p.test(reference, Words{"5", "SWAP"});
  p.test(reference, Words{"7", "2", "SWAP"});
  p.test(reference, Words{"999", "999", "MUL", "DUP", "MUL"});
  for (int i = 0; i < 6; ++i) {
    Words program = {py(r.between(0, 99)), py(r.between(0, 99))};
    for (int k = r.between(4, 10); k > 0; --k) {
      program.push_back(r.one_in(2) ? py(r.between(0, 60))
                                    : r.pick(Words{"ADD", "MUL", "DUP", "SWAP"}));
    }
    p.test(reference, program);
  }
  return p;
}

CodeProblem fewest_coins(Random& r) {
  std::vector<int> values = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17};
  r.shuffle(values);
  values.resize(3);
  std::sort(values.begin(), values.end());
  const Values v = {{"c", fmt::format("{}, {} and {}", values[0], values[1], values[2])},
                    {"z", fmt::format("{}、{}和{}", values[0], values[1], values[2])},
                    {"t", py(values)}};
  CodeProblem p{
      "fewest_coins",
      "amount: int",
      "int",
      {fill("There are coins of $c, as many of each as needed. Return the smallest number of "
            "coins that add up to exactly the amount, 0 for an amount of 0, and -1 when it "
            "cannot be paid exactly.",
            v),
       fill("有面值为$"
            "z的硬币，每种数量不限。返回恰好凑成amount所需的最少硬币数；amount为0时返回0，无法恰好"
            "凑成时返回-1。",
            v)},
      fill("    best = [0] + [None] * amount\n    for s in range(1, amount + 1):\n"
           "        ways = [best[s - c] for c in $t if c <= s and best[s - c] is not None]\n"
           "        best[s] = min(ways) + 1 if ways else None\n"
           "    return -1 if best[amount] is None else best[amount]\n",
           v),
      {},
      {}};
  // By numbers of the two larger coins: another way than the table of the Python solution.
  const auto reference = [=](int amount) {
    int best = -1;
    for (int c = 0; c * values[2] <= amount; ++c) {
      for (int b = 0; c * values[2] + b * values[1] <= amount; ++b) {
        const int rest = amount - c * values[2] - b * values[1];
        const int coins = c + b + rest / values[0];
        if (rest % values[0] == 0 && (best < 0 || coins < best)) best = coins;
      }
    }
    return best;
  };
  p.example(reference, values[0] + 2 * values[1]);
  for (const int amount : {0, 1, 2, values[0], values[1] - 1, values[2], values[2] + 1}) {
    p.test(reference, amount);
  }
  for (int i = 0; i < 6; ++i) p.test(reference, r.between(20, 160));
  return p;
}

CodeProblem covered_length(Random& r) {
  const int shortest = r.between(2, 6), gap = r.between(1, 5);
  const Values v = {{"m", py(shortest)}, {"g", py(gap)}};
  CodeProblem p{
      "covered_length",
      "intervals: list[tuple[int, int]]",
      "int",
      {fill("Each interval (start, end) covers the points from start to end; end is never "
            "smaller than start. First leave out every interval shorter than $m. Then join "
            "intervals that overlap, touch or have a gap of at most $g between them, and "
            "count the gap as covered. Return the total length of the result.",
            v),
       fill("每个区间(start, "
            "end)覆盖从start到end的部分，end不小于start。先去掉长度小于$m的区间；然后把"
            "重叠、相接或间隔不超过$g的区间合并，间隔部分也算被覆盖。返回合并后的总长度。",
            v)},
      fill("    total, right = 0, None\n"
           "    for s, e in sorted(i for i in intervals if i[1] - i[0] >= $m):\n"
           "        if right is None or s - right > $g:\n"
           "            total += e - s\n            right = e\n"
           "        elif e > right:\n            total += e - right\n"
           "            right = e\n    return total\n",
           v),
      {},
      {}};
  // By unit cells: a cell is covered by an interval or by a short enough gap between covered ones.
  const auto reference = [=](const Pairs& intervals) {
    constexpr int kCells = 400, kZero = 200;
    std::vector<bool> covered(kCells, false);
    for (const auto& [start, end] : intervals) {
      if (end - start < shortest) continue;
      for (std::int64_t at = start; at < end; ++at)
        covered[static_cast<std::size_t>(at + kZero)] = true;
    }
    int total = 0, last = -1;
    for (int at = 0; at < kCells; ++at) {
      if (!covered[static_cast<std::size_t>(at)]) continue;
      const int hole = last < 0 ? 0 : at - last - 1;
      total += 1 + (hole <= gap ? hole : 0);
      last = at;
    }
    return total;
  };
  p.example(reference, Pairs{{0, 6}, {6 + gap, 13 + gap}, {40, 41}});
  p.test(reference, Pairs{});
  p.test(reference, Pairs{{5, 5}});
  p.test(reference, Pairs{{3, 3 + shortest}});
  p.test(reference, Pairs{{3, 2 + shortest}});
  p.test(reference, Pairs{{0, 10}, {11 + gap, 20 + gap}});
  p.test(reference, Pairs{{0, 30}, {4, 12}, {25, 38}});
  p.test(reference, Pairs{{20, 30}, {-15, -5}, {0, 8}});
  for (int i = 0; i < 6; ++i) {
    Pairs intervals;
    for (int k = r.between(3, 8); k > 0; --k) {
      const int start = r.between(-60, 60);
      intervals.emplace_back(start, start + r.between(0, 14));
    }
    p.test(reference, intervals);
  }
  return p;
}

CodeProblem longest_calm(Random& r) {
  const int step = r.between(2, 9), span = step + r.between(2, 10);
  const Values v = {{"d", py(step)}, {"s", py(span)}};
  CodeProblem p{
      "longest_calm",
      "numbers: list[int]",
      "tuple[int, int]",
      {fill("A run of neighbouring numbers is calm when each differs from the next by at "
            "most $d and its largest and smallest numbers differ by at most $s. Return "
            "(start index, length) of the longest calm run; of several equally long ones "
            "the first. For an empty list return (0, 0).",
            v),
       fill("列表中连续的一段数，如果相邻两数之差的绝对值都不超过$"
            "d，并且其中最大值与最小值之差不超过$s，"
            "就称为平稳段。返回最长平稳段的(起始下标, "
            "长度)；有多个同样长的，取最前面的一个。列表为空时返回"
            "(0, 0)。",
            v)},
      fill("    best = (0, 0)\n    for i in range(len(numbers)):\n"
           "        low = high = numbers[i]\n        j = i\n"
           "        while j + 1 < len(numbers) and abs(numbers[j + 1] - numbers[j]) <= $d:\n"
           "            low = min(low, numbers[j + 1])\n"
           "            high = max(high, numbers[j + 1])\n"
           "            if high - low > $s:\n                break\n"
           "            j += 1\n"
           "        if j - i + 1 > best[1]:\n            best = (i, j - i + 1)\n"
           "    return best\n",
           v),
      {},
      {}};
  // Every run, longest first.
  const auto reference = [=](const Numbers& numbers) {
    const std::size_t n = numbers.size();
    for (std::size_t length = n; length > 0; --length) {
      for (std::size_t begin = 0; begin + length <= n; ++begin) {
        const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = first + static_cast<std::ptrdiff_t>(length);
        const auto [low, high] = std::minmax_element(first, last);
        bool calm = *high - *low <= span;
        for (auto at = first; calm && at + 1 != last; ++at) calm = std::abs(at[1] - at[0]) <= step;
        if (calm) return std::pair(static_cast<int>(begin), static_cast<int>(length));
      }
    }
    return std::pair(0, 0);
  };
  p.example(reference, Numbers{50, 1, step + 1, 2, 3, 90, 91});
  p.test(reference, Numbers{});
  p.test(reference, Numbers{-4});
  p.test(reference, Numbers{0, step, 2 * step, 3 * step, 4 * step, 5 * step});
  p.test(reference, Numbers{0, step + 1, 2 * step + 2});
  p.test(reference, Numbers{7, 7, 7, 7});
  for (int i = 0; i < 6; ++i) {
    Numbers numbers = {r.between(-10, 10)};
    for (int k = r.between(8, 18); k > 0; --k) {
      numbers.push_back(numbers.back() + r.between(-step - 2, step + 2));
    }
    p.test(reference, numbers);
  }
  return p;
}

CodeProblem encode_number(Random& r) {
  std::vector<char> letters;
  for (char c = 'a'; c <= 'z'; ++c) letters.push_back(c);
  r.shuffle(letters);
  const int base = r.between(3, 9);
  const std::string digits(letters.begin(), letters.begin() + base);
  const std::string minus = draw_letter(r, "~!^&");
  const Values v = {{"b", py(base)}, {"l", py(base - 1)}, {"d", py(digits)}, {"s", py(minus)}};
  CodeProblem p{
      "encode_number",
      "n: int",
      "str",
      {fill("Write n in base $b with the letters of $d as digits: the first letter stands "
            "for 0, the last for $l. The most significant digit comes first, without "
            "leading zeros. A negative number is written as $s followed by its absolute "
            "value. Zero is the single letter for 0.",
            v),
       fill("用$b进制写出n，以$d中的字母作为数字：第一个字母表示0，最后一个表示$l。"
            "高位在前，不带前导零。"
            "负数写作$s后接其绝对值。零就是表示0的那个字母。",
            v)},
      fill("    if n < 0:\n        return $s + encode_number(-n)\n"
           "    digits = $d\n    out = digits[n % $b]\n"
           "    while n >= $b:\n        n //= $b\n        out = digits[n % $b] + out\n"
           "    return out\n",
           v),
      {},
      {}};
  const auto reference = [=](std::int64_t n) {
    const bool negative = n < 0;
    std::string out;
    for (n = negative ? -n : n; n > 0 || out.empty(); n /= base) {
      out.insert(out.begin(), digits[static_cast<std::size_t>(n % base)]);
    }
    return negative ? minus + out : out;
  };
  p.example(reference, 2 * base + 1);
  for (const int n : {0, 1, base - 1, base, base * base, base * base - 1, -1, -base}) {
    p.test(reference, n);
  }
  for (int i = 0; i < 4; ++i) p.test(reference, r.between(-500000, 500000));
  return p;
}

CodeProblem check_brackets(Random& r) {
  const std::vector<std::string> kPairs = {"()", "[]", "{}", "<>"};
  std::vector<std::string> pairs = kPairs;
  r.shuffle(pairs);
  const std::string once = pairs[0], free_pair = pairs[1];
  const int depth = r.between(2, 5);
  const bool adjacent = r.one_in(2);
  const Values v = {
      {"a", py(once)},
      {"b", py(free_pair)},
      {"d", py(depth)},
      {"t", py(once + free_pair)},
      {"e", adjacent ? "A pair with nothing at all inside it is not allowed."
                     : "A pair with nothing at all inside it is allowed."},
      {"z", adjacent ? "不允许出现内部完全为空的括号对。" : "允许出现内部完全为空的括号对。"},
      {"k", py(adjacent)}};
  CodeProblem p{
      "check_brackets",
      "text: str",
      "bool",
      {fill("Check the brackets $a and $b in the text; all other characters, other brackets "
            "included, are ignored as brackets. Return True when every bracket is closed "
            "by its own kind in the right order, no more than $d brackets are open at the "
            "same time, and brackets of the kind $a never stand inside other brackets of "
            "the kind $a, however deep. $e",
            v),
       fill("检查文本中的括号$a和$"
            "b；其他字符（包括其他括号）都不算作括号。当且仅当满足以下条件时返回True："
            "每个括号都按正确顺序由同类括号关闭；同时打开的括号不超过$d个；$"
            "a这种括号不出现在另一个$a之内"
            "（无论隔多少层）。$z",
            v)},
      fill("    o1, c1, o2, c2 = $t\n    stack = []\n"
           "    for i, c in enumerate(text):\n"
           "        if c in (o1, o2):\n"
           "            if c == o1 and o1 in stack:\n                return False\n"
           "            stack.append(c)\n"
           "            if len(stack) > $d:\n                return False\n"
           "        elif c in (c1, c2):\n"
           "            if not stack or stack.pop() != (o1 if c == c1 else o2):\n"
           "                return False\n"
           "            if $k and text[i - 1] in (o1, o2):\n                return False\n"
           "    return not stack\n",
           v),
      {},
      {}};
  const auto reference = [=](const std::string& text) {
    std::string open;
    char before = ' ';
    for (const char c : text) {
      if (c == once[0] || c == free_pair[0]) {
        if (c == once[0] && open.find(c) != std::string::npos) return false;
        open += c;
        if (static_cast<int>(open.size()) > depth) return false;
      } else if (c == once[1] || c == free_pair[1]) {
        const char needed = c == once[1] ? once[0] : free_pair[0];
        if (open.empty() || open.back() != needed) return false;
        if (adjacent && before == needed) return false;
        open.pop_back();
      }
      before = c;
    }
    return open.empty();
  };
  const auto nested = [&](int n, std::string text) {
    for (int i = 0; i < n; ++i) text = fmt::format("{}{}{}", free_pair[0], text, free_pair[1]);
    return text;
  };
  const auto wrap = [&](const std::string& text) {
    return fmt::format("{}{}{}", once[0], text, once[1]);
  };
  p.example(reference, nested(1, wrap("b") + "a"));
  p.test(reference, "");
  p.test(reference, "no brackets");
  p.test(reference, nested(1, ""));
  p.test(reference, nested(depth, "x"));
  p.test(reference, nested(depth + 1, "x"));
  p.test(reference, wrap(wrap("y") + "x"));
  p.test(reference, wrap(nested(1, wrap("y") + "z")));
  p.test(reference, wrap("x") + wrap("y"));
  p.test(reference, std::string(1, once[1]));
  p.test(reference, std::string("x") + free_pair[0]);
  p.test(reference, std::string{once[0], 'x', free_pair[0], 'y', once[1], free_pair[1]});
  p.test(reference,
         fmt::format("{}q{}{}", pairs[2], pairs[3][0], wrap(nested(1, "m") + pairs[2][1])));
  return p;
}

CodeProblem last_people(Random& r) {
  const int every = r.between(2, 7), left = r.between(2, 4), start = r.between(1, 4);
  const Values v = {{"k", py(every)}, {"s", py(left)}, {"b", py(start)}, {"th", ordinal(every)}};
  CodeProblem p{
      "last_people",
      "n: int",
      "list[int]",
      {fill("The people 1 to n stand in a circle. Counting begins with person $b, who is "
            "counted as 1 (with fewer than $b people, with person 1). Every $th person "
            "counted leaves the circle, and the count goes on from 1 with the next person, "
            "until no more than $s people are left. Return those who are left, in "
            "ascending order. n is at least 0.",
            v),
       fill("编号1到n的人站成一圈，从第$b个人开始报数，他报1（不足$b人时从第1个人开始）。每数到$"
            "k的人离开，"
            "下一个人重新从1开始报，直到剩下的人不超过$s个。按升序返回剩下的人的编号。n至少为0。",
            v)},
      fill("    circle = list(range(1, n + 1))\n"
           "    at = $b - 1 if n >= $b else 0\n"
           "    while len(circle) > $s:\n"
           "        at = (at + $k - 1) % len(circle)\n"
           "        circle.pop(at)\n    return circle\n",
           v),
      {},
      {}};
  // Counts person by person over a list of who still stands.
  const auto reference = [=](int n) {
    std::vector<bool> standing(static_cast<std::size_t>(n), true);
    int people = n, count = 0;
    for (int at = n >= start ? start - 1 : 0; people > left; at = (at + 1) % n) {
      if (!standing[static_cast<std::size_t>(at)]) continue;
      if (++count < every) continue;
      standing[static_cast<std::size_t>(at)] = false;
      --people;
      count = 0;
    }
    Numbers rest;
    for (int i = 0; i < n; ++i) {
      if (standing[static_cast<std::size_t>(i)]) rest.push_back(i + 1);
    }
    return rest;
  };
  p.example(reference, 9);
  for (const int n : {0, 1, left, left + 1, start, 12, 25, 60}) p.test(reference, n);
  return p;
}

}  // namespace

const std::vector<CodeFamily>& code_level3() {
  static const std::vector<CodeFamily> kFamilies = {walk,           run_stack,    fewest_coins,
                                                    covered_length, longest_calm, encode_number,
                                                    check_brackets, last_people};
  return kFamilies;
}

}  // namespace candor::suites
