// Statements, scopes and white space work as in the reference implementation.
#include "tests/engine/chat/render.h"

namespace candor::engine {
namespace {

constexpr Case kLoops[] = {
    {"{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ "
     "loop.length }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem "
     "}},{% endfor %}",
     "10TrueFalse3321,21FalseFalse32132,32FalseTrue3101,"},
    {"{% for i in l %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i > 1) }} {% endfor %}",
     "aTrue bTrue aTrue "},
    {"{% for i in l if i > 1 %}{{ i }}{{ loop.length }}{% else %}none{% endfor %}", "3222"},
    {"{% for i in l if i > 10 %}{{ i }}{% else %}none{% endfor %}", "none"},
    {"{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "b=1;A=2;c=0;"},
    {"{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}", "A=2;b=1;c=0;"},
    {"{% for c in '你a' %}{{ c }}.{% endfor %}", "你.a."},
    {"{% for i in l %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "32"},
    {"{% for i in l %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{% endfor %}", "3"},
    {"{% for i in [[1, [2, 3]], [4]] recursive %}{% if i is iterable %}<{{ loop(i) }}>{% else %}{{ "
     "i }}{{ loop.depth }}{% endif %}{% endfor %}",
     "<12<2333>><42>"},
    {"{% for i in l %}{% for j in l %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}",
     "1231 1232 1233 "},
    {"{% for i in 1, 2, 3 %}{{ i }}{% endfor %}", "123"},
};

TEST(TemplateStatements, LoopsKnowWhereTheyAre) { expect_cases(kLoops); }

constexpr Case kScopes[] = {
    {"{% set c = 0 %}{% for i in l %}{{ c }}{% set c = c + 1 %}{{ c }}{% endfor %}{{ c }}",
     "0101010"},
    {"{% if x %}{% set q = 1 %}{% endif %}{{ q }}", "1"},
    {"{% for i in l %}{% set q = i %}{% endfor %}{{ q }}", ""},
    {"{% set ns = namespace(c=0) %}{% for i in l %}{% set ns.c = ns.c + i %}{% endfor %}{{ ns.c "
     "}}{{ ns.none }}",
     "6"},
    {"{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12"},
    {"{% set (a, b) = [1, 2] %}{{ a }}{{ b }}", "12"},
    {"{% set a %}x{{ x }}{% endset %}[{{ a }}]", "[x5]"},
    {"{% set a | upper | replace('X', 'Y') %}x{{ s }}{% endset %}[{{ a }}]", "[YHELLO WORLD]"},
    {"{% with x = 1, z = x %}{{ x }}{{ z }}{% endwith %}{{ x }}", "155"},
    {"{% set q = 1 %}{% filter upper %}{% set q = 2 %}a{{ q }}{% endfilter %}{{ q }}", "A21"},
    {"{% generation %}g{{ x }}{% endgeneration %}z", "g5z"},
    {"{% print x %}", "5"},
};

TEST(TemplateStatements, NamesLiveWhereJinjaKeepsThem) { expect_cases(kScopes); }

constexpr Case kMacros[] = {
    {"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(a=5) }}{{ "
     "m(b=1) }}{{ m() }}",
     "[12][13][52][1][2]"},
    {"{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "11"},
    {"{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, q=4) }}",
     "1(2, 3){'q': 4}"},
    {"{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{{ x }}{% endcall %}", "<in5>"},
    {"{% macro m() %}<{{ caller(1, 2) }}>{% endmacro %}{% call(a, b) m() %}{{ a }}{{ b }}{% "
     "endcall %}",
     "<12>"},
    {"{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}",
     "543210"},
    {"{% set v = 1 %}{% macro m() %}{{ v }}{% endmacro %}{% set v = 2 %}{{ m() }}", "2"},
    {"{% macro m() %}{% set v = 9 %}{{ v }}{% endmacro %}{{ m() }}{{ v }}", "9"},
    {"{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*[1]) }}{{ m(**{'a': 2}) }}", "12"},
};

TEST(TemplateStatements, MacrosTakeArgumentsDefaultsAndCallers) { expect_cases(kMacros); }

constexpr Case kGenerators[] = {
    {"{% set g = l|select('odd') %}{{ g|list }}{{ g|list }}", "[3, 1][]"},
    {"{% if []|select %}yes{% else %}no{% endif %}", "yes"},
    {"{% set r = l|reverse %}{% for i in r %}{{ i }}{% endfor %}{% for i in r %}{{ i }}{% endfor "
     "%}",
     "213"},
    {"{% set g = l|map('string') %}{{ g|first }}{{ g|list }}", "3['1', '2']"},
};

TEST(TemplateStatements, GeneratorsAreTrueAndUsedUpOnce) { expect_cases(kGenerators); }

constexpr Case kWhiteSpace[] = {
    {"A \n  {% if x %}\n  B\n {% endif %}\n \n C", "A \n  B\n \n C"},
    {"A \n  {{ x }}\n  B \n", "A \n  5\n  B "},
    {"A \n  {# c #}\n  B \n", "A \n  B "},
    {"A \n  {% if x -%}\n  B\n {% endif -%}\n \n C", "A \nB\nC"},
    {"A \n  {{ x -}}\n  B \n", "A \n  5B "},
    {"A \n  {# c -#}\n  B \n", "A \nB "},
    {"A \n  {% if x +%}\n  B\n {% endif +%}\n \n C", "A \n\n  B\n\n \n C"},
    {"A \n  {# c +#}\n  B \n", "A \n\n  B "},
    {"A \n  {%- if x %}\n  B\n {%- endif %}\n \n C", "A  B \n C"},
    {"A \n  {{- x }}\n  B \n", "A5\n  B "},
    {"A \n  {#- c #}\n  B \n", "A  B "},
    {"A \n  {%- if x -%}\n  B\n {%- endif -%}\n \n C", "ABC"},
    {"A \n  {{- x -}}\n  B \n", "A5B "},
    {"A \n  {#- c -#}\n  B \n", "AB "},
    {"A \n  {%- if x +%}\n  B\n {%- endif +%}\n \n C", "A\n  B\n \n C"},
    {"A \n  {#- c +#}\n  B \n", "A\n  B "},
    {"A \n  {%+ if x %}\n  B\n {%+ endif %}\n \n C", "A \n    B\n  \n C"},
    {"A \n  {{+ x }}\n  B \n", "A \n  5\n  B "},
    {"A \n  {#+ c #}\n  B \n", "A \n    B "},
    {"A \n  {%+ if x -%}\n  B\n {%+ endif -%}\n \n C", "A \n  B\n C"},
    {"A \n  {{+ x -}}\n  B \n", "A \n  5B "},
    {"A \n  {#+ c -#}\n  B \n", "A \n  B "},
    {"A \n  {%+ if x +%}\n  B\n {%+ endif +%}\n \n C", "A \n  \n  B\n \n \n C"},
    {"A \n  {#+ c +#}\n  B \n", "A \n  \n  B "},
    {"a{{ 1 }}\n", "a1"},
    {"a\n\n", "a\n"},
    {"a\r\nb\rc\r\n", "a\nb\nc"},
    {" \t{% raw %} {{ x }} {% endraw %}\n b", " {{ x }}  b"},
    {"{%- raw -%}  {{ x }}  {%- endraw -%}  z", "{{ x }}z"},
    {"a {% set q = 1 %} b", "a  b"},
    {"A　{%- set q = 1 -%}　B", "AB"},
    {"{{ {'a': {}} }}{{ '}}' }}{{ \"{%\" }}", "{'a': {}}}}{%"},
};

TEST(TemplateStatements, TagsTakeTheWhiteSpaceTheyAsk) { expect_cases(kWhiteSpace); }

}  // namespace
}  // namespace candor::engine
