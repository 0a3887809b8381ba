// Search, parsing with rules of its own, layout, simulation: several parts that must fit together.
#include <algorithm>
#include <array>
#include <functional>
#include <tuple>

#include "suites/code/problem.h"

namespace candor::suites {
namespace {

using Words = std::vector<std::string>;

CodeProblem evaluate(Random& r) {
  // How tightly each operator binds: a permutation that is not the usual one.
  std::vector<std::string> order = {"+", "-", "*"};
  do {
    r.shuffle(order);
  } while (order[0] == "*");
  const int bound = r.between(50, 99);
  const Values v = {
      {"a", py(order[0])}, {"b", py(order[1])}, {"c", py(order[2])}, {"m", py(bound)}};
  CodeProblem p{
      "evaluate",
      "text: str",
      "int",
      {fill("Evaluate an expression of whole numbers (digits only), the operators + - * and "
            "parentheses; spaces are ignored. Unlike usual, $a binds tightest, then $b, and $c "
            "binds least; equal operators are taken from left to right. After every single "
            "operation the result is reduced to its remainder modulo $m (0 to $m - 1). A "
            "number alone is reduced, too. The text is a correct expression.",
            v),
       fill("计算一个算式的值。算式由整数（只含数字）、运算符+ - "
            "*和括号组成，空格忽略不计。与通常不同，"
            "$a的优先级最高，其次是$b，$"
            "c最低；相同的运算符从左到右计算。每做一次运算，都把结果换成它"
            "除以$m的余数（0到$m - 1）；单独一个数也同样取余数。输入总是正确的算式。",
            v)},
      fill("    tokens = re.findall(r'\\d+|[-+*()]', text)\n"
           "    rank = {$a: 3, $b: 2, $c: 1}\n"
           "    values, signs = [], []\n"
           "    def work():\n"
           "        s = signs.pop()\n"
           "        y = values.pop()\n"
           "        x = values.pop()\n"
           "        values.append((x + y if s == '+' else x - y if s == '-' else x * y) % $m)\n"
           "    for t in tokens:\n"
           "        if t.isdigit():\n            values.append(int(t) % $m)\n"
           "        elif t == '(':\n            signs.append(t)\n"
           "        elif t == ')':\n"
           "            while signs[-1] != '(':\n                work()\n"
           "            signs.pop()\n"
           "        else:\n"
           "            while signs and signs[-1] != '(' and rank[signs[-1]] >= rank[t]:\n"
           "                work()\n"
           "            signs.append(t)\n"
           "    while signs:\n        work()\n"
           "    return values[0]\n",
           v),
      {},
      {}};
  p.solution = "    import re\n" + p.solution;
  // By recursive descent, one level an operator.
  const auto reference = [=](const std::string& text) {
    std::size_t at = 0;
    const auto skip = [&] {
      while (at < text.size() && text[at] == ' ') ++at;
    };
    std::function<std::int64_t(std::size_t)> level = [&](std::size_t depth) -> std::int64_t {
      skip();
      if (depth == 3) {
        if (text[at] == '(') {
          ++at;
          const std::int64_t inside = level(0);
          skip();
          ++at;
          return inside;
        }
        std::int64_t number = 0;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
          number = number * 10 + (text[at++] - '0');
        }
        return number % bound;
      }
      const char sign = order[2 - depth][0];
      std::int64_t left = level(depth + 1);
      for (skip(); at < text.size() && text[at] == sign; skip()) {
        ++at;
        const std::int64_t right = level(depth + 1);
        left = floor_mod(sign == '+'   ? left + right
                         : sign == '-' ? left - right
                                       : left * right,
                         bound);
      }
      return left;
    };
    return level(0);
  };
  std::function<std::string(int)> expression = [&](int depth) {
    if (depth == 0) return fmt::format("{}", r.between(0, 120));
    std::string text = expression(depth - 1);
    const int parts = r.between(1, 3);
    for (int i = 0; i < parts; ++i) {
      const std::string sign = r.pick(order);
      text += r.one_in(2) ? " " + sign + " " : sign;
      text += expression(depth - 1);
    }
    return r.one_in(2) ? "(" + text + ")" : text;
  };
  p.example(reference, fmt::format("2 {} 3 {} 4", order[2], order[0]));
  p.test(reference, "7");
  p.test(reference, "((240))");
  p.test(reference, fmt::format("9 {} 5 {} 2", order[0], order[2]));
  p.test(reference, "3 - 4 - 5");
  p.test(reference, "3-(4-5)");
  p.test(reference, "1+2*3-4*5+6");
  p.test(reference, "20 - 6 * 3 + 8 - 1 * 2");
  for (int i = 0; i < 4; ++i) p.test(reference, expression(2));
  return p;
}

CodeProblem cheapest_way(Random& r) {
  const int swamp = r.between(3, 7), turn = r.between(1, 3);
  const Values v = {{"k", py(swamp)}, {"t", py(turn)}};
  CodeProblem p{
      "cheapest_way",
      "field: list[str]",
      "int",
      {fill("The rows of a field have equal length. '#' is a wall, '~' a swamp, every other "
            "character is free ground; 'S' (once) is the start and 'E' (once) the end. A move "
            "goes up, down, left or right onto a square that is no wall. It costs 1, or $k when "
            "it enters a swamp, and $t more when it goes in another direction than the move "
            "before it (the first move never does). Return the least cost of a way from S to "
            "E, or -1 when there is none.",
            v),
       fill(
           "field的各行长度相等。'#'是墙，'~'是沼泽，其他字符都是空地；'S'（恰好一个）是起点，'E'"
           "（恰好一个）是终点。每次可以向上、下、左、右移动到一个不是墙的格子。移动一次的代价是1，"
           "进入沼泽时是$k；如果方向与上一次移动不同，代价再加$"
           "t（第一次移动不算）。返回从S到E的最小"
           "代价；无法到达时返回-1。",
           v)},
      fill("    import heapq\n"
           "    where = {c: (y, x) for y, row in enumerate(field) for x, c in enumerate(row)"
           " if c in 'SE'}\n"
           "    queue = [(0, *where['S'], -1)]\n"
           "    best = {}\n"
           "    while queue:\n"
           "        cost, y, x, facing = heapq.heappop(queue)\n"
           "        if (y, x) == where['E']:\n            return cost\n"
           "        if (y, x, facing) in best:\n            continue\n"
           "        best[y, x, facing] = cost\n"
           "        for d, (dy, dx) in enumerate(((1, 0), (-1, 0), (0, 1), (0, -1))):\n"
           "            ny, nx = y + dy, x + dx\n"
           "            if not (0 <= ny < len(field) and 0 <= nx < len(field[0])):\n"
           "                continue\n"
           "            if field[ny][nx] == '#':\n                continue\n"
           "            more = $k if field[ny][nx] == '~' else 1\n"
           "            if facing not in (-1, d):\n                more += $t\n"
           "            heapq.heappush(queue, (cost + more, ny, nx, d))\n"
           "    return -1\n",
           v),
      {},
      {}};
  // Relaxes every square and direction until nothing gets cheaper.
  const auto reference = [=](const Words& field) {
    constexpr int kFar = 1'000'000;
    const std::array<int, 4> dy = {0, 1, 0, -1}, dx = {1, 0, -1, 0};
    const int rows = static_cast<int>(field.size()), columns = static_cast<int>(field[0].size());
    const auto at = [&](int y, int x) {
      return field[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
    };
    std::vector<std::array<int, 4>> cost(static_cast<std::size_t>(rows * columns),
                                         {kFar, kFar, kFar, kFar});
    int sy = 0, sx = 0, ey = 0, ex = 0;
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < columns; ++x) {
        if (at(y, x) == 'S') std::tie(sy, sx) = std::pair{y, x};
        if (at(y, x) == 'E') std::tie(ey, ex) = std::pair{y, x};
      }
    }
    const auto square = [&](int y, int x) -> std::array<int, 4>& {
      return cost[static_cast<std::size_t>(y * columns + x)];
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
          for (std::size_t d = 0; d < 4; ++d) {
            const int ny = y + dy[d], nx = x + dx[d];
            if (ny < 0 || nx < 0 || ny >= rows || nx >= columns || at(ny, nx) == '#') continue;
            const int enter = at(ny, nx) == '~' ? swamp : 1;
            int least = y == sy && x == sx ? enter : kFar;
            for (std::size_t from = 0; from < 4; ++from) {
              least = std::min(least, square(y, x)[from] + enter + (from == d ? 0 : turn));
            }
            if (least < square(ny, nx)[d]) {
              square(ny, nx)[d] = least;
              changed = true;
            }
          }
        }
      }
    }
    const auto& end = square(ey, ex);
    const int least = *std::min_element(end.begin(), end.end());
    return least >= kFar ? -1 : least;
  };
  const auto draw_field = [&](int rows, int columns) {
    Words field(static_cast<std::size_t>(rows));
    for (std::string& row : field) {
      for (int x = 0; x < columns; ++x) {
        const int kind = r.between(0, 9);
        row += kind < 3 ? '#' : kind < 5 ? '~' : '.';
      }
    }
    field.front()[0] = 'S';
    field.back()[static_cast<std::size_t>(columns - 1)] = 'E';
    return field;
  };
  p.example(reference, Words{"S.~E", "#..."});
  p.test(reference, Words{"SE"});
  p.test(reference, Words{"S#E"});
  p.test(reference, Words{"S~~~E", ".....", "#.#.#"});
  p.test(reference, Words{"S.#", ".#.", "..E"});
  p.test(reference, Words{"E..", ".#.", "~~S"});
  for (int i = 0; i < 5; ++i) {
    const int rows = r.between(3, 5);
    p.test(reference, draw_field(rows, r.between(4, 7)));
  }
  return p;
}

CodeProblem justify(Random& r) {
  const std::string pad = draw_letter(r, ".-_+");
  const bool from_right = r.one_in(2);
  const Values v = {{"p", py(pad)},
                    {"s", from_right ? "rightmost" : "leftmost"},
                    {"z", from_right ? "右" : "左"},
                    {"k", py(from_right)}};
  CodeProblem p{
      "justify",
      "words: list[str], width: int",
      "list[str]",
      {fill(
           "Set the words in lines of exactly width characters, as many words on a line as fit "
           "with "
           "at least one $p between neighbours. On every line but the last the gaps are widened "
           "with $p as evenly as possible; where they cannot be equal, the $s gaps get one more. A "
           "line with one word, and the last line (single $p between its words), are filled up "
           "with $p at the end. No word is longer than width; no words give no lines.",
           v),
       fill("把单词排成若干行，每行恰好width个字符。每行放尽可能多的单词，相邻单词之间至少有一个$"
            "p。除最后"
            "一行外，单词之间的空隙用$p尽可能均匀地加宽；不能完全均匀时，靠$"
            "z的空隙各多一个。只有一个单词的"
            "行和最后一行（单词之间只有一个$p）在行末用$"
            "p补足。单词长度不超过width；没有单词时返回空列表。",
            v)},
      fill("    lines, last = [], []\n"
           "    for w in words:\n"
           "        if last and sum(map(len, last)) + len(last) + len(w) > width:\n"
           "            lines.append(last)\n            last = []\n"
           "        last.append(w)\n"
           "    out = []\n"
           "    for row in lines:\n"
           "        gaps = len(row) - 1\n"
           "        if gaps == 0:\n"
           "            out.append(row[0].ljust(width, $p))\n"
           "            continue\n"
           "        each, more = divmod(width - sum(map(len, row)), gaps)\n"
           "        text = row[0]\n"
           "        for i, w in enumerate(row[1:]):\n"
           "            wide = i >= gaps - more if $k else i < more\n"
           "            text += $p * (each + wide) + w\n"
           "        out.append(text)\n"
           "    if last:\n"
           "        out.append($p.join(last).ljust(width, $p))\n"
           "    return out\n",
           v),
      {},
      {}};
  // Widens the gaps one character at a time.
  const auto reference = [=](const Words& words, int width) {
    Words lines;
    for (std::size_t at = 0; at < words.size();) {
      std::size_t end = at + 1, length = words[at].size();
      while (end < words.size() &&
             length + 1 + words[end].size() <= static_cast<std::size_t>(width)) {
        length += 1 + words[end++].size();
      }
      std::vector<int> gaps(end - at - 1, 1);
      const bool spread = end < words.size() && !gaps.empty();
      for (std::size_t i = 0; spread && length < static_cast<std::size_t>(width); ++i, ++length) {
        const std::size_t turn = i % gaps.size();
        ++gaps[from_right ? gaps.size() - 1 - turn : turn];
      }
      std::string line = words[at];
      for (std::size_t i = at + 1; i < end; ++i) {
        line += std::string(static_cast<std::size_t>(gaps[i - at - 1]), pad[0]) + words[i];
      }
      line.resize(static_cast<std::size_t>(width), pad[0]);
      lines.push_back(line);
      at = end;
    }
    return lines;
  };
  p.example(reference, Words{"one", "two", "three", "four", "five"}, 15);
  p.test(reference, Words{}, 8);
  p.test(reference, Words{"alone"}, 8);
  p.test(reference, Words{"exactly", "twelve"}, 14);
  p.test(reference, Words{"abcdefgh", "i", "j", "k", "lmnopqrs"}, 8);
  p.test(reference, Words{"a", "bb", "ccc", "dd", "e", "ffffff"}, 12);
  for (int i = 0; i < 5; ++i) {
    const int width = r.between(9, 24);
    p.test(reference, draw_words(r, r.between(5, 14)), width);
  }
  return p;
}

CodeProblem grow(Random& r) {
  // A cell lives on with these numbers of living neighbours among the two on each side, and comes
  // to life with those.
  std::vector<int> counts = {0, 1, 2, 3, 4};
  r.shuffle(counts);
  std::vector<int> stay(counts.begin(), counts.begin() + 2), born = {counts[2], counts[3]};
  if (std::find(born.begin(), born.end(), 0) != born.end()) std::swap(stay, born);
  if (std::find(born.begin(), born.end(), 0) != born.end()) born[0] = born[1] == 1 ? 2 : 1;
  std::sort(stay.begin(), stay.end());
  std::sort(born.begin(), born.end());
  const bool circle = r.one_in(2);
  const Values v = {
      {"a", py(stay[0])},
      {"b", py(stay[1])},
      {"c", py(born[0])},
      {"d", py(born[1])},
      {"k", py(circle)},
      {"e", circle ? "The row is a circle: behind its last cell comes its first."
                   : "Outside of the row everything is dead."},
      {"z", circle ? "这一行首尾相接：最后一个之后是第一个。" : "行外的格子都视为死的。"}};
  CodeProblem p{
      "grow",
      "row: str, steps: int",
      "str",
      {fill("A row of at least five cells, 'o' alive and '.' dead, changes in steps, all cells at "
            "the "
            "same time. The neighbours of a cell are the two cells on its left and the two on its "
            "right. A living cell stays alive when exactly $a or $b of its neighbours are alive; a "
            "dead one comes to life when exactly $c or $d are. $e Return the row after the given "
            "number of steps.",
            v),
       fill("一行至少五个格子，'o'是活的，'.'"
            "是死的，所有格子同时一步一步地变化。一个格子的邻居是它左边的"
            "两个和右边的两个格子。活格子恰好有$a个或$b个活邻居时继续活着，死格子恰好有$c个或$"
            "d个活邻居时变"
            "活，否则变成（或仍是）死的。$z返回变化steps步之后的这一行。",
            v)},
      fill("    for _ in range(steps):\n"
           "        new = ''\n"
           "        for i, c in enumerate(row):\n"
           "            n = 0\n"
           "            for j in (i - 2, i - 1, i + 1, i + 2):\n"
           "                if $k:\n                    n += row[j % len(row)] == 'o'\n"
           "                elif 0 <= j < len(row):\n                    n += row[j] == 'o'\n"
           "            new += 'o' if n in (($a, $b) if c == 'o' else ($c, $d)) else '.'\n"
           "        row = new\n"
           "    return row\n",
           v),
      {},
      {}};
  const auto reference = [=](std::string row, int steps) {
    const int size = static_cast<int>(row.size());
    for (int step = 0; step < steps; ++step) {
      std::vector<int> living(row.size(), 0);  // each living cell tells its neighbours
      for (int i = 0; i < size; ++i) {
        if (row[static_cast<std::size_t>(i)] != 'o') continue;
        for (const int by : {-2, -1, 1, 2}) {
          const int j = i + by;
          if (!circle && (j < 0 || j >= size)) continue;
          ++living[static_cast<std::size_t>((j + size) % size)];
        }
      }
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::vector<int>& fits = row[i] == 'o' ? stay : born;
        row[i] = std::find(fits.begin(), fits.end(), living[i]) != fits.end() ? 'o' : '.';
      }
    }
    return row;
  };
  p.example(reference, "..oo.o..", 1);
  p.test(reference, "ooooo", 1);
  p.test(reference, ".....", 3);
  p.test(reference, "o.o.o.o.o", 0);
  p.test(reference, "oo......o", 1);
  p.test(reference, "o........o", 2);
  for (int i = 0; i < 6; ++i) {
    std::string row;
    const int size = r.between(7, 16);
    for (int k = 0; k < size; ++k) row += r.one_in(2) ? 'o' : '.';
    p.test(reference, row, r.between(1, 6));
  }
  return p;
}

}  // namespace

const std::vector<CodeFamily>& code_level4() {
  static const std::vector<CodeFamily> kFamilies = {evaluate, cheapest_way, justify, grow};
  return kFamilies;
}

}  // namespace candor::suites
