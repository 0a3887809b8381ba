// Levels 4 and 5.
#include <array>
#include <numeric>

#include "suites/counting/counting.h"

namespace candor::suites {
namespace {

MathsProblem shares(Random& r) {
  const int children = r.between(3, 5), least = r.between(1, 3);
  const int sweets = children * least + r.between(5, 12);
  const int free_ones = sweets - children * least;
  const std::int64_t count = binomial(free_ones + children - 1, children - 1);
  return {"shares",
          both("{0} identical sweets are given to {1} children so that every child gets at least "
               "{2}. In "
               "how many ways can this be done, when it matters which child gets how many?",
               "把{0}颗相同的糖分给{1}个孩子，每人至少分到{2}颗。孩子各不相同，一共有多少种分法？",
               sweets, children, least),
          fmt::format("{}", count),
          {both("left to give freely: {0} - {1} × {2} = {3}",
                "可自由分配的糖：{0} - {1} × {2} = {3}", sweets, children, least, free_ones),
           step("C({} + {} - 1, {} - 1) = C({}, {}) = {}", free_ones, children, children,
                free_ones + children - 1, children - 1, count)}};
}

MathsProblem congruence(Random& r) {
  for (;;) {
    const int m = r.between(23, 97), a = r.between(7, m - 2), x = r.between(8, m - 1);
    const int b = a * x % m;
    if (std::gcd(a, m) != 1 || b < 2 || a == b) continue;
    return {
        "congruence",
        both("What is the smallest positive whole number x for which {0} × x leaves the remainder "
             "{1} when divided by {2}?",
             "满足“{0} × x除以{2}的余数是{1}”的最小正整数x是多少？", a, b, m),
        fmt::format("{}", x),
        {both("only one x from 1 to {1}: gcd({0}, {1}) = 1",
              "在1到{1}之间只有一个x：gcd({0}, {1}) = 1", a, m),
         step("{} × {} = {} = {} × {} + {}", a, x, a * x, a * x / m, m, b), step("x = {}", x)}};
  }
}

MathsProblem at_least(Random& r) {
  const int nurses = r.between(5, 9), doctors = r.between(5, 8), team = r.between(4, 6);
  const int least = 2, most = std::min(doctors, team - 1);
  std::vector<Bilingual> proof;
  std::string sum;
  std::int64_t count = 0;
  for (int d = least; d <= most; ++d) {
    if (team - d > nurses) continue;
    const std::int64_t ways = binomial(doctors, d) * binomial(nurses, team - d);
    proof.push_back(both("{0} doctors: C({1}, {0}) × C({2}, {3}) = {4}",
                         "{0}名医生：C({1}, {0}) × C({2}, {3}) = {4}", d, doctors, nurses, team - d,
                         ways));
    sum += fmt::format("{}{}", sum.empty() ? "" : " + ", ways);
    count += ways;
  }
  proof.push_back(step("{} = {}", sum, count));
  return {
      "at-least",
      both("From {0} nurses and {1} doctors a team of {2} people is chosen that has at least {3} "
           "doctors and at least one nurse. In how many ways is this possible?",
           "从{0}名护士和{1}名医生中选出{2}"
           "人组成医疗队，其中至少有{3}名医生，并且至少有一名护士。一共有多少种选法？",
           nurses, doctors, team, least),
      fmt::format("{}", count), proof};
}

struct Corner {
  int x, y;
};

std::int64_t ways(Corner from, Corner to) {
  if (to.x < from.x || to.y < from.y) return 0;
  return binomial(to.x - from.x + to.y - from.y, to.x - from.x);
}

std::string term(Corner from, Corner to) {
  return fmt::format("C({}, {})", to.x - from.x + to.y - from.y, to.x - from.x);
}

MathsProblem closed_corner(Random& r) {
  const Corner end{r.between(4, 8), r.between(4, 8)};
  const Corner closed{r.between(1, end.x - 1), r.between(1, end.y - 1)}, start{0, 0};
  const std::int64_t all = ways(start, end), through = ways(start, closed) * ways(closed, end);
  return {
      "closed-corner",
      both("On a map of streets in squares one walks from the corner (0, 0) to the corner "
           "({0}, {1}), each block to the east or to the north. The corner ({2}, {3}) is closed "
           "and must be avoided. How many different ways are there?",
           "街道呈方格状，从路口(0, 0)走到路口({0}, {1})，每次只能向东或向北走一格。路口({2}, {3})"
           "封闭，不能经过。一共有多少条不同的路线？",
           end.x, end.y, closed.x, closed.y),
      fmt::format("{}", all - through),
      {step("{} = {}", term(start, end), all),
       both("through the closed corner: {0} × {1} = {2}", "经过封闭路口的：{0} × {1} = {2}",
            term(start, closed), term(closed, end), through),
       step("{} - {} = {}", all, through, all - through)}};
}

MathsProblem but_not(Random& r) {
  for (;;) {
    const int n = r.stepped(500, 3000, 50), a = r.between(4, 15), b = r.between(5, 18);
    const int c = r.between(2, 9);
    if (a >= b || b % a == 0 || a % c == 0 || b % c == 0) continue;
    const int ab = std::lcm(a, b), ac = std::lcm(a, c), bc = std::lcm(b, c), abc = std::lcm(ab, c);
    if (ab == abc) continue;
    const int either = n / a + n / b - n / ab, taken = n / ac + n / bc - n / abc;
    return {
        "but-not",
        both("How many of the whole numbers from 1 to {0} are divisible by {1} or {2} (or both) "
             "but not by {3}?",
             "从1到{0}的整数中，能被{1}或{2}整除（包括能被两者同时整除），但不能被{3}"
             "整除的有多少个？",
             n, a, b, c),
        fmt::format("{}", either - taken),
        {step("lcm({}, {}) = {}", a, b, ab),
         step("floor({0} / {1}) + floor({0} / {2}) - floor({0} / {3}) = {4}", n, a, b, ab, either),
         step("lcm({}, {}) = {}", a, c, ac), step("lcm({}, {}) = {}", b, c, bc),
         step("lcm({}, {}) = {}", ab, c, abc),
         step("floor({0} / {1}) + floor({0} / {2}) - floor({0} / {3}) = {4}", n, ac, bc, abc,
              taken),
         step("{} - {} = {}", either, taken, either - taken)}};
  }
}

MathsProblem tower(Random& r) {
  for (;;) {
    const int a = r.between(3, 49), b = r.between(2, 9), c = r.between(5, 30);
    if (a % 2 == 0 || a % 5 == 0) continue;
    std::int64_t exponent = 0, last = 0, one = 0;
    std::vector<Bilingual> proof = power_steps(b, c, 20, exponent);
    const std::vector<Bilingual> period = power_steps(a, 20, 100, one);
    if (exponent < 3 || one != 1) continue;
    const std::vector<Bilingual> result = power_steps(a, static_cast<int>(exponent), 100, last);
    if (last < 10) continue;
    proof.insert(proof.end(), period.begin(), period.end());
    proof.insert(proof.end(), result.begin(), result.end());
    proof.push_back(step("{}", last));
    return {"tower",
            both("What is the remainder when {0}^({1}^{2}) is divided by 100?",
                 "{0}^({1}^{2})除以100的余数是多少？", a, b, c),
            fmt::format("{}", last), proof};
  }
}

MathsProblem no_run(Random& r) {
  const int run = r.between(2, 4), length = r.between(8, 16);
  std::vector<std::int64_t> counts;  // by length
  std::vector<Bilingual> proof;
  for (int n = 0; n <= length; ++n) {
    if (n < run) {
      counts.push_back(std::int64_t{1} << n);
      proof.push_back(step("n = {}: 2^{} = {}", n, n, counts.back()));
      continue;
    }
    // By the number of heads at the end: fewer than `run`, before them a tail.
    std::int64_t sum = 0;
    std::string terms;
    for (int back = 1; back <= run; ++back) {
      const std::int64_t part = counts[static_cast<std::size_t>(n - back)];
      sum += part;
      terms += fmt::format("{}{}", back == 1 ? "" : " + ", part);
    }
    counts.push_back(sum);
    proof.push_back(step("n = {}: {} = {}", n, terms, sum));
  }
  return {
      "no-run",
      both("A coin is tossed {0} times and heads or tails is written down each time. How many of "
           "the possible sequences never have {1} or more heads directly one after the other?",
           "抛硬币{0}次，依次记下正面或反面。在所有可能的记录中，没有出现连续{1}"
           "次或更多次正面的有多少种？",
           length, run),
      fmt::format("{}", counts.back()), proof};
}

MathsProblem bounded(Random& r) {
  const int boxes = r.between(3, 4), most = r.between(4, 8);
  const int sum = r.between(most + 2, boxes * most - most / 2);
  std::int64_t count = 0;
  std::vector<Bilingual> proof;
  std::string terms;
  for (int over = 0; over <= boxes; ++over) {
    const int left = sum - over * (most + 1);
    if (left < 0) break;
    const std::int64_t part = binomial(boxes, over) * binomial(left + boxes - 1, boxes - 1);
    proof.push_back(both("{0} numbers over {1}: C({2}, {0}) × C({3}, {4}) = {5}",
                         "{0}个数超过{1}：C({2}, {0}) × C({3}, {4}) = {5}", over, most, boxes,
                         left + boxes - 1, boxes - 1, part));
    terms += fmt::format("{}{}", over == 0 ? "" : over % 2 == 0 ? " + " : " - ", part);
    count += over % 2 == 0 ? part : -part;
  }
  proof.push_back(step("{} = {}", terms, count));
  return {"bounded",
          both("In how many ways can {0} whole numbers, each from 0 to {1}, be written in a row so "
               "that their sum is {2}?",
               "依次写出{0}个整数，每个都在0到{1}之间（含两端），使它们的和等于{2}"
               "。一共有多少种写法？",
               boxes, most, sum),
          fmt::format("{}", count), proof};
}

MathsProblem two_closed(Random& r) {
  for (;;) {
    const Corner start{0, 0}, end{r.between(5, 8), r.between(5, 8)};
    const Corner p{r.between(1, end.x - 2), r.between(1, end.y - 2)};
    const Corner q{r.between(p.x, end.x - 1), r.between(p.y, end.y - 1)};
    if (p.x == q.x && p.y == q.y) continue;
    const std::int64_t all = ways(start, end), by_p = ways(start, p) * ways(p, end),
                       by_q = ways(start, q) * ways(q, end),
                       by_both = ways(start, p) * ways(p, q) * ways(q, end);
    const std::int64_t count = all - by_p - by_q + by_both;
    return {
        "two-closed",
        both(
            "On a map of streets in squares one walks from the corner (0, 0) to the corner "
            "({0}, {1}), each block to the east or to the north. The corners ({2}, {3}) and "
            "({4}, {5}) are closed and must be avoided. How many different ways are there?",
            "街道呈方格状，从路口(0, 0)走到路口({0}, {1})，每次只能向东或向北走一格。路口({2}, {3})"
            "和路口({4}, {5})封闭，都不能经过。一共有多少条不同的路线？",
            end.x, end.y, p.x, p.y, q.x, q.y),
        fmt::format("{}", count),
        {step("{} = {}", term(start, end), all),
         both("through the first: {0} × {1} = {2}", "经过第一个：{0} × {1} = {2}", term(start, p),
              term(p, end), by_p),
         both("through the second: {0} × {1} = {2}", "经过第二个：{0} × {1} = {2}", term(start, q),
              term(q, end), by_q),
         both("through both: {0} × {1} × {2} = {3}", "两个都经过：{0} × {1} × {2} = {3}",
              term(start, p), term(p, q), term(q, end), by_both),
         step("{} - {} - {} + {} = {}", all, by_p, by_q, by_both, count)}};
  }
}

MathsProblem coats(Random& r) {
  const int n = r.between(5, 9), own = r.between(1, n - 3), rest = n - own;
  std::vector<std::int64_t> none = {1, 0};  // nobody of k gets his own
  std::vector<Bilingual> proof = {step("n = 0: 1"), step("n = 1: 0")};
  for (int k = 2; k <= rest; ++k) {
    const std::int64_t a = none[static_cast<std::size_t>(k - 1)],
                       b = none[static_cast<std::size_t>(k - 2)];
    none.push_back((k - 1) * (a + b));
    proof.push_back(step("n = {}: {} × ({} + {}) = {}", k, k - 1, a, b, none.back()));
  }
  const std::int64_t count = binomial(n, own) * none.back();
  proof.push_back(step("C({}, {}) × {} = {}", n, own, none.back(), count));
  return {
      "coats",
      both("{0} guests have left one coat each and get them back in the dark, each guest one "
           "coat. In how many ways can the coats be given out so that exactly {1} of the guests "
           "get their own?",
           "{0}位客人每人寄存了一件大衣，取回时每人随意拿了一件。恰好有{1}"
           "位客人拿到自己的大衣的情况有多少种？",
           n, own),
      fmt::format("{}", count), proof};
}

}  // namespace

const std::vector<MathsTemplate>& counting_level4() {
  static const std::vector<MathsTemplate> kTemplates = {shares, congruence, at_least, closed_corner,
                                                        but_not};
  return kTemplates;
}

const std::vector<MathsTemplate>& counting_level5() {
  static const std::vector<MathsTemplate> kTemplates = {tower, no_run, bounded, two_closed, coats};
  return kTemplates;
}

}  // namespace candor::suites
