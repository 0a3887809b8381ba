#include "scoring/maths/tolerance.h"

#include <fmt/format.h>

#include "data/base/error.h"
#include "scoring/maths/numerals.h"

namespace candor::scoring {

namespace {

namespace json = boost::json;

std::string amount_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_int64()) return fmt::format("{}", value.as_int64());
  if (value.is_uint64()) return fmt::format("{}", value.as_uint64());
  // The shortest decimal that is this double: what was written.
  return value.is_double() ? fmt::format("{}", value.as_double()) : std::string();
}

}  // namespace

Tolerance tolerance_of(const json::value& value, std::string_view where) {
  const auto wrong = [&](std::string_view what) {
    fail(
        "{}: field \"tolerance\": {}; expected {{\"absolute\": 0.01}}, {{\"relative\": 0.001}} or "
        "{{\"places\": 2}}",
        where, what);
  };
  const json::object* object = value.if_object();
  if (object == nullptr || object->size() != 1) wrong("no object with one field");
  const std::string kind(object->begin()->key());
  Tolerance tolerance;
  tolerance.amount = amount_of(object->begin()->value());
  maths::Rational amount;
  int digits = 0;
  if (!maths::read_decimal(tolerance.amount, amount, digits)) wrong("the amount is no number");
  if (kind == "places") {
    tolerance.kind = Tolerance::Kind::kPlaces;
    if (denominator(amount) != 1 || amount > 30) wrong("places is no whole number from 0 to 30");
  } else if (kind == "absolute" || kind == "relative") {
    const bool relative = kind == "relative";
    tolerance.kind = relative ? Tolerance::Kind::kRelative : Tolerance::Kind::kAbsolute;
    if (amount <= 0) wrong("the amount is not above 0");
    if (relative && amount >= 1) wrong("the relative amount is not below 1");
  } else {
    wrong(fmt::format("\"{}\" is no kind of tolerance", kind));
  }
  return tolerance;
}

std::string described(const Tolerance& tolerance) {
  switch (tolerance.kind) {
    case Tolerance::Kind::kAbsolute:
      return fmt::format("an absolute error of {}", tolerance.amount);
    case Tolerance::Kind::kRelative:
      return fmt::format("a relative error of {}", tolerance.amount);
    case Tolerance::Kind::kPlaces:
      return fmt::format("{} decimal {}", tolerance.amount,
                         tolerance.amount == "1" ? "place" : "places");
    case Tolerance::Kind::kExact:
      break;
  }
  return "none";
}

}  // namespace candor::scoring
