#include "scoring/logic/knights.h"

#include <cstdint>

#include "data/base/error.h"

namespace candor::scoring {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostPeople = 20;
constexpr int kDeepest = 50;

struct Reader {
  std::string_view where;
  std::size_t people;

  // Checked once, so that evaluating cannot fail.
  void check(const json::value& value, std::size_t number, int depth) const {
    const auto wrong = [&](std::string_view what) {
      fail("{}: statement {}: {}", where, number, what);
    };
    const json::array* list = value.if_array();
    if (list == nullptr || list->empty() || !list->front().is_string()) {
      wrong("expected a list that begins with a word");
    }
    if (depth > kDeepest) wrong("nested too deeply");
    const std::string_view word(list->front().as_string().data(), list->front().as_string().size());
    const std::size_t arguments = list->size() - 1;
    if (word == "telling-truth" || word == "lying") {
      const json::value* index = arguments == 1 ? &list->back() : nullptr;
      if (index == nullptr || !index->is_int64() || index->as_int64() < 0 ||
          static_cast<std::uint64_t>(index->as_int64()) >= people) {
        wrong(fmt::format("\"{}\" wants the number of a person, 0 to {}", word, people - 1));
      }
      return;
    }
    const bool fits = (word == "not" && arguments == 1) ||
                      ((word == "and" || word == "or") && arguments > 0) ||
                      ((word == "->" || word == "<=>") && arguments == 2);
    if (!fits) wrong(fmt::format("\"{}\" with {} arguments is not known", word, arguments));
    for (std::size_t i = 1; i < list->size(); ++i) check((*list)[i], number, depth + 1);
  }

  bool holds(const json::value& value, const std::vector<bool>& knight) const {
    const json::array& list = value.as_array();
    const std::string_view word(list.front().as_string().data(), list.front().as_string().size());
    const auto person = [&] { return knight[static_cast<std::size_t>(list.back().as_int64())]; };
    if (word == "telling-truth") return person();
    if (word == "lying") return !person();
    if (word == "not") return !holds(list[1], knight);
    if (word == "->") return !holds(list[1], knight) || holds(list[2], knight);
    if (word == "<=>") return holds(list[1], knight) == holds(list[2], knight);
    const bool all = word == "and";
    for (std::size_t i = 1; i < list.size(); ++i) {
      if (holds(list[i], knight) != all) return !all;
    }
    return all;
  }
};

}  // namespace

std::vector<std::vector<bool>> solve_knights(const json::array& statements,
                                             std::string_view where) {
  const std::size_t n = statements.size();
  if (n == 0 || n > kMostPeople) {
    fail("{}: {} statements: expected one a person, 1 to {}", where, n, kMostPeople);
  }
  const Reader reader{where, n};
  for (std::size_t i = 0; i < n; ++i) reader.check(statements[i], i, 0);
  std::vector<std::vector<bool>> solutions;
  std::vector<bool> knight(n);
  for (std::uint32_t number = 0; number < std::uint32_t{1} << n; ++number) {
    for (std::size_t i = 0; i < n; ++i) knight[i] = (number >> (n - 1 - i) & 1) != 0;
    bool consistent = true;
    for (std::size_t i = 0; i < n && consistent; ++i) {
      consistent = reader.holds(statements[i], knight) == knight[i];
    }
    if (consistent) solutions.push_back(knight);
  }
  return solutions;
}

}  // namespace candor::scoring
