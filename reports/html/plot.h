// A plot of lines as SVG through plot.tpl: logarithmic x axis with a tick at every value measured,
// y axis from nought or logarithmic. It reads in light and dark and needs no script.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/html/page.h"

namespace candor::reports {

struct PlotSeries {
  std::string name;    // written at its last point where there are several
  std::string colour;  // "en", "zh", … (style.css)
  std::vector<std::pair<double, double>> points;  // x > 0, ascending; y > 0
};

struct Plot {
  std::string said;     // for those who cannot see it
  std::string x_label;  // with the unit
  std::string y_label;
  bool log_y = false;
  std::vector<PlotSeries> series;
};

// Adds the include `name` to the dictionary. Nothing is drawn of a series without points.
void add_plot(Dictionary& dictionary, const char* name, const Plot& plot);

// Round numbers that enclose `low` … `high`: multiples of 1, 2 or 5 powers of ten, at most six of
// them from nought; or, where `log`, the 1, 2, 5 steps themselves (powers of ten over two decades).
std::vector<double> round_ticks(double low, double high, bool log);

}  // namespace candor::reports
