#include "suites/bilingual.h"

namespace candor::suites {

// No name is a common word in either language, contains another one, or is a single character:
// judges look for names in answers.
const std::vector<Bilingual>& all_people() {
  static const std::vector<Bilingual> kPeople = {
      {"Alice", "爱丽丝"},  {"Bruno", "布鲁诺"},   {"Clara", "克拉拉"},   {"David", "大卫"},
      {"Emma", "艾玛"},     {"Felix", "菲利克斯"}, {"Grace", "格蕾丝"},   {"Henry", "亨利"},
      {"Ingrid", "英格丽"}, {"Jonas", "约纳斯"},   {"Karen", "卡伦"},     {"Lucas", "卢卡斯"},
      {"Maria", "玛丽亚"},  {"Nora", "诺拉"},      {"Oscar", "奥斯卡"},   {"Paula", "保拉"},
      {"Robert", "罗伯特"}, {"Sofia", "索菲娅"},   {"Thomas", "托马斯"},  {"Victor", "维克多"},
      {"Li Wei", "李伟"},   {"Wang Fang", "王芳"}, {"Zhang Min", "张敏"}, {"Chen Jie", "陈洁"},
      {"Liu Yang", "刘洋"}, {"Zhao Lei", "赵磊"},  {"Sun Hong", "孙红"},  {"Zhou Ping", "周萍"},
  };
  return kPeople;
}

std::vector<Bilingual> draw_people(Random& random, int count) {
  std::vector<Bilingual> people = all_people();
  random.shuffle(people);
  people.resize(static_cast<std::size_t>(count));
  return people;
}

}  // namespace candor::suites
