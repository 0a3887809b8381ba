// Zebra grids scored by the published rule of ZeroEval (WildEval/ZeroEval, zebra_grid_eval.py): the
// last JSON object of the answer, its "solution", compared cell by cell without case and outer
// blanks. Stricter than read_cells in logic.h, which also reads tables and sentences.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string_view>

namespace candor::scoring {

struct GridScore {
  bool parsed = false;  // an object with "solution" was found
  std::size_t correct = 0;
  std::size_t total = 0;

  bool solved() const { return parsed && correct == total; }
};

// `solution`: {"House 1": {"Name": "Peter", …}, …}, or {"header": ["House", "Name", …],
// "rows": [["1", "Peter", …], …]}. Error naming `where` and the field for another shape.
GridScore score_grid(std::string_view answer, const boost::json::object& solution,
                     std::string_view where);

}  // namespace candor::scoring
