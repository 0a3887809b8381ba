// Simplified Chinese in Traditional characters, by ICU's transform "Simplified-Traditional": its
// rules know many words, not only characters ("之后" 之後, "皇后" 皇后), but not the words of
// Taiwan or Hong Kong (网络 becomes 網絡, not 網路). A text written by somebody who writes
// Traditional is always the better one; this is for where there is none.
#pragma once

#include <string>
#include <string_view>

namespace candor::data {

// What is no Chinese stays as it is. Throws Error where ICU lacks the transform. Any thread.
std::string to_traditional(std::string_view simplified);

}  // namespace candor::data
