#include "scoring/code/cpp_source.h"

#include <gmock/gmock.h>

namespace candor::scoring {
namespace {

TEST(CppSource, FindsTheOpenedFunctionAtTheEndOfAPrompt) {
  const auto found = find_cpp_function(
      "/* example: f({1}) { */\n#include <vector>\nusing namespace std;\nint helper(int a) { "
      "return "
      "a; }\nvector<pair<int, int>> f(const vector<int>& numbers, map<int, string> names, int k = "
      "3){\n",
      "f");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header,
            "vector<pair<int, int>> f(const vector<int>& numbers, map<int, string> names, int k = "
            "3)");
  EXPECT_THAT(found->parameters, testing::ElementsAre("numbers", "names", "k"));
  EXPECT_TRUE(found->before.ends_with("return a; }"));
}

TEST(CppSource, FindsADeclaration) {
  const auto found = find_cpp_function("#include <string>\nstd::string f(char c[], int);\n", "f");
  EXPECT_FALSE(found.has_value());  // a parameter without a name
  const auto plain = find_cpp_function("#include <string>\nstd::string f(int a[3]);\n", "f");
  ASSERT_TRUE(plain.has_value());
  EXPECT_THAT(plain->parameters, testing::ElementsAre("a"));
  EXPECT_THAT(find_cpp_function("int f();", "f")->parameters, testing::IsEmpty());
}

TEST(CppSource, IsNotMisledByCommentsLiteralsAndCalls) {
  EXPECT_FALSE(find_cpp_function("// int f(int a) {\nconst char* s = \"int f(int a) {\";", "f"));
  EXPECT_FALSE(find_cpp_function("int g(int a) { return f(a); }", "f"));
  EXPECT_FALSE(defines_cpp_function("    if (f(x)) {\n return f(x - 1);\n }\n", "f"));
  EXPECT_FALSE(defines_cpp_function("    return x + 1;\n}\n", "f"));
  EXPECT_TRUE(defines_cpp_function("static long f(long x)\n{ return x; }\nint main() {}", "f"));
  EXPECT_EQ(open_cpp_braces("int f() { char c = '{'; long n = 1'000; // {\n"), 1);
}

TEST(CppSource, KeepsIncludesAndUsingDirectives) {
  EXPECT_EQ(cpp_includes("#include <a>\nint x;\nusing namespace std;\n  # define X\n"),
            "#include <a>\nusing namespace std;\n  # define X\n");
}

}  // namespace
}  // namespace candor::scoring
