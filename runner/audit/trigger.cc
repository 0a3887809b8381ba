#include "runner/audit/trigger.h"

#include <algorithm>
#include <optional>

#include "data/base/error.h"
#include "data/text/segments.h"
#include "data/text/unicode.h"
#include "runner/audit/ddmin.h"

namespace candor::runner {

namespace {

// A text made of pieces of the prompt, and where in it each byte comes from.
struct Part {
  std::string text;
  std::vector<std::size_t> origins;

  Places places() const {
    Places found;
    for (const std::size_t origin : origins) {
      if (!found.empty() && found.back().second == origin) {
        ++found.back().second;
      } else {
        found.emplace_back(origin, origin + 1);
      }
    }
    return found;
  }
  void take(const Part& from, const data::Segment& segment) {
    for (std::size_t i = segment.begin; i < segment.end; ++i) {
      text += from.text[i];
      origins.push_back(from.origins[i]);
    }
  }
};

// A text cut into units, any of which can be left out.
class Cut {
 public:
  // Words: white space is no unit of its own. Between two words that are kept stands the first run
  // of it that stood between them, so that English keeps its spaces and Chinese gets none.
  static Cut into_words(Part whole) {
    return Cut(whole, data::word_segments(whole.text),
               [](const data::Segment& segment) { return !segment.space; });
  }
  static Cut into_characters(Part whole) {
    return Cut(whole, data::character_segments(whole.text),
               [](const data::Segment&) { return true; });
  }

  std::size_t size() const { return units_.size(); }

  Part part(const Units& kept) const {
    Part made;
    std::optional<std::size_t> last;
    for (const std::size_t unit : kept) {
      for (std::size_t i = last ? *last + 1 : units_[unit]; i < units_[unit]; ++i) {
        if (!segments_[i].space || spaces_are_units_) continue;
        made.take(whole_, segments_[i]);
        break;
      }
      made.take(whole_, segments_[units_[unit]]);
      last = units_[unit];
    }
    return made;
  }

 private:
  template <typename IsUnit>
  Cut(const Part& whole, std::vector<data::Segment> segments, IsUnit is_unit)
      : whole_(whole), segments_(std::move(segments)) {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (is_unit(segments_[i])) units_.push_back(i);
    }
    spaces_are_units_ = units_.size() == segments_.size();
  }

  Part whole_;
  std::vector<data::Segment> segments_;
  std::vector<std::size_t> units_;  // the segments that are units
  bool spaces_are_units_ = false;
};

Units all_units(const Cut& cut) {
  Units units(cut.size());
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = i;
  return units;
}

struct UsedUp {};  // more texts would have to be asked than may be

class Search {
 public:
  Search(const TriggerOptions& options, const AskTexts& ask) : options_(options), ask_(ask) {}

  // What was answered to each part; none for one that has nothing to ask.
  std::vector<const Reply*> ask(const std::string& step, const std::vector<Part>& parts) {
    std::vector<std::string> fresh;
    std::vector<const Part*> fresh_parts;
    for (const Part& part : parts) {
      if (data::trimmed(part.text).empty() || known_.contains(part.text)) continue;
      if (std::find(fresh.begin(), fresh.end(), part.text) != fresh.end()) continue;
      fresh.push_back(part.text);
      fresh_parts.push_back(&part);
    }
    if (known_.size() + fresh.size() > options_.most) throw UsedUp();
    if (!fresh.empty()) {
      const std::vector<Reply> replies = ask_(fresh);
      for (std::size_t i = 0; i < fresh.size(); ++i) {
        known_[fresh[i]] = replies.at(i);
        variants_.push_back({step, fresh[i], fresh_parts[i]->places(), replies[i]});
        if (replies[i].triggers() && (!best_ || fresh[i].size() < best_->text.size())) {
          best_ = *fresh_parts[i];
        }
      }
    }
    std::vector<const Reply*> answers;
    for (const Part& part : parts) {
      const auto found = known_.find(part.text);
      answers.push_back(found == known_.end() ? nullptr : &found->second);
    }
    return answers;
  }

  // The part of `cut` to which ddmin comes. Precondition: the whole triggers.
  Units minimise(const std::string& step, const Cut& cut) {
    return minimal_part(cut.size(),
                        [&](const std::vector<Units>& tried) {
                          std::vector<Part> parts;
                          for (const Units& units : tried) parts.push_back(cut.part(units));
                          std::vector<bool> answers;
                          for (const Reply* reply : ask(step, parts)) {
                            answers.push_back(reply != nullptr && reply->triggers());
                          }
                          return answers;
                        })
        .kept;
  }

  const Part& best() const { return *best_; }
  std::vector<Variant> take_variants() { return std::move(variants_); }

 private:
  const TriggerOptions& options_;
  const AskTexts& ask_;
  std::map<std::string, Reply> known_;
  std::vector<Variant> variants_;
  std::optional<Part> best_;  // the shortest that triggers
};

// The prompt with each of its words left out, as one batch.
void leave_out_each(const Cut& words, Search& search, TriggerFinding& finding) {
  std::vector<Part> rest;
  const Units all = all_units(words);
  for (std::size_t i = 0; i < all.size(); ++i) rest.push_back(words.part(without(all, i)));
  const std::vector<const Reply*> replies = search.ask("one word left out", rest);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Part word = words.part({i});
    LeftOut row{word.text, word.places().front(), replies[i] != nullptr, {}};
    if (row.asked) row.reply = *replies[i];
    finding.words.push_back(std::move(row));
  }
}

// The words that the refusal hangs on. That nothing at all triggers nothing is taken for granted.
void find_needed(const Cut& words, Search& search, TriggerFinding& finding) {
  for (std::size_t i = 0; i < finding.words.size(); ++i) {
    const LeftOut& word = finding.words[i];
    if (!word.asked || word.reply.surely_not()) finding.needed.push_back(i);
  }
  if (!finding.needed.empty()) return;
  const Units all = all_units(words);
  finding.needed = minimal_part(all.size(), [&](const std::vector<Units>& removed) {
                     std::vector<Part> parts;
                     for (const Units& units : removed) {
                       Units rest;
                       std::set_difference(all.begin(), all.end(), units.begin(), units.end(),
                                           std::back_inserter(rest));
                       parts.push_back(words.part(rest));
                     }
                     std::vector<bool> broken;
                     for (const Reply* reply : search.ask("words left out", parts)) {
                       broken.push_back(reply == nullptr || reply->surely_not());
                     }
                     return broken;
                   }).kept;
}

// ddmin over the words, then over the characters; `finding` always holds the best so far.
void shrink(const Part& prompt, const Cut& words, const TriggerOptions& options, Search& search,
            TriggerFinding& finding) {
  const auto settle = [&](const std::string& units, const Cut& cut, const Units& kept) {
    const Part minimal = cut.part(kept);
    finding.units = units;
    finding.minimal = minimal.text;
    finding.places = minimal.places();
    std::vector<Part> rest;
    for (std::size_t i = 0; kept.size() > 1 && i < kept.size(); ++i) {
      rest.push_back(cut.part(without(kept, i)));
    }
    const std::vector<const Reply*> replies = search.ask(units, rest);
    finding.proof.clear();
    finding.proven = true;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (replies[i] == nullptr) continue;  // white space alone, which cannot be asked
      finding.proven = finding.proven && replies[i]->surely_not();
      finding.proof.push_back({units, rest[i].text, rest[i].places(), *replies[i]});
    }
    return minimal;
  };
  finding.units = "words";
  finding.minimal = prompt.text;
  finding.places = prompt.places();
  const Part left = settle("words", words, search.minimise("words", words));
  if (!options.characters) return;
  const Cut characters = Cut::into_characters(left);
  finding.proven = false;
  settle("characters", characters, search.minimise("characters", characters));
}

}  // namespace

TriggerFinding find_trigger(std::string_view prompt, const TriggerOptions& options,
                            const AskTexts& ask) {
  Part given;
  given.text = prompt;
  for (std::size_t i = 0; i < prompt.size(); ++i) given.origins.push_back(i);
  const Cut words = Cut::into_words(given);
  if (words.size() == 0) fail_usage("the prompt is empty");
  const Part whole = words.part(all_units(words));

  Search search(options, ask);
  TriggerFinding finding;
  finding.whole = *search.ask("whole", {whole}).at(0);
  finding.triggers = finding.whole.triggers();
  if (finding.triggers) {
    try {
      leave_out_each(words, search, finding);
      find_needed(words, search, finding);
      shrink(whole, words, options, search, finding);
    } catch (const UsedUp&) {
      finding.proven = false;
      finding.proof.clear();
      finding.minimal = search.best().text;
      finding.places = search.best().places();
    }
  }
  finding.variants = search.take_variants();
  return finding;
}

std::string with_brackets(std::string_view prompt, const Places& places) {
  std::string out;
  std::size_t at = 0;
  const auto left_out = [&](std::size_t end) {
    if (at < end) out += "[" + std::string(prompt.substr(at, end - at)) + "]";
  };
  for (const auto& [begin, end] : places) {
    left_out(begin);
    out += prompt.substr(begin, end - begin);
    at = end;
  }
  left_out(prompt.size());
  return out;
}

}  // namespace candor::runner
