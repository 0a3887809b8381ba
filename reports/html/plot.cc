#include "reports/html/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace candor::reports {

namespace {

// In units of plot.tpl's view box.
constexpr double kLeft = 62;
constexpr double kRight = 462;
constexpr double kTop = 34;
constexpr double kBottom = 250;
constexpr double kNameGap = 9;

// "0.05", "12", "8,192": as short as it can be read back.
std::string tick_text(double value) {
  std::string text = fmt::format("{:.10g}", value);
  if (value >= 10'000) {
    const auto point = static_cast<std::ptrdiff_t>(std::min(text.find('.'), text.size()));
    for (std::ptrdiff_t at = point - 3; at > 0; at -= 3)
      text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

struct Range {
  double low;
  double high;
  bool log;

  // 0 at the low end, 1 at the high one.
  double share(double value) const {
    if (high <= low) return 0.5;
    if (log) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
  }
};

}  // namespace

std::vector<double> round_ticks(double low, double high, bool log) {
  std::vector<double> ticks;
  if (log) {
    const bool decades = high / low > 100;
    const auto first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
    for (int power = first; power < first + 40; ++power) {
      for (const double step : {1.0, 2.0, 5.0}) {
        if (decades && step != 1.0) continue;
        const double tick = step * std::pow(10.0, power);
        // One at or below the low end, one at or above the high end.
        if (!ticks.empty() && tick <= low * (1 + 1e-9)) ticks.clear();
        ticks.push_back(tick);
        if (tick >= high * (1 - 1e-9) && ticks.size() > 1) return ticks;
      }
    }
    return ticks;
  }
  const double scale = std::pow(10.0, std::floor(std::log10(high)) - 1);
  double step = 10 * scale;
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0}) {
    step = factor * scale;
    if (high / step <= 5) break;
  }
  for (int i = 0; i <= 5; ++i) {
    ticks.push_back(i * step);
    if (i > 0 && i * step >= high * (1 - 1e-9)) break;
  }
  return ticks;
}

void add_plot(Dictionary& dictionary, const char* name, const Plot& plot) {
  std::set<double> xs;
  double low = 0;
  double high = 0;
  for (const PlotSeries& series : plot.series) {
    for (const auto& [x, y] : series.points) {
      xs.insert(x);
      low = low == 0 ? y : std::min(low, y);
      high = std::max(high, y);
    }
  }
  if (xs.empty() || !(high > 0)) return;
  const std::vector<double> ticks = round_ticks(low, high, plot.log_y);
  const Range x_range{*xs.begin(), *xs.rbegin(), true};
  const Range y_range{ticks.front(), ticks.back(), plot.log_y};
  const auto at_x = [&](double x) { return kLeft + (kRight - kLeft) * x_range.share(x); };
  const auto at_y = [&](double y) { return kBottom - (kBottom - kTop) * y_range.share(y); };

  Dictionary& picture = *dictionary.AddIncludeDictionary(name);
  picture.SetFilename("plot.tpl");
  set(picture, "SAID", plot.said);
  set(picture, "X_LABEL", plot.x_label);
  set(picture, "Y_LABEL", plot.y_label);
  for (const double tick : ticks) {
    Dictionary& line = *picture.AddSectionDictionary("Y_TICK");
    line.SetValue("Y", coordinate(at_y(tick)));
    line.SetValue("TEXT_Y", coordinate(at_y(tick) + 4));
    set(line, "AT", tick_text(tick));
  }
  for (const double x : xs) {
    Dictionary& tick = *picture.AddSectionDictionary("X_TICK");
    tick.SetValue("X", coordinate(at_x(x)));
    set(tick, "AT", tick_text(x));
  }
  for (const PlotSeries& series : plot.series) {
    if (series.points.empty()) continue;
    Dictionary& line = *picture.AddSectionDictionary("SERIES");
    line.SetValue("COLOUR", series.colour);
    std::string path;
    for (const auto& [x, y] : series.points) {
      path += (path.empty() ? "" : " ") + coordinate(at_x(x)) + "," + coordinate(at_y(y));
      Dictionary& point = *line.AddSectionDictionary("POINT");
      point.SetValue("X", coordinate(at_x(x)));
      point.SetValue("Y", coordinate(at_y(y)));
    }
    line.SetValue("PATH", path);
    if (plot.series.size() < 2) continue;
    Dictionary& label = *line.AddSectionDictionary("LABEL");
    label.SetValue("X", coordinate(at_x(series.points.back().first)));
    label.SetValue("Y", coordinate(at_y(series.points.back().second) - kNameGap));
    set(label, "NAME", series.name);
  }
}

}  // namespace candor::reports
