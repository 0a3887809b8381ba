// The factual deliveries of an audit, which a provider may know of an answer: "blocked_input",
// "blocked_output", "retracted", "host_text", "outage". The others are found by the audit's judge.
#pragma once

#include <span>
#include <string_view>

namespace candor::data {

std::span<const char* const> known_deliveries();
bool is_known_delivery(std::string_view delivery);

}  // namespace candor::data
