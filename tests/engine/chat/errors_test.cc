// What is wrong with a template or its input ends in an Error that names the line.
#include "tests/engine/chat/render.h"

namespace candor::engine {
namespace {

struct Fault {
  std::string_view source;
  std::string_view message;  // a part of it
};

constexpr Fault kSyntax[] = {
    {"{{ x", "'}}' is missing"},
    {"{% if x", "'%}' is missing"},
    {"{{ 'a", "not closed"},
    {"{# a", "comment is not closed"},
    {"{% raw %}a", "raw block is not closed"},
    {"{% if x %}a", "before '{% endif %}'"},
    {"{% for i in l %}a{% else %}", "before '{% endfor %}'"},
    {"{% endif %}", "unknown tag 'endif'"},
    {"{% frobnicate %}", "unknown tag 'frobnicate'"},
    {"{% if x %}a{% else %}b{% elif y %}c{% endif %}", "unknown tag 'elif'"},
    {"{% include 'x' %}", "not allowed"},
    {"{% import 'x' as y %}", "not allowed"},
    {"{% extends 'x' %}", "not allowed"},
    {"{% break %}", "outside of a loop"},
    {"{{ }}", "expected an expression"},
    {"{{ 1 2 }}", "found '2'"},
    {"{{ (1] }}", "expected ')'"},
    {"{{ a.$ }}", "unexpected character '$'"},
    {"{{ 99999999999999999999 }}", "beyond 64 bits"},
    {"{{ '\\x4' }}", "broken \\x escape"},
    {"{% set 1 = 2 %}", "a name to assign to"},
    {"{% set none = 2 %}", "cannot assign to none"},
    {"{{ f(a=1, 2) }}", "wrong order"},
    {"{% macro m(a=1, b) %}{% endmacro %}", "without a default"},
};

constexpr Fault kRendering[] = {
    {"{{ raise_exception('no system role') }}", "line 1: no system role"},
    {"{{ nowhere.x }}", "'nowhere' is undefined"},
    {"{{ nowhere + 1 }}", "'nowhere' is undefined"},
    {"{{ nowhere() }}", "'nowhere' is undefined"},
    {"{{ d.a.b }}", "'dict object' has no attribute 'a'"},
    {"{{ s.frob() }}", "'str object' has no attribute 'frob'"},
    {"{{ ''.__class__.__mro__ }}", "no attribute '__class__'"},
    {"{{ none + 'a' }}", "unsupported operand types for +: 'NoneType' and 'str'"},
    {"{{ 'a' < 1 }}", "'<' not supported between instances of 'str' and 'int'"},
    {"{{ 1 in 'abc' }}", "requires string"},
    {"{{ 1 // 0 }}", "division by zero"},
    {"{{ 1 % 0 }}", "division by zero"},
    {"{{ 1.0 / 0 }}", "division by zero"},
    {"{{ l[::0] }}", "slice step cannot be zero"},
    {"{{ range(1, 2, 0) }}", "must not be zero"},
    {"{{ 9223372036854775807 + 1 }}", "beyond 64 bits"},
    {"{{ -9223372036854775807 - 2 }}", "beyond 64 bits"},
    {"{{ s|nosuch }}", "there is no filter 'nosuch'"},
    {"{{ s is nosuch }}", "there is no test 'nosuch'"},
    {"{{ s.strip(1) }}", "must be a string, not int"},
    {"{{ s.replace('a') }}", "needs the argument 'new'"},
    {"{{ s.split(colour='a') }}", "has no argument 'colour'"},
    {"{{ {[1]: 2} }}", "unhashable type: 'list'"},
    {"{{ ','.join([1]) }}", "must be a string"},
    {"{{ nowhere|tojson }}", "cannot be written as JSON"},
    {"{% set x.y = 1 %}", "not a namespace"},
    {"{% set a, b = l %}", "cannot unpack 3 values into 2 names"},
    {"{% for i in 5 %}{% endfor %}", "'int' object is not iterable"},
    {"{% macro m() %}{% endmacro %}{{ m(1) }}", "takes 0 arguments, 1 were given"},
    {"{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}", "No caller defined"},
    {"{{ strftime_now('%Q') }}", "'%Q' is not supported"},
    {"{{ '%d' % 'a' }}", "a number is required"},
    {"{{ '%s %s' % (1,) }}", "not enough arguments"},
    {"{{ '%s' % (1, 2) }}", "not all arguments"},
};

TEST(TemplateErrors, SyntaxIsRefusedWhenTheTemplateIsMade) {
  for (const Fault& fault : kSyntax) {
    SCOPED_TRACE(fault.source);
    try {
      const ChatTemplate chat("first\n{{ x }}\n" + std::string(fault.source));
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("chat template: line 3: "), std::string::npos)
          << error.what();
      EXPECT_NE(std::string(error.what()).find(fault.message), std::string::npos) << error.what();
    }
  }
}

TEST(TemplateErrors, WhatPythonRefusesIsRefusedWhileRendering) {
  for (const Fault& fault : kRendering) {
    SCOPED_TRACE(fault.source);
    const std::string error = error_of(std::string(fault.source));
    EXPECT_NE(error.find(fault.message), std::string::npos) << error;
  }
}

TEST(TemplateErrors, NameTheLineWhereRenderingStopped) {
  EXPECT_EQ(error_of("a\n{% if x %}\n  {{ s\n     ~ 1 // 0 }}\n{% endif %}").substr(0, 23),
            "chat template: line 4: ");
  EXPECT_EQ(error_of("{% macro m() %}\n{{ x }}\n{% endmacro %}\n{{ m() + 1 }}").substr(0, 23),
            "chat template: line 4: ");
}

TEST(TemplateErrors, AFilterThatIsNeverReachedDoesNoHarm) {
  EXPECT_EQ(ChatTemplate("{% if false %}{{ s|nosuch }}{% endif %}ok").render(test_input()), "ok");
}

TEST(TemplateErrors, AreShortAndWithoutControlCharacters) {
  const std::string error = error_of("{{ raise_exception('\\x1b[31m\\n' ~ 'x' * 100000) }}");
  EXPECT_LT(error.size(), 1200u);
  EXPECT_NE(error.find("\\x1b[31m\\x0ax"), std::string::npos) << error;
}

TEST(TemplateErrors, TheMessagesAndThePromptFlagHaveTheirOwnPlaceInTheInput) {
  ChatInput input = test_input();
  input.variables["messages"] = boost::json::array();
  EXPECT_NE(error_of("a", input).find("'messages' has a place of its own"), std::string::npos);
}

}  // namespace
}  // namespace candor::engine
