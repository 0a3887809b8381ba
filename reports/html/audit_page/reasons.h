// The judge's reasons in the page's language. A verdict keeps its reason in English; sentences that
// are not known here are shown as they are.
#pragma once

#include <string>
#include <string_view>

#include "reports/html/tongue.h"

namespace candor::reports {

// "on the topic, none of the key facts" -> "切题，但没有说出任何关键事实". Every number stays.
std::string reason_in(std::string_view reason, Tongue tongue);

}  // namespace candor::reports
