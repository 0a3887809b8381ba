// Values of exact expressions as balls: a complex midpoint and a radius that is certain to enclose
// the value (Arb: F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
// arithmetic", IEEE Transactions on Computers 66, 2017). Each symbol gets a fixed real value, the
// same in every run. Whether an expression is zero is decided in zero.h.
#pragma once

#if __has_include(<flint/acb.h>)
#include <flint/acb.h>  // Arb as a part of FLINT 3
#else
#include <acb.h>
#endif

#include <optional>
#include <vector>

#include "scoring/maths/algebra.h"

namespace candor::scoring::maths {

// An acb_t that cleans up after itself.
class Ball {
 public:
  Ball() { acb_init(value_); }
  Ball(const Ball& other) {
    acb_init(value_);
    acb_set(value_, other.value_);
  }
  Ball& operator=(const Ball& other) {
    acb_set(value_, other.value_);
    return *this;
  }
  ~Ball() { acb_clear(value_); }

  acb_ptr get() { return value_; }
  acb_srcptr get() const { return value_; }
  arb_srcptr real() const { return acb_realref(value_); }
  bool is_real() const { return acb_is_real(value_) != 0; }
  bool contains_zero() const { return acb_contains_zero(value_) != 0; }

 private:
  acb_t value_;
};

// Points at which symbols are valued; the last two have negative values.
constexpr int kPoints = 8;

class Evaluator {
 public:
  // Thrown where the value is not defined at this point, or the ball is too wide to tell.
  struct Undefined {};

  // `bits`: working precision, 2 and more. `point`: 0 to kPoints - 1.
  Evaluator(const Algebra& algebra, int point, long bits, Budget& budget)
      : algebra_(algebra), point_(point), bits_(bits), budget_(budget) {}

  Ball polynomial(const Polynomial& polynomial);
  Ball fraction(const Fraction& fraction);

  // Whether any value so far depends on the point.
  bool used_symbol() const { return used_symbol_; }

  // Whether every exponent that is no integer was at most 8 in size: beyond it values come near
  // each other without being equal.
  bool moderate() const { return moderate_; }

 private:
  const Ball& atom(int index);
  Ball compute(int index);
  Ball root(const Atom& atom);
  Ball function(const Atom& atom, int index);
  void set_symbol(Ball& ball, const std::string& name, int index);

  const Algebra& algebra_;
  int point_;
  long bits_;
  Budget& budget_;
  bool used_symbol_ = false;
  bool moderate_ = true;
  std::vector<std::optional<Ball>> known_;
};

// The integer n <= value < n + 1, for a real constant without symbols; nothing where it is not
// certain.
std::optional<Integer> floor_of(const Algebra& algebra, const Fraction& fraction, Budget& budget);

}  // namespace candor::scoring::maths
