// Methods and filters give what they give in the reference implementation.
#include "tests/engine/chat/render.h"

namespace candor::engine {
namespace {

constexpr Case kTextMethods[] = {
    {"{{ '  a b '.strip() }}", "a b"},
    {"{{ 'xxaxx'.strip('x') }}", "a"},
    {"{{ 'xxaxx'.lstrip('x') }}", "axx"},
    {"{{ '\\u3000a\\u3000'.rstrip() }}", "　a"},
    {"{{ 'a,b,,c'.split(',') }}", "['a', 'b', '', 'c']"},
    {"{{ ' a  b '.split() }}", "['a', 'b']"},
    {"{{ 'a b c d'.split(' ', 1) }}", "['a', 'b c d']"},
    {"{{ 'a b c d'.rsplit(' ', 1) }}", "['a b c', 'd']"},
    {"{{ ' a  b c '.split(none, 1) }}", "['a', 'b c ']"},
    {"{{ ' a  b c '.rsplit(none, 1) }}", "[' a  b', 'c']"},
    {"{{ multi.splitlines() }}", "['a', 'b', '', '  c']"},
    {"{{ 'a\\r\\nb\\rc'.splitlines(true) }}", "['a\\r\\n', 'b\\r', 'c']"},
    {"{{ s.startswith('He') }}", "True"},
    {"{{ s.startswith(('x', 'H')) }}", "True"},
    {"{{ s.endswith('ld') }}", "True"},
    {"{{ s.replace('l', 'L', 1) }}", "HeLlo World"},
    {"{{ '你好'.replace('', '-') }}", "-你-好-"},
    {"{{ u.upper() }}", "STRASSE ΑΣ"},
    {"{{ u.lower() }}", "straße ας"},
    {"{{ u.capitalize() }}", "Straße ας"},
    {"{{ 'hello wORLD it\\'s'.title() }}", "Hello World It'S"},
    {"{{ s.swapcase() }}", "hELLO wORLD"},
    {"{{ ', '.join(['a', 'b']) }}", "a, b"},
    {"{{ s.find('o', 5) }}", "7"},
    {"{{ '你好x'.find('x') }}", "2"},
    {"{{ s.find('zz') }}", "-1"},
    {"{{ s.rfind('o') }}", "7"},
    {"{{ s.count('l') }}", "3"},
    {"{{ '12'.isdigit() }}", "True"},
    {"{{ 'ab1'.isalnum() }}", "True"},
    {"{{ 'AB1'.isupper() }}", "True"},
    {"{{ 'a-b-c'.partition('-') }}", "('a', '-', 'b-c')"},
    {"{{ 'a-b-c'.rpartition('-') }}", "('a-b', '-', 'c')"},
    {"{{ 'abc'.removeprefix('a') }}", "bc"},
    {"{{ 'abc'.removesuffix('c') }}", "ab"},
    {"{{ '-5'.zfill(4) }}", "-005"},
    {"{{ 'ab'.center(5) }}", "  ab "},
    {"{{ 'a'.ljust(3) ~ '|' }}", "a  |"},
};

constexpr Case kFurther[] = {
    {"{{ [1, 2, 3]|batch(2)|list }}", "[[1, 2], [3]]"},
    {"{{ [1, 2, 3]|batch(2, '-')|list }}", "[[1, 2], [3, '-']]"},
    {"{{ e|batch(2, '-')|list }}", "[]"},
    {"{{ [1, 2, 3, 4, 5]|slice(3)|list }}", "[[1, 2], [3, 4], [5]]"},
    {"{{ [1, 2, 3, 4, 5]|slice(3, 'x')|list }}", "[[1, 2], [3, 4], [5, 'x']]"},
    {"{{ [1]|slice(2)|list }}", "[[1], []]"},
    {"{{ 'a b/ä?&=~'|urlencode }}", "a%20b/%C3%A4%3F%26%3D~"},
    {"{{ 5|urlencode }}", "5"},
    {"{{ ''.isascii() }}{{ 'é'.isascii() }}{{ ''.isprintable() }}{{ 'a\n'.isprintable() }}",
     "TrueFalseTrueFalse"},
    {"{% set q = {'a': 1} %}{% set _ = q.clear() %}{{ q }}{{ q.get('a') }}", "{}None"},
    {"{{ none|selectattr('a')|list }}{{ none|map('upper')|list }}{{ 0|reject|list }}", "[][][]"},
    {"{{ 3.0 is odd }}{{ 2.5 is odd }}{{ -3.0 is odd }}{{ 4.0 is even }}", "TrueFalseTrueTrue"},
    {"{{ strftime_now('%s') }}", "1738152000"},
    {"{{ words|sort(attribute='nowhere') }}", "['b', 'A', 'a', 'B']"},
    {"{{ rows|sort(attribute='n')|map(attribute='n')|join }}", "xXy"},
    {"{{ strftime_now('%U %W %V %G %g %u %C|%Z%z|%k %l %P %r') }}",
     "04 04 05 2025 25 3 20||12 12 pm 12:00:00 PM"},
};

TEST(TemplateBuiltins, FurtherOnesAreJinjas) { expect_cases(kFurther); }

TEST(TemplateBuiltins, WeeksOfTheYearAreThoseOfStrftime) {
  const ChatTemplate weeks("{{ strftime_now('%U %W %V %G %g %u') }}");
  using namespace std::chrono;
  const std::pair<sys_days, std::string_view> days[] = {
      {2024y / December / 30, "52 53 01 2025 25 1"},
      {2021y / January / 3, "01 00 53 2020 20 7"},
      {2023y / January / 1, "01 00 52 2022 22 7"},
      {2020y / December / 31, "52 52 53 2020 20 4"},
  };
  for (const auto& [day, expected] : days) {
    ChatInput input = test_input();
    input.now = day;
    EXPECT_EQ(weeks.render(input), expected);
  }
}

TEST(TemplateBuiltins, StringMethodsArePythons) { expect_cases(kTextMethods); }

constexpr Case kFormats[] = {
    {"{{ '%s-%d-%05.2f' % ('a', 3, 2.5) }}", "a-3-02.50"},
    {"{{ '%s' % 'x' }}", "x"},
    {"{{ '%s' % [1] }}", "[1]"},
    {"{{ '%x' % 255 }}", "ff"},
    {"{{ '%5s|%-5s|' % ('a', 'b') }}", "    a|b    |"},
    {"{{ '%%' % () }}", "%"},
    {"{{ '%(a)s' % {'a': 1} }}", "1"},
    {"{{ '%r' % 'x' }}", "'x'"},
    {"{{ '%+d' % 5 }}", "+5"},
    {"{{ '%e' % 12345.678 }}", "1.234568e+04"},
    {"{{ '%06.2f' % -3.14159 }}", "-03.14"},
    {"{{ 'a%sb'|format('X') }}", "aXb"},
    {"{{ '{} {}'.format(1, 'a') }}", "1 a"},
    {"{{ '{1}{0}{x}'.format('a', 'b', x=1) }}", "ba1"},
    {"{{ '{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c') }}", "    a|b    |  c  "},
    {"{{ '{:05d}|{:.2f}|{:,}'.format(42, 3.14159, 1234567) }}", "00042|3.14|1,234,567"},
    {"{{ '{:*^7}'.format('a') }}", "***a***"},
    {"{{ '{:^5}|'.format('ab') }}{{ '%s%s|' % (nowhere, 1) }}{{ 'a%sb' % nowhere }}", " ab  |1|ab"},
    {"{{ '{{}}'.format() }}", "{}"},
};

TEST(TemplateBuiltins, FormattingIsPythons) { expect_cases(kFormats); }

constexpr Case kFilters[] = {
    {"{{ s|title }}", "Hello World"},
    {"{{ 'a-b (cD)'|title }}", "A-B (Cd)"},
    {"{{ l|first }}", "3"},
    {"{{ e|first is defined }}", "False"},
    {"{{ s|last }}", "d"},
    {"{{ l|sort }}", "[1, 2, 3]"},
    {"{{ l|sort(reverse=true) }}", "[3, 2, 1]"},
    {"{{ words|sort }}", "['A', 'a', 'b', 'B']"},
    {"{{ words|sort(case_sensitive=true) }}", "['A', 'B', 'a', 'b']"},
    {"{{ words|unique|list }}", "['b', 'A']"},
    {"{{ rows|sort(attribute='n')|map(attribute='n')|list }}", "['x', 'X', 'y']"},
    {"{{ rows|map(attribute='v', default=0)|list }}", "[2, 1, 0]"},
    {"{{ rows|selectattr('v')|map(attribute='n')|join(',') }}", "x,y"},
    {"{{ rows|selectattr('v', 'equalto', 1)|list }}", "[{'n': 'y', 'v': 1}]"},
    {"{{ rows|rejectattr('v', 'undefined')|list|length }}", "2"},
    {"{{ rows|selectattr('n', 'in', ['x', 'X'])|list|length }}", "2"},
    {"{{ l|select('odd')|list }}", "[3, 1]"},
    {"{{ l|reject('greaterthan', 1)|list }}", "[1]"},
    {"{{ [0, 1, '', none, 'a']|select|list }}", "[1, 'a']"},
    {"{{ words|map('upper')|join }}", "BAAB"},
    {"{{ words|map('replace', 'a', 'z')|list }}", "['b', 'A', 'z', 'B']"},
    {"{{ l|sum }}", "6"},
    {"{{ rows[:2]|sum(attribute='v') }}", "3"},
    {"{{ words|min }}", "A"},
    {"{{ l|max }}", "3"},
    {"{{ l|reverse|list }}", "[2, 1, 3]"},
    {"{{ s|reverse }}", "dlroW olleH"},
    {"{{ l|join('-') }}", "3-1-2"},
    {"{{ d|dictsort }}", "[('A', 2), ('b', 1), ('c', 0)]"},
    {"{{ d|dictsort(by='value') }}", "[('c', 0), ('b', 1), ('A', 2)]"},
    {"{{ d|items|list }}", "[('b', 1), ('A', 2), ('c', 0)]"},
    {"{{ 5|replace('5', '6') }}", "6"},
    {"{{ 'xax'|trim('x') }}", "a"},
    {"{{ 'foo bar baz qux'|truncate(9) }}", "foo..."},
    {"{{ 'foo bar baz qux'|truncate(9, true) }}", "foo ba..."},
    {"{{ multi|indent }}", "a\n    b\n\n      c\n"},
    {"{{ multi|indent(2, true, true) }}", "  a\n  b\n  \n    c\n  "},
    {"{{ multi|indent('> ') }}", "a\n> b\n\n>   c\n"},
    {"{{ '<a & \"b\\'>'|e }}", "&lt;a &amp; &#34;b&#39;&gt;"},
    {"{{ '3.7'|int }}", "3"},
    {"{{ 'x'|int(9) }}", "9"},
    {"{{ 'ff'|int(base=16) }}", "255"},
    {"{{ 3.7|int }}", "3"},
    {"{{ '3.5'|float }}", "3.5"},
    {"{{ 42.55|round(1) }}", "42.5"},
    {"{{ 2.5|round }}", "2.0"},
    {"{{ 42.51|round(1, 'floor') }}", "42.5"},
    {"{{ 42|round }}", "42"},
    {"{{ -3.5|abs }}", "3.5"},
    {"{{ d|length }}", "3"},
    {"{{ s|wordcount }}", "2"},
    {"{{ s|attr('nope') is defined }}", "False"},
};

TEST(TemplateBuiltins, FiltersAreJinjas) { expect_cases(kFilters); }

constexpr Case kJson[] = {
    {"{{ d|tojson }}", "{\"b\": 1, \"A\": 2, \"c\": 0}"},
    {"{{ d|tojson(indent=2) }}", "{\n  \"b\": 1,\n  \"A\": 2,\n  \"c\": 0\n}"},
    {"{{ [[], {}]|tojson(indent=1) }}", "[\n [],\n {}\n]"},
    {"{{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }}", "{\"a\": 2, \"b\": 1}"},
    {"{{ u|tojson }}", "\"straße ΑΣ\""},
    {"{{ u|tojson(ensure_ascii=true) }}", "\"stra\\u00dfe \\u0391\\u03a3\""},
    {"{{ '\\u4f60\\U0001F600\\x7f\\x01'|tojson }}", "\"你😀\\u0001\""},
    {"{{ '\\U0001F600\\x7f'|tojson(ensure_ascii=true) }}", "\"\\ud83d\\ude00\\u007f\""},
    {"{{ {'a': 1}|tojson(separators=(',', ':')) }}", "{\"a\":1}"},
    {"{{ {1: 2, none: 3, true: 4, 1.5: 6}|tojson }}", "{\"1\": 4, \"null\": 3, \"1.5\": 6}"},
    {"{{ [1e16, 0.1, none, true]|tojson }}", "[1e+16, 0.1, null, true]"},
    {"{{ '</script>&'|tojson }}", "\"</script>&\""},
};

TEST(TemplateBuiltins, JsonIsWrittenAsTheReferenceWritesIt) { expect_cases(kJson); }

}  // namespace
}  // namespace candor::engine
