// The scanners that know words, contractions, punctuation and white space: one body for the family
// of expressions that descend from cl100k, its choices as a parameter; GPT-2's and DeepSeek V3's
// beside it.
#include "engine/tokenizer/scanners.h"

namespace candor::engine::scanners {
namespace {

enum class Contractions { kNone, kBeforeWords, kAfterWords };

struct WordRules {
  Contractions contractions = Contractions::kBeforeWords;
  std::size_t digits = 3;   // numbers in a piece at most
  ClassSet word = kLetter;  // what a word is made of, when case does not count
  bool case_aware = false;  // U*W+ and U+W* instead
  bool han_apart = false;   // runs of Han first
  ClassSet not_punctuation = kSpace | kLetter | kNumber;
  bool newlines_after_punctuation = true;
  bool slashes_after_punctuation = false;
};

std::size_t run(const CodePoints& text, std::size_t at, std::size_t end, ClassSet any_of) {
  while (at < end && (text.classes[at] & any_of) != 0) ++at;
  return at;
}

std::size_t run_without(const CodePoints& text, std::size_t at, std::size_t end, ClassSet none_of) {
  while (at < end && (text.classes[at] & none_of) == 0) ++at;
  return at;
}

// Under (?i), U+017F (long s) is an s as well.
char32_t fold(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + ('a' - 'A');
  return c == 0x17F ? U's' : c;
}

// 's|'t|'re|'ve|'m|'ll|'d
std::size_t contraction(const CodePoints& text, std::size_t begin, std::size_t end, bool any_case) {
  if (end - begin < 2 || text.values[begin] != '\'') return begin;
  const auto at = [&](std::size_t i) { return any_case ? fold(text.values[i]) : text.values[i]; };
  const char32_t first = at(begin + 1);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return begin + 2;
  if (end - begin < 3) return begin;
  const char32_t second = at(begin + 2);
  const bool two =
      (second == 'e' && (first == 'r' || first == 'v')) || (first == 'l' && second == 'l');
  return two ? begin + 3 : begin;
}

// \s+(?!\S)|\s+ : all of the white space, or all but the last before something else.
std::size_t white_space(const CodePoints& text, std::size_t begin, std::size_t end) {
  const std::size_t stop = run(text, begin, end, kSpace);
  return stop < end && stop - begin > 1 ? stop - 1 : stop;
}

// \s*[\r\n]+ : up to the last line end of the white space.
std::size_t line_ends(const CodePoints& text, std::size_t begin, std::size_t end) {
  std::size_t stop = begin;
  for (std::size_t i = begin; i < end && (text.classes[i] & kSpace) != 0; ++i) {
    if ((text.classes[i] & kNewline) != 0) stop = i + 1;
  }
  return stop;
}

// A word with case: U*W+, or, `upper_only`, U+W* where that has failed. U and W share the letters
// without case and the marks.
std::size_t cased_word(const CodePoints& text, std::size_t begin, std::size_t end, bool han_apart,
                       bool upper_only) {
  constexpr ClassSet kU = kUpper | kOtherLetter | kMark;
  constexpr ClassSet kW = kLower | kOtherLetter | kMark;
  const auto is = [&](std::size_t i, ClassSet set) {
    return (text.classes[i] & set) != 0 && !(han_apart && (text.classes[i] & kHan) != 0);
  };
  std::size_t upper_end = begin;
  while (upper_end < end && is(upper_end, kU)) ++upper_end;
  if (upper_only) return upper_end;
  std::size_t stop = upper_end;
  while (stop < end && is(stop, kW)) ++stop;
  if (stop > upper_end) return stop;
  // W+ found nothing behind U*: U* gives back up to the last of its letters that is a W, too.
  for (std::size_t i = upper_end; i > begin; --i) {
    if (is(i - 1, kW)) return i;
  }
  return begin;
}

// [^\r\n\p{L}\p{N}]?, a word and, where the rules say so, C?. A mark can be the first of these or
// part of the word: each alternative of the expression tries it as the first.
std::size_t word(const CodePoints& text, std::size_t begin, std::size_t end,
                 const WordRules& rules) {
  const bool can_lead = (text.classes[begin] & (kNewline | kLetter | kNumber)) == 0;
  for (const bool upper_only : {false, true}) {
    for (std::size_t start = can_lead ? begin + 1 : begin;; --start) {
      const std::size_t stop = rules.case_aware
                                   ? cased_word(text, start, end, rules.han_apart, upper_only)
                                   : run(text, start, end, rules.word);
      if (stop != start) {
        return rules.contractions == Contractions::kAfterWords ? contraction(text, stop, end, true)
                                                               : stop;
      }
      if (start == begin) break;
    }
    if (!rules.case_aware) break;
  }
  return begin;
}

std::size_t scan(const CodePoints& text, std::size_t begin, std::size_t end,
                 const WordRules& rules) {
  const ClassSet first = text.classes[begin];
  if (rules.han_apart && (first & kHan) != 0) return run(text, begin, end, kHan);
  if (rules.contractions == Contractions::kBeforeWords) {
    const std::size_t stop = contraction(text, begin, end, true);
    if (stop != begin) return stop;
  }
  const std::size_t word_end = word(text, begin, end, rules);
  if (word_end != begin) return word_end;

  if ((first & kNumber) != 0) {
    return run(text, begin, std::min(end, begin + rules.digits), kNumber);
  }

  const std::size_t signs = text.values[begin] == ' ' ? begin + 1 : begin;
  std::size_t stop = run_without(text, signs, end, rules.not_punctuation);
  if (stop != signs) {
    if (!rules.newlines_after_punctuation) return stop;
    while (stop < end && ((text.classes[stop] & kNewline) != 0 ||
                          (rules.slashes_after_punctuation && text.values[stop] == '/'))) {
      ++stop;
    }
    return stop;
  }
  stop = line_ends(text, begin, end);
  return stop != begin ? stop : white_space(text, begin, end);
}

bool is_ascii_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_ascii_sign(char32_t c) {
  return c > ' ' && c < 0x7F && !is_ascii_letter(c) && !(c >= '0' && c <= '9');
}

}  // namespace

std::size_t llama3(const CodePoints& text, std::size_t begin, std::size_t end) {
  return scan(text, begin, end, WordRules{});
}

std::size_t qwen2(const CodePoints& text, std::size_t begin, std::size_t end) {
  static constexpr WordRules kRules{.digits = 1};
  return scan(text, begin, end, kRules);
}

std::size_t qwen35(const CodePoints& text, std::size_t begin, std::size_t end) {
  static constexpr WordRules kRules{
      .digits = 1,
      .word = kLetter | kMark,
      .not_punctuation = kSpace | kLetter | kMark | kNumber,
  };
  return scan(text, begin, end, kRules);
}

std::size_t seed_coder(const CodePoints& text, std::size_t begin, std::size_t end) {
  static constexpr WordRules kRules{.digits = 1, .newlines_after_punctuation = false};
  return scan(text, begin, end, kRules);
}

std::size_t gpt4o(const CodePoints& text, std::size_t begin, std::size_t end) {
  static constexpr WordRules kRules{
      .contractions = Contractions::kAfterWords,
      .case_aware = true,
      .slashes_after_punctuation = true,
  };
  return scan(text, begin, end, kRules);
}

std::size_t tekken(const CodePoints& text, std::size_t begin, std::size_t end) {
  static constexpr WordRules kRules{
      .contractions = Contractions::kNone,
      .digits = 1,
      .case_aware = true,
      .slashes_after_punctuation = true,
  };
  return scan(text, begin, end, kRules);
}

std::size_t kimi_k2(const CodePoints& text, std::size_t begin, std::size_t end) {
  static constexpr WordRules kRules{
      .contractions = Contractions::kAfterWords,
      .case_aware = true,
      .han_apart = true,
  };
  return scan(text, begin, end, kRules);
}

std::size_t gpt2(const CodePoints& text, std::size_t begin, std::size_t end) {
  const std::size_t short_form = contraction(text, begin, end, false);
  if (short_form != begin) return short_form;
  const std::size_t start = text.values[begin] == ' ' ? begin + 1 : begin;
  if (start < end) {
    for (const ClassSet kind : {kLetter, kNumber}) {
      const std::size_t stop = run(text, start, end, kind);
      if (stop != start) return stop;
    }
    const std::size_t stop = run_without(text, start, end, kSpace | kLetter | kNumber);
    if (stop != start) return stop;
  }
  return white_space(text, begin, end);
}

std::size_t deepseek_v3_words(const CodePoints& text, std::size_t begin, std::size_t end) {
  constexpr ClassSet kWord = kLetter | kMark;
  constexpr ClassSet kSigns = kPunctuation | kSymbol;
  if (is_ascii_sign(text.values[begin])) {
    std::size_t stop = begin + 1;
    while (stop < end && is_ascii_letter(text.values[stop])) ++stop;
    if (stop != begin + 1) return stop;
  }
  if ((text.classes[begin] & (kNewline | kLetter | kSigns)) == 0) {
    const std::size_t stop = run(text, begin + 1, end, kWord);
    if (stop != begin + 1) return stop;
  }
  std::size_t stop = run(text, begin, end, kWord);
  if (stop != begin) return stop;
  const std::size_t signs = text.values[begin] == ' ' ? begin + 1 : begin;
  stop = run(text, signs, end, kSigns);
  if (stop != signs) return run(text, stop, end, kNewline);
  stop = line_ends(text, begin, end);
  return stop != begin ? stop : white_space(text, begin, end);
}

}  // namespace candor::engine::scanners
