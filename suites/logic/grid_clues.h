// The clues of who-has-what puzzles, and counting what they leave where the assignments of three
// kinds are too many to list: tables of the orders that a clue allows for one kind or for two.
#pragma once

#include <cstdint>
#include <vector>

namespace candor::suites {

using Assignment = std::vector<std::vector<std::size_t>>;  // [kind][thing] -> owner

struct GridFact {  // "the owner of this thing", of one kind
  std::size_t kind;
  std::size_t thing;
};

struct GridClue {
  enum class Form { kHas, kHasNot, kEither, kSame, kNotSame };
  Form form;
  GridFact a;
  GridFact b{0, 0};        // of kSame and kNotSame, of a later kind than `a`
  std::size_t person = 0;  // of the other forms
  std::size_t other = 0;   // of kEither

  bool about_two_kinds() const { return form == Form::kSame || form == Form::kNotSame; }
  // By the owners of `a` and, where the form has it, of `b`.
  bool holds(std::size_t owner_a, std::size_t owner_b) const;
  bool holds(const Assignment& owners) const {
    return holds(owners[a.kind][a.thing], about_two_kinds() ? owners[b.kind][b.thing] : 0);
  }
};

// Counts assignments of three kinds to at most five people.
class GridCounter {
 public:
  explicit GridCounter(std::size_t people);
  // Every order of the owners of one kind.
  const std::vector<std::vector<std::size_t>>& orders() const { return orders_; }
  // How many assignments fit all clues; at most `most` are counted.
  std::int64_t count(const std::vector<GridClue>& clues, std::int64_t most = INT64_MAX) const;
  // Takes clues in their order until one assignment is left, skips those that exclude nothing, then
  // drops from the back every clue that the others make superfluous.
  std::vector<GridClue> choose(const std::vector<GridClue>& clues) const;

 private:
  std::vector<std::vector<std::size_t>> orders_;
};

}  // namespace candor::suites
