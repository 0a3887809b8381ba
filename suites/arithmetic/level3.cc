// Equations, fractions, several conditions at once. Where the answer can be broken, the question
// says in which exact form it is wanted, and the form is the same in both languages.
#include <numeric>

#include "suites/arithmetic/arithmetic.h"

namespace candor::suites {
namespace {

const Bilingual kAsFraction = {
    " Give the answer as a whole number or as a fraction in lowest terms.",
    "请用整数或最简分数表示答案。"};
const Bilingual kAsDecimal = {" Give the exact value, as a whole number or a decimal.",
                              "请用整数或小数写出精确值。"};

MathsProblem with(const Bilingual& form, MathsProblem problem) {
  problem.text += form;
  return problem;
}

MathsProblem work(Random& r) {
  for (;;) {
    const int a = r.between(8, 24), b = r.between(9, 30), d = r.between(2, 6);
    const Fraction done = Fraction(d) * (Fraction(1, a) + Fraction(1, b));
    if (a == b || d * (a + b) >= a * b) continue;
    const auto people = draw_people(r, 2);
    return with(
        kAsFraction,
        {"work",
         both("{0} alone would paint a house in {2} days, {1} alone in {3} days. They work "
              "together for {4} days, then {0} falls ill and {1} finishes the work alone. "
              "How many more days does {1} need?",
              "粉刷一栋房子，{0}单独做需要{2}天，{1}单独做需要{3}天。两人合作{4}天后，{0}生病了，"
              "剩下的由{1}单独完成。{1}还需要多少天？",
              people[0], people[1], a, b, d),
         ((Fraction(1) - done) * Fraction(b)).text(),
         {step("{} × (1/{} + 1/{}) = {}", d, a, b, done.text()),
          step("1 - {} = {}", done.text(), (Fraction(1) - done).text()),
          step("({}) × {} = {}", (Fraction(1) - done).text(), b,
               ((Fraction(1) - done) * Fraction(b)).text())}});
  }
}

MathsProblem mixture(Random& r) {
  for (;;) {
    const int x = r.stepped(6, 30, 2), p = r.between(4, 20), y = r.stepped(6, 30, 2);
    const int q = r.between(21, 45), water = r.between(2, 15);
    const Fraction strength(x * p + y * q, x + y + water);
    if (!strength.is_decimal() || strength.decimal_text().size() > 5) continue;
    return with(
        kAsDecimal,
        {"mixture",
         both("{0} kg of a {1}% salt solution and {2} kg of a {3}% salt solution are mixed, "
              "and {4} kg of pure water are added. What percentage of the new solution is "
              "salt?",
              "把{0}千克浓度为{1}%的盐水和{2}千克浓度为{3}%的盐水混合，再加入{4}千克纯水。新盐水的"
              "浓度是百分之几？",
              x, p, y, q, water),
         strength.decimal_text(),
         {both("salt, in hundredths of a kilogram: {0} × {1} + {2} × {3} = {4}",
               "盐（单位为0.01千克）：{0} × {1} + {2} × {3} = {4}", x, p, y, q, x * p + y * q),
          step("{} + {} + {} = {}", x, y, water, x + y + water),
          step("{} / {} = {}", x * p + y * q, x + y + water, strength.decimal_text())}});
  }
}

MathsProblem trains(Random& r) {
  for (;;) {
    const int distance = r.stepped(300, 900, 20), u = r.stepped(50, 110, 5);
    const int v = r.stepped(60, 140, 5), head = r.between(1, 3);
    const int rest = distance - u * head;
    if (head < 2 || rest <= 60 || u == v) continue;
    const Fraction place = Fraction(u * head) + Fraction(u) * Fraction(rest, u + v);
    return with(
        kAsFraction,
        {"meeting",
         both("Two towns lie {0} km apart on a straight railway. A goods train leaves the "
              "first town for the second at {1} km/h. After {2} hours an express leaves the "
              "second town for the first at {3} km/h. How many kilometres from the first "
              "town do the trains meet?",
              "两座城镇在一条笔直的铁路上相距{0}公里。一列货车以每小时{1}"
              "公里的速度从第一座城镇开往第二"
              "座城镇。{2}小时后，一列快车以每小时{3}"
              "公里的速度从第二座城镇开往第一座城镇。两车相遇处距"
              "第一座城镇多少公里？",
              distance, u, head, v),
         place.text(),
         {step("{} - {} × {} = {}", distance, u, head, rest),
          step("{} / ({} + {}) = {}", rest, u, v, Fraction(rest, u + v).text()),
          step("{} × ({} + {}) = {}", u, head, Fraction(rest, u + v).text(), place.text())}});
  }
}

MathsProblem timetable(Random& r) {
  for (;;) {
    const int a = r.between(6, 15), b = r.between(8, 20), c = r.between(9, 24);
    const int hours = r.between(6, 16);
    const int together = std::lcm(std::lcm(a, b), c);
    const int times = hours * 60 / together;
    if (a == b || b == c || a == c || times < 2 || times > 16) continue;
    return {
        "timetable",
        both("At 6:00 three bus lines leave the station at the same moment. From then on the "
             "first leaves every {0} minutes, the second every {1} minutes and the third every "
             "{2} minutes. How many more times do all three leave together in the following {3} "
             "hours, the end of that time included?",
             "早上6:00，三路公交车同时从车站发车。此后第一路每{0}分钟发一班，第二路每{1}"
             "分钟发一班，第三路"
             "每{2}分钟发一班。在接下来的{3}小时内（包括最后一刻），三路车还会同时发车多少次？",
             a, b, c, hours),
        Fraction(times).text(),
        {step("lcm(lcm({}, {}), {}) = {}", a, b, c, together),
         step("floor({} × 60 / {}) = {}", hours, together, times)}};
  }
}

MathsProblem leftovers(Random& r) {
  const int a = r.between(3, 6), b = r.between(3, 7), given = r.between(5, 25);
  const int unit = r.between(4, 15);
  // Day one takes 1/a of the book, day two 1/b of the rest: with a*b*unit pages every step is
  // whole.
  const int pages = a * b * unit;
  const int after_two = (pages - pages / a) / b * (b - 1);
  const Bilingual name = draw_people(r, 1)[0];
  if (given >= after_two) return leftovers(r);
  return {
      "working-backwards",
      both("{0} reads a book. On the first day {0} reads 1/{1} of it, on the second day 1/{2} of "
           "what is left, and on the third day {3} pages. Then {4} pages are still unread. How "
           "many pages does the book have?",
           "{0}读一本书，第一天读了全书的1/{1}，第二天读了剩下的1/"
           "{2}，第三天读了{3}页，这时还有{4}页没"
           "读。这本书一共有多少页？",
           name, a, b, given, after_two - given),
      Fraction(pages).text(),
      {step("{} + {} = {}", given, after_two - given, after_two),
       step("{} / (1 - 1/{}) = {}", after_two, b, pages - pages / a),
       step("{} / (1 - 1/{}) = {}", pages - pages / a, a, pages)}};
}

MathsProblem remainders(Random& r) {
  for (;;) {
    const int a = r.between(4, 7), b = r.between(7, 9), c = r.between(10, 13);
    const int eggs = r.between(150, 700);
    const int low = eggs / 100 * 100, high = low + r.stepped(100, 200, 50);
    const int period = std::lcm(std::lcm(a, b), c);
    int fits = 0;
    for (int n = low + 1; n < high; ++n) {
      if (n % a == eggs % a && n % b == eggs % b && n % c == eggs % c) ++fits;
    }
    if (eggs == low || fits != 1 || a == b || eggs % a == 0 || eggs % b == 0 || eggs % c == 0) {
      continue;
    }
    return {
        "remainders",
        both("A farmer has more than {0} and fewer than {1} oranges. Put in bags of {2}, they "
             "leave {3} over; in bags of {4}, they leave {5} over; in bags of {6}, they leave "
             "{7} over. How many oranges does the farmer have?",
             "一位农民的橙子多于{0}个、少于{1}个。每{2}个装一袋，剩{3}个；每{4}个装一袋，剩{5}"
             "个；每{6}"
             "个装一袋，剩{7}个。这位农民有多少个橙子？",
             low, high, a, eggs % a, b, eggs % b, c, eggs % c),
        Fraction(eggs).text(),
        {step("{0} = {1} × {2} + {3}", eggs, eggs / a, a, eggs % a),
         step("{0} = {1} × {2} + {3}", eggs, eggs / b, b, eggs % b),
         step("{0} = {1} × {2} + {3}", eggs, eggs / c, c, eggs % c),
         both("two such numbers differ by a multiple of: lcm(lcm({0}, {1}), {2}) = {3}",
              "任意两个这样的数之差是下列数的倍数：lcm(lcm({0}, {1}), {2}) = {3}", a, b, c, period),
         step("{} - {} <= {} < {} < {} <= {} + {}", eggs, period, low, eggs, high, eggs, period),
         step("{}", eggs)}};
  }
}

MathsProblem town(Random& r) {
  const int people = r.stepped(20000, 90000, 10000), up = r.between(2, 15), down = r.between(2, 12);
  const int moved = r.stepped(150, 950, 50);
  const int after = people / 100 * (100 + up) / 100 * (100 - down) + moved;
  return {
      "percent-chain",
      both("A town has {0} inhabitants. In the first year their number grows by {1}%, in the "
           "second year it falls by {2}%, and in the third year it rises by {3} people. How many "
           "inhabitants more than at the beginning does the town have then? Write a negative "
           "number if there are fewer.",
           "某镇有{0}名居民。第一年人口增长了{1}%，第二年减少了{2}%，第三年增加了{3}"
           "人。这时的居民比最初多"
           "多少人？如果变少了，请写成负数。",
           people, up, down, moved),
      Fraction(after - people).text(),
      {step("{} × (100 + {}) / 100 = {}", people, up, people / 100 * (100 + up)),
       step("{} × (100 - {}) / 100 + {} = {}", people / 100 * (100 + up), down, moved, after),
       step("{} - {} = {}", after, people, after - people)}};
}

MathsProblem tickets(Random& r) {
  for (;;) {
    // Prices in half yuan, so that both can end in .5.
    const int adult = r.between(50, 130), child = r.between(21, 60);
    const int a = r.between(2, 5), b = r.between(2, 5), c = r.between(2, 5), d = r.between(2, 6);
    const int x = r.between(6, 9), y = r.between(3, 9);
    if (a * d == b * c || adult <= child || (a == c && b == d)) continue;
    const auto people = draw_people(r, 3);
    const std::string adult_price = Fraction(adult, 2).decimal_text(),
                      child_price = Fraction(child, 2).decimal_text();
    return with(
        kAsDecimal,
        {"equations",
         both("At a museum {0} pays {3} yuan for {4} adult tickets and {5} child tickets. "
              "{1} pays {6} yuan for {7} adult tickets and {8} child tickets. How many yuan "
              "does {2} pay for {9} adult tickets and {10} child tickets?",
              "在一家博物馆，{0}花{3}元买了{4}张成人票和{5}张儿童票，{1}花{6}元买了{7}张成人票和{8}"
              "张"
              "儿童票。{2}买{9}张成人票和{10}张儿童票要花多少元？",
              people[0], people[1], people[2], Fraction(a * adult + b * child, 2).decimal_text(), a,
              b, Fraction(c * adult + d * child, 2).decimal_text(), c, d, x, y),
         Fraction(x * adult + y * child, 2).decimal_text(),
         {both("adult ticket {0}, child ticket {1}, the only solution: {2} × {3} - {4} × {5} = {6}",
               "成人票{0}元，儿童票{1}元，是唯一的解：{2} × {3} - {4} × {5} = {6}", adult_price,
               child_price, a, d, b, c, a * d - b * c),
          step("{} × {} + {} × {} = {}", a, adult_price, b, child_price,
               Fraction(a * adult + b * child, 2).decimal_text()),
          step("{} × {} + {} × {} = {}", c, adult_price, d, child_price,
               Fraction(c * adult + d * child, 2).decimal_text()),
          step("{} × {} + {} × {} = {}", x, adult_price, y, child_price,
               Fraction(x * adult + y * child, 2).decimal_text())}});
  }
}

MathsProblem theatre(Random& r) {
  const int rows = r.between(14, 25), first = r.between(12, 24), more = r.between(2, 4);
  const int front = r.between(4, 8), dear = r.stepped(60, 120, 10), cheap = r.stepped(20, 50, 5);
  auto seats = [&](int n) { return n * first + more * n * (n - 1) / 2; };
  return {
      "series",
      both("A theatre has {0} rows. The first row has {1} seats and every further row has {2} "
           "seats more than the one before it. A seat in the first {3} rows costs {4} yuan, any "
           "other seat {5} yuan. How many yuan does the theatre take when all seats are sold?",
           "一座剧院有{0}排座位，第一排有{1}个座位，以后每排都比前一排多{2}个座位。前{3}排每个座位{"
           "4}元，"
           "其余每个座位{5}元。座位全部售出时，剧院的收入是多少元？",
           rows, first, more, front, dear, cheap),
      Fraction(seats(front) * dear + (seats(rows) - seats(front)) * cheap).text(),
      {step("{0} × {1} + {2} × {0} × ({0} - 1) / 2 = {3}", rows, first, more, seats(rows)),
       step("{0} × {1} + {2} × {0} × ({0} - 1) / 2 = {3}", front, first, more, seats(front)),
       step("{} × {} + ({} - {}) × {} = {}", seats(front), dear, seats(rows), seats(front), cheap,
            seats(front) * dear + (seats(rows) - seats(front)) * cheap)}};
}

MathsProblem drawing(Random& r) {
  const int red = r.between(3, 9), blue = r.between(3, 9), green = r.between(2, 6);
  const int all = red + blue + green;
  const Fraction same(red * (red - 1) + blue * (blue - 1) + green * (green - 1), all * (all - 1));
  return with(
      kAsFraction,
      {"probability",
       both("A bag contains {0} red, {1} blue and {2} green balls of the same size. Two balls "
            "are drawn at random one after the other without being put back. What is the "
            "probability that both have the same colour?",
            "袋中有{0}个红球、{1}个蓝球和{2}"
            "个绿球，大小相同。随机先后取出两个球，取出后不放回。两个球"
            "颜色相同的概率是多少？",
            red, blue, green),
       same.text(),
       {step("{} + {} + {} = {}", red, blue, green, all),
        step("{0} × ({0} - 1) + {1} × ({1} - 1) + {2} × ({2} - 1) = {3}", red, blue, green,
             red * (red - 1) + blue * (blue - 1) + green * (green - 1)),
        step("{} / ({} × {}) = {}", red * (red - 1) + blue * (blue - 1) + green * (green - 1), all,
             all - 1, same.text())}});
}

}  // namespace

const std::vector<MathsTemplate>& arithmetic_level3() {
  static const std::vector<MathsTemplate> kTemplates = {
      work, mixture, trains, timetable, leftovers, remainders, town, tickets, theatre, drawing};
  return kTemplates;
}

}  // namespace candor::suites
