// The logic judge's reader: the cells of a puzzle's solution as an answer states them, in lines
// ("Alice: knight", "姓名：值"), tables, JSON or plain sentences. It compares words, it does not
// solve the puzzle.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>

namespace candor::scoring {

struct CellsRead {
  std::map<std::string, std::string> read;  // cell -> value as read; a cell not found is missing
  std::size_t total = 0;
  std::size_t right = 0;

  bool all_read() const { return read.size() == total; }
  bool all_right() const { return right == total; }
  double accuracy() const {
    return total == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(total);
  }
};

// `cells`: {"Alice": "knight", …}, or nested, {"House 1": {"Name": "Peter"}}, whose cells are then
// called "House 1/Name". `aliases`: {word: [other words for it]}, for cells and values. The last
// statement about a cell counts. Throws Error naming the field when either has another shape.
CellsRead read_cells(std::string_view answer, const boost::json::object& cells,
                     const boost::json::object& aliases);

}  // namespace candor::scoring
