#include "scoring/logic/grid.h"

#include <map>
#include <string>
#include <utility>

#include "data/base/error.h"
#include "data/text/unicode.h"
#include "scoring/rules/json_answer.h"
#include "scoring/rules/text.h"

namespace candor::scoring {

namespace {

namespace json = boost::json;

using Cells = std::map<std::pair<std::string, std::string>, std::string>;

std::string text_of(const json::string& text) { return {text.data(), text.size()}; }

std::string plain(std::string_view text) {
  return std::string(rules::stripped(data::lower_case(text)));
}

Cells from_rows(const json::object& solution, std::string_view where) {
  const json::value* header = solution.if_contains("header");
  const json::value* rows = solution.if_contains("rows");
  if (header == nullptr || rows == nullptr || !header->is_array() || !rows->is_array()) {
    fail("{}: field \"solution\": expected \"header\" and \"rows\", both lists", where);
  }
  Cells cells;
  const json::array& names = header->as_array();
  for (std::size_t house = 0; house < rows->as_array().size(); ++house) {
    const json::array* row = rows->as_array()[house].if_array();
    if (row == nullptr || row->size() != names.size()) {
      fail("{}: field \"solution\": row {}: expected {} cells", where, house + 1, names.size());
    }
    for (std::size_t column = 1; column < names.size(); ++column) {
      if (!names[column].is_string() || !(*row)[column].is_string()) {
        fail("{}: field \"solution\": row {}: expected strings", where, house + 1);
      }
      cells[{fmt::format("House {}", house + 1), text_of(names[column].as_string())}] =
          text_of((*row)[column].as_string());
    }
  }
  return cells;
}

Cells cells_of(const json::object& solution, std::string_view where) {
  if (solution.contains("rows")) return from_rows(solution, where);
  Cells cells;
  for (const auto& [house, row] : solution) {
    const std::string name(house);
    if (!row.is_object()) fail("{}: field \"solution\": {}: expected an object", where, name);
    for (const auto& [column, value] : row.as_object()) {
      if (!value.is_string()) {
        fail("{}: field \"solution\": {}: {}: expected a string", where, name, std::string(column));
      }
      cells[{name, std::string(column)}] = text_of(value.as_string());
    }
  }
  return cells;
}

}  // namespace

GridScore score_grid(std::string_view answer, const json::object& solution,
                     std::string_view where) {
  const Cells cells = cells_of(solution, where);
  if (cells.empty()) fail("{}: field \"solution\": there are no cells", where);
  GridScore score;
  score.total = cells.size();
  const auto object = rules::last_object(answer);
  const json::value* stated = object ? object->if_contains("solution") : nullptr;
  if (stated == nullptr || !stated->is_object()) return score;
  score.parsed = true;
  for (const auto& [place, right] : cells) {
    const json::value* house = stated->as_object().if_contains(place.first);
    const json::value* cell = house != nullptr && house->is_object()
                                  ? house->as_object().if_contains(place.second)
                                  : nullptr;
    // A list stands for its first entry.
    if (cell != nullptr && cell->is_array()) {
      cell = cell->as_array().empty() ? nullptr : &cell->as_array().front();
    }
    if (cell != nullptr && cell->is_string() && plain(text_of(cell->as_string())) == plain(right)) {
      ++score.correct;
    }
  }
  return score;
}

}  // namespace candor::scoring
