// Wordings as they stand in a text: whole words and whole numbers, and the words that carry a
// proposition. It compares bytes of normalised text (text.h) and knows no meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace candor::scoring {

// The first place from `from` on where `form` stands as a whole: a Latin word is not found inside a
// longer one ("lawyers"), nor a number inside a larger one ("1,200", "200,000", "200 million",
// "200万"). None for an empty form.
std::optional<std::size_t> find_form(std::string_view text, std::string_view form,
                                     std::size_t from);

// The words that carry a text, as hashes, sorted, each once: numbers, stems of Latin words of four
// letters and more, pairs of Chinese characters.
struct CarryingWords {
  std::vector<std::uint64_t> all;
  std::vector<std::uint64_t> numbers;  // of `all`
};
CarryingWords carrying_words(std::string_view text);

// How many of `wanted` are in `said`; both sorted.
std::size_t shared_words(const std::vector<std::uint64_t>& wanted,
                         const std::vector<std::uint64_t>& said);

}  // namespace candor::scoring
