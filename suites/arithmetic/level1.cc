// Two or three steps, whole numbers. Counts of things are at least two wherever English would
// otherwise need a singular.
#include "suites/arithmetic/arithmetic.h"

namespace candor::suites {
namespace {

const std::vector<Thing>& goods() {
  static const std::vector<Thing> kGoods = {
      {"notebooks", "笔记本", "本"}, {"pens", "钢笔", "支"},     {"apples", "苹果", "个"},
      {"towels", "毛巾", "条"},      {"cups", "杯子", "个"},     {"postcards", "明信片", "张"},
      {"lamps", "台灯", "盏"},       {"cushions", "坐垫", "个"}, {"umbrellas", "雨伞", "把"},
  };
  return kGoods;
}

MathsProblem shopping(Random& r) {
  const Bilingual name = draw_people(r, 1)[0];
  std::vector<Thing> things = goods();
  r.shuffle(things);
  const int a = r.between(2, 9), p = r.between(3, 15), b = r.between(2, 8), q = r.between(3, 12);
  const int total = a * p + b * q;
  const int paid = (total / 50 + 1) * 50;
  return {"shopping",
          both("{0} buys {1} {6} at {2} yuan each and {3} {7} at {4} yuan each, and pays with {5} "
               "yuan. How many yuan of change does {0} get?",
               "{0}买了{1}{8}，每{9}{2}元；又买了{3}{10}，每{11}{4}元。付款{5}元，应找回多少元？",
               name, a, p, b, q, paid, things[0].en, things[1].en, things[0].measure + things[0].zh,
               things[0].measure, things[1].measure + things[1].zh, things[1].measure),
          Fraction(paid - total).text(),
          {step("{} × {} + {} × {} = {}", a, p, b, q, total),
           step("{} - {} = {}", paid, total, paid - total)}};
}

MathsProblem sharing(Random& r) {
  const Bilingual name = draw_people(r, 1)[0];
  const int friends = r.between(3, 9), each = r.between(4, 15), kept = r.between(3, 20);
  return {"sharing",
          both("{0} has {1} sweets. {0} keeps {2} of them and shares the rest equally among {3} "
               "friends. How many sweets does each friend get?",
               "{0}有{1}颗糖，自己留下{2}颗，其余的平均分给{3}个朋友。每个朋友分到多少颗糖？", name,
               friends * each + kept, kept, friends),
          Fraction(each).text(),
          {step("{} - {} = {}", friends * each + kept, kept, friends * each),
           step("{} / {} = {}", friends * each, friends, each)}};
}

MathsProblem buses(Random& r) {
  const int classes = r.between(4, 9), pupils = r.between(23, 38), teachers = r.between(6, 15);
  const int seats = r.between(40, 55);
  const int people = classes * pupils + teachers, needed = (people + seats - 1) / seats;
  return {
      "buses",
      both(
          "A school goes on a trip with {0} classes of {1} pupils each and {2} teachers. Each "
          "bus has {3} seats for them. How many buses are needed at least?",
          "一所学校组织郊游，共有{0}个班，每班{1}名学生，另有{2}名老师同行。每辆大巴可坐{3}名乘客，"
          "至少需要多少辆大巴？",
          classes, pupils, teachers, seats),
      Fraction((people + seats - 1) / seats).text(),
      {step("{} × {} + {} = {}", classes, pupils, teachers, people),
       step("({} - 1) × {} < {} <= {} × {}", needed, seats, people, needed, seats),
       step("{}", needed)}};
}

MathsProblem collections(Random& r) {
  const auto people = draw_people(r, 3);
  const int a = r.between(12, 40), k = r.between(2, 5), d = r.between(3, 11);
  return {
      "comparing",
      both("{0} has {3} stamps. {1} has {4} times as many stamps as {0}. {2} has {5} stamps "
           "fewer than {1}. How many stamps do {0}, {1} and {2} have altogether?",
           "{0}有{3}张邮票，{1}的邮票数是{0}的{4}倍，{2}的邮票比{1}少{5}张。{0}、{1}和{2}一共有多少"
           "张邮票？",
           people[0], people[1], people[2], a, k, d),
      Fraction(a + a * k + a * k - d).text(),
      {step("{} × {} = {}", a, k, a * k), step("{} - {} = {}", a * k, d, a * k - d),
       step("{} + {} + {} = {}", a, a * k, a * k - d, a + a * k + a * k - d)}};
}

MathsProblem reading(Random& r) {
  const Bilingual name = draw_people(r, 1)[0];
  const int slow = r.between(8, 20), days = r.between(3, 8);
  const int fast = slow + r.between(3, 15), more = r.between(3, 9);
  return {
      "reading",
      both("{0} reads a book of {1} pages. For the first {2} days {0} reads {3} pages a day, and "
           "from then on {4} pages a day. How many days does the whole book take?",
           "{0}读一本{1}页的书，前{2}天每天读{3}页，之后每天读{4}页。读完整本书一共需要多少天？",
           name, slow * days + fast * more, days, slow, fast),
      Fraction(days + more).text(),
      {step("{} × {} = {}", days, slow, days * slow),
       step("{} - {} = {}", slow * days + fast * more, slow * days, fast * more),
       step("{} / {} = {}", fast * more, fast, more),
       step("{} + {} = {}", days, more, days + more)}};
}

MathsProblem orchard(Random& r) {
  const int rows = r.between(6, 15), trees = r.between(8, 20), lost = r.between(5, 30);
  const int planted = r.between(31, 60);
  return {
      "planting",
      both("An orchard has {0} rows of {1} trees. A storm destroys {2} trees, and afterwards {3} "
           "young trees are planted. How many trees does the orchard have now?",
           "一个果园有{0}行果树，每行{1}棵。一场暴风雨毁掉了{2}棵，之后又补种了{3}"
           "棵小树。现在果园里有"
           "多少棵树？",
           rows, trees, lost, planted),
      Fraction(rows * trees - lost + planted).text(),
      {step("{} × {} = {}", rows, trees, rows * trees),
       step("{} - {} + {} = {}", rows * trees, lost, planted, rows * trees - lost + planted)}};
}

MathsProblem passengers(Random& r) {
  const int start = r.between(20, 45);
  const int off1 = r.between(3, 15), on1 = r.between(2, 18);
  const int off2 = r.between(2, 12), on2 = r.between(2, 15);
  return {
      "passengers",
      both("A tram leaves the depot stop with {0} passengers. At the next stop {1} get off and "
           "{2} get on, and at the stop after that {3} get off and {4} get on. How many "
           "passengers are on the tram then?",
           "一辆电车从起点站出发时有{0}名乘客。下一站有{1}人下车、{2}人上车，再下一站有{3}"
           "人下车、{4}人"
           "上车。这时车上有多少名乘客？",
           start, off1, on1, off2, on2),
      Fraction(start - off1 + on1 - off2 + on2).text(),
      {step("{} - {} + {} = {}", start, off1, on1, start - off1 + on1),
       step("{} - {} + {} = {}", start - off1 + on1, off2, on2, start - off1 + on1 - off2 + on2)}};
}

MathsProblem saving(Random& r) {
  const Bilingual name = draw_people(r, 1)[0];
  const int have = r.between(40, 150), week = r.between(12, 35), weeks = r.between(5, 16);
  const int price = have + week * weeks - r.between(0, week - 1);
  return {"saving",
          both("{0} has {1} yuan and saves {2} yuan more at the end of every week. After how many "
               "weeks does {0} have enough for a bicycle that costs {3} yuan?",
               "{0}有{1}元，每周末再存{2}元。至少存多少周后，{0}的钱才够买一辆{3}元的自行车？",
               name, have, week, price),
          Fraction(weeks).text(),
          {step("{} + {} × {} >= {}", have, weeks, week, price),
           step("{} + ({} - 1) × {} < {}", have, weeks, week, price), step("{}", weeks)}};
}

MathsProblem packing(Random& r) {
  const int morning = r.between(120, 300), noon = r.between(80, 250), broken = r.between(6, 30);
  const int box = r.between(6, 18), whole = morning + noon - broken;
  return {
      "packing",
      both("A farm collects {0} eggs in the morning and {1} eggs in the afternoon. Of these, {2} "
           "are broken. The others are packed into boxes of {3}. How many boxes can be filled "
           "completely?",
           "一个农场上午收了{0}个鸡蛋，下午收了{1}个，其中有{2}个破损。其余的每{3}"
           "个装一盒，最多能装满多"
           "少盒？",
           morning, noon, broken, box),
      Fraction((morning + noon - broken) / box).text(),
      {step("{} + {} - {} = {}", morning, noon, broken, whole),
       step("{} × {} <= {} < ({} + 1) × {}", whole / box, box, whole, whole / box, box),
       step("{}", whole / box)}};
}

MathsProblem ages(Random& r) {
  const auto people = draw_people(r, 2);
  const int child = r.between(6, 14), times = r.between(3, 5), later = r.between(4, 12);
  return {"ages",
          both("{0} is {2} years old, and {1} is {3} times as old as {0}. What will their two ages "
               "add up to in {4} years?",
               "{0}今年{2}岁，{1}的年龄是{0}的{3}倍。{4}年后两人的年龄之和是多少？", people[0],
               people[1], child, times, later),
          Fraction(child + child * times + 2 * later).text(),
          {step("{} × {} = {}", child, times, child * times),
           step("{} + {} + {} + {} = {}", child, later, child * times, later,
                child + child * times + 2 * later)}};
}

}  // namespace

const std::vector<MathsTemplate>& arithmetic_level1() {
  static const std::vector<MathsTemplate> kTemplates = {
      shopping, sharing, buses, collections, reading, orchard, passengers, saving, packing, ages};
  return kTemplates;
}

}  // namespace candor::suites
