#include "suites/logic/grid_clues.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdlib>
#include <numeric>

namespace candor::suites {

bool GridClue::holds(std::size_t owner_a, std::size_t owner_b) const {
  switch (form) {
    case Form::kHas:
      return owner_a == person;
    case Form::kHasNot:
      return owner_a != person;
    case Form::kEither:
      return owner_a == person || owner_a == other;
    case Form::kSame:
      return owner_a == owner_b;
    case Form::kNotSame:
      return owner_a != owner_b;
  }
  return false;
}

namespace {
constexpr std::size_t kMostOrders = 120;  // of five people
}

GridCounter::GridCounter(std::size_t people) {
  if (people > 5) std::abort();
  std::vector<std::size_t> order(people);
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    orders_.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
}

std::int64_t GridCounter::count(const std::vector<GridClue>& clues, std::int64_t most) const {
  const std::size_t n = orders_.size();
  std::array<std::vector<std::size_t>, 3> alone;  // the orders that clues about one kind leave
  for (std::size_t kind = 0; kind < 3; ++kind) {
    for (std::size_t i = 0; i < n; ++i) {
      if (std::all_of(clues.begin(), clues.end(), [&](const GridClue& clue) {
            return clue.about_two_kinds() || clue.a.kind != kind ||
                   clue.holds(orders_[i][clue.a.thing], 0);
          })) {
        alone[kind].push_back(i);
      }
    }
  }
  const auto fit = [&](std::size_t kind_a, std::size_t kind_b, std::size_t i, std::size_t j) {
    return std::all_of(clues.begin(), clues.end(), [&](const GridClue& clue) {
      return !clue.about_two_kinds() || clue.a.kind != kind_a || clue.b.kind != kind_b ||
             clue.holds(orders_[i][clue.a.thing], orders_[j][clue.b.thing]);
    });
  };
  // Of the third kind, the orders that fit each order of the first and of the second.
  const auto table = [&](std::size_t kind) {
    std::vector<std::bitset<kMostOrders>> fits(n);
    for (const std::size_t i : alone[kind]) {
      for (const std::size_t k : alone[2]) fits[i][k] = fit(kind, 2, i, k);
    }
    return fits;
  };
  const std::vector<std::bitset<kMostOrders>> first = table(0), second = table(1);
  std::int64_t found = 0;
  for (const std::size_t i : alone[0]) {
    for (const std::size_t j : alone[1]) {
      if (!fit(0, 1, i, j)) continue;
      found += static_cast<std::int64_t>((first[i] & second[j]).count());
      if (found >= most) return most;
    }
  }
  return found;
}

std::vector<GridClue> GridCounter::choose(const std::vector<GridClue>& clues) const {
  std::vector<GridClue> chosen;
  std::int64_t left = count(chosen);
  for (const GridClue& clue : clues) {
    if (left == 1) break;
    chosen.push_back(clue);
    const std::int64_t now = count(chosen, left);
    if (now == left) {
      chosen.pop_back();
    } else {
      left = now;
    }
  }
  for (std::size_t i = chosen.size(); i-- > 0;) {
    std::vector<GridClue> others = chosen;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    if (count(others, 2) == 1) chosen = others;
  }
  return chosen;
}

}  // namespace candor::suites
