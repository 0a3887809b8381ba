// The scanners behind the pre-tokenizers: one function a pass, each the hand-written equal of the
// regular expression quoted at it. Alternatives are tried in the order of the expression,
// quantifiers are greedy, and backtracking that can matter is spelt out.
#pragma once

#include "engine/tokenizer/pretokenizer.h"

namespace candor::engine::scanners {

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
// |\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t llama3(const CodePoints& text, std::size_t begin, std::size_t end);
// The same with \p{N} for \p{N}{1,3}.
std::size_t qwen2(const CodePoints& text, std::size_t begin, std::size_t end);
// As qwen2 with [\p{L}\p{M}]+ for \p{L}+ and [^\s\p{L}\p{M}\p{N}]+ for [^\s\p{L}\p{N}]+.
std::size_t qwen35(const CodePoints& text, std::size_t begin, std::size_t end);
// As qwen2 with  ?[^\s\p{L}\p{N}\r\n]+  for the punctuation.
std::size_t seed_coder(const CodePoints& text, std::size_t begin, std::size_t end);
// [^\r\n\p{L}\p{N}]?U*W+C?|[^\r\n\p{L}\p{N}]?U+W*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|…
// U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], W = [\p{Ll}\p{Lm}\p{Lo}\p{M}], C the contractions.
std::size_t gpt4o(const CodePoints& text, std::size_t begin, std::size_t end);
// As gpt4o without the contractions and with \p{N} (Mistral's Tekken).
std::size_t tekken(const CodePoints& text, std::size_t begin, std::size_t end);
// [\p{Han}]+|, then as gpt4o with U and W less \p{Han} and [\r\n]* behind punctuation.
std::size_t kimi_k2(const CodePoints& text, std::size_t begin, std::size_t end);

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t gpt2(const CodePoints& text, std::size_t begin, std::size_t end);

// [!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*
// |\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t deepseek_v3_words(const CodePoints& text, std::size_t begin, std::size_t end);

std::size_t one_number(const CodePoints& text, std::size_t begin, std::size_t end);  // \p{N}
std::size_t three_numbers(const CodePoints& text, std::size_t begin,
                          std::size_t end);                                       // \p{N}{1,3}
std::size_t numbers(const CodePoints& text, std::size_t begin, std::size_t end);  // \p{N}+
std::size_t ascii_triple(const CodePoints& text, std::size_t begin,
                         std::size_t end);                                        // [0-9][0-9][0-9]
std::size_t newline(const CodePoints& text, std::size_t begin, std::size_t end);  // [\r\n]
std::size_t space_at_end(const CodePoints& text, std::size_t begin, std::size_t end);  // \s+$
std::size_t letters(const CodePoints& text, std::size_t begin, std::size_t end);       // \s?\p{L}+
std::size_t punctuation(const CodePoints& text, std::size_t begin, std::size_t end);   // \s?\p{P}+
// [\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+
std::size_t han_and_kana(const CodePoints& text, std::size_t begin, std::size_t end);
// [\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+
std::size_t east_asian(const CodePoints& text, std::size_t begin, std::size_t end);
// \s?<the frozen list of cased letters of DeepSeek LLM>+ (model-facts, appendix A)
std::size_t cased_letters(const CodePoints& text, std::size_t begin, std::size_t end);
std::string cased_letters_regex();  // as it is published
// \s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+
std::size_t deepseek_punctuation(const CodePoints& text, std::size_t begin, std::size_t end);
// Runs of \p{P} and of ASCII signs, which "Punctuation" in tokenizer.json means.
std::size_t punctuation_runs(const CodePoints& text, std::size_t begin, std::size_t end);
// [\p{P}$+<=>^~|`]+
std::size_t falcon_punctuation(const CodePoints& text, std::size_t begin, std::size_t end);

}  // namespace candor::engine::scanners
