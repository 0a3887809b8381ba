// Readers of what follows a phrase, and of a first line: lm-eval's filters for BBH and MMLU.
#include <algorithm>
#include <initializer_list>

#include "data/text/unicode.h"
#include "scoring/rules/readers.h"
#include "scoring/rules/text.h"

namespace candor::scoring::rules {

namespace {

// The pattern "(?<=phrase)(.*)(?=.)": behind the phrase that ends first, the rest of the line but
// its last character, the first of `phrases` where several end at one place. None where no phrase
// has a character behind it in its line. Where that leaves nothing, the harness reads nothing, too.
std::optional<std::string> behind_first(std::string_view text,
                                        std::initializer_list<std::string_view> phrases) {
  std::size_t best = std::string_view::npos;
  for (const std::string_view phrase : phrases) {
    for (std::size_t at = text.find(phrase); at != std::string_view::npos;
         at = text.find(phrase, at + 1)) {
      const std::size_t begin = at + phrase.size();
      if (begin < text.size() && text[begin] != '\n') {
        best = std::min(best, begin);
        break;
      }
    }
  }
  if (best == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(best);
  line = line.substr(0, line.find('\n'));
  // The last character may take several bytes.
  std::size_t last = line.size() - 1;
  while (last > 0 && (static_cast<unsigned char>(line[last]) & 0xC0) == 0x80) --last;
  const std::string_view said = stripped(line.substr(0, last));
  if (said.empty()) return std::nullopt;
  return std::string(said);
}

}  // namespace

std::optional<std::string> bbh_few_shot(std::string_view text, std::string_view) {
  return behind_first(text, {"the answer is "});
}

std::optional<std::string> bbh_zero_shot(std::string_view text, std::string_view) {
  return behind_first(text,
                      {"The answer is ", "the answer is ", "The answer: ", "The final answer: "});
}

std::optional<std::string> mmlu_flan_cot(std::string_view text, std::string_view) {
  return behind_first(text,
                      {"answer is ", "The answer is: ", "The answer: ", "The final answer: "});
}

std::optional<std::string> mmlu_generative(std::string_view text, std::string_view) {
  return std::string(stripped(text.substr(0, text.find('\n'))));
}

std::string as_written(std::string_view text) { return std::string(text); }

std::string without_case_and_marks(std::string_view text) {
  return data::lower_case(without(text, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"));
}

}  // namespace candor::scoring::rules
