// Three to five steps: percentages, rates, ratios, averages. Numbers are drawn so that every step
// and the answer are whole.
#include "suites/arithmetic/arithmetic.h"

namespace candor::suites {
namespace {

MathsProblem discount(Random& r) {
  const Bilingual name = draw_people(r, 1)[0];
  const int price = r.stepped(120, 480, 20), percent = r.stepped(10, 40, 5);
  const int count = r.between(2, 5), coupon = r.stepped(15, 60, 5);
  const int pays = price * (100 - percent) / 100 * count - coupon;
  return {
      "discount",
      both("A jacket usually costs {1} yuan. In a sale every jacket is reduced by {2}%. {0} buys "
           "{3} of these jackets and hands in a voucher that takes {4} yuan off the total. How "
           "many yuan does {0} pay?",
           "一件外套原价{1}元，促销时每件降价{2}%。{0}买了{3}件这种外套，又用了一张可从总价中减去{"
           "4}元的"
           "优惠券。{0}一共付了多少元？",
           name, price, percent, count, coupon),
      Fraction(pays).text(),
      {step("{} × (100 - {}) / 100 = {}", price, percent, price * (100 - percent) / 100),
       step("{} × {} - {} = {}", price * (100 - percent) / 100, count, coupon, pays)}};
}

MathsProblem journey(Random& r) {
  for (;;) {
    const int h1 = r.between(2, 4), v1 = r.stepped(40, 90, 5);
    const int h2 = r.between(2, 4), v2 = r.stepped(40, 90, 5);
    const int back = r.between(5, 8);
    const int distance = h1 * v1 + h2 * v2;
    if (distance % back != 0 || distance / back < 40 || distance / back > 95 || v1 == v2) continue;
    const Bilingual name = draw_people(r, 1)[0];
    return {
        "journey",
        both("{0} drives to the coast: {1} hours at {2} km/h and then {3} hours at {4} km/h. On "
             "the way home along the same road {0} drives at {5} km/h all the time. How many "
             "hours do the way there and the way home take together?",
             "{0}开车去海边，先以每小时{2}公里的速度行驶{1}小时，再以每小时{4}公里的速度行驶{3}"
             "小时。"
             "沿原路返回时，{0}全程以每小时{5}公里的速度行驶。往返一共用了多少小时？",
             name, h1, v1, h2, v2, distance / back),
        Fraction(h1 + h2 + back).text(),
        {step("{} × {} + {} × {} = {}", h1, v1, h2, v2, distance),
         step("{} / {} = {}", distance, distance / back, back),
         step("{} + {} + {} = {}", h1, h2, back, h1 + h2 + back)}};
  }
}

MathsProblem tank(Random& r) {
  const int in = r.between(12, 30), out = r.between(3, 9), minutes = r.between(5, 15);
  const int start = r.stepped(20, 120, 5), more = r.between(4, 20);
  const int capacity = start + (in - out) * minutes + in * more;
  return {
      "filling",
      both("A tank that holds {0} litres contains {1} litres of water. A pump adds {2} litres a "
           "minute, but {3} litres a minute leak out. After {4} minutes the leak is closed and "
           "the pump goes on. How many more minutes does it take until the tank is full?",
           "一个容量为{0}升的水箱里有{1}升水。水泵每分钟注入{2}升，但每分钟漏掉{3}升。{4}"
           "分钟后漏洞被堵"
           "住，水泵继续注水。还需要多少分钟才能把水箱注满？",
           capacity, start, in, out, minutes),
      Fraction(more).text(),
      {step("{} + ({} - {}) × {} = {}", start, in, out, minutes, start + (in - out) * minutes),
       step("{} - {} = {}", capacity, start + (in - out) * minutes, in * more),
       step("{} / {} = {}", in * more, in, more)}};
}

MathsProblem workshop(Random& r) {
  const int daily = r.stepped(40, 200, 20), first = r.between(4, 12);
  const int percent = r.stepped(10, 50, 5), all = first + r.between(5, 15);
  const int faster = daily * (100 + percent) / 100;
  return {"production",
          both("A workshop makes {0} toys a day. After {1} days it makes {2}% more toys a day than "
               "before. How many toys has it made after {3} days in all?",
               "一个车间每天生产{0}个玩具。{1}天以后，每天的产量比原来提高了{2}%。到第{3}"
               "天结束时，一共生产"
               "了多少个玩具？",
               daily, first, percent, all),
          Fraction(daily * first + faster * (all - first)).text(),
          {step("{} × {} = {}", daily, first, daily * first),
           step("{} × (100 + {}) / 100 = {}", daily, percent, faster),
           step("{} × ({} - {}) = {}", faster, all, first, faster * (all - first)),
           step("{} + {} = {}", daily * first, faster * (all - first),
                daily * first + faster * (all - first))}};
}

MathsProblem ratio(Random& r) {
  const auto people = draw_people(r, 3);
  const int a = r.between(2, 5), b = r.between(2, 7), c = a + r.between(2, 5);
  const int unit = r.stepped(15, 120, 5);
  return {
      "ratio",
      both("{0}, {1} and {2} divide a prize in the ratio {3}:{4}:{5}, in this order. {2} gets "
           "{6} yuan more than {0}. How many yuan is the whole prize?",
           "{0}、{1}和{2}依次按{3}:{4}:{5}的比例分一笔奖金，{2}比{0}多分到{6}元。这笔奖金一共是多少"
           "元？",
           people[0], people[1], people[2], a, b, c, (c - a) * unit),
      Fraction((a + b + c) * unit).text(),
      {step("{} / ({} - {}) = {}", (c - a) * unit, c, a, unit),
       step("({} + {} + {}) × {} = {}", a, b, c, unit, (a + b + c) * unit)}};
}

MathsProblem average(Random& r) {
  for (;;) {
    const int tests = r.between(4, 9), mean = r.between(70, 88);
    const int x = r.between(60, 100), goal = r.between(72, 90);
    const int y = goal * (tests + 2) - mean * tests - x;
    if (y < 60 || y > 100 || y == x || goal == mean) continue;
    const Bilingual name = draw_people(r, 1)[0];
    return {"average",
            both("{0}'s average over {1} tests is {2} points. In the test after these {0} gets {3} "
                 "points. How many points does {0} need in one further test so that the average "
                 "over all these tests is exactly {4}?",
                 "{0}前{1}次测验的平均分是{2}分，接下来的一次测验得了{3}分。再下一次测验{0}"
                 "需要得多少分，才"
                 "能使所有这些测验的平均分恰好是{4}分？",
                 name, tests, mean, x, goal),
            Fraction(y).text(),
            {step("{} × ({} + 2) = {}", goal, tests, goal * (tests + 2)),
             step("{} × {} + {} = {}", mean, tests, x, mean * tests + x),
             step("{} - {} = {}", goal * (tests + 2), mean * tests + x, y)}};
  }
}

MathsProblem wheels(Random& r) {
  const int bicycles = r.between(11, 40), tricycles = r.between(6, 30), bells = r.between(2, 5);
  return {"heads-and-legs",
          both("In a yard there are {0} vehicles, bicycles with 2 wheels and tricycles with 3 "
               "wheels. Together they have {1} wheels. A new bell costs {2} yuan. How many yuan do "
               "new bells for all the tricycles cost?",
               "院子里有{0}辆车，其中自行车有2个轮子，三轮车有3个轮子，一共有{1}个轮子。一个新车铃{"
               "2}元，"
               "给所有的三轮车各换一个新车铃一共要多少元？",
               bicycles + tricycles, 2 * bicycles + 3 * tricycles, bells + 5),
          Fraction(tricycles * (bells + 5)).text(),
          {step("{} - 2 × {} = {}", 2 * bicycles + 3 * tricycles, bicycles + tricycles, tricycles),
           step("{} × {} = {}", tricycles, bells + 5, tricycles * (bells + 5))}};
}

MathsProblem cherries(Random& r) {
  const int kilos = r.stepped(40, 160, 20), cost = r.between(8, 20);
  const int percent = r.stepped(5, 20, 5), price = cost + r.between(6, 14);
  const int sold = kilos * (100 - percent) / 100;
  return {
      "profit",
      both("A greengrocer buys {0} kg of cherries at {1} yuan a kilogram. {2}% of them go bad and "
           "are thrown away; all the others are sold at {3} yuan a kilogram. How many yuan of "
           "profit does the greengrocer make?",
           "一位水果商以每千克{1}元的价格购进{0}千克樱桃，其中{2}%变质扔掉，其余的全部以每千克{3}"
           "元的价格"
           "卖出。这位水果商获利多少元？",
           kilos, cost, percent, price),
      Fraction(sold * price - kilos * cost).text(),
      {step("{} × (100 - {}) / 100 = {}", kilos, percent, sold),
       step("{} × {} - {} × {} = {}", sold, price, kilos, cost, sold * price - kilos * cost)}};
}

MathsProblem path(Random& r) {
  const int length = r.between(18, 45), width = r.between(8, 17), path = r.between(2, 3);
  const int price = r.between(20, 60);
  const int area = (length + 2 * path) * (width + 2 * path) - length * width;
  return {
      "area",
      both("A rectangular lawn is {0} m long and {1} m wide. A path {2} m wide is laid all around "
           "it on the outside, with square corners. The paving costs {3} yuan a square metre. "
           "How many yuan does the path cost?",
           "一块长方形草坪长{0}米、宽{1}米，在它的外侧四周铺一条宽{2}"
           "米的小路（四角为直角）。铺路每平方米"
           "需要{3}元，铺这条小路一共需要多少元？",
           length, width, path, price),
      Fraction(area * price).text(),
      {step("({0} + 2 × {1}) × ({2} + 2 × {1}) - {0} × {2} = {3}", length, path, width, area),
       step("{} × {} = {}", area, price, area * price)}};
}

MathsProblem overtime(Random& r) {
  const Bilingual name = draw_people(r, 1)[0];
  const int rate = r.stepped(20, 60, 4), normal = r.between(30, 40),
            percent = r.stepped(25, 75, 25);
  const int hours = normal + r.between(3, 12), tax = r.stepped(50, 200, 10);
  const int pay = rate * normal + rate * (100 + percent) / 100 * (hours - normal) - tax;
  return {
      "wages",
      both("{0} earns {1} yuan an hour for the first {2} hours of a week and {3}% more for every "
           "further hour. This week {0} works {4} hours, and {5} yuan are deducted from the "
           "wage. How many yuan does {0} receive?",
           "{0}每周前{2}小时的工资是每小时{1}元，超出部分每小时的工资高{3}%。这一周{0}工作了{4}"
           "小时，工"
           "资中扣除了{5}元。{0}实际拿到多少元？",
           name, rate, normal, percent, hours, tax),
      Fraction(pay).text(),
      {step("{} × {} = {}", rate, normal, rate * normal),
       step("{} × (100 + {}) / 100 = {}", rate, percent, rate * (100 + percent) / 100),
       step("{} + {} × ({} - {}) - {} = {}", rate * normal, rate * (100 + percent) / 100, hours,
            normal, tax, pay)}};
}

}  // namespace

const std::vector<MathsTemplate>& arithmetic_level2() {
  static const std::vector<MathsTemplate> kTemplates = {
      discount, journey, tank, workshop, ratio, average, wheels, cherries, path, overtime};
  return kTemplates;
}

}  // namespace candor::suites
