#include "data/text/traditional.h"

#include <gtest/gtest.h>

namespace candor::data {
namespace {

TEST(Traditional, WritesWordsAndNotOnlyCharacters) {
  EXPECT_EQ(to_traditional("对不起"), "對不起");
  EXPECT_EQ(to_traditional("之后"), "之後");
  EXPECT_EQ(to_traditional("他创办了新语丝网站"), "他創辦了新語絲網站");
  EXPECT_EQ(to_traditional("长1230公里"), "長1230公里");
}

TEST(Traditional, LeavesTheRestAsItIs) {
  EXPECT_EQ(to_traditional(""), "");
  EXPECT_EQ(to_traditional("Kent State, 1970"), "Kent State, 1970");
  const std::string once = to_traditional("中国政府在1989年");
  EXPECT_EQ(to_traditional(once), once);
}

}  // namespace
}  // namespace candor::data
