// Grouping, sorting, parsing, counting over windows.
#include <algorithm>
#include <cctype>
#include <numeric>

#include "suites/code/problem.h"

namespace candor::suites {
namespace {

using Numbers = std::vector<std::int64_t>;
using Words = std::vector<std::string>;

CodeProblem shift_text(Random& r) {
  const int letters = r.between(2, 24), digits = r.between(2, 8);
  const Values v = {{"k", py(letters)}, {"m", py(digits)}};
  CodeProblem p{
      "shift_text",
      "text: str",
      "str",
      {fill("Move each letter a-z or A-Z $k places forward in the alphabet, going on at the "
            "beginning after the end and keeping its case. Move each digit $m places "
            "forward in the same way (9 is followed by 0). Everything else is unchanged.",
            v),
       fill("把每个字母（a-z或A-Z）在字母表中向后移动$"
            "k位，超出末尾则从头继续，大小写不变；每个数字同样"
            "向后移动$m位（9之后是0）。其余字符不变，返回结果。",
            v)},
      fill("    out = []\n    for c in text:\n"
           "        if 'a' <= c <= 'z':\n"
           "            c = chr((ord(c) - 97 + $k) % 26 + 97)\n"
           "        elif 'A' <= c <= 'Z':\n"
           "            c = chr((ord(c) - 65 + $k) % 26 + 65)\n"
           "        elif '0' <= c <= '9':\n"
           "            c = chr((ord(c) - 48 + $m) % 10 + 48)\n"
           "        out.append(c)\n    return ''.join(out)\n",
           v),
      {},
      {}};
  const auto reference = [=](std::string text) {
    const auto moved = [](char c, char first, int by, int count) {
      return static_cast<char>(first + (c - first + by) % count);
    };
    for (char& c : text) {
      if (c >= 'a' && c <= 'z') {
        c = moved(c, 'a', letters, 26);
      } else if (c >= 'A' && c <= 'Z') {
        c = moved(c, 'A', letters, 26);
      } else if (c >= '0' && c <= '9') {
        c = moved(c, '0', digits, 10);
      }
    }
    return text;
  };
  p.example(reference, "Room 7b");
  p.test(reference, "");
  p.test(reference, "xyz XYZ 89");
  p.test(reference, "!?- ");
  for (int i = 0; i < 5; ++i) {
    const Words words = draw_words(r, 3);
    p.test(reference, fmt::format("{} {}", fmt::join(words, "-"), r.between(0, 99999)));
  }
  return p;
}

CodeProblem merge_close(Random& r) {
  const int gap = r.between(2, 16), least = r.between(2, 3);
  const Values v = {{"g", py(gap)}, {"m", py(least)}};
  CodeProblem p{"merge_close",
                "numbers: list[int]",
                "list[tuple[int, int]]",
                {fill("Sort the numbers and split them into groups: a new group begins wherever a "
                      "number is more than $g larger than the one before it. Return the pair "
                      "(smallest, largest) of every group with at least $m numbers, in ascending "
                      "order. Equal numbers count separately.",
                      v),
                 fill("把这些数排序并分组：凡是一个数比它前面的数大出$g以上（不含$"
                      "g），就从它开始新的一组。对每个"
                      "至少有$m个数的组返回元组（最小值, 最大值），按升序排列。相同的数分别计数。",
                      v)},
                fill("    groups = []\n    for n in sorted(numbers):\n"
                     "        if groups and n - groups[-1][-1] <= $g:\n"
                     "            groups[-1].append(n)\n        else:\n"
                     "            groups.append([n])\n"
                     "    return [(g[0], g[-1]) for g in groups if len(g) >= $m]\n",
                     v),
                {},
                {}};
  const auto reference = [=](Numbers numbers) {
    std::sort(numbers.begin(), numbers.end());
    std::vector<std::pair<std::int64_t, std::int64_t>> groups;
    for (std::size_t begin = 0; begin < numbers.size();) {
      std::size_t end = begin + 1;
      while (end < numbers.size() && numbers[end] - numbers[end - 1] <= gap) ++end;
      if (static_cast<int>(end - begin) >= least) {
        groups.emplace_back(numbers[begin], numbers[end - 1]);
      }
      begin = end;
    }
    return groups;
  };
  p.example(reference, Numbers{gap + 1, 1, 3 * gap + 2, 3 * gap + 2, 2});
  p.test(reference, Numbers{});
  p.test(reference, Numbers{4});
  p.test(reference, Numbers{0, gap, 2 * gap + 1, 2 * gap + 1});
  for (int i = 0; i < 6; ++i) p.test(reference, draw_numbers(r, r.between(5, 14), -40, 60));
  return p;
}

CodeProblem compress(Random& r) {
  const int least = r.between(3, 5);
  const std::string mark = draw_letter(r, "#~^*:=%@");
  const Values v = {{"m", py(least)}, {"s", py(mark)}};
  CodeProblem p{
      "compress",
      "text: str",
      "str",
      {fill("Replace every longest run of $m or more equal characters by the character, the "
            "mark $s and the length of the run. Shorter runs stay as they are. Upper and "
            "lower case differ.",
            v),
       fill("把每一段由$m个或更多相同字符连续组成的（最长）串替换为：该字符、记号$"
            "s和这一段的长度。较短的"
            "串保持不变。区分大小写。",
            v)},
      fill("    from itertools import groupby\n    out = ''\n"
           "    for c, g in groupby(text):\n        n = len(list(g))\n"
           "        out += c + $s + str(n) if n >= $m else c * n\n    return out\n",
           v),
      {},
      {}};
  const auto reference = [=](const std::string& text) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find_first_not_of(text[begin], begin), text.size());
      const std::size_t length = end - begin;
      out += static_cast<int>(length) >= least ? text[begin] + mark + fmt::format("{}", length)
                                               : text.substr(begin, length);
      begin = end;
    }
    return out;
  };
  const auto run = [&](char c, int n) { return std::string(static_cast<std::size_t>(n), c); };
  p.example(reference, run('c', least + 1) + "add");
  p.test(reference, "");
  p.test(reference, "xyz");
  p.test(reference, run('q', least));
  p.test(reference, run('q', least - 1));
  p.test(reference, run('q', 12));
  p.test(reference, run('A', least) + run('a', least));
  for (int i = 0; i < 5; ++i) {
    std::string text;
    for (int k = r.between(3, 7); k > 0; --k) {
      const char c = r.pick(std::string("abC "));
      text += run(c, r.between(1, 7));
    }
    p.test(reference, text);
  }
  return p;
}

CodeProblem group_words(Random& r) {
  const int modulus = r.between(2, 5), shortest = r.between(1, 4);
  const Values v = {{"m", py(modulus)}, {"n", py(shortest)}};
  CodeProblem p{"group_words",
                "words: list[str]",
                "dict[int, list[str]]",
                {fill("Leave out the words with fewer than $n characters. Group the others by the "
                      "remainder of their length divided by $m: return a dictionary from each "
                      "remainder that occurs to the list of its words, in lower case and in their "
                      "original order.",
                      v),
                 fill("去掉少于$n个字符的单词，其余的按长度除以$"
                      "m的余数分组：返回一个字典，键为出现过的余数，值为该组"
                      "单词的列表（转成小写，保持原有顺序）。",
                      v)},
                fill("    groups = {}\n    for w in words:\n        if len(w) >= $n:\n"
                     "            groups.setdefault(len(w) % $m, []).append(w.lower())\n"
                     "    return groups\n",
                     v),
                {},
                {}};
  const auto reference = [=](const Words& words) {
    std::map<int, Words> groups;
    for (std::string word : words) {
      const int length = static_cast<int>(word.size());
      if (length < shortest) continue;
      for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      groups[length % modulus].push_back(word);
    }
    return groups;
  };
  p.example(reference, Words{"Sun", "river", "oak", "Window", "io"});
  p.test(reference, Words{});
  p.test(reference, Words{""});
  p.test(reference, Words{"a", "Bb", "ccc", "DDDD", "eeeee", "Ffffff"});
  for (int i = 0; i < 5; ++i) p.test(reference, draw_words(r, r.between(4, 10)));
  return p;
}

CodeProblem heavy_windows(Random& r) {
  const int width = r.between(2, 5), limit = r.between(5, 40);
  const Values v = {{"w", py(width)}, {"t", py(limit)}};
  CodeProblem p{
      "heavy_windows",
      "numbers: list[int]",
      "int",
      {fill("Look at every run of $w neighbouring numbers. Return how many of these runs "
            "have a sum greater than $t and a last number that is not smaller than the "
            "first.",
            v),
       fill(
           "考察列表中每一段连续的$w个数，返回其中总和大于$t、并且最后一个数不小于第一个数的段数。",
           v)},
      fill("    count = 0\n    for i in range(len(numbers) - $w + 1):\n"
           "        part = numbers[i:i + $w]\n"
           "        count += sum(part) > $t and part[-1] >= part[0]\n"
           "    return count\n",
           v),
      {},
      {}};
  const auto reference = [=](const Numbers& numbers) {
    int count = 0;
    for (auto end = width; end <= static_cast<int>(numbers.size()); ++end) {
      const auto first = numbers.begin() + end - width, last = numbers.begin() + end;
      count += std::accumulate(first, last, std::int64_t{0}) > limit && *(last - 1) >= *first;
    }
    return count;
  };
  p.example(reference, Numbers{limit, 3, limit, 1, limit + 2, 0, limit + 1});
  p.test(reference, Numbers{});
  p.test(reference, draw_numbers(r, width - 1, limit, limit + 9));
  p.test(reference, Numbers(static_cast<std::size_t>(width), limit));
  p.test(reference, Numbers{limit, 0, 0, 0, 0, limit, 0, 0, 0, 0, 1});
  for (int i = 0; i < 6; ++i) p.test(reference, draw_numbers(r, r.between(8, 18), -10, 30));
  return p;
}

CodeProblem sort_words(Random& r) {
  const std::string letter = draw_letter(r, "aeotnrls");
  const bool longest = r.one_in(2), descending = r.one_in(2);
  const Values v = {{"c", py(letter)},
                    {"e", longest ? "the longer word first" : "the shorter word first"},
                    {"z", longest ? "较长的在前" : "较短的在前"},
                    {"a", descending ? "reverse alphabetical order" : "alphabetical order"},
                    {"b", descending ? "按字母逆序" : "按字母顺序"}};
  CodeProblem p{"sort_words",
                "words: list[str]",
                "list[str]",
                {fill("All words are in lower case. Sort them by how often they contain the letter "
                      "$c, the most first; then by length, $e; then in $a. Return the sorted list.",
                      v),
                 fill("所有单词都是小写。先按字母$"
                      "c在单词中出现的次数排序，次数多的在前；次数相同时按长度，$z；"
                      "再相同时$b排列。返回排好序的列表。",
                      v)},
                fmt::format("    words = sorted(words, reverse={})\n"
                            "    return sorted(words, key=lambda w: (-w.count({}), {}len(w)))\n",
                            py(descending), py(letter), longest ? "-" : ""),
                {},
                {}};
  const auto reference = [=](Words words) {
    std::sort(words.begin(), words.end(), [&](const std::string& x, const std::string& y) {
      const auto count = [&](const std::string& w) {
        return std::count(w.begin(), w.end(), letter[0]);
      };
      if (count(x) != count(y)) return count(x) > count(y);
      if (x.size() != y.size()) return longest ? x.size() > y.size() : x.size() < y.size();
      return descending ? x > y : x < y;
    });
    return words;
  };
  const auto lower = [](Words words) {
    for (std::string& word : words) word[0] = static_cast<char>(std::tolower(word[0]));
    return words;
  };
  p.example(reference, Words{"lantern", "oasis", "set", "tea", "noon", "less"});
  p.test(reference, Words{});
  p.test(reference, Words{"solo"});
  p.test(reference, Words{"tree", "tree", "rat", "art", "tar"});
  for (int i = 0; i < 6; ++i) p.test(reference, lower(draw_words(r, r.between(5, 12))));
  return p;
}

CodeProblem duration(Random& r) {
  const int days = r.between(4, 9), hours = r.between(8, 30);
  const Values v = {{"a", py(days)}, {"b", py(hours)}};
  CodeProblem p{
      "duration",
      "text: str",
      "int",
      {fill("A text such as '2w3d10h' gives a length of time: a number before 'w' (weeks), "
            "'d' (days) and 'h' (hours), each part at most once and in this order, any of "
            "them left out. On this calendar a week has $a days and a day has $b hours. "
            "Return the number of hours; an empty text is 0.",
            v),
       fill("形如'2w3d10h'的文本表示一段时间：数字后接'w'（周）、'd'（天）或'h'"
            "（小时），各部分按此顺序"
            "至多出现一次，也可以省略。在这种历法中，一周有$a天，一天有$"
            "b小时。返回总小时数；空文本为0。",
            v)},
      fill("    hours, number = 0, ''\n"
           "    unit = {'w': $a * $b, 'd': $b, 'h': 1}\n"
           "    for c in text:\n        if c.isdigit():\n            number += c\n"
           "        else:\n            hours += int(number) * unit[c]\n"
           "            number = ''\n    return hours\n",
           v),
      {},
      {}};
  const auto reference = [=](const std::string& text) {
    int total = 0, number = 0;
    for (const char c : text) {
      if (c >= '0' && c <= '9') {
        number = number * 10 + (c - '0');
      } else {
        total += number * (c == 'h' ? 1 : c == 'd' ? hours : days * hours);
        number = 0;
      }
    }
    return total;
  };
  p.example(reference, "2w3d10h");
  for (const char* text : {"", "5h", "1w", "12d", "3w100h", "0w0d0h", "10d1h"})
    p.test(reference, text);
  for (int i = 0; i < 4; ++i) {
    const int w = r.between(1, 40), d = r.between(1, 99), h = r.between(0, 200);
    p.test(reference, fmt::format("{}w{}d{}h", w, d, h));
  }
  return p;
}

CodeProblem rotate_blocks(Random& r) {
  const int size = r.between(3, 7), by = r.between(1, size - 1);
  const bool left = r.one_in(2);
  const Values v = {{"b", py(size)},
                    {"r", py(by)},
                    {"e", left ? "left" : "right"},
                    {"z", left ? "左" : "右"},
                    {"i", py(left ? by : size - by)}};
  CodeProblem p{
      "rotate_blocks",
      "items: list[int]",
      "list[int]",
      {fill("Cut the list into blocks of $b items, from the beginning. Rotate every complete "
            "block by $r places to the $e; a shorter block at the end is reversed instead. "
            "Return the blocks joined again.",
            v),
       fill("把列表从头开始切成每$b个元素一块。每个完整的块向$z循环移动$r位；末尾不足$"
            "b个元素的块则改为"
            "反转。返回重新连接后的列表。",
            v)},
      fill("    out = []\n    for i in range(0, len(items), $b):\n"
           "        block = items[i:i + $b]\n        if len(block) == $b:\n"
           "            out += block[$i:] + block[:$i]\n        else:\n"
           "            out += block[::-1]\n    return out\n",
           v),
      {},
      {}};
  const auto reference = [=](Numbers items) {
    for (std::size_t begin = 0; begin < items.size(); begin += static_cast<std::size_t>(size)) {
      const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
      if (items.end() - first < size) {
        std::reverse(first, items.end());
      } else if (left) {
        std::rotate(first, first + by, first + size);
      } else {
        std::rotate(first, first + (size - by), first + size);
      }
    }
    return items;
  };
  Numbers counted(static_cast<std::size_t>(size) + 2);
  std::iota(counted.begin(), counted.end(), 1);
  p.example(reference, counted);
  p.test(reference, Numbers{});
  p.test(reference, Numbers{8});
  for (const int n : {size - 1, size, size + 1, 2 * size, 2 * size + 2, 3 * size - 1}) {
    p.test(reference, draw_numbers(r, n, -9, 99));
  }
  return p;
}

CodeProblem checksum(Random& r) {
  const Numbers weights = {r.between(2, 9), r.between(2, 9), r.between(2, 9)};
  const int modulus = r.between(11, 97);
  const Values v = {{"w", fmt::format("{}", fmt::join(weights, ", "))},
                    {"m", py(modulus)},
                    {"z", fmt::format("{}", fmt::join(weights, "、"))}};
  CodeProblem p{
      "checksum",
      "text: str",
      "int",
      {fill("Multiply the code point of each character by a weight; the weights are $w, "
            "again and again in this order, beginning with the first character. Spaces are "
            "skipped and use up no weight. Return the sum of the products modulo $m.",
            v),
       fill("把每个字符的码点乘以一个权重；从第一个字符开始，权重依次为$"
            "z，并循环使用。空格跳过，也不占用"
            "权重。返回各乘积之和除以$m的余数。",
            v)},
      fill("    weights = [$w]\n    chars = [c for c in text if c != ' ']\n"
           "    return sum(ord(c) * weights[i % 3] for i, c in enumerate(chars)) % $m\n",
           v),
      {},
      {}};
  const auto reference = [=](const std::string& text) {
    std::int64_t sum = 0;
    std::size_t used = 0;
    for (const char c : text) {
      if (c != ' ') sum += c * weights[used++ % 3];
    }
    return sum % modulus;
  };
  p.example(reference, "ab cd");
  for (const char* text : {"", " ", "A", "zz", "  a  b  "}) p.test(reference, text);
  for (int i = 0; i < 5; ++i) {
    p.test(reference, fmt::format("{}", fmt::join(draw_words(r, r.between(1, 5)), " ")));
  }
  return p;
}

CodeProblem sequence_term(Random& r) {
  const int first = r.between(1, 9), second = r.between(1, 9);
  const int a = r.between(2, 6), b = r.between(1, 6), modulus = r.between(50, 999);
  const Values v = {
      {"x", py(first)}, {"y", py(second)}, {"a", py(a)}, {"b", py(b)}, {"m", py(modulus)}};
  CodeProblem p{"sequence_term",
                "n: int",
                "int",
                {fill("A sequence begins with $x (term 0) and $y (term 1). Each further term is $a "
                      "times the term before it plus $b times the one before that, modulo $m. "
                      "Return term n; n is at least 0.",
                      v),
                 fill("一个数列的第0项是$x，第1项是$y；此后每一项等于前一项的$a倍加上再前一项的$"
                      "b倍，再对$m取余。"
                      "返回第n项（n至少为0）。",
                      v)},
                fill("    x, y = $x, $y\n    for _ in range(n):\n"
                     "        x, y = y, ($a * y + $b * x) % $m\n    return x\n",
                     v),
                {},
                {}};
  const auto reference = [=](int n) {
    Numbers terms = {first, second};
    while (static_cast<int>(terms.size()) <= n) {
      const std::size_t i = terms.size();
      terms.push_back((a * terms[i - 1] + b * terms[i - 2]) % modulus);
    }
    return terms[static_cast<std::size_t>(n)];
  };
  p.example(reference, 3);
  for (const int n : {0, 1, 2, 4, 7, 25, 300}) p.test(reference, n);
  return p;
}

}  // namespace

const std::vector<CodeFamily>& code_level2() {
  static const std::vector<CodeFamily> kFamilies = {
      shift_text, merge_close, compress,      group_words, heavy_windows,
      sort_words, duration,    rotate_blocks, checksum,    sequence_term};
  return kFamilies;
}

}  // namespace candor::suites
