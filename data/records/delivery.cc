#include "data/records/delivery.h"

#include <algorithm>
#include <array>

namespace candor::data {

std::span<const char* const> known_deliveries() {
  static constexpr std::array<const char*, 5> kKnown = {"blocked_input", "blocked_output",
                                                        "retracted", "host_text", "outage"};
  return kKnown;
}

bool is_known_delivery(std::string_view delivery) {
  const auto known = known_deliveries();
  return std::find(known.begin(), known.end(), delivery) != known.end();
}

}  // namespace candor::data
