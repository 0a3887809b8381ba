#include "kernels/ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/logarithm.h"
#include "tests/kernels/kernels_testing.h"

namespace candor::kernels {
namespace {

using testing::first_difference;
using testing::random_floats;
using testing::supported_isas;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Distance of `value` from `exact` in units of the last place of exact.
double ulps(float value, double exact) {
  const auto rounded = static_cast<float>(exact);
  const double unit = static_cast<double>(std::nextafter(std::fabs(rounded), kInfinity)) -
                      static_cast<double>(std::fabs(rounded));
  return std::fabs(static_cast<double>(value) - exact) / unit;
}

TEST(Exp, IsWithinOneUnitInTheLastPlace) {
  double worst = 0.0;
  for (double x = -87.29; x < 88.69; x += 0.00037) {
    const auto input = static_cast<float>(x);
    worst = std::max(worst, ulps(exp_f32(input), std::exp(static_cast<double>(input))));
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(exp_f32(0.0F), 1.0F);
}

TEST(Exp, HasTheStatedEnds) {
  EXPECT_EQ(exp_f32(-87.31F), 0.0F);
  EXPECT_EQ(exp_f32(-1e30F), 0.0F);
  EXPECT_EQ(exp_f32(-kInfinity), 0.0F);
  EXPECT_EQ(exp_f32(88.71F), kInfinity);
  EXPECT_EQ(exp_f32(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(exp_f32(kNan)));
  EXPECT_GT(exp_f32(-87.3F), 0.0F);
  EXPECT_LT(exp_f32(88.7F), kInfinity);
}

// Each operation on every instruction set against the portable one, over odd lengths.
TEST(Ops, GiveTheSameBitsOnEveryInstructionSet) {
  std::mt19937 rng(21);
  const KernelSet& reference = kernel_set(Isa::kPortable);
  for (const Isa isa : supported_isas()) {
    SCOPED_TRACE(name(isa));
    const KernelSet& kernels = kernel_set(isa);
    for (const std::size_t width : {1U, 15U, 16U, 17U, 64U, 100U, 896U, 3001U}) {
      SCOPED_TRACE(width);
      std::vector<float> x = random_floats(width, rng, 8.0F);
      const std::vector<float> y = random_floats(width, rng);
      std::vector<float> a(width);
      std::vector<float> b(width);
      kernels.rms_norm(x.data(), y.data(), 1e-6F, width, a.data());
      reference.rms_norm(x.data(), y.data(), 1e-6F, width, b.data());
      EXPECT_EQ(first_difference(a, b), -1) << "rms_norm";
      kernels.silu_multiply(x.data(), y.data(), width, a.data());
      reference.silu_multiply(x.data(), y.data(), width, b.data());
      EXPECT_EQ(first_difference(a, b), -1) << "silu_multiply";
      kernels.gelu_multiply(x.data(), y.data(), width, a.data());
      reference.gelu_multiply(x.data(), y.data(), width, b.data());
      EXPECT_EQ(first_difference(a, b), -1) << "gelu_multiply";
      kernels.clamped_swiglu(x.data(), y.data(), 1.702F, 7.0F, width, a.data());
      reference.clamped_swiglu(x.data(), y.data(), 1.702F, 7.0F, width, b.data());
      EXPECT_EQ(first_difference(a, b), -1) << "clamped_swiglu";
      a = x;
      b = x;
      kernels.softcap(a.data(), width, 30.0F);
      reference.softcap(b.data(), width, 30.0F);
      EXPECT_EQ(first_difference(a, b), -1) << "softcap";
      a = x;
      b = x;
      std::vector<float> c = y;
      std::vector<float> d = y;
      kernels.rotate(a.data(), c.data(), x.data(), y.data(), width);
      reference.rotate(b.data(), d.data(), x.data(), y.data(), width);
      EXPECT_EQ(first_difference(a, b), -1) << "rotate";
      EXPECT_EQ(first_difference(c, d), -1) << "rotate";
      EXPECT_EQ(kernels.sum_exp(x.data(), width, 20.0F), reference.sum_exp(x.data(), width, 20.0F));
      EXPECT_EQ(kernels.argmax(x.data(), width), reference.argmax(x.data(), width));
      x[width / 2] = kInfinity;
      x[width / 3] = kNan;
      x[width - 1] = -kInfinity;
      kernels.exp(x.data(), width, a.data());
      reference.exp(x.data(), width, b.data());
      EXPECT_EQ(first_difference(a, b), -1) << "exp";
    }
  }
}

TEST(RmsNorm, IsTheFormulaAndWorksInPlace) {
  std::mt19937 rng(22);
  ThreadPool pool(3);
  const std::size_t width = 899;
  const std::size_t rows = 70;
  std::vector<float> x = random_floats(rows * width, rng);
  const std::vector<float> weight = random_floats(width, rng);
  std::vector<float> out(rows * width);
  rms_norm(x.data(), weight.data(), 1e-5F, rows, width, out.data(), pool);
  for (std::size_t r = 0; r < rows; ++r) {
    double squares = 0.0;
    for (std::size_t i = 0; i < width; ++i) squares += std::pow(x[r * width + i], 2.0);
    const double inverse = 1.0 / std::sqrt(squares / static_cast<double>(width) + 1e-5);
    for (std::size_t i = 0; i < width; ++i) {
      const double exact = x[r * width + i] * inverse * static_cast<double>(weight[i]);
      // 57 additions a lane and 4 folds under a square root, then four roundings.
      ASSERT_NEAR(out[r * width + i], exact, 36.0 * 0x1p-24 * std::fabs(exact));
    }
  }
  rms_norm(x.data(), weight.data(), 1e-5F, rows, width, x.data(), pool);
  EXPECT_EQ(first_difference(x, out), -1);
}

TEST(Silu, GivesTheKnownValues) {
  const std::vector<float> gate = {-3.0F, -1.0F, 0.5F, 2.0F, -100.0F, 100.0F};
  const std::vector<float> up(gate.size(), 1.0F);
  std::vector<float> out(gate.size());
  silu_multiply_row(gate.data(), up.data(), gate.size(), out.data());
  const double expected[] = {-0.142278, -0.268941, 0.311230, 1.761594, 0.0, 100.0};
  for (std::size_t i = 0; i < gate.size(); ++i) EXPECT_NEAR(out[i], expected[i], 1e-6);
}

TEST(Gelu, IsTheTanhForm) {
  for (float x = -12.0F; x < 12.0F; x += 0.03125F) {
    const float up = 1.0F;
    float out = 0.0F;
    gelu_multiply_row(&x, &up, 1, &out);
    const double u = std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * std::pow(x, 3));
    // The exponential's argument reaches 160, so its error does 160 roundings.
    const double exact = static_cast<double>(x) / (1.0 + std::exp(-2.0 * u));
    EXPECT_NEAR(out, exact, std::fabs(exact) * 200.0 * 0x1p-24 + 1e-37) << x;
  }
  const float gate[] = {-3.0F, -1.0F, 0.5F, 2.0F};
  const float ones[] = {1.0F, 1.0F, 1.0F, 1.0F};
  float out[4];
  gelu_multiply_row(gate, ones, 4, out);
  const double expected[] = {-0.003637, -0.158808, 0.345714, 1.954598};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(out[i], expected[i], 1e-6);
}

TEST(ClampedSwiglu, ClampsBothSidesOfUpAndOneOfGate) {
  const float gate[] = {1.0F, 9.0F, -3.0F, -30.0F, kNan, 1.0F};
  const float up[] = {2.0F, -8.0F, 0.5F, 100.0F, 1.0F, kNan};
  float out[6];
  clamped_swiglu_row(gate, up, 1.702F, 7.0F, 6, out);
  const double expected[] = {2.537387, -41.999719, -0.027107, 0.0};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(out[i], expected[i], 1e-5) << i;
  EXPECT_TRUE(std::isnan(out[4]));
  EXPECT_TRUE(std::isnan(out[5]));
}

TEST(Softcap, IsCapTimesTanhAndKeepsNan) {
  std::vector<float> values;
  for (float x = -300.0F; x <= 300.0F; x += 0.75F) values.push_back(x);
  values.push_back(kNan);
  const std::vector<float> before = values;
  softcap(values, 30.0F);
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    EXPECT_NEAR(values[i], 30.0 * std::tanh(before[i] / 30.0), 30.0 * 0x1p-22) << before[i];
  }
  EXPECT_TRUE(std::isnan(values.back()));
}

TEST(Rope, AnglesAreTheRoundedSineAndCosine) {
  std::vector<double> frequencies;
  for (int j = 0; j < 64; ++j) frequencies.push_back(std::pow(1e6, -j / 64.0));
  std::vector<float> cos(64);
  std::vector<float> sin(64);
  for (const std::int64_t position : {0L, 1L, 3L, 1000L, 32767L, 131071L, 999999L}) {
    rope_angles(frequencies, position, 1.0F, cos.data(), sin.data());
    for (std::size_t j = 0; j < 64; ++j) {
      const double angle = static_cast<double>(position) * frequencies[j];
      // Half a unit of float32 at 1, and what float64 leaves of the angle.
      EXPECT_NEAR(cos[j], std::cos(angle), 0x1p-25 + 1e-14) << position << ", " << j;
      EXPECT_NEAR(sin[j], std::sin(angle), 0x1p-25 + 1e-14) << position << ", " << j;
    }
  }
  rope_angles(frequencies, 5, 1.25F, cos.data(), sin.data());
  EXPECT_NEAR(cos[0], 1.25 * std::cos(5.0), 1e-7);
  EXPECT_NEAR(sin[0], 1.25 * std::sin(5.0), 1e-7);
}

TEST(Rope, RotatesBothPairingsAndLeavesTheRest) {
  const std::vector<double> frequency = {3.0};
  float cos[2];
  float sin[2];
  rope_angles(frequency, 1, 1.0F, cos, sin);
  cos[1] = 1.0F;
  sin[1] = 0.0F;
  // Two heads of 5, of which 4 rotate: pairs (0, 2), (1, 3) or (0, 1), (2, 3).
  const std::vector<float> start = {1, 7, 2, 8, 9, 1, 7, 2, 8, 9};
  std::vector<float> x = start;
  rope_rotate(x.data(), 2, 5, 4, RopePairing::kHalves, cos, sin);
  for (std::size_t head = 0; head < 10; head += 5) {
    EXPECT_NEAR(x[head], -1.272233, 1e-6);
    EXPECT_NEAR(x[head + 2], -1.838865, 1e-6);
    EXPECT_EQ(x[head + 1], 7.0F);
    EXPECT_EQ(x[head + 3], 8.0F);
    EXPECT_EQ(x[head + 4], 9.0F);
  }
  std::vector<float> z = {1, 2, 7, 8, 9, 1, 2, 7, 8, 9};
  rope_rotate(z.data(), 2, 5, 4, RopePairing::kInterleaved, cos, sin);
  for (std::size_t head = 0; head < 10; head += 5) {
    EXPECT_NEAR(z[head], -1.272233, 1e-6);
    EXPECT_NEAR(z[head + 1], -1.838865, 1e-6);
    EXPECT_EQ(z[head + 2], 7.0F);
    EXPECT_EQ(z[head + 3], 8.0F);
    EXPECT_EQ(z[head + 4], 9.0F);
  }
}

TEST(AllFinite, FindsASingleBrokenValueAnywhere) {
  for (const std::size_t count : {1U, 15U, 16U, 33U, 5000U}) {
    std::vector<float> values(count, -2.0F);
    EXPECT_TRUE(all_finite(values));
    for (const Isa isa : testing::supported_isas()) {
      for (const std::size_t at : {std::size_t{0}, count / 2, count - 1}) {
        for (const float broken : {kNan, kInfinity, -kInfinity}) {
          std::vector<float> copy = values;
          copy[at] = broken;
          EXPECT_FALSE(kernel_set(isa).all_finite(copy.data(), count)) << name(isa) << " " << at;
        }
      }
    }
  }
}

TEST(Argmax, TheLowestIndexWinsTiesAndBrokenValuesAreRefused) {
  std::vector<float> values(5000, -2.0F);
  EXPECT_EQ(argmax(values), 0);
  values[4999] = values[3000] = values[3001] = 5.0F;
  EXPECT_EQ(argmax(values), 3000);
  values[17] = -kInfinity;
  EXPECT_EQ(argmax(values), 3000);
  for (const float broken : {kNan, kInfinity}) {
    for (const std::size_t at : {0U, 1023U, 2500U, 4999U}) {
      std::vector<float> copy = values;
      copy[at] = broken;
      EXPECT_EQ(argmax(copy), -1) << at;
    }
  }
  EXPECT_EQ(argmax(std::vector<float>{-0.0F, 0.0F}), 0);
  EXPECT_EQ(argmax(std::vector<float>(40, -kInfinity)), 0);
  EXPECT_EQ(argmax({}), -1);
  std::mt19937 rng(24);
  for (int round = 0; round < 200; ++round) {
    const std::vector<float> random = random_floats(1 + rng() % 3000, rng);
    EXPECT_EQ(argmax(random), std::max_element(random.begin(), random.end()) - random.begin());
  }
}

TEST(LogSumExp, IsCloseToFloat64AndSafeAtTheEnds) {
  std::mt19937 rng(25);
  for (const std::size_t count : {1U, 7U, 1000U, 151936U}) {
    const std::vector<float> values = random_floats(count, rng, 3.0F);
    const double largest = *std::max_element(values.begin(), values.end());
    double sum = 0.0;
    for (const float value : values) sum += std::exp(value - largest);
    // The exp of each term is off by at most one unit of float32.
    EXPECT_NEAR(log_sum_exp(values), largest + std::log(sum), 1.5e-7);
  }
  EXPECT_EQ(log_sum_exp(std::vector<float>{500.0F}), 500.0);
  EXPECT_EQ(log_sum_exp(std::vector<float>{-kInfinity, 2.0F}), 2.0);
  EXPECT_EQ(log_sum_exp(std::vector<float>{-kInfinity}), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(log_sum_exp(std::vector<float>{1.0F, kInfinity}),
            std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(log_sum_exp(std::vector<float>{kInfinity, kNan})));
}

TEST(NaturalLog, IsWithinTwoUnitsInTheLastPlace) {
  std::mt19937_64 rng(26);
  std::uniform_real_distribution<double> exponent(-300.0, 300.0);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::pow(2.0, exponent(rng));
    const double exact = std::log(value);
    ASSERT_NEAR(natural_log(value), exact, 2.0 * 0x1p-52 * std::fabs(exact) + 1e-16) << value;
  }
  EXPECT_EQ(natural_log(1.0), 0.0);
  EXPECT_NEAR(natural_log(1.0 + 1e-10), 1e-10, 1e-16);
}

}  // namespace
}  // namespace candor::kernels
