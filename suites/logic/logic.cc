#include "suites/logic/logic.h"

#include <algorithm>
#include <set>

#include "suites/bundled.h"

namespace candor::suites {

namespace json = boost::json;

void set_cells(Draft& draft, const std::vector<std::pair<Bilingual, Bilingual>>& cells,
               const std::vector<std::pair<Bilingual, std::vector<Bilingual>>>& more) {
  json::object en, zh, aliases_en, aliases_zh;
  const auto accept_english = [&aliases_zh](const Bilingual& word) {
    aliases_zh[word.zh] = json::array{json::value(word.en)};
  };
  for (const auto& [cell, value] : cells) {
    en[cell.en] = value.en;
    zh[cell.zh] = value.zh;
    accept_english(cell);
    accept_english(value);
  }
  for (const auto& [word, synonyms] : more) {
    accept_english(word);
    for (const Bilingual& synonym : synonyms) {
      if (!aliases_en.contains(word.en)) aliases_en[word.en] = json::array{};
      aliases_en[word.en].get_array().push_back(json::value(synonym.en));
      aliases_zh[word.zh].get_array().push_back(json::value(synonym.zh));
    }
  }
  draft.judge = "logic";
  draft.reference_en = json::object{{"cells", en}, {"aliases", aliases_en}};
  draft.reference_zh = json::object{{"cells", zh}, {"aliases", aliases_zh}};
}

namespace {

bool leaves_one(const std::vector<std::vector<bool>>& holds, const std::vector<std::size_t>& clues,
                std::size_t without) {
  int left = 0;
  for (std::size_t i = 0; i < holds.front().size(); ++i) {
    const bool fits = std::all_of(clues.begin(), clues.end(), [&](std::size_t clue) {
      return clue == without || holds[clue][i];
    });
    if (fits && ++left > 1) return false;
  }
  return left == 1;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

Draft draft(int level, std::size_t kind, Random& random) {
  if (kind == 0) return knights_puzzle(level, random);
  return kind == 1 ? ordering_puzzle(level, random) : grid_puzzle(level, random);
}

}  // namespace

std::vector<std::size_t> choose_clues(const std::vector<std::vector<bool>>& holds, bool minimal) {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < holds.front().size(); ++i) left.push_back(i);
  std::vector<std::size_t> chosen;
  for (std::size_t clue = 0; clue < holds.size() && left.size() > 1; ++clue) {
    const std::size_t before = left.size();
    std::erase_if(left, [&](std::size_t i) { return !holds[clue][i]; });
    if (left.size() < before) chosen.push_back(clue);
  }
  if (left.size() != 1) return {};
  if (!minimal) return chosen;
  // From the back: the clues that came first are the ones the caller prefers.
  for (std::size_t i = chosen.size(); i-- > 0;) {
    if (leaves_one(holds, chosen, chosen[i])) {
      chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return leaves_one(holds, chosen, kNone) ? chosen : std::vector<std::size_t>{};
}

Bilingual count_line(std::size_t clue, std::int64_t left) {
  return clue == 0 ? both("Possible at first: {0}.", "起初可能的情况：{0}种。", left)
                   : both("Left after clue {0}: {1}.", "第{0}条线索之后还剩：{1}种。", clue, left);
}

void add_counts(Draft& draft, const std::vector<std::vector<bool>>& holds,
                const std::vector<std::size_t>& chosen) {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < holds.front().size(); ++i) left.push_back(i);
  draft.proof.push_back(count_line(0, static_cast<std::int64_t>(left.size())));
  for (std::size_t number = 1; number <= chosen.size(); ++number) {
    std::erase_if(left, [&](std::size_t i) { return !holds[chosen[number - 1]][i]; });
    draft.proof.push_back(count_line(number, static_cast<std::int64_t>(left.size())));
  }
}

std::vector<data::Question> logic_questions(const SuiteOptions& options) {
  return generate("logic", options, {3, 3, 3, 3, 3}, draft);
}

}  // namespace candor::suites
