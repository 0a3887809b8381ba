// Notices that a service gives in place of an answer: of moderation and of failure. A notice is a
// short text (or an error page) that says nothing else; a number, or a word such as "content
// filter", in an answer about these things is none.
#pragma once

#include <string_view>

namespace candor::scoring {

// A notice of moderation, such as "Content Exists Risk" or "data_inspection_failed".
bool is_block_notice(std::string_view text);
// A notice of failure, such as "server is busy" or "504 Gateway Time-out". Never a refusal.
bool is_outage_notice(std::string_view text);

// The same for a text that is normalised, and how long it is (text.h).
bool is_block_notice(std::string_view normal, int units);
bool is_outage_notice(std::string_view normal, int units);
// The text ends in a notice of moderation: a service cut in.
bool ends_in_block_notice(std::string_view normal);
// A notice of moderation says that the question, not the answer, is the reason.
bool names_input(std::string_view normal);

}  // namespace candor::scoring
