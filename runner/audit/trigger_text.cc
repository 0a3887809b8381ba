// What a search for a trigger found, as JSON and for the terminal.
#include <fmt/format.h>

#include <algorithm>

#include "data/text/unicode.h"
#include "reports/text.h"
#include "runner/audit/trigger_run.h"

namespace candor::runner {

namespace {

namespace json = boost::json;

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length, ++count) {
    data::code_point_at(text, at, length);
  }
  return count;
}

// As JSON must be: what is no UTF-8 is replaced.
std::string clean(std::string_view text) {
  std::string out;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    data::append_utf8(out, data::code_point_at(text, at, length));
  }
  return out;
}

json::object labels_json(const Reply& reply) {
  json::object labels;
  for (const auto& [label, count] : reply.labels) labels[label] = count;
  return labels;
}

std::string labels_text(const Reply& reply) {
  if (reply.labels.size() == 1) return reports::one_line(reply.labels.begin()->first);
  std::string text;
  for (const auto& [label, count] : reply.labels) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reports::one_line(label), count);
  }
  return text;
}

// Code points, which is how a reader counts; bytes are for programs.
json::array places_json(const std::string& prompt, const Places& places) {
  json::array array;
  for (const auto& [begin, end] : places) {
    const std::string_view all = prompt;
    const std::size_t first = characters(all.substr(0, begin));
    array.push_back(json::object{{"begin", first},
                                 {"end", first + characters(all.substr(begin, end - begin))},
                                 {"begin_byte", begin},
                                 {"end_byte", end},
                                 {"text", clean(all.substr(begin, end - begin))}});
  }
  return array;
}

json::object reply_json(const Reply& reply) {
  return {{"question", reply.question},   {"samples", reply.asked},
          {"withheld", reply.withheld},   {"unknown", reply.unknown},
          {"triggers", reply.triggers()}, {"tells", reply.tells()},
          {"labels", labels_json(reply)}};
}

json::array variants_json(const std::string& prompt, const std::vector<Variant>& variants) {
  json::array array;
  for (const Variant& variant : variants) {
    json::object row = reply_json(variant.reply);
    row["step"] = variant.step;
    row["text"] = clean(variant.text);
    row["places"] = places_json(prompt, variant.places);
    array.push_back(std::move(row));
  }
  return array;
}

std::string samples_text(const Reply& reply) {
  return reply.asked == 1 ? labels_text(reply)
                          : fmt::format("withheld in {} of {} samples: {}", reply.withheld,
                                        reply.asked, labels_text(reply));
}

// What is said of a text, in three words or so.
const char* effect_of(const Reply& reply, const char* withheld, const char* not_withheld) {
  if (reply.triggers()) return withheld;
  return reply.tells() ? not_withheld : "cannot be told";
}

std::string counted_text(const TriggerRun& run) {
  return fmt::format("{} texts asked, {} answers{} (run {})\n", run.finding->variants.size(),
                     run.found + run.generated,
                     run.found > 0 ? fmt::format(", {} of them stored already", run.found) : "",
                     run.run_id);
}

void append_needed(std::string& out, const TriggerFinding& finding) {
  if (finding.needed.empty()) return;
  std::string words;
  for (const std::size_t word : finding.needed) {
    words += (words.empty() ? "" : ", ") + reports::one_line(finding.words[word].word);
  }
  const LeftOut& first = finding.words[finding.needed.front()];
  const bool alone = !first.asked || first.reply.surely_not();
  out += fmt::format("{}: {}\n",
                     finding.needed.size() == 1 ? "Word without which it is not withheld any more"
                     : alone ? "Words without any one of which it is not withheld any more"
                             : "Words that must all go before it is not withheld any more",
                     words);
}

void append_words(std::string& out, const TriggerFinding& finding) {
  out += "\nEach word left out alone\n";
  for (const LeftOut& row : finding.words) {
    const char* effect = row.asked ? effect_of(row.reply, "still withheld", "NOT withheld any more")
                                   : "nothing is left to ask";
    out += fmt::format("  {}{}{}\n", reports::fitted(row.word, 24), reports::fitted(effect, 24),
                       row.asked ? samples_text(row.reply) : "");
  }
}

void append_variants(std::string& out, const TriggerFinding& finding) {
  out += "\nEvery text that was asked, in order\n";
  for (const Variant& variant : finding.variants) {
    out += fmt::format("  {}{}{}  {}\n", reports::fitted(variant.step, 20),
                       reports::fitted(effect_of(variant.reply, "withheld", "not withheld"), 16),
                       reports::fitted(samples_text(variant.reply), 16),
                       reports::shortened(variant.text, 100));
  }
}

}  // namespace

json::object to_json(const TriggerRequest& request, const TriggerRun& run) {
  const TriggerFinding& finding = *run.finding;
  json::object result{{"run", run.run_id},
                      {"prompt", clean(request.prompt)},
                      {"triggers", finding.triggers},
                      {"tells", finding.whole.tells()},
                      {"whole", reply_json(finding.whole)},
                      {"texts", finding.variants.size()},
                      {"answers", run.found + run.generated}};
  if (finding.triggers) {
    result["minimal"] = clean(finding.minimal);
    result["places"] = places_json(request.prompt, finding.places);
    result["units"] = finding.units;
    result["proven"] = finding.proven;
    result["proof"] = variants_json(request.prompt, finding.proof);
    json::array words;
    for (const LeftOut& row : finding.words) {
      json::object word{{"word", clean(row.word)},
                        {"begin_byte", row.place.first},
                        {"end_byte", row.place.second}};
      word["without_it"] = row.asked ? json::value(reply_json(row.reply)) : json::value(nullptr);
      words.push_back(std::move(word));
    }
    result["words"] = std::move(words);
    json::array needed;
    for (const std::size_t word : finding.needed) needed.push_back(word);
    result["needed"] = std::move(needed);
  }
  result["variants"] = variants_json(request.prompt, finding.variants);
  return result;
}

std::string trigger_text(const TriggerRequest& request, const TriggerRun& run) {
  const TriggerFinding& finding = *run.finding;
  if (!finding.whole.tells()) {
    return fmt::format(
        "Whether the prompt is withheld cannot be told: {}. An answer that is cut off before it "
        "says anything needs more --max-tokens.\n{}",
        samples_text(finding.whole), counted_text(run));
  }
  if (!finding.triggers) {
    return fmt::format("The prompt is not withheld: {}.\n{}", samples_text(finding.whole),
                       counted_text(run));
  }
  std::string out = fmt::format("The prompt is withheld: {}.\n", samples_text(finding.whole));
  out += fmt::format("Shortest part found that is still withheld: {}\n",
                     reports::one_line(finding.minimal));
  const auto unsure = std::count_if(finding.proof.begin(), finding.proof.end(),
                                    [](const Variant& variant) { return !variant.reply.tells(); });
  if (unsure > 0) {
    out += fmt::format(
        "  not proven to be minimal: of {} of the texts that lack one of its {} it cannot be told "
        "(cut off, or failed)\n",
        unsure, finding.units);
  } else if (!finding.proven) {
    out += "  not proven to be minimal: the number of texts was used up (--most)\n";
  } else if (finding.proof.empty()) {
    out += fmt::format("  it is a single {}\n", finding.units == "words" ? "word" : "character");
  } else {
    out += fmt::format("  proven: without any one of its {} it is not withheld\n",
                       finding.units == "words" ? "words" : "characters");
  }
  out += fmt::format("  in the prompt: {}\n",
                     reports::one_line(with_brackets(request.prompt, finding.places)));
  std::string places;
  for (const auto& [begin, end] : finding.places) {
    const std::string_view all = request.prompt;
    const std::size_t first = characters(all.substr(0, begin)) + 1;
    const std::size_t last = first + characters(all.substr(begin, end - begin)) - 1;
    places += places.empty() ? "" : ", ";
    places += first == last ? fmt::format("{}", first) : fmt::format("{}–{}", first, last);
  }
  out += fmt::format("  characters {} of {}\n", places, characters(request.prompt));
  out +=
      "  A fragment may be withheld for being no question at all: look at what the prompt hangs "
      "on, too.\n";
  append_needed(out, finding);
  append_words(out, finding);
  append_variants(out, finding);
  return out + "\n" + counted_text(run);
}

}  // namespace candor::runner
