// The global functions of a chat template.
#include <fmt/format.h>

#include <array>

#include "engine/chat/jinja/builtins.h"

namespace candor::engine::jinja {
namespace {

Value range(Runtime& runtime, Arguments& arguments) {
  const auto bound = arguments.bind("range", {"start", "stop", "step"}, 1);
  const auto number = [&](std::size_t i) {
    return need_integer(*bound[i], "an argument of range()");
  };
  if (bound[1] == nullptr) return runtime.make<Range>(0, number(0), 1);
  return runtime.make<Range>(number(0), number(1), bound[2] == nullptr ? 1 : number(2));
}

// Entries from at most one mapping or sequence of pairs, and from named arguments.
Dict* make_dict(Runtime& runtime, const Arguments& arguments) {
  Dict* dict = runtime.make<Dict>();
  if (arguments.positional.size() > 1) problem("dict() takes at most one value by position");
  for (const Value& from : arguments.positional) {
    if (Dict* other = from.as<Dict>()) {
      for (const auto& [key, value] : other->entries) dict->set(runtime, key, value);
      continue;
    }
    Items pairs(runtime, from);
    for (const Value& entry : pairs.values()) {
      Items pair(runtime, entry);
      if (pair.values().size() != 2) problem("dict() needs pairs of key and value");
      dict->set(runtime, pair.values()[0], pair.values()[1]);
    }
  }
  for (const auto& [name, value] : arguments.named) dict->set(runtime, runtime.text(name), value);
  return dict;
}

Value dict(Runtime& runtime, Arguments& arguments) { return make_dict(runtime, arguments); }

Value make_namespace(Runtime& runtime, Arguments& arguments) {
  auto* space = runtime.make<Namespace>();
  space->attributes = make_dict(runtime, arguments);
  return space;
}

Value joiner(Runtime& runtime, Arguments& arguments) {
  const auto bound = arguments.bind("joiner", {"sep"}, 0);
  const Value separator = bound[0] == nullptr ? runtime.text(", ") : *bound[0];
  return runtime.make<Callable>("joiner",
                                [separator, used = false](Runtime&, Arguments&) mutable -> Value {
                                  return std::exchange(used, true) ? separator : Value(Text());
                                });
}

Value raise_exception(Runtime& runtime, Arguments& arguments) {
  const auto bound = arguments.bind("raise_exception", {"message"}, 1);
  throw Problem(std::string(to_text(runtime, *bound[0]).view()));
}

// Weeks of the year: %U from its first Sunday, %W from its first Monday, %V, %G and %g of ISO 8601,
// in which a week belongs to the year that has its Thursday.
std::string week_part(char directive, std::chrono::sys_days day) {
  using namespace std::chrono;
  const auto year_of = [](sys_days date) { return year_month_day(date).year(); };
  const auto day_of_year = [&](sys_days date) {
    return (date - sys_days(year_of(date) / January / 1)).count();
  };
  const weekday today(day);
  if (directive == 'U' || directive == 'W') {
    const auto back = directive == 'U' ? today.c_encoding() : today.iso_encoding() - 1;
    return fmt::format("{:02}", (day_of_year(day) + 7 - static_cast<int>(back)) / 7);
  }
  const sys_days thursday = day + days(4 - static_cast<int>(today.iso_encoding()));
  const int year = static_cast<int>(year_of(thursday));
  if (directive == 'G') return fmt::format("{}", year);
  if (directive == 'g') return fmt::format("{:02}", year % 100);
  return fmt::format("{:02}", day_of_year(thursday) / 7 + 1);
}

// The directives of strftime in the C locale.
std::string date_part(char directive, std::chrono::sys_seconds now) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  static constexpr std::array<std::string_view, 7> kDays = {
      "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  const auto year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const auto hour = time.hours().count();
  const auto hour12 = hour % 12 == 0 ? 12 : hour % 12;
  const std::string_view weekday = kDays[std::chrono::weekday(day).c_encoding()];
  switch (directive) {
    case 'Y':
      return fmt::format("{}", year);
    case 'y':
      return fmt::format("{:02}", year % 100);
    case 'm':
      return fmt::format("{:02}", month);
    case 'B':
      return std::string(kMonths[month - 1]);
    case 'b':
    case 'h':
      return std::string(kMonths[month - 1].substr(0, 3));
    case 'd':
      return fmt::format("{:02}", static_cast<unsigned>(date.day()));
    case 'e':
      return fmt::format("{:2}", static_cast<unsigned>(date.day()));
    case 'A':
      return std::string(weekday);
    case 'a':
      return std::string(weekday.substr(0, 3));
    case 'w':
      return fmt::format("{}", std::chrono::weekday(day).c_encoding());
    case 'j': {
      const std::chrono::sys_days first(date.year() / 1 / 1);
      return fmt::format("{:03}", (day - first).count() + 1);
    }
    case 'H':
      return fmt::format("{:02}", hour);
    case 'I':
      return fmt::format("{:02}", hour12);
    case 'M':
      return fmt::format("{:02}", time.minutes().count());
    case 'S':
      return fmt::format("{:02}", time.seconds().count());
    case 'f':
      return "000000";
    case 'p':
      return hour < 12 ? "AM" : "PM";
    case 'F':
      return fmt::format("{}-{:02}-{:02}", year, month, static_cast<unsigned>(date.day()));
    case 'T':
    case 'X':
      return fmt::format("{:02}:{:02}:{:02}", hour, time.minutes().count(), time.seconds().count());
    case 'R':
      return fmt::format("{:02}:{:02}", hour, time.minutes().count());
    case 'D':
    case 'x':
      return fmt::format("{:02}/{:02}/{:02}", month, static_cast<unsigned>(date.day()), year % 100);
    case 'c':
      return fmt::format("{} {} {:2} {:02}:{:02}:{:02} {}", weekday.substr(0, 3),
                         kMonths[month - 1].substr(0, 3), static_cast<unsigned>(date.day()), hour,
                         time.minutes().count(), time.seconds().count(), year);
    case 'C':
      return fmt::format("{:02}", year / 100);
    case 'k':
      return fmt::format("{:2}", hour);
    case 'l':
      return fmt::format("{:2}", hour12);
    case 'P':
      return hour < 12 ? "am" : "pm";
    case 'r':
      return fmt::format("{:02}:{:02}:{:02} {}", hour12, time.minutes().count(),
                         time.seconds().count(), hour < 12 ? "AM" : "PM");
    case 'u':
      return fmt::format("{}", std::chrono::weekday(day).iso_encoding());
    case 's':  // of a clock in UTC
      return fmt::format("{}", now.time_since_epoch().count());
    case 'U':
    case 'W':
    case 'V':
    case 'G':
    case 'g':
      return week_part(directive, day);
    case 'Z':  // the clock names no time zone
    case 'z':
      return "";
    case 'n':
      return "\n";
    case 't':
      return "\t";
    case '%':
      return "%";
    default:
      problem("strftime_now: the directive '%{}' is not supported", directive);
  }
}

Value strftime_now(Runtime& runtime, Arguments& arguments) {
  const auto bound = arguments.bind("strftime_now", {"format"}, 1);
  const Text& format = need_text(*bound[0], "the format of strftime_now()");
  const std::string_view view = format.view();
  TextBuilder out(runtime.budget);
  for (std::size_t at = 0; at < view.size();) {
    const std::size_t percent = std::min(view.find('%', at), view.size());
    out.append(format, at, percent);
    if (percent == view.size()) break;
    // `%-d` leaves out the leading zeros or spaces.
    const bool bare = view.substr(percent + 1, 1) == "-";
    const std::size_t directive = percent + (bare ? 2 : 1);
    if (directive >= view.size()) problem("strftime_now: the format ends within a directive");
    if (static_cast<unsigned char>(view[directive]) >= 0x80 || view[directive] < 0x20) {
      problem("strftime_now: this directive is not supported");
    }
    runtime.budget.step();
    const std::string part = date_part(view[directive], runtime.now);
    const std::size_t skipped =
        bare && !part.empty() ? std::min(part.find_first_not_of("0 "), part.size() - 1) : 0;
    out.append(std::string_view(part).substr(skipped), false);
    at = directive + 1;
  }
  return out.finish();
}

}  // namespace

std::vector<std::pair<std::string_view, Value>> global_functions(Runtime& runtime) {
  std::vector<std::pair<std::string_view, Value>> globals;
  const auto add = [&](const char* name, Value (*function)(Runtime&, Arguments&)) {
    globals.emplace_back(name, runtime.make<Callable>(name, function));
  };
  add("range", range);
  add("dict", dict);
  add("namespace", make_namespace);
  add("joiner", joiner);
  add("raise_exception", raise_exception);
  add("strftime_now", strftime_now);
  return globals;
}

}  // namespace candor::engine::jinja
