#include <gtest/gtest.h>

#include "scoring/code/code.h"

namespace candor::scoring {
namespace {

TEST(ExtractCode, TakesTheFirstFenceOfTheLanguage) {
  const ExtractedCode found =
      extract_code("Run:\n```bash\nls\n```\nthen\n```python\nx = 1\n```\n```python\nx = 2\n```\n",
                   "python");
  EXPECT_EQ(found.code, "x = 1\n");
  EXPECT_TRUE(found.closed);
}

TEST(ExtractCode, TakesAnUnmarkedFenceWhenNoneIsMarked) {
  EXPECT_EQ(extract_code("a\n```\nx = 1\n```\n", "python").code, "x = 1\n");
}

TEST(ExtractCode, SaysThatAFenceWasCutOff) {
  const ExtractedCode found = extract_code("```python\ndef f():\n    return", "python");
  EXPECT_EQ(found.code, "def f():\n    return\n");
  EXPECT_FALSE(found.closed);
}

TEST(ExtractCode, ALongerFenceHoldsAShorterOne) {
  EXPECT_EQ(extract_code("````py\ns = '''\n```\n'''\n````\n", "python").code,
            "s = '''\n```\n'''\n");
}

TEST(ExtractCode, TakesTheIndentationOfTheBlockAway) {
  EXPECT_EQ(extract_code("1. So:\n   ```python\n   def f():\n       return 1\n   ```\n", "python").code,
            "def f():\n    return 1\n");
}

TEST(ExtractCode, TakesAnAnswerThatIsCode) {
  EXPECT_EQ(extract_code("def f():\n    return 1", "python").code, "def f():\n    return 1");
}

TEST(ExtractCode, FindsNothingInProse) {
  EXPECT_EQ(extract_code("The function is `f`, from what I see.", "python").code, "");
  EXPECT_EQ(extract_code("", "python").code, "");
}

}  // namespace
}  // namespace candor::scoring
