// The answers found again from the English text by going through everything there is to count, and
// the derivations checked line by line.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "suites/suites.h"
#include "tests/suites/relations.h"

namespace candor::suites {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers numbers_in(const std::string& text) {
  Numbers numbers;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] < '0' || text[i] > '9') {
      ++i;
      continue;
    }
    std::int64_t value = 0;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9')
      value = value * 10 + (text[i++] - '0');
    numbers.push_back(value);
  }
  return numbers;
}

std::int64_t count_up_to(std::int64_t low, std::int64_t high,
                         const std::function<bool(std::int64_t)>& fits) {
  std::int64_t count = 0;
  for (std::int64_t i = low; i <= high; ++i) count += fits(i) ? 1 : 0;
  return count;
}

std::int64_t slow_power(std::int64_t base, std::int64_t exponent, std::int64_t modulus) {
  std::int64_t value = 1;
  for (std::int64_t i = 0; i < exponent; ++i) value = value * base % modulus;
  return value;
}

// Walks from (0, 0) to `end` that avoid or, for one corner, must meet the given corners.
std::int64_t walks(std::int64_t x, std::int64_t y,
                   const std::set<std::pair<std::int64_t, std::int64_t>>& closed) {
  if (x < 0 || y < 0 || closed.contains({x, y})) return 0;
  return x == 0 && y == 0 ? 1 : walks(x - 1, y, closed) + walks(x, y - 1, closed);
}

// How many of the subsets of `all` things, as bit masks, fit.
std::int64_t subsets(std::int64_t all, const std::function<bool(std::uint64_t)>& fits) {
  std::int64_t count = 0;
  for (std::uint64_t set = 0; set < 1ull << all; ++set) count += fits(set) ? 1 : 0;
  return count;
}

// Ways to write `parts` numbers from low to high with the given sum.
std::int64_t sums(std::int64_t parts, std::int64_t low, std::int64_t high, std::int64_t sum) {
  if (parts == 0) return sum == 0 ? 1 : 0;
  std::int64_t count = 0;
  for (std::int64_t n = low; n <= high && n <= sum; ++n)
    count += sums(parts - 1, low, high, sum - n);
  return count;
}

std::int64_t bits(std::uint64_t set) { return __builtin_popcountll(set); }

const std::map<std::string, std::function<std::int64_t(const Numbers&, const std::string&)>>&
counters() {
  using N = const Numbers&;
  using T = const std::string&;
  static const std::map<std::string, std::function<std::int64_t(N, T)>> kCounters = {
      {"greatest-divisor",
       [](N n, T) {
         std::int64_t best = 1;
         for (std::int64_t d = 1; d <= n[0]; ++d) best = n[0] % d == 0 && n[1] % d == 0 ? d : best;
         return best;
       }},
      {"remainder", [](N n, T) { return (n[0] * n[1] + n[2]) % n[3]; }},
      {"multiples",
       [](N n, T) {
         return count_up_to(n[0], n[1], [&](std::int64_t i) { return i % n[2] == 0; });
       }},
      {"product", [](N n, T) { return n[0] * n[1] * n[2] * n[3] + n[0] * n[1] * n[2]; }},
      {"pairs",
       [](N n, T) {
         std::int64_t count = 0;
         for (std::int64_t i = 0; i < n[0]; ++i) {
           for (std::int64_t j = i + 1; j < n[0]; ++j) count += j < n[1] ? 0 : 1;
         }
         return count;
       }},
      {"union",
       [](N n, T) {
         return count_up_to(1, n[1],
                            [&](std::int64_t i) { return i % n[2] == 0 || i % n[3] == 0; });
       }},
      {"divisors",
       [](N n, T) { return count_up_to(1, n[0], [&](std::int64_t i) { return n[0] % i == 0; }); }},
      {"committee",
       [](N n, T) {
         return subsets(n[0], [&](std::uint64_t s) { return bits(s) == n[1]; }) * n[1] * (n[1] - 1);
       }},
      {"last-digit", [](N n, T) { return slow_power(n[0], n[1], 10); }},
      {"power", [](N n, T) { return slow_power(n[0], n[1], n[2]); }},
      {"two-remainders",
       [](N n, T) {
         std::int64_t i = 1;
         while (i % n[1] != n[0] || i % n[3] != n[2]) ++i;
         return i;
       }},
      {"letters",
       [](N, T text) {
         std::string cards = text.substr(text.find(": ") + 2);
         cards = cards.substr(0, cards.find('.'));
         std::erase(cards, ' ');
         std::sort(cards.begin(), cards.end());
         std::int64_t count = 0;
         do {
           ++count;
         } while (std::next_permutation(cards.begin(), cards.end()));
         return count;
       }},
      {"paths",
       [](N n, T) {
         // The end, then the corner that must be met: all walks but those that avoid it.
         return walks(n[2], n[3], {}) - walks(n[2], n[3], {{n[4], n[5]}});
       }},
      {"digits",
       [](N n, T) {
         std::int64_t low = 1;
         for (std::int64_t i = 1; i < n[0]; ++i) low *= 10;
         return count_up_to(low, low * 10 - 1, [&](std::int64_t number) {
           std::set<char> seen;
           for (const char c : std::to_string(number)) {
             if (c - '0' > n[2] || !seen.insert(c).second) return false;
           }
           return number % 5 != 0;
         });
       }},
      {"shares", [](N n, T) { return sums(n[1], n[2], n[0], n[0]); }},
      {"congruence",
       [](N n, T) {
         std::int64_t x = 1;
         while (n[0] * x % n[2] != n[1]) ++x;
         return x;
       }},
      {"at-least",
       [](N n, T) {
         return subsets(n[0] + n[1], [&](std::uint64_t s) {
           const std::int64_t doctors = bits(s >> n[0]);
           return bits(s) == n[2] && doctors >= n[3] && doctors < n[2];
         });
       }},
      {"closed-corner",
       [](N n, T) {
         return walks(n[2], n[3], {{n[4], n[5]}});
       }},
      {"but-not",
       [](N n, T) {
         return count_up_to(1, n[1], [&](std::int64_t i) {
           return (i % n[2] == 0 || i % n[3] == 0) && i % n[4] != 0;
         });
       }},
      {"tower",
       [](N n, T) {
         // The powers of n[0] modulo 100 return after at most 100 steps: the exponent modulo the
         // period, found by trying.
         std::int64_t period = 1, power = n[0] % 100;
         for (std::int64_t p = n[0] % 100; (power = power * n[0] % 100) != p;) ++period;
         return slow_power(n[0], slow_power(n[1], n[2], period) + period, 100);
       }},
      {"no-run",
       [](N n, T) {
         return subsets(n[0], [&](std::uint64_t tosses) {
           std::int64_t run = 0;
           for (std::int64_t i = 0; i < n[0]; ++i) {
             run = (tosses >> i & 1u) != 0 ? run + 1 : 0;
             if (run >= n[1]) return false;
           }
           return true;
         });
       }},
      {"bounded", [](N n, T) { return sums(n[0], 0, n[2], n[3]); }},
      {"two-closed",
       [](N n, T) {
         return walks(n[2], n[3], {{n[4], n[5]}, {n[6], n[7]}});
       }},
      {"coats",
       [](N n, T) {
         std::vector<std::int64_t> coats(static_cast<std::size_t>(n[0]));
         std::iota(coats.begin(), coats.end(), 0);
         std::int64_t count = 0;
         do {
           std::int64_t own = 0;
           for (std::size_t i = 0; i < coats.size(); ++i)
             own += coats[i] == static_cast<std::int64_t>(i);
           count += own == n[1];
         } while (std::next_permutation(coats.begin(), coats.end()));
         return count;
       }},
  };
  return kCounters;
}

TEST(CountingTest, AnswersAreWhatIsCounted) {
  std::set<std::string> topics;
  int checked = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for (const data::Question& q :
         load_suite("counting", {.seed = seed, .languages = {"en"}, .count = 100}).questions) {
      const auto counter = counters().find(q.topic);
      ASSERT_NE(counter, counters().end()) << q.topic;
      topics.insert(q.topic);
      const std::string& text = q.messages[0].content;
      EXPECT_EQ(std::string(q.reference.at("answer").as_string()),
                std::to_string(counter->second(numbers_in(text), text)))
          << text;
      ++checked;
    }
  }
  EXPECT_EQ(topics.size(), counters().size()) << "a template never came up";
  EXPECT_EQ(checked, 1200);
}

}  // namespace
}  // namespace candor::suites
