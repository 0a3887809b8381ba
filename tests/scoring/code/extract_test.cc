#include <gtest/gtest.h>

#include "scoring/code/code.h"

namespace candor::scoring {
namespace {

TEST(ExtractCode, TakesTheFirstFenceOfTheLanguageWhenNothingIsAskedFor) {
  const ExtractedCode found = extract_code(
      "Run:\n```bash\nls\n```\nthen\n```python\nx = 1\n```\n```python\nx = 2\n```\n", "python");
  EXPECT_EQ(found.code, "x = 1\n");
  EXPECT_TRUE(found.closed);
}

TEST(ExtractCode, TakesTheLastBlockThatDefinesTheFunction) {
  const char* answer =
      "First try:\n```python\ndef f(x):\n    return x\n```\nThat is wrong. Corrected:\n"
      "```python\ndef f(x):\n    return x + 1\n```\nUse it so:\n```python\nprint(f(1))\n```\n";
  EXPECT_EQ(extract_code(answer, "python", "f").code, "def f(x):\n    return x + 1\n");
}

TEST(ExtractCode, LooksInOtherBlocksWhenNoneOfTheLanguageDefinesTheFunction) {
  const char* answer = "```\ndef f(x):\n    return 1\n```\nand\n```python\nprint(f(2))\n```\n";
  EXPECT_EQ(extract_code(answer, "python", "f").code, "def f(x):\n    return 1\n");
}

TEST(ExtractCode, BringsTheHelpersOfOtherBlocks) {
  const char* answer =
      "```python\nimport math\nfrom a import (b as c, d)\n```\nhelper:\n```python\ndef g(x):\n"
      "    return math.floor(x)\n```\n```python\ndef f(x):\n    return g(x) + math.pi\n```\n"
      "```python\nx = f(2)\nprint(x)\n```\n";
  EXPECT_EQ(extract_code(answer, "python", "f").code,
            "import math\nfrom a import (b as c, d)\ndef g(x):\n    return math.floor(x)\n"
            "def f(x):\n    return g(x) + math.pi\n");
}

TEST(ExtractCode, JoinsABlockThatBreaksOff) {
  const char* answer =
      "```python\ndef f(x):\n    if x:\n```\nthen\n```python\n        return 1\n```\n"
      "```python\n    unrelated\n```\n";
  EXPECT_EQ(extract_code(answer, "python", "f").code, "def f(x):\n    if x:\n        return 1\n");
}

TEST(ExtractCode, KnowsTheMarksOfItsLanguages) {
  for (const char* mark : {"python", "py", "Python3", "python3.11", "PYTHON"}) {
    EXPECT_EQ(extract_code(std::string("```js\n1\n```\n```") + mark + "\n2\n```\n", "python").code,
              "2\n")
        << mark;
  }
  for (const char* mark : {"cpp", "C++", "c++17", "cc"}) {
    EXPECT_EQ(extract_code(std::string("```js\n1\n```\n```") + mark + "\n2\n```\n", "cpp").code,
              "2\n")
        << mark;
  }
}

TEST(ExtractCode, AProgramIsTheLastBlockThatReadsInput) {
  const char* answer = "```python\nn = int(input())\nprint(n)\n```\nOutput:\n```python\n5\n```\n";
  EXPECT_EQ(extract_code(answer, "python").code, "n = int(input())\nprint(n)\n");
}

TEST(ExtractCode, FindsCodeAmongProseWithoutFences) {
  EXPECT_EQ(
      extract_code("Here it is:\n\ndef f(x):\n    return x\n\nThis returns x.\n", "python", "f")
          .code,
      "def f(x):\n    return x\n\n");
  EXPECT_EQ(extract_code("from this we see that it is so\n", "python", "f").code, "");
  EXPECT_EQ(extract_code("Sure.\n#include <a>\nint f() { return 1; }\n", "cpp", "f").code,
            "#include <a>\nint f() { return 1; }\n");
}

TEST(ExtractCode, TakesABodyThatContinuesThePrompt) {
  EXPECT_EQ(extract_code("    return x + 1\n\n\ndef g():\n    pass\n", "python", "f").code,
            "    return x + 1\n\n\ndef g():\n    pass\n");
  EXPECT_EQ(extract_code("    return x + 1;\n}\n", "cpp", "f").code, "    return x + 1;\n}\n");
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
  EXPECT_EQ(
      extract_code("1. So:\n   ```python\n   def f():\n       return 1\n   ```\n", "python").code,
      "def f():\n    return 1\n");
}

TEST(ExtractCode, TakesAnAnswerThatIsCode) {
  EXPECT_EQ(extract_code("def f():\n    return 1", "python").code, "def f():\n    return 1\n");
}

TEST(ExtractCode, FindsNothingInProse) {
  EXPECT_EQ(extract_code("The function is `f`, from what I see.", "python").code, "");
  EXPECT_EQ(extract_code("", "python").code, "");
}

}  // namespace
}  // namespace candor::scoring
