// Levels 4 and 5: stories of many events. At level 4 they are followed to their end, at level 5
// they are longer and the end is given: what was at the beginning is asked for.
#include <algorithm>
#include <array>

#include "suites/arithmetic/arithmetic.h"

namespace candor::suites {
namespace {

const Bilingual kAsFraction = {
    " Give the answer as a whole number or as a fraction in lowest terms.",
    "请用整数或最简分数表示答案。"};

// What happens to the crates of a warehouse.
struct Event {
  enum class Form { kReceive, kSell, kDaily, kPart, kPercent, kDouble };
  Form form = Form::kReceive;
  int n = 0;     // crates; of kPart one n-th; of kPercent per cent
  int days = 0;  // of kDaily
};

bool possible(const Event& e, int stock) {
  switch (e.form) {
    case Event::Form::kReceive:
      return true;
    case Event::Form::kSell:
      return stock > e.n + 20;
    case Event::Form::kDaily:
      return stock > e.n * e.days + 20;
    case Event::Form::kPart:
      return stock > 60 && stock % e.n == 0;
    case Event::Form::kPercent:
      return stock > 60 && stock * e.n % 100 == 0;
    case Event::Form::kDouble:
      return stock < 300;
  }
  return false;
}

int after(const Event& e, int stock) {
  switch (e.form) {
    case Event::Form::kReceive:
      return stock + e.n;
    case Event::Form::kSell:
      return stock - e.n;
    case Event::Form::kDaily:
      return stock - e.n * e.days;
    case Event::Form::kPart:
      return stock - stock / e.n;
    case Event::Form::kPercent:
      return stock - stock * e.n / 100;
    case Event::Form::kDouble:
      return stock * 2;
  }
  return stock;
}

Bilingual text(const Event& e) {
  switch (e.form) {
    case Event::Form::kReceive:
      return both("{0} crates are delivered.", "运进{0}箱。", e.n);
    case Event::Form::kSell:
      return both("{0} crates are sold.", "卖出{0}箱。", e.n);
    case Event::Form::kDaily:
      return both("{0} crates a day are sold for {1} days.", "连续{1}天每天卖出{0}箱。", e.n,
                  e.days);
    case Event::Form::kPart:
      return both("1/{0} of the crates then in stock is sent to another warehouse.",
                  "把当时库存的1/{0}运往另一座仓库。", e.n);
    case Event::Form::kPercent:
      return both("{0}% of the crates then in stock are sold.", "卖出当时库存的{0}%。", e.n);
    case Event::Form::kDouble:
      return {"As many crates are delivered as are then in stock.",
              "运进的箱数与当时的库存一样多。"};
  }
  return {};
}

Bilingual forward_step(const Event& e, int stock) {
  const int next = after(e, stock);
  switch (e.form) {
    case Event::Form::kReceive:
      return step("{} + {} = {}", stock, e.n, next);
    case Event::Form::kSell:
      return step("{} - {} = {}", stock, e.n, next);
    case Event::Form::kDaily:
      return step("{} - {} × {} = {}", stock, e.n, e.days, next);
    case Event::Form::kPart:
      return step("{} - {} / {} = {}", stock, stock, e.n, next);
    case Event::Form::kPercent:
      return step("{} - {} × {} / 100 = {}", stock, stock, e.n, next);
    case Event::Form::kDouble:
      return step("{} + {} = {}", stock, stock, next);
  }
  return {};
}

Bilingual backward_step(const Event& e, int before, int end) {
  switch (e.form) {
    case Event::Form::kReceive:
      return step("{} - {} = {}", end, e.n, before);
    case Event::Form::kSell:
      return step("{} + {} = {}", end, e.n, before);
    case Event::Form::kDaily:
      return step("{} + {} × {} = {}", end, e.n, e.days, before);
    case Event::Form::kPart:
      return step("{} / (1 - 1 / {}) = {}", end, e.n, before);
    case Event::Form::kPercent:
      return step("{} / (1 - {} / 100) = {}", end, e.n, before);
    case Event::Form::kDouble:
      return step("{} / 2 = {}", end, before);
  }
  return {};
}

Event draw_event(Random& r) {
  using Form = Event::Form;
  static constexpr std::array<Form, 6> kForms = {Form::kReceive, Form::kSell,    Form::kDaily,
                                                 Form::kPart,    Form::kPercent, Form::kDouble};
  static constexpr std::array<int, 5> kPercents = {10, 20, 25, 40, 50};
  Event e;
  e.form = r.pick(kForms);
  e.n = r.between(13, 120);
  if (e.form == Form::kDaily) {
    e.n = r.between(4, 25);
    e.days = r.between(3, 9);
  }
  if (e.form == Form::kPart) e.n = r.between(3, 6);
  if (e.form == Form::kPercent) e.n = r.pick(kPercents);
  return e;
}

MathsProblem stock(Random& r, int events, bool backwards) {
  for (;;) {
    const int start = r.between(60, 400);
    int now = start;
    MathsProblem problem;
    problem.topic = backwards ? "stock-backwards" : "stock";
    Bilingual list;
    std::vector<Bilingual> steps;
    int parts = 0;
    Event before{};
    for (int i = 1; i <= events; ++i) {
      Event e = draw_event(r);
      while (!possible(e, now) || e.form == before.form) e = draw_event(r);
      before = e;
      parts += e.form == Event::Form::kPart || e.form == Event::Form::kPercent;
      list += both("{0}. {1}\n", "{0}. {1}\n", i, text(e));
      const int next = after(e, now);
      if (backwards) {
        steps.insert(steps.begin(), backward_step(e, now, next));
      } else {
        steps.push_back(forward_step(e, now));
      }
      now = next;
    }
    if (now == start || now > 2500 || parts < 2) continue;
    problem.proof = steps;
    if (backwards) {
      problem.text = both(
          "This happens in a warehouse, one after the other:\n{0}At the end {1} crates are in "
          "stock. "
          "How many crates were there before all this?",
          "一座仓库里依次发生了下面的事：\n{0}最后库存{1}箱。在这一切之前，仓库里有多少箱？", list,
          now);
      problem.answer = fmt::format("{}", start);
    } else {
      problem.text = both(
          "A warehouse holds {0} crates. This happens, one after the other:\n{1}How many crates "
          "are in "
          "stock at the end?",
          "一座仓库里有{0}箱货物。依次发生了下面的事：\n{1}最后库存多少箱？", start, list);
      problem.answer = fmt::format("{}", now);
    }
    return problem;
  }
}

MathsProblem stock4(Random& r) { return stock(r, 7, false); }
MathsProblem stock5(Random& r) { return stock(r, 10, true); }

// Three people who give money to one another; [0], [1], [2] are their amounts.
MathsProblem purses(Random& r, int gifts, bool backwards) {
  const std::vector<Bilingual> people = draw_people(r, 3);
  for (;;) {
    std::array<int, 3> money{};
    for (int& amount : money) amount = r.between(30, 200);
    const std::array<int, 3> start = money;
    Bilingual list;
    std::vector<Bilingual> steps;
    const auto state = [&](const std::array<int, 3>& m) {
      return both("{0} {3}, {1} {4}, {2} {5}", "{0}{3}元，{1}{4}元，{2}{5}元", people[0], people[1],
                  people[2], m[0], m[1], m[2]);
    };
    bool fits = true;
    int from_before = -1;
    for (int i = 1; i <= gifts && fits; ++i) {
      int from = r.between(0, 2);
      while (from == from_before) from = r.between(0, 2);
      from_before = from;
      const int to = (from + r.between(1, 2)) % 3;
      const int form = r.between(0, 2), n = form == 0 ? r.between(5, 60) : r.between(2, 5);
      int& a = money[static_cast<std::size_t>(from)];
      int& b = money[static_cast<std::size_t>(to)];
      const int a0 = a, b0 = b;
      const int given = form == 0 ? n : form == 1 ? a / n : b;
      fits = given > 0 && given < a && (form != 1 || a % n == 0);
      a -= given;
      b += given;
      const Bilingual& giver = people[static_cast<std::size_t>(from)];
      const Bilingual& taker = people[static_cast<std::size_t>(to)];
      const Bilingual how =
          form == 0   ? both("{0} yuan", "{0}元", n)
          : form == 1 ? both("1/{0} of what {1} has", "自己当时所有钱的1/{0}", n, giver)
                      : both("as much money as {0} already has", "与{0}当时的钱一样多的钱", taker);
      list +=
          form == 0
              ? both("{0}. {1} gives {2} {3}.\n", "{0}. {1}给{2}{3}。\n", i, giver, taker, how)
          : form == 1
              ? both("{0}. {1} gives {2} {3}.\n", "{0}. {1}把{3}给{2}。\n", i, giver, taker, how)
              : both("{0}. {1} gives {2} {3}.\n", "{0}. {1}给{2}{3}。\n", i, giver, taker, how);
      if (!backwards) {
        steps.push_back(step("{} - {} = {}", a0, given, a));
        steps.push_back(step("{} + {} = {}", b0, given, b));
        continue;
      }
      // Undone: what was given is found from what the giver or the taker has afterwards.
      std::vector<Bilingual> undo;
      if (form == 1) undo.push_back(step("{} / ({} - 1) = {}", a, n, given));
      if (form == 2) undo.push_back(step("{} / 2 = {}", b, given));
      undo.push_back(step("{} + {} = {}", a, given, a0));
      undo.push_back(step("{} - {} = {}", b, given, b0));
      steps.insert(steps.begin(), undo.begin(), undo.end());
    }
    if (!fits) continue;
    const int asked = r.between(0, 2);
    const auto at = static_cast<std::size_t>(asked);
    if (start[at] == money[at]) continue;
    const int answer = backwards ? start[at] : money[at];
    const Bilingual given = state(backwards ? money : start);
    steps.push_back(step("{}", answer));
    MathsProblem problem;
    problem.topic = backwards ? "purses-backwards" : "purses";
    problem.answer = fmt::format("{}", answer);
    problem.proof = steps;
    problem.text =
        backwards ? both(
                        "Three friends give money to one another, in this order:\n{0}Afterwards "
                        "they have, in "
                        "yuan: {1}. How many yuan did {2} have before the first gift?",
                        "三个朋友依次互相给钱：\n{0}之后三人的钱数是：{1}。在第一次给钱之前，{2}"
                        "有多少元？",
                        list, given, people[at])
                  : both(
                        "Three friends have, in yuan: {1}. They give money to one another, in this "
                        "order:\n{0}How many yuan does {2} have at the end?",
                        "三个朋友的钱数是：{1}。他们依次互相给钱：\n{0}最后{2}有多少元？", list,
                        given, people[at]);
    return problem;
  }
}

MathsProblem purses4(Random& r) { return purses(r, 5, false); }
MathsProblem purses5(Random& r) { return purses(r, 6, true); }

struct Tariff {
  int first, second;           // cubic metres up to which the first and the second price hold
  std::array<int, 3> price{};  // yuan a cubic metre
  int fee = 0;                 // a month

  int bill(int use) const {
    const int low = std::min(use, first), middle = std::min(use, second) - low;
    return fee + low * price[0] + middle * price[1] + (use - low - middle) * price[2];
  }
  std::string sum(int use) const {
    const int low = std::min(use, first), middle = std::min(use, second) - low;
    return fmt::format("{} + {} × {} + {} × {} + {} × {}", fee, low, price[0], middle, price[1],
                       use - low - middle, price[2]);
  }
};

MathsProblem water(Random& r, int months, bool backwards) {
  Tariff t{};
  t.first = r.between(8, 15);
  t.second = t.first + r.between(8, 15);
  t.price[0] = r.between(2, 4);
  t.price[1] = t.price[0] + r.between(1, 3);
  t.price[2] = t.price[1] + r.between(2, 5);
  t.fee = r.between(5, 18);
  std::vector<int> uses;
  std::vector<Bilingual> proof;
  int total = 0;
  std::string bills;
  for (int i = 0; i < months; ++i) {
    uses.push_back(i == 0   ? r.between(4, t.first)
                   : i == 1 ? r.between(t.first + 1, t.second)
                            : r.between(t.second + 1, t.second + 20));
  }
  r.shuffle(uses);
  for (int i = 0; i < months; ++i) {
    const int use = uses[static_cast<std::size_t>(i)], bill = t.bill(use);
    total += bill;
    if (backwards && i + 1 == months) break;
    proof.push_back(step("{} = {}", t.sum(use), bill));
    bills += fmt::format("{}{}", i == 0 ? "" : " + ", bill);
  }
  const Bilingual rules = both(
      "A water company charges a fee of {0} yuan a month, and in each month {1} yuan for each of "
      "the "
      "first {2} cubic metres, {3} yuan for each further one up to {4} cubic metres, and {5} yuan "
      "for "
      "each one above that.",
      "自来水公司每月收取固定费用{0}元；此外，每月用水{2}立方米以内的部分每立方米{1}元，超出后到{4}"
      "立方米为止的部分每立方米{3}元，再超出的部分每立方米{5}元。",
      t.fee, t.price[0], t.first, t.price[1], t.second, t.price[2]);
  const Bilingual name = draw_people(r, 1)[0];
  MathsProblem problem;
  if (!backwards) {
    proof.push_back(step("{} = {}", bills, total));
    problem.text =
        rules +
        both(
            " {0} uses {1} cubic metres in June, {2} in July and {3} in August. How many yuan "
            "does {0} pay for the three months together?",
            "{0}六月用水{1}立方米，七月{2}立方米，八月{3}立方米。这三个月{0}一共要付多少元？", name,
            uses[0], uses[1], uses[2]);
    problem.topic = "tariff";
    problem.answer = fmt::format("{}", total);
  } else {
    const int last = uses.back();
    int others = 0;
    for (int i = 0; i + 1 < months; ++i) others += t.bill(uses[static_cast<std::size_t>(i)]);
    proof.push_back(step("{} - ({}) = {}", total, bills, total - others));
    proof.push_back(both("a greater use costs more: {0} = {1}", "用水越多费用越高：{0} = {1}",
                         t.sum(last), t.bill(last)));
    proof.push_back(step("{}", last));
    problem.text =
        rules +
        both(
            " {0} uses {1} cubic metres in May, {2} in June and {3} in July. For these months and "
            "August together {0} pays {4} yuan. How many cubic metres does {0} use in August?",
            "{0}五月用水{1}立方米，六月{2}立方米，七月{3}立方米，这三个月加上八月一共付了{4}元。{0}"
            "八月用水多少立方米？",
            name, uses[0], uses[1], uses[2], total);
    problem.topic = "tariff-backwards";
    problem.answer = fmt::format("{}", last);
  }
  problem.proof = proof;
  return problem;
}

MathsProblem water4(Random& r) { return water(r, 3, false); }
MathsProblem water5(Random& r) { return water(r, 4, true); }

MathsProblem legs4(Random& r) {
  const Bilingual name = draw_people(r, 1)[0];
  const int h1 = r.between(2, 4), v1 = r.between(12, 22), h2 = r.between(1, 3),
            v2 = r.between(15, 28);
  const int rest = r.stepped(20, 50, 10), d3 = r.between(20, 60), v3 = r.between(8, 18);
  const int way = h1 * v1 + h2 * v2 + d3;
  const Fraction time = Fraction(h1 + h2) + Fraction(rest, 60) + Fraction(d3, v3);
  const Fraction speed = Fraction(way) / time;
  return {
      "average-speed",
      both("{0} cycles for {1} hours at {2} km/h, then for {3} hours at {4} km/h, rests for {5} "
           "minutes and then cycles another {6} km at {7} km/h. What is the average speed in km/h "
           "from the start to the end, the rest included?",
           "{0}骑自行车，先以每小时{2}公里的速度骑了{1}小时，再以每小时{4}公里的速度骑了{3}"
           "小时，休息"
           "{5}分钟，然后以每小时{7}公里的速度又骑了{6}"
           "公里。从出发到结束（包括休息时间），平均速度是每"
           "小时多少公里？",
           name, h1, v1, h2, v2, rest, d3, v3) +
          kAsFraction,
      speed.text(),
      {step("{} × {} + {} × {} + {} = {}", h1, v1, h2, v2, d3, way),
       step("{} + {} + {}/60 + {}/{} = {}", h1, h2, rest, d3, v3, time.text()),
       step("{} / ({}) = {}", way, time.text(), speed.text())}};
}

MathsProblem pursuit5(Random& r) {
  for (;;) {
    const auto people = draw_people(r, 2);
    const int u = r.between(4, 7), v = r.between(12, 24), late = r.stepped(60, 150, 10);
    const int walked = r.between(40, late - 10), pause = r.stepped(10, 30, 5);
    if (walked + pause >= late || walked % 10 != 0) continue;
    const int more = r.stepped(20, 60, 10);  // minutes that the pursuer loses at the start
    // When the pursuer really moves, the walker is this far ahead, in km.
    const Fraction ahead = Fraction(u * (late + more - pause), 60);
    const Fraction hours = ahead / Fraction(v - u);
    const Fraction minutes = hours * Fraction(60) + Fraction(more);
    return {
        "pursuit",
        both("{0} leaves home on foot at {2} km/h, but stops for {3} minutes after the first {4} "
             "minutes. {1} sets out {5} minutes after {0} along the same road by bicycle at {6} "
             "km/h, has a puncture at once and needs {7} minutes to mend it before moving on. How "
             "many minutes after setting out does {1} catch up with {0}?",
             "{0}从家里步行出发，速度是每小时{2}公里，走了{4}分钟后停下来休息了{3}"
             "分钟，然后继续走。{1}"
             "比{0}晚{5}分钟从家里沿同一条路骑车出发，速度是每小时{6}"
             "公里，但刚出门车胎就破了，花了{7}"
             "分钟修好才继续前进。{1}出发后多少分钟追上{0}？",
             people[0], people[1], u, pause, walked, late, v, more) +
            kAsFraction,
        minutes.text(),
        {both("walking time until the bicycle moves: {0} + {1} - {2} = {3}",
              "自行车开动之前步行的时间：{0} + {1} - {2} = {3}", late, more, pause,
              late + more - pause),
         step("{} × {} / 60 = {}", u, late + more - pause, ahead.text()),
         step("({}) / ({} - {}) = {}", ahead.text(), v, u, hours.text()),
         step("60 × ({}) + {} = {}", hours.text(), more, minutes.text())}};
  }
}

MathsProblem crews4(Random& r) {
  for (;;) {
    const int a = r.between(10, 30), b = r.between(10, 30), c = r.between(10, 30);
    const int d = r.between(2, 6), e = r.between(2, 6);
    const Fraction done = Fraction(d) * (Fraction(1, a) + Fraction(1, b)) +
                          Fraction(e) * (Fraction(1, b) + Fraction(1, c));
    const Fraction left = Fraction(1) - done;
    if (a == b || b == c || a == c || left.numerator() <= 0) continue;
    const Fraction more = left * Fraction(a);
    const auto people = draw_people(r, 3);
    return {
        "crews",
        both(
            "To tile a hall, {0} alone would need {3} days, {1} alone {4} days and {2} alone {5} "
            "days. First {0} and {1} work together for {6} days, then {1} and {2} together for {7} "
            "days, and the rest is done by {0} alone. How many days does {0} need for the rest?",
            "给一座大厅铺地砖，{0}单独做需要{3}天，{1}单独做需要{4}天，{2}单独做需要{5}天。先由{0}"
            "和{1}"
            "合作{6}天，再由{1}和{2}合作{7}天，剩下的由{0}单独完成。{0}完成剩下的部分需要多少天？",
            people[0], people[1], people[2], a, b, c, d, e) +
            kAsFraction,
        more.text(),
        {step("{} × (1/{} + 1/{}) + {} × (1/{} + 1/{}) = {}", d, a, b, e, b, c, done.text()),
         step("1 - {} = {}", done.text(), left.text()),
         step("{} × {} = {}", left.text(), a, more.text())}};
  }
}

MathsProblem crews5(Random& r) {
  for (;;) {
    const int a = r.between(12, 36), b = r.between(12, 36);
    const int d = r.between(2, 6), e = r.between(2, 6), f = r.between(1, 5);
    // d days all three, e days a and c, f days b alone; c is asked for.
    const Fraction by_a(d + e, a), by_b(d + f, b), by_c = Fraction(1) - by_a - by_b;
    if (a == b || by_c.numerator() <= 0) continue;
    const Fraction alone = Fraction(d + e) / by_c;
    if (alone.numerator() > 80 * alone.denominator() || alone.denominator() > 60) continue;
    if (alone.numerator() < 6 * alone.denominator()) continue;
    const auto people = draw_people(r, 3);
    return {
        "crews-backwards",
        both("To tile a hall, {0} alone would need {3} days and {1} alone {4} days. First {0}, {1} "
             "and {2} work together for {5} days, then {0} and {2} together for {6} days, then {1} "
             "alone for {7} days, and the hall is finished. How many days would {2} alone have "
             "needed for the whole hall?",
             "给一座大厅铺地砖，{0}单独做需要{3}天，{1}单独做需要{4}天。先由{0}、{1}和{2}合作{5}"
             "天，再由"
             "{0}和{2}合作{6}天，最后{1}单独做了{7}天，正好完工。如果由{2}"
             "单独铺完整座大厅，需要多少天？",
             people[0], people[1], people[2], a, b, d, e, f) +
            kAsFraction,
        alone.text(),
        {step("({} + {})/{} = {}", d, e, a, by_a.text()),
         step("({} + {})/{} = {}", d, f, b, by_b.text()),
         step("1 - {} - {} = {}", by_a.text(), by_b.text(), by_c.text()),
         step("({} + {}) / ({}) = {}", d, e, by_c.text(), alone.text())}};
  }
}

}  // namespace

const std::vector<MathsTemplate>& arithmetic_level4() {
  static const std::vector<MathsTemplate> kTemplates = {stock4, purses4, water4, legs4, crews4};
  return kTemplates;
}

const std::vector<MathsTemplate>& arithmetic_level5() {
  static const std::vector<MathsTemplate> kTemplates = {stock5, purses5, water5, pursuit5, crews5};
  return kTemplates;
}

}  // namespace candor::suites
