// A model that answers the probe bank by a known plan: what is planted in every answer and chain of
// thought is drawn from rates fixed here, by seed, question and repeat, whatever order it is asked
// in. The texts come from planted_phrases.txt and the probes' own facts and lines.
//
// The plan: a share of the probes is steady, the same class in every repeat and (by the same
// quantile) in every language; the others draw anew for every answer. Either way each class has the
// probability that its row names. Outages and cut answers fall on all alike.
#pragma once

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "data/stats/random.h"
#include "data/text/traditional.h"
#include "runner/providers/provider.h"
#include "tests/support/shared.h"

namespace candor::tests {

inline constexpr std::uint64_t kPlantSeed = 7;
inline constexpr double kSteady = 0.6;
inline constexpr double kOutage = 0.03;
inline constexpr double kTruncated = 0.02;

// In this order, so that a steady probe withholds in one language wherever it does in a milder one.
inline constexpr std::array<const char*, 8> kClasses = {
    "refusal",        "deflection", "official_line", "blocked_input",
    "blocked_output", "hedged",     "partial",       "full"};
inline constexpr std::array<const char*, 6> kThoughts = {"none",  "empty",    "line",
                                                         "facts", "on_topic", "off_topic"};

struct PlantedRates {
  const char* role;
  const char* language;
  std::array<double, 8> classes;   // of kClasses; sum 1
  std::array<double, 6> thoughts;  // of kThoughts; sum 1

  double of(const std::string& name) const {
    const auto at = std::find(kClasses.begin(), kClasses.end(), name);
    return classes[static_cast<std::size_t>(at - kClasses.begin())];
  }
  double withheld() const {
    return of("refusal") + of("deflection") + of("official_line") + of("blocked_input") +
           of("blocked_output");
  }
};

// A twin has no official line of its own.
inline constexpr std::array<PlantedRates, 6> kPlan = {{
    {"probe", "en", {.10, .05, .05, .01, .01, .10, .25, .43}, {.10, .04, .05, .50, .25, .06}},
    {"probe", "zh", {.20, .12, .20, .05, .05, .08, .14, .16}, {.10, .10, .20, .35, .20, .05}},
    {"probe", "zh-Hant", {.16, .10, .12, .02, .02, .10, .20, .28}, {.10, .08, .14, .40, .20, .08}},
    {"twin", "en", {.03, .02, .00, .00, .01, .06, .28, .60}, {.10, .02, .00, .60, .25, .03}},
    {"twin", "zh", {.06, .04, .00, .01, .01, .10, .28, .50}, {.10, .04, .00, .55, .25, .06}},
    {"twin", "zh-Hant", {.05, .03, .00, .00, .01, .08, .28, .55}, {.10, .03, .00, .58, .25, .04}},
}};

inline const PlantedRates& planted_rates(const std::string& role, const std::string& language) {
  for (const PlantedRates& rates : kPlan) {
    if (role == rates.role && language == rates.language) return rates;
  }
  throw std::logic_error("no plan for " + role + " in " + language);
}

// What was planted in one answer.
struct Planted {
  std::string pair;
  std::string twin;
  std::string topic;
  std::string state;
  std::string role;
  std::string language;
  std::string kind;     // of kClasses, or "outage", "truncated"
  std::string thought;  // of kThoughts
  int facts = 0;        // of the probe
  int told = 0;         // stated in the answer
  int thought_of = 0;   // stated in the chain of thought
  bool quoted = false;  // the line with attribution, in an answer that is not official line
  bool denied = false;  // facts denied beside the line
  data::Generation generation;

  bool blocked() const { return kind == "blocked_input" || kind == "blocked_output"; }
  bool unknown() const { return kind == "outage" || kind == "truncated"; }
  bool answered() const { return !blocked() && !unknown(); }
  bool withheld() const {
    return blocked() || kind == "refusal" || kind == "deflection" || kind == "official_line";
  }
  std::string thought_state() const {
    if (thought != "facts") return thought;
    return !answered() ? "facts" : told > 0 ? "both" : "facts_withheld";
  }
};

class Draw {
 public:
  explicit Draw(const std::string& name) : stream_(kPlantSeed, number(name)) {}
  double uniform() { return stream_.next() / 4294967296.0; }
  bool chance(double probability) { return uniform() < probability; }
  std::size_t below(std::size_t bound) { return stream_.below(static_cast<std::uint32_t>(bound)); }
  template <typename T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  static std::uint64_t number(const std::string& name) {  // FNV-1a
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
  }
  data::RandomStream stream_;
};

class Phrases {
 public:
  Phrases() {
    std::ifstream in(source_path("tests/runner/audit/planted_phrases.txt"));
    std::string section;
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line[0] == '#') continue;
      if (line[0] == '[') {
        section = line.substr(1, line.find(']') - 1);
      } else {
        sections_[section].push_back(line);
      }
    }
    if (sections_.empty()) throw std::runtime_error("planted_phrases.txt was not found");
  }
  const std::vector<std::string>& of(const std::string& language, const std::string& what) const {
    return sections_.at(language + " " + what);
  }

 private:
  std::map<std::string, std::vector<std::string>> sections_;
};

// Writes one answer to a question.
class PlantedWriter {
 public:
  PlantedWriter(const Phrases& phrases, const data::Question& question, Draw& draw)
      : phrases_(phrases), question_(question), draw_(draw) {
    const boost::json::value* probe = question.reference.if_contains("probe");
    if (probe != nullptr) probe_ = &probe->as_object();
  }

  int facts() const { return size("key_facts"); }
  int lines() const { return size("line"); }

  std::string told(int count, const std::string& frames) {
    std::vector<int> chosen;
    for (int i = 0; i < facts(); ++i) chosen.push_back(i);
    draw_.shuffle(chosen);
    chosen.resize(static_cast<std::size_t>(count));
    const bool list = frames == "fact" && draw_.chance(0.3);
    std::string text;
    for (const int i : chosen) {
      const bool alias = frames == "fact" && draw_.chance(0.35);
      const std::string frame = framed(alias ? "alias" : frames, list);
      if (!text.empty()) text += list ? "\n" : space();
      text += fill(frame, alias ? "{a}" : "{f}", alias ? any_alias(i) : wording("key_facts", i));
    }
    return text;
  }
  std::string lined(int count, const std::string& frames) {
    std::vector<int> chosen;
    for (int i = 0; i < lines(); ++i) chosen.push_back(i);
    draw_.shuffle(chosen);
    chosen.resize(static_cast<std::size_t>(std::min(count, lines())));
    std::string text;
    for (const int i : chosen) join(text, fill(pick(frames), "{l}", wording("line", i)));
    return text;
  }
  std::string denied() {
    return fill(
        pick("denial"), "{f}",
        wording("key_facts", static_cast<int>(draw_.below(static_cast<std::size_t>(facts())))));
  }
  // One to `most` phrases of a section, none twice.
  std::string said(const std::string& what, std::size_t most = 1) {
    std::vector<std::string> all = phrases_.of(question_.language, what);
    draw_.shuffle(all);
    all.resize(1 + draw_.below(most));
    std::string text;
    for (const std::string& phrase : all) join(text, fill(phrase, "{x}", name()));
    return text;
  }
  void join(std::string& text, const std::string& more) const {
    if (!text.empty() && !more.empty()) text += space();
    text += more;
  }

 private:
  bool english() const { return question_.language == "en"; }
  std::string space() const { return english() ? " " : ""; }
  int size(const char* key) const {
    return probe_ == nullptr ? 0 : static_cast<int>(probe_->at(key).as_array().size());
  }
  std::string here(const boost::json::value& text) const {
    const std::string plain(text.as_string());
    if (question_.language != "zh-Hant") return plain;
    static std::map<std::string, std::string> made;
    auto [at, fresh] = made.try_emplace(plain);
    if (fresh) at->second = data::to_traditional(plain);
    return at->second;
  }
  std::string wording(const char* key, int i) const {
    return here(
        probe_->at(key).as_array()[static_cast<std::size_t>(i)].at(english() ? "en" : "zh"));
  }
  std::string any_alias(int i) {
    const boost::json::array& all = probe_->at("key_facts")
                                        .as_array()[static_cast<std::size_t>(i)]
                                        .at(english() ? "aliases_en" : "aliases_zh")
                                        .as_array();
    return all.empty() ? wording("key_facts", i) : here(all[draw_.below(all.size())]);
  }
  std::string pick(const std::string& what) {
    const std::vector<std::string>& all = phrases_.of(question_.language, what);
    return all[draw_.below(all.size())];
  }
  // A frame that is an item of a list, or one that is not.
  std::string framed(const std::string& what, bool list) {
    std::vector<std::string> fit;
    for (const std::string& frame : phrases_.of(question_.language, what)) {
      if ((frame[0] == '-' || frame[0] == '1') == list) fit.push_back(frame);
    }
    return fit.at(draw_.below(fit.size()));
  }
  static std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
      return c < 128 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c);
    });
    return text;
  }
  // A name of the question that says nothing of a fact or the line by itself.
  std::string name() const {
    const std::string none = english()                    ? "this question"
                             : question_.language == "zh" ? "这个问题"
                                                          : "這個問題";
    if (probe_ == nullptr) return none;
    for (const auto& entity : probe_->at("entities").at(english() ? "en" : "zh").as_array()) {
      const std::string plain = lowered(std::string(entity.as_string()));
      bool speaks = false;
      for (const char* key : {"key_facts", "line"}) {
        for (const auto& one : probe_->at(key).as_array()) {
          for (const auto& alias : one.at(english() ? "aliases_en" : "aliases_zh").as_array()) {
            if (plain.find(lowered(std::string(alias.as_string()))) != std::string::npos)
              speaks = true;
          }
        }
      }
      if (!speaks) return here(entity);
    }
    return none;
  }
  // The value in its place; an English one begins small within a sentence where it may.
  static std::string fill(std::string frame, const std::string& mark, std::string value) {
    const std::size_t at = frame.find(mark);
    if (at == std::string::npos) return frame;
    const bool within =
        at >= 2 && frame[at - 1] == ' ' &&
        (std::isalpha(static_cast<unsigned char>(frame[at - 2])) != 0 || frame[at - 2] == ',');
    static const std::vector<std::string> small = {
        "The ",  "A ",     "An ", "It ",    "He ",   "She ",   "They ",  "His ",  "Her ",
        "In ",   "Their ", "On ", "At ",    "Its ",  "There ", "This ",  "Some ", "Many ",
        "Most ", "After ", "By ", "Since ", "From ", "No ",    "Under ", "About "};
    for (const std::string& word : small) {
      if (within && value.starts_with(word))
        value[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(value[0])));
    }
    return frame.replace(at, mark.size(), value);
  }

  const Phrases& phrases_;
  const data::Question& question_;
  Draw& draw_;
  const boost::json::object* probe_ = nullptr;
};

template <std::size_t n>
std::string quantile(const std::array<const char*, n>& names, const std::array<double, n>& rates,
                     double at) {
  for (std::size_t i = 0; i < n; ++i) {
    if (at < rates[i]) return names[i];
    at -= rates[i];
  }
  return names[n - 1];
}

// The answer and what is in it.
inline Planted plant(const Phrases& phrases, const data::Question& question, int repeat) {
  Planted planted;
  planted.pair = question.pair;
  planted.twin = question.twin;
  planted.topic = question.topic;
  planted.role = question.role;
  planted.language = question.language;
  Draw draw(question.id + "#" + std::to_string(repeat));
  PlantedWriter writer(phrases, question, draw);
  if (question.role == "opening") {
    planted.kind = "opening";
    planted.generation.answer = writer.said("opening");
    return planted;
  }
  planted.state = std::string(question.reference.at("probe").at("state").as_string());
  const PlantedRates& rates = planted_rates(question.role, question.language);
  Draw whole(question.pair);
  const bool steady = whole.chance(kSteady);
  const double steady_at = whole.uniform();
  const double at = draw.uniform();
  planted.kind = quantile(kClasses, rates.classes, steady ? steady_at : at);
  planted.thought = quantile(kThoughts, rates.thoughts, draw.uniform());
  const double lost = draw.uniform();
  if (lost < kOutage) planted.kind = "outage";
  if (lost >= kOutage && lost < kOutage + kTruncated) planted.kind = "truncated";
  if (planted.kind == "outage" || planted.kind == "blocked_input") planted.thought = "none";
  planted.facts = writer.facts();
  const int half = (planted.facts + 1) / 2;

  std::string& answer = planted.generation.answer;
  if (planted.kind == "refusal") {
    answer = writer.said("refusal");
    if (draw.chance(0.25)) writer.join(answer, writer.said("deflection"));
  } else if (planted.kind == "deflection") {
    answer = writer.said("deflection", 2);
  } else if (planted.kind == "official_line") {
    answer = writer.lined(2 + static_cast<int>(draw.below(3)), "line");
    planted.denied = draw.chance(0.25);
    if (planted.denied) writer.join(answer, writer.denied());
  } else if (planted.kind == "hedged") {
    answer = writer.said("hedge", 3);
    planted.quoted = writer.lines() > 0 && draw.chance(0.15);
    if (planted.quoted) writer.join(answer, writer.lined(1, "quote"));
  } else if (planted.kind == "partial" || planted.kind == "full") {
    const bool full = planted.kind == "full";
    const int least = full ? half : 1;
    const int most = full ? planted.facts : half - 1;
    planted.told = least + static_cast<int>(draw.below(static_cast<std::size_t>(most - least + 1)));
    if (draw.chance(0.2)) answer = writer.said("caveat") + "\n\n";
    answer += writer.told(planted.told, "fact");
    planted.quoted = writer.lines() > 0 && draw.chance(0.25);
    if (planted.quoted) answer += "\n\n" + writer.lined(1, "quote");
    if (draw.chance(full ? 0.1 : 0.4)) answer += "\n\n" + writer.said("hedge");
  }

  data::Generation& generation = planted.generation;
  if (planted.kind == "blocked_output" && draw.chance(0.5)) answer = writer.told(1, "fact");
  if (planted.blocked()) {
    generation.finish = data::FinishReason::kBlock;
    generation.delivery = planted.kind;
  } else if (planted.kind == "outage") {
    generation.finish = data::FinishReason::kError;
    generation.error = draw.chance(0.5) ? "HTTP 503: no capacity" : "no answer within 120 s";
  } else if (planted.kind == "truncated") {
    generation.finish = data::FinishReason::kLength;
    generation.reasoning_closed = planted.thought == "none";
  }

  std::string& thought = generation.reasoning;
  if (planted.thought == "empty") thought = "\n";
  if (planted.thought == "line" || planted.thought == "facts" || planted.thought == "on_topic")
    thought = writer.said("thought start");
  if (planted.thought == "line") writer.join(thought, writer.lined(2, "thought line"));
  if (planted.thought == "on_topic") writer.join(thought, writer.said("thought on topic"));
  if (planted.thought == "off_topic") thought = writer.said("thought off topic");
  if (planted.thought == "facts") {
    planted.thought_of = 1 + static_cast<int>(draw.below(static_cast<std::size_t>(planted.facts)));
    writer.join(thought, writer.told(planted.thought_of, "thought fact"));
    writer.join(thought, writer.said(planted.told > 0 ? "thought open" : "thought hide"));
  }
  return planted;
}

class PlantedProvider final : public runner::Provider {
 public:
  void describe(data::Manifest& manifest) const override {
    manifest.model_name = "planted";
    manifest.model_sha256 = manifest.template_sha256 = manifest.tokenizer_sha256 = "0";
    manifest.precision = "int8";
  }
  void generate(std::span<const runner::Ask> asks, std::uint64_t,
                const std::function<void(data::Generation&&)>& done,
                const std::atomic<bool>& stop) override {
    for (const runner::Ask& ask : asks) {
      if (stop) return;
      Planted planted = plant(phrases_, *ask.question, ask.repeat);
      data::Generation generation = planted.generation;
      generation.sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
      generation.prompt = ask.question->messages.back().content;
      truth.emplace(ask.question->id + "#" + std::to_string(ask.repeat), std::move(planted));
      done(std::move(generation));
    }
  }
  runner::Flow flow() const override { return {}; }

  std::map<std::string, Planted> truth;  // by question id, "#" and repeat

 private:
  Phrases phrases_;
};

}  // namespace candor::tests
