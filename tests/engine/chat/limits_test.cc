// A template from a stranger cannot hold the program up: each of these ends in an Error that names
// the line, in little time and memory. What they would take unchecked is hours, terabytes or the
// stack.
#include <sys/resource.h>

#include "tests/engine/chat/render.h"

namespace candor::engine {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr double kSlower = 20;
constexpr long kKilobytes = 1'000'000;  // freed memory stays in quarantine
#else
constexpr double kSlower = 1;
constexpr long kKilobytes = 64 * 1024;
#endif

const std::string kBombs[] = {
    "{% for i in range(1000000000) %}{% endfor %}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
    "{% for d in range(1000) %}{% for e in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}"
    "{% endfor %}{% endfor %}",
    "{% set n = namespace(s='x') %}{% for i in range(64) %}{% set n.s = n.s + n.s %}{% endfor %}",
    "{% set n = namespace(s=[1]) %}{% for i in range(64) %}{% set n.s = n.s + n.s %}{% endfor %}",
    "{% set n = namespace(s=[1]) %}{% for i in range(64) %}{% set n.s = [n.s, n.s] %}{% endfor %}"
    "{{ n.s }}",
    "{% set n = namespace(s=[1]) %}{% for i in range(64) %}{% set n.s = [n.s, n.s] %}{% endfor %}"
    "{{ n.s|tojson }}",
    "{% set n = namespace(s=(1,)) %}{% for i in range(64) %}{% set n.s = (n.s, n.s) %}{% endfor %}"
    "{{ {n.s: 1} }}",
    "{{ 'x' * 100000000000 }}",
    "{{ [1] * 100000000000 }}",
    "{% for i in range(100000) %}{% set a = 'x' * 8000000 %}{% endfor %}",
    "{{ " + repeated("(", 50000) + "1" + repeated(")", 50000) + " }}",
    "{{ " + repeated("[", 50000) + repeated("]", 50000) + " }}",
    "{{ " + repeated("not ", 50000) + "1 }}",
    "{{ " + repeated("-", 50000) + "1 }}",
    "{{ 1" + repeated("+1", 50000) + " }}",
    "{{ a" + repeated(".a", 50000) + " }}",
    "{{ a" + repeated("|trim", 50000) + " }}",
    "{{ " + repeated("1 if 1 else ", 20000) + "1 }}",
    repeated("{% if 1 %}", 20000) + repeated("{% endif %}", 20000),
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(100) }}",
    "{% set a = [] %}{% set _ = a.append(a) %}{{ a }}",
    "{% set a = [] %}{% set _ = a.append(a) %}{{ a|tojson }}",
    "{% set a = [] %}{% set _ = a.append(a) %}{% for b in a recursive %}{{ loop(b) }}{% endfor %}",
    "{% set n = namespace(l=[]) %}{% for i in range(1000) %}{% for j in range(1000) %}"
    "{% set n.l = [n.l] %}{% endfor %}{% endfor %}",
    "{{ 2 ** 100000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ 'x'|center(100000000000) }}",
    "{{ ('x ' * 4000000).split() }}",
    "{{ ('x' * 1000000).replace('x', 'y' * 1000) }}",
    "{{ ['\\x01' * 7000000] }}",
    "{% set a = 'ab' * 4000000 %}{% for i in range(100000) %}{{ 'bac' in a }}{% endfor %}",
    "{% set a = 'é' * 3000000 %}{% for i in range(1000) %}{% set b = a|upper|title %}{% endfor %}",
    "{{ ('<' * 7000000)|e }}",
};

TEST(TemplateLimits, BombsEndEarlyWithTheLine) {
  const long peak = peak_kilobytes();
  for (const std::string& bomb : kBombs) {
    SCOPED_TRACE(bomb.substr(0, 120));
    const double before = cpu_seconds();
    const std::string error = error_of(bomb);
    EXPECT_LT(cpu_seconds() - before, 1.0 * kSlower);
    EXPECT_EQ(error.substr(0, 23), "chat template: line 1: ") << error;
  }
  EXPECT_LT(peak_kilobytes() - peak, kKilobytes);
}

// Searches that are quadratic when done naively; they have a result and it does not take long.
TEST(TemplateLimits, LongNeedlesInLongTextsAreFoundInLinearTime) {
  const double before = cpu_seconds();
  const std::string needle =
      "{% set a = 'a' * 4000000 %}{% set b = 'a' * 2000000 ~ 'b' %}{{ b in a }}{{ a.count(b) }}";
  EXPECT_EQ(ChatTemplate(needle).render(test_input()), "False0");
  const std::string last =
      "{% set a = 'a' * 2000000 %}{% set b = 'a' * 500000 ~ 'b' ~ 'a' * 500000 %}"
      "{{ a.rfind(b) }}{{ a.rsplit(b)|length }}";
  EXPECT_EQ(ChatTemplate(last).render(test_input()), "-11");
  EXPECT_LT(cpu_seconds() - before, 1.0 * kSlower);
}

TEST(TemplateLimits, ManyFlatStatementsAndLongChainsOfTextAreFine) {
  EXPECT_EQ(ChatTemplate(repeated("{% if 1 %}a{% endif %}", 10000)).render(test_input()),
            repeated("a", 10000));
  EXPECT_EQ(ChatTemplate("{{ ''" + repeated("~1", 20000) + " }}").render(test_input()),
            repeated("1", 20000));
  EXPECT_EQ(ChatTemplate("{% if 0 %}" + repeated("{% elif 0 %}", 10000) + "{% else %}a{% endif %}")
                .render(test_input()),
            "a");
}

TEST(TemplateLimits, AConversationOfManyLongTurnsFits) {
  ChatInput input = test_input();
  for (int turn = 0; turn < 400; ++turn) {
    input.messages.push_back(
        {{"role", turn % 2 == 0 ? "user" : "assistant"}, {"content", std::string(2000, 'x')}});
  }
  const std::string source =
      "{% for m in messages %}{% for n in messages[loop.index:] if n.role == 'user' %}{% endfor %}"
      "{{ '<|im_start|>' + m['role'] + '\\n' + m['content']|trim + '<|im_end|>' + '\\n' }}"
      "{% endfor %}";
  EXPECT_GT(ChatTemplate(source).render(input).size(), 800'000u);
}

}  // namespace
}  // namespace candor::engine
