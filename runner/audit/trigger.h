// The shortest part of a prompt that still makes a model withhold its answer: delta debugging
// (ddmin.h) over the words of the prompt, then over the characters of what is left; and what each
// word does by itself. Knows no model: it is given a function that asks texts.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace candor::runner {

// What was answered to one text, over all its samples.
struct Reply {
  int asked = 0;     // samples
  int withheld = 0;  // of them; the others were given, or say neither (an error, a cut answer)
  int unknown = 0;   // say neither
  std::map<std::string, int> labels;  // of all samples
  std::string question;               // id of the stored question

  // Most of the samples withhold; half is not most.
  bool triggers() const { return 2 * withheld > asked; }
  // Whether it triggers can be told: whatever the unknown samples would have been, it stays so.
  bool tells() const { return triggers() || 2 * (withheld + unknown) <= asked; }
  bool surely_not() const { return tells() && !triggers(); }
  double share() const { return asked == 0 ? 0 : static_cast<double>(withheld) / asked; }
};

// The replies to texts, in their order, asked as one batch. No text comes twice.
using AskTexts = std::function<std::vector<Reply>(const std::vector<std::string>&)>;

// Bytes [first, second) of the prompt.
using Places = std::vector<std::pair<std::size_t, std::size_t>>;

struct Variant {
  std::string step;  // "whole", "one word left out", "words", "characters"
  std::string text;
  Places places;
  Reply reply;
};

struct LeftOut {
  std::string word;
  std::pair<std::size_t, std::size_t> place;
  bool asked = false;  // false: nothing but white space is left without it
  Reply reply;         // to the prompt without it
};

struct TriggerOptions {
  bool characters = true;    // go on below words
  std::size_t most = 1'000;  // texts to ask
};

struct TriggerFinding {
  bool triggers = false;  // the whole prompt does; if not, only `whole` and `variants` are filled
  Reply whole;
  std::string minimal;
  Places places;
  std::string units;  // what cannot be left out of it one by one: "words" or "characters"
  // Every text that lacks one unit of `minimal` was asked and surely does not trigger. False where
  // the number of texts was used up first: then `minimal` is the shortest found so far and `proof`
  // empty; and where one of these texts does not tell.
  bool proven = false;
  std::vector<Variant> proof;  // those texts; of a single unit there are none
  std::vector<LeftOut> words;  // of the whole prompt, each left out alone
  // Words without which the prompt is surely not withheld any more: each of those that do it alone;
  // where none does, a set of them none of which could stay. A short `minimal` may be withheld for
  // being no question at all; these are what the prompt itself is withheld for. Empty where the
  // texts were used up first.
  std::vector<std::size_t> needed;  // places in `words`
  std::vector<Variant> variants;    // every text that was asked, in the order asked
};

// White space around the prompt is left out first. Throws Error (usage) when nothing is left, and
// whatever `ask` throws.
TriggerFinding find_trigger(std::string_view prompt, const TriggerOptions& options,
                            const AskTexts& ask);

// The prompt with what stands outside `places` put in brackets, for a reader: "[Who is ]Xi[?]".
std::string with_brackets(std::string_view prompt, const Places& places);

}  // namespace candor::runner
