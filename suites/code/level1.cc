// One loop or one decision, with parameters that make it its own.
#include <algorithm>
#include <cctype>
#include <sstream>

#include "suites/code/problem.h"

namespace candor::suites {
namespace {

using Numbers = std::vector<std::int64_t>;
using Words = std::vector<std::string>;

CodeProblem sum_selected(Random& r) {
  int a = 0, b = 0;
  do {
    a = r.between(2, 9);
    b = r.between(2, 12);
  } while (a % b == 0);
  const Values v = {{"a", py(a)}, {"b", py(b)}};
  CodeProblem p{"sum_selected",
                "numbers: list[int]",
                "int",
                {fill("Return the sum of those numbers that are divisible by $a but not by $b.", v),
                 fill("返回列表中能被$a整除、但不能被$b整除的数之和。", v)},
                fill("    return sum(n for n in numbers if n % $a == 0 and n % $b != 0)\n", v),
                {},
                {}};
  const auto reference = [=](const Numbers& numbers) {
    std::int64_t sum = 0;
    for (const std::int64_t n : numbers) sum += n % a == 0 && n % b != 0 ? n : 0;
    return sum;
  };
  p.example(reference, Numbers{a, a * b, a + 1, 2 * a * b + a});
  p.test(reference, Numbers{});
  p.test(reference, Numbers{0});
  p.test(reference, Numbers{-a, -2 * a, a * b, 1});
  for (int i = 0; i < 6; ++i) p.test(reference, draw_numbers(r, r.between(4, 12), -60, 120));
  return p;
}

CodeProblem mask_letters(Random& r) {
  std::vector<char> letters = {'a', 'e', 'o', 't', 'n', 's', 'r', 'l', 'd', 'm'};
  r.shuffle(letters);
  const std::string set(letters.begin(), letters.begin() + 3);
  const std::string mark = draw_letter(r, "*#-+_");
  const auto quoted = [&](std::size_t i) { return py(std::string(1, set[i])); };
  const Values v = {
      {"x", quoted(0)}, {"y", quoted(1)}, {"z", quoted(2)}, {"s", py(mark)}, {"set", py(set)}};
  CodeProblem p{
      "mask_letters",
      "text: str",
      "str",
      {fill("Return the text with every $x, $y and $z, in lower or upper case, replaced by "
            "$s. All other characters stay as they are.",
            v),
       fill("把文本中的每个$x、$y和$z（不分大小写）都替换成$s，其余字符保持不变，返回结果。", v)},
      fill("    return ''.join($s if c.lower() in $set else c for c in text)\n", v),
      {},
      {}};
  const auto reference = [=](std::string text) {
    for (char& c : text) {
      const int lower = std::tolower(static_cast<unsigned char>(c));
      if (set.find(static_cast<char>(lower)) != std::string::npos) c = mark[0];
    }
    return text;
  };
  p.example(reference, "Modern lamps, 2 tones");
  p.test(reference, "");
  p.test(reference, "AEOTNSRLDM aeotnsrldm");
  p.test(reference, "1234 !?");
  for (int i = 0; i < 5; ++i) {
    p.test(reference, fmt::format("{}", fmt::join(draw_words(r, r.between(2, 6)), " ")));
  }
  return p;
}

CodeProblem clamp_scaled(Random& r) {
  const int k = r.between(2, 7), lo = r.between(-30, 5), hi = r.between(20, 80);
  const Values v = {{"k", py(k)}, {"lo", py(lo)}, {"hi", py(hi)}};
  CodeProblem p{
      "clamp_scaled",
      "numbers: list[int]",
      "list[int]",
      {fill("Multiply each number by $k. Results below $lo become $lo and results above $hi "
            "become $hi. Return the new list.",
            v),
       fill("把每个数乘以$k；结果小于$lo的改为$lo，大于$hi的改为$hi。返回新的列表。", v)},
      fill("    return [max($lo, min($hi, n * $k)) for n in numbers]\n", v),
      {},
      {}};
  const auto reference = [=](Numbers numbers) {
    for (std::int64_t& n : numbers) n = std::clamp<std::int64_t>(n * k, lo, hi);
    return numbers;
  };
  p.example(reference, Numbers{1, -40, hi});
  p.test(reference, Numbers{});
  p.test(reference, Numbers{0, hi / k, hi / k + 1});
  p.test(reference, Numbers{lo / k, lo / k - 1, lo});
  for (int i = 0; i < 5; ++i) p.test(reference, draw_numbers(r, r.between(3, 9), -30, 45));
  return p;
}

CodeProblem count_words(Random& r) {
  const int length = r.between(3, 6);
  const std::string letter = draw_letter(r, "aeotnrls");
  const Values v = {{"n", py(length)}, {"c", py(letter)}};
  CodeProblem p{
      "count_words",
      "text: str",
      "int",
      {fill("The words of the text are separated by spaces, one or more. Return how many of "
            "them have at least $n characters and contain the letter $c in lower or upper "
            "case.",
            v),
       fill("文本中的单词由一个或多个空格分隔。返回其中至少有$n个字符、并且含有字母$c（不分大小写）"
            "的单词个数。",
            v)},
      fill("    return sum(len(w) >= $n and $c in w.lower() for w in text.split())\n", v),
      {},
      {}};
  const auto reference = [=](const std::string& text) {
    std::istringstream words(text);
    std::string word;
    int count = 0;
    while (words >> word) {
      for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      count += static_cast<int>(word.size()) >= length && word.find(letter) != std::string::npos;
    }
    return count;
  };
  p.example(reference, "Apple trees on the river Oslo");
  p.test(reference, "");
  p.test(reference, "   ");
  p.test(reference, "A E O T N R L S");
  p.test(reference, "  ATLAS   ocean  NORTH real ");
  for (int i = 0; i < 5; ++i) {
    p.test(reference, fmt::format("{}", fmt::join(draw_words(r, r.between(3, 9)), " ")));
  }
  return p;
}

CodeProblem take_every(Random& r) {
  const int step = r.between(2, 6), start = r.between(0, 5);
  const Values v = {{"k", py(step)}, {"s", py(start)}, {"th", ordinal(step)}};
  CodeProblem p{
      "take_every",
      "items: list[int]",
      "list[int]",
      {fill("Start with the item at index $s (counting from 0) and take every $th item "
            "from there on, the one at index $s included. Return the items taken in "
            "reverse order.",
            v),
       fill("从下标$s（从0开始计数）的元素开始，包括它在内，每隔$k个位置取一个元素（下标依次增加"
            "$k）。把取出的元素按相反的顺序返回。",
            v)},
      fill("    return items[$s::$k][::-1]\n", v),
      {},
      {}};
  const auto reference = [=](const Numbers& items) {
    Numbers taken;
    for (std::size_t i = static_cast<std::size_t>(start); i < items.size();
         i += static_cast<std::size_t>(step)) {
      taken.insert(taken.begin(), items[i]);
    }
    return taken;
  };
  p.example(reference, Numbers{10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21});
  p.test(reference, Numbers{});
  p.test(reference, Numbers{5});
  p.test(reference, draw_numbers(r, start, 0, 9));
  p.test(reference, draw_numbers(r, start + 1, 0, 9));
  p.test(reference, draw_numbers(r, start + step, 0, 9));
  p.test(reference, draw_numbers(r, start + step + 1, 0, 9));
  for (int i = 0; i < 4; ++i) p.test(reference, draw_numbers(r, r.between(8, 20), -50, 50));
  return p;
}

CodeProblem order_price(Random& r) {
  const int first = r.between(3, 9), dear = r.between(12, 30), cheap = r.between(4, 11);
  const int many = first + r.between(4, 12), off = r.between(5, 25);
  const Values v = {
      {"n", py(first)}, {"p", py(dear)}, {"q", py(cheap)}, {"m", py(many)}, {"d", py(off)}};
  CodeProblem p{
      "order_price",
      "count: int",
      "int",
      {fill("Return the price of an order of count tickets. Each of the first $n tickets "
            "costs $p, each further one $q. When more than $m tickets are ordered, $d are "
            "taken off the total. For a count of zero or less the price is 0.",
            v),
       fill("返回订购count张票的价格：前$n张每张$p元，之后每张$q元；订购超过$m张时，总价减去$d元。"
            "count小于或等于零时价格为0。",
            v)},
      fill("    if count <= 0:\n        return 0\n"
           "    total = min(count, $n) * $p + max(0, count - $n) * $q\n"
           "    return total - $d if count > $m else total\n",
           v),
      {},
      {}};
  const auto reference = [=](int count) {
    int total = 0;
    for (int i = 1; i <= count; ++i) total += i <= first ? dear : cheap;
    return count > many ? total - off : total;
  };
  p.example(reference, first + 2);
  for (const int count : {0, -3, 1, first, first + 1, many, many + 1, many + 17}) {
    p.test(reference, count);
  }
  return p;
}

CodeProblem grade(Random& r) {
  const int a = r.between(86, 95), b = a - r.between(8, 15), c = b - r.between(9, 20);
  const Values v = {{"a", py(a)}, {"b", py(b)}, {"c", py(c)}};
  CodeProblem p{
      "grade",
      "points: int",
      "str",
      {fill("Return 'A' for $a points or more, 'B' for $b or more, 'C' for $c or more and "
            "'F' for fewer. Points below 0 or above 100 give 'invalid'.",
            v),
       fill("分数达到$a返回'A'，达到$b返回'B'，达到$c返回'C'，更低返回'F'。分数小于0或大于100时返回"
            "'invalid'。",
            v)},
      fill("    if points < 0 or points > 100:\n        return 'invalid'\n"
           "    for limit, letter in (($a, 'A'), ($b, 'B'), ($c, 'C')):\n"
           "        if points >= limit:\n            return letter\n    return 'F'\n",
           v),
      {},
      {}};
  const auto reference = [=](int points) -> std::string {
    if (points < 0 || points > 100) return "invalid";
    return points >= a ? "A" : points >= b ? "B" : points >= c ? "C" : "F";
  };
  p.example(reference, b + 1);
  for (const int points : {0, -1, 100, 101, a, a - 1, b, b - 1, c, c - 1, 5}) {
    p.test(reference, points);
  }
  return p;
}

CodeProblem weighted_digits(Random& r) {
  // Two different factors: with one and the same the parity of a digit would not matter.
  const int even = r.between(2, 8), odd = even + r.between(1, 9 - even);
  const Values v = {{"k", py(even)}, {"m", py(odd)}};
  CodeProblem p{
      "weighted_digits",
      "n: int",
      "int",
      {fill("Add up the decimal digits of n, ignoring its sign. Even digits count $k times "
            "their value and odd digits $m times. Return the sum.",
            v),
       fill(
           "把n的十进制各位数字相加（忽略正负号），其中偶数数字按其值的$k倍计，奇数数字按其值的$m倍"
           "计。返回总和。",
           v)},
      fill("    return sum(int(d) * ($m if int(d) % 2 else $k) for d in str(abs(n)))\n", v),
      {},
      {}};
  const auto reference = [=](std::int64_t n) {
    std::int64_t sum = 0;
    for (n = n < 0 ? -n : n; n > 0; n /= 10) sum += n % 10 * (n % 2 == 0 ? even : odd);
    return sum;
  };
  p.example(reference, 1234);
  for (const int n : {0, 7, -8, 10, 2468, -13579}) p.test(reference, n);
  for (int i = 0; i < 4; ++i) p.test(reference, r.between(-999999, 999999));
  return p;
}

}  // namespace

const std::vector<CodeFamily>& code_level1() {
  static const std::vector<CodeFamily> kFamilies = {sum_selected, mask_letters,   clamp_scaled,
                                                    count_words,  take_every,     order_price,
                                                    grade,        weighted_digits};
  return kFamilies;
}

}  // namespace candor::suites
