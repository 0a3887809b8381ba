// Text made fit to be shown. What a model, a file or a user wrote may hold control characters, text
// direction overrides or bytes that are no UTF-8; here they become visible instead of acting. HTML
// escaping is not done here: the templates do that (html/page.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "data/stats/stats.h"

namespace candor::reports {

// Valid UTF-8 in which line breaks and tabs stay and every other control, direction or invisible
// formatting character is written out, as in "⟨U+202E⟩".
std::string visible(std::string_view text);

// The same on one line for a terminal: line breaks and tabs too are written out ("\n").
std::string one_line(std::string_view text);

// At most `characters` code points of `one_line(text)`, with an ellipsis when something is left
// out.
std::string shortened(std::string_view text, std::size_t characters);

// Columns a terminal needs: East Asian wide characters take two.
std::size_t columns(std::string_view text);
// Filled up with spaces to `width` columns, or cut to it.
std::string fitted(std::string_view text, std::size_t width);

std::string percent(double rate);                     // "31%"
std::string tenths(double rate);                      // "31.4%"
std::string percent(const data::Interval& interval);  // "18% to 48%"
std::string points(double difference);                // "+12 points", "−3 points"
std::string points(const data::Interval& interval);   // "−3 to +27 points"
std::string point_tenths(double difference);          // "+12.3", "−3.0", "0.0"
std::string p_value(double p);                        // "p = 0.021", "p < 0.001"
std::string plain_p(double p);                        // "0.021", "< 0.001", for a column of them

// "English", "Chinese", "Chinese (Traditional)"; the code itself for others.
std::string language_name(std::string_view code);

}  // namespace candor::reports
