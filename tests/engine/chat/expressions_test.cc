// Expressions have the values that they have in the reference implementation.
#include "tests/engine/chat/render.h"

namespace candor::engine {
namespace {

constexpr Case kArithmetic[] = {
    {"{{ 1 + 2 * 3 }}", "7"},
    {"{{ 7 // 2 }}", "3"},
    {"{{ -7 // 2 }}", "-4"},
    {"{{ -7 % 3 }}", "2"},
    {"{{ 7 % -3 }}", "-2"},
    {"{{ 7 / 2 }}", "3.5"},
    {"{{ 2 ** 10 }}", "1024"},
    {"{{ 2 ** -1 }}", "0.5"},
    {"{{ -2 ** 2 }}", "4"},
    {"{{ -7.5 % 2 }}", "0.5"},
    {"{{ 7.5 // 2 }}", "3.0"},
    {"{{ 1e3 }}", "1000.0"},
    {"{{ 1_000 }}", "1000"},
    {"{{ 0x1f }}", "31"},
    {"{{ 0b11 + 0o17 }}", "18"},
    {"{{ 0.1 + 0.2 }}", "0.30000000000000004"},
    {"{{ 1e16 }}", "1e+16"},
    {"{{ 1e15 }}", "1000000000000000.0"},
    {"{{ 0.0001 }}", "0.0001"},
    {"{{ 0.00001 }}", "1e-05"},
    {"{{ 100.0 }}", "100.0"},
    {"{{ 3 * 'ab' }}", "ababab"},
    {"{{ [1] * 3 }}", "[1, 1, 1]"},
    {"{{ (1,) * 2 + (2,) }}", "(1, 1, 2)"},
    {"{{ [1] + [2] }}", "[1, 2]"},
    {"{{ 'a' 'b' }}", "ab"},
    {"{{ 5 ~ 'x' ~ none ~ true }}", "5xNoneTrue"},
    {"{{ -5|abs }}", "5"},
    {"{{ 'a' + 'b'|upper }}", "aB"},
    {"{{ ('a' + 'b')|upper }}", "AB"},
};

TEST(TemplateExpressions, ArithmeticIsPythons) { expect_cases(kArithmetic); }

constexpr Case kLogic[] = {
    {"{{ x > 3 and y }}", "2.5"},
    {"{{ x < 3 or 'q' }}", "q"},
    {"{{ not x }}", "False"},
    {"{{ 1 < 2 < 3 }}", "True"},
    {"{{ 1 < 3 < 2 }}", "False"},
    {"{{ 1 == 1.0 }}", "True"},
    {"{{ true == 1 }}", "True"},
    {"{{ 'a' < 'b' }}", "True"},
    {"{{ [1, 2] < [1, 3] }}", "True"},
    {"{{ 'a' in 'abc' }}", "True"},
    {"{{ 'z' not in 'abc' }}", "True"},
    {"{{ 1 in l }}", "True"},
    {"{{ 'b' in d }}", "True"},
    {"{{ 5 in range(10) }}", "True"},
    {"{{ x if x > 3 else 'n' }}", "5"},
    {"{{ 'a' if false else 'b' if true else 'c' }}", "b"},
    {"{{ (x if x > 30) is defined }}", "False"},
    {"{{ [1, 'a'] == [1, 'a'] }}", "True"},
    {"{{ {'a': 1} == {'a': 1.0} }}", "True"},
    {"{{ not true or true }}", "True"},
};

TEST(TemplateExpressions, ComparisonsAndLogicArePythons) { expect_cases(kLogic); }

constexpr Case kAccess[] = {
    {"{{ s[0] }}", "H"},
    {"{{ s[-1] }}", "d"},
    {"{{ s[1:3] }}", "el"},
    {"{{ s[::-1] }}", "dlroW olleH"},
    {"{{ s[::2] }}", "HloWrd"},
    {"{{ s[10:2:-3] }}", "doo"},
    {"{{ s[-100:100] }}", "Hello World"},
    {"{{ u[2:5] }}", "raß"},
    {"{{ u[-2] }}", "Α"},
    {"{{ l[::-1] }}", "[2, 1, 3]"},
    {"{{ l[-1] }}", "2"},
    {"{{ l[:-1] }}", "[3, 1]"},
    {"{{ l.0 }}", "3"},
    {"{{ (1, 2, 3)[1:] }}", "(2, 3)"},
    {"{{ range(5)[1:3]|list }}", "[1, 2]"},
    {"{{ d.b }}", "1"},
    {"{{ d['b'] }}", "1"},
    {"{{ d.get('q', 7) }}", "7"},
    {"{{ odd.items()|list }}", "[('items', 1), ('get', 2)]"},
    {"{{ odd['items'] }}", "1"},
    {"{{ d.keys()|list }}", "['b', 'A', 'c']"},
    {"{{ {'a': {'b': 1}}.a.b }}", "1"},
    {"{{ [1, {'x': [7]}][1]['x'][0] }}", "7"},
    {"{{ l[5] is defined }}", "False"},
    {"{{ d.zzz is defined }}", "False"},
    {"{{ s['upper']() }}", "HELLO WORLD"},
    {"{{ none.x is defined }}", "False"},
};

TEST(TemplateExpressions, ItemsSlicesAndAttributesAreFoundAsInJinja) { expect_cases(kAccess); }

constexpr Case kPrinting[] = {
    {"{{ none }}", "None"},
    {"{{ true }}", "True"},
    {"{{ 1.0 }}", "1.0"},
    {"{{ (1,) }}", "(1,)"},
    {"{{ () }}", "()"},
    {"{{ [none, true, 1.0, 'q\\n\\''] }}", "[None, True, 1.0, \"q\\n'\"]"},
    {"{{ \"it's\" }}", "it's"},
    {"{{ ['it\\'s'] }}", "[\"it's\"]"},
    {"{{ ['a\"b\\'c'] }}", "['a\"b\\'c']"},
    {"{{ ['\\u4f60\\x07\\u200b'] }}", "['你\\x07\\u200b']"},
    {"{{ {'a': 1, 'b': [1, 2]} }}", "{'a': 1, 'b': [1, 2]}"},
    {"{{ {1: 2, 'x': (1,)} }}", "{1: 2, 'x': (1,)}"},
    {"{{ range(3) }}", "range(0, 3)"},
    {"{{ '\\t\\x41\\u4f60\\101\\d' }}", "\tA你A\\d"},
};

TEST(TemplateExpressions, ValuesPrintAsPythonPrintsThem) { expect_cases(kPrinting); }

constexpr Case kUndefined[] = {
    {"{{ nowhere }}", ""},
    {"{{ nowhere == elsewhere }}", "True"},
    {"{{ nowhere == none }}", "False"},
    {"{{ nowhere|default('d') }}", "d"},
    {"{{ none|default('d') }}", "None"},
    {"{{ ''|default('d', true) }}", "d"},
    {"{{ nowhere|length }}", "0"},
    {"{{ nowhere|list }}", "[]"},
    {"{{ 'x' in nowhere }}", "False"},
    {"{{ not nowhere }}", "True"},
    {"{{ nowhere ~ 'a' }}", "a"},
    {"{{ nowhere|upper }}", ""},
    {"{{ nowhere|string }}", ""},
    {"{{ d.zzz }}", ""},
    {"{% for i in nowhere %}x{% else %}none{% endfor %}", "none"},
};

TEST(TemplateExpressions, UndefinedValuesAreEmptyAndFalse) { expect_cases(kUndefined); }

constexpr Case kTests[] = {
    {"{{ x is defined }}", "True"},
    {"{{ nowhere is undefined }}", "True"},
    {"{{ none is none }}", "True"},
    {"{{ x is number and y is number }}", "True"},
    {"{{ true is number }}", "True"},
    {"{{ true is integer }}", "False"},
    {"{{ x is integer }}", "True"},
    {"{{ y is float }}", "True"},
    {"{{ s is string }}", "True"},
    {"{{ l is string }}", "False"},
    {"{{ d is mapping }}", "True"},
    {"{{ l is mapping }}", "False"},
    {"{{ s is iterable }}", "True"},
    {"{{ x is iterable }}", "False"},
    {"{{ d is sequence }}", "True"},
    {"{{ range is callable }}", "True"},
    {"{{ x is odd }}", "True"},
    {"{{ x is divisibleby 5 }}", "True"},
    {"{{ x is eq 5 }}", "True"},
    {"{{ x is gt 4 }}", "True"},
    {"{{ 5 is in l }}", "False"},
    {"{{ 'a' is lower }}", "True"},
    {"{{ true is true }}", "True"},
    {"{{ 1 is true }}", "False"},
    {"{{ x is not defined }}", "False"},
    {"{{ not x is none }}", "True"},
    {"{{ x is string or x is number }}", "True"},
    {"{{ 'trim' is filter }}", "True"},
};

TEST(TemplateExpressions, TestsAnswerAsInJinja) { expect_cases(kTests); }

constexpr Case kDates[] = {
    {"{{ strftime_now('%Y-%m-%d') }}", "2025-01-29"},
    {"{{ strftime_now('%d %b %Y') }}", "29 Jan 2025"},
    {"{{ strftime_now('%B %d, %Y') }}", "January 29, 2025"},
    {"{{ strftime_now('%A %a %j %H:%M:%S %I %p %y %e %-d %-m %%') }}",
     "Wednesday Wed 029 12:00:00 12 PM 25 29 29 1 %"},
};

TEST(TemplateExpressions, DatesAreThoseOfTheFixedClock) { expect_cases(kDates); }

}  // namespace
}  // namespace candor::engine
