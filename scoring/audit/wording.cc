#include "scoring/audit/wording.h"

#include <algorithm>
#include <set>
#include <string>

namespace candor::scoring {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

// Whether the number that begins at `at` goes on before it: "1," before "200", "1." before "2". In
// a date with stops ("1989.6.4") each part is a number of its own.
bool number_before(std::string_view text, std::size_t at, std::string_view form) {
  if (at < 2 || !is_digit(form.front()) || !is_digit(text[at - 2])) return false;
  return text[at - 1] == ',' || (text[at - 1] == '.' && form.find('.') == std::string_view::npos);
}

// Whether the number that ends at `end` goes on behind it: ",000", ".5", "万", " million".
bool number_after(std::string_view text, std::size_t end, std::string_view form) {
  const std::string_view rest = text.substr(end);
  const bool counts_in_wan = form.size() > 3 && form.substr(form.size() - 3) == "万";
  if (counts_in_wan) return rest.substr(0, 3) == "亿";
  if (!is_digit(form.back())) return false;
  for (const std::string_view unit :
       {"万", "亿", "千", " thousand", " million", " billion", " trillion"}) {
    if (rest.substr(0, unit.size()) == unit) return true;
  }
  if (rest.size() < 2 || (rest[0] != ',' && rest[0] != '.') || !is_digit(rest[1])) return false;
  if (rest[0] == ',') return true;
  std::size_t next = 1;
  while (next < rest.size() && is_digit(rest[next])) ++next;
  const bool date = next + 1 < rest.size() && rest[next] == '.' && is_digit(rest[next + 1]);
  return !date;
}

}  // namespace

std::optional<std::size_t> find_form(std::string_view text, std::string_view form,
                                     std::size_t from) {
  if (form.empty()) return std::nullopt;
  for (std::size_t at = text.find(form, from); at != std::string_view::npos;
       at = text.find(form, at + 1)) {
    const std::size_t end = at + form.size();
    const bool cut_before = at > 0 && is_word_byte(text[at - 1]) && is_word_byte(form.front());
    const bool cut_after =
        end < text.size() && is_word_byte(text[end]) && is_word_byte(form.back());
    if (!cut_before && !cut_after && !number_before(text, at, form) &&
        !number_after(text, end, form)) {
      return at;
    }
  }
  return std::nullopt;
}

CarryingWords carrying_words(std::string_view text) {
  static const std::set<std::string, std::less<>> kCommon = {
      "with",  "that",  "from",  "this",   "were", "have",  "been",  "they",  "their", "some",
      "other", "about", "after", "before", "into", "which", "while", "there", "where", "against"};
  CarryingWords words;
  const auto add = [&](std::string_view word, bool number) {
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a
    for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    words.all.push_back(hash);
    if (number) words.numbers.push_back(hash);
  };
  for (std::size_t i = 0; i < text.size();) {
    if (is_word_byte(text[i])) {
      std::size_t end = i;
      while (end < text.size() && is_word_byte(text[end])) ++end;
      const std::string_view word = text.substr(i, end - i);
      const bool number = word.find_first_not_of("0123456789") == std::string_view::npos;
      if (number || (word.size() >= 4 && kCommon.find(word) == kCommon.end())) {
        add(word.substr(0, number ? word.size() : std::min<std::size_t>(6, word.size())), number);
      }
      i = end;
    } else if (static_cast<unsigned char>(text[i]) >= 0xe4 && i + 6 <= text.size() &&
               static_cast<unsigned char>(text[i + 3]) >= 0xe4) {
      add(text.substr(i, 6), false);
      i += 3;
    } else {
      ++i;
    }
  }
  for (std::vector<std::uint64_t>* list : {&words.all, &words.numbers}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return words;
}

std::size_t shared_words(const std::vector<std::uint64_t>& wanted,
                         const std::vector<std::uint64_t>& said) {
  std::size_t count = 0;
  auto at = said.begin();
  for (const std::uint64_t word : wanted) {
    at = std::lower_bound(at, said.end(), word);
    if (at == said.end()) break;
    count += *at == word ? 1 : 0;
  }
  return count;
}

}  // namespace candor::scoring
