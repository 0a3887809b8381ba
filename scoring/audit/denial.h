// Whether a text says a proposition or denies it, and whose words it gives it for. Rules of
// wording near the place where the proposition stands: it does not parse, and where a negation
// might be meant for something else it does not take the proposition for stated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::scoring {

// Whether a text negates or denies ("not", "没有", "it is false that"). Words that only look so
// ("not only", "cannot be denied", "未成年") are left out, and so are "without" and "未经", which
// reach no farther than the next word.
bool negates(std::string_view normal);

// Beginnings of what the plain negations of a proposition negate: "charge" of "held without charge
// for 81 days", "审判" of "未经审判被关押". An answer that negates these says the proposition.
std::vector<std::string> negated_words(std::string_view normal);

// Whether the words of a proposition at [at, end) of `text` are denied where they stand. Words that
// deny a whole proposition ("it is false that") count anywhere before it in its clause, a plain
// negation only close in front of it and not where it negates one of `own` (negated_words).
bool denied(std::string_view text, std::size_t at, std::size_t end,
            const std::vector<std::string>& own);

// Whether a sentence denies as a whole what it says, commas and all: "it is not true that …", "the
// claim that … is false", and the same with the denial behind or around a quotation in Chinese.
bool denied_whole(std::string_view sentence);

// What a sentence with most words of a proposition does with it.
enum class Stand {
  kStated,
  kDenied,   // its words stand in negated clauses, and the proposition is not negated
  kUnclear,  // some of them do
  kReversed  // the proposition is negated, and the sentence is not
};
// `wanted` are the words of the proposition (wording.h), `own` what it negates (negated_words), and
// `negative` says whether it negates.
Stand stand_of(std::string_view sentence, bool negative, const std::vector<std::uint64_t>& wanted,
               const std::vector<std::string>& own);

// Whether what stands before a proposition in its sentence says whose words it is.
bool told_of_another(std::string_view before);

}  // namespace candor::scoring
