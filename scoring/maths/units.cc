#include "scoring/maths/units.h"

#include <unordered_map>

namespace candor::scoring::maths {

namespace {

const std::unordered_map<std::string_view, std::string_view>& spellings() {
  static const auto* map = new std::unordered_map<std::string_view, std::string_view>{
      {"mm", "mm"},         {"millimeter", "mm"}, {"millimetre", "mm"}, {"cm", "cm"},
      {"centimeter", "cm"}, {"centimetre", "cm"}, {"m", "m"},           {"meter", "m"},
      {"metre", "m"},       {"km", "km"},         {"kilometer", "km"},  {"kilometre", "km"},
      {"in", "inch"},       {"inch", "inch"},     {"inche", "inch"},    {"ft", "foot"},
      {"feet", "foot"},     {"foot", "foot"},     {"yard", "yard"},     {"mile", "mile"},
      {"mi", "mile"},       {"g", "g"},           {"gm", "g"},          {"gram", "g"},
      {"kg", "kg"},         {"kilogram", "kg"},   {"lb", "pound"},      {"pound", "pound"},
      {"oz", "ounce"},      {"ounce", "ounce"},   {"s", "second"},      {"sec", "second"},
      {"second", "second"}, {"min", "minute"},    {"minute", "minute"}, {"h", "hour"},
      {"hr", "hour"},       {"hour", "hour"},     {"day", "day"},       {"week", "week"},
      {"month", "month"},   {"year", "year"},     {"l", "liter"},       {"liter", "liter"},
      {"litre", "liter"},   {"ml", "ml"},         {"mph", "mph"},       {"dollar", "dollar"},
      {"usd", "dollar"},    {"cent", "cent"},     {"yuan", "yuan"},     {"euro", "euro"},
      {"unit", "unit"},     {"am", "am"},         {"pm", "pm"},         {"degree", "degree"},
      {"毫米", "mm"},       {"厘米", "cm"},       {"米", "m"},          {"千米", "km"},
      {"公里", "km"},       {"克", "g"},          {"千克", "kg"},       {"公斤", "kg"},
      {"秒", "second"},     {"分钟", "minute"},   {"小时", "hour"},     {"天", "day"},
      {"元", "yuan"},       {"美元", "dollar"},   {"度", "degree"},     {"升", "liter"},
      {"周", "week"},       {"年", "year"},       {"岁", "year"},       {"平方米", "m^2"},
      {"平方厘米", "cm^2"}, {"立方米", "m^3"},    {"立方厘米", "cm^3"}};
  return *map;
}

std::string_view spelled(std::string_view word) {
  const auto found = spellings().find(word);
  if (found != spellings().end()) return found->second;
  if (word.ends_with('s')) {
    const auto singular = spellings().find(word.substr(0, word.size() - 1));
    if (singular != spellings().end()) return singular->second;
  }
  return {};
}

// A single letter is a variable more often than a unit: only a text group makes it one.
bool ambiguous(std::string_view word) { return word.size() == 1; }

bool is_known_name(std::string_view name) {
  for (const auto& [spelling, unit] : spellings()) {
    if (unit == name) return true;
  }
  const std::size_t power = name.find('^');
  return power != std::string_view::npos && is_known_name(name.substr(0, power));
}

}  // namespace

bool is_known_unit(std::string_view word) {
  if (word == "square" || word == "cubic" || word == "sq") return true;
  return !ambiguous(word) && word != "in" && !spelled(word).empty();
}

std::string unit_name(std::string_view words) {
  std::string out;
  std::string power;
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    std::string_view word = words.substr(0, end);
    words = end == std::string_view::npos ? std::string_view() : words.substr(end + 1);
    if (word.empty() || word == "of" || word == "the") continue;
    if (word == "square" || word == "sq") {
      power = "^2";
      continue;
    }
    if (word == "cubic") {
      power = "^3";
      continue;
    }
    std::string exponent = power;
    power.clear();
    if (const std::size_t at = word.find('^'); at != std::string_view::npos) {
      exponent = std::string(word.substr(at));
      word = word.substr(0, at);
    }
    std::string_view name = spelled(word);
    if (name.empty())
      name = word.size() > 3 && word.ends_with('s') ? word.substr(0, word.size() - 1) : word;
    if (!out.empty()) out += ' ';
    out += name;
    out += exponent;
  }
  return out;
}

bool units_agree(std::string_view a, std::string_view b) {
  return a == b || !is_known_name(a) || !is_known_name(b);
}

}  // namespace candor::scoring::maths
