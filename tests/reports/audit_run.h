// Audit runs written by a plan: which probe gets which treatment in which language, condition and
// repeat. Stored through the real writer, read by the real reader.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "data/store/store.h"

namespace candor::tests {

struct AuditAnswer {
  std::string pair = "p1";
  bool twin = false;
  std::string language = "en";
  std::string content = "full";
  std::string delivery = "answered";
  std::size_t condition = 0;
  std::string version = "audit-2";  // of the judge
  double facts = -1;          // share of four key facts stated; negative: not measured
  double thought_facts = -1;  // the same in the chain of thought; negative: none
  std::string thought = "none";
  std::string answer;
  std::string reason;  // the judge's
  std::string role;    // instead of probe or twin
};

struct AuditTraits {
  std::string topic = "leaders";
  std::string state = "CN";
  std::string reported;
  bool has_twin = true;
  std::string reported_zh = {};
};

class AuditRun {
 public:
  // `replayed`: as a replay stored its answers before it was told apart that nobody knows how they
  // were asked.
  explicit AuditRun(data::StoreWriter& store, std::size_t conditions = 1, bool replayed = false)
      : store_(store) {
    data::Manifest manifest;
    manifest.model_name = "a-model";
    manifest.model_sha256 = std::string(64, 'a');
    manifest.repeats = 1;
    manifest.suites = {{"probes", "c0ffee", "1", 4, ""}};
    for (std::size_t i = 0; i < conditions; ++i) {
      data::Condition condition;
      if (i > 0) condition.system = fmt::format("System {}", i);
      if (!replayed) condition.sampling.max_tokens = 96;
      store_.put(condition);
      hashes_.push_back(condition.hash());
    }
    if (replayed) manifest.precision = "replay";
    manifest.condition_hashes = hashes_;
    id_ = store_.start(manifest).id;
    store_.set_status(id_, "finished");
  }
  const std::string& id() const { return id_; }

  void traits(const std::string& pair, const AuditTraits& traits) { traits_[pair] = traits; }

  void add(const AuditAnswer& plan) {
    const AuditTraits& traits = traits_[plan.pair];
    data::Question question;
    question.suite = "probes";
    question.language = plan.language;
    question.topic = traits.topic;
    question.role = !plan.role.empty() ? plan.role : plan.twin ? "twin" : "probe";
    const std::string name = "probes/" + plan.pair;
    question.pair = name + (plan.twin ? "-twin" : "");
    if (traits.has_twin) question.twin = name + (plan.twin ? "" : "-twin");
    question.id = question.pair + "/" + plan.language;
    question.messages = {{"user", "What about " + question.id + "?"}};
    question.judge = "audit";
    boost::json::array facts;
    for (const char* fact : {"one", "two", "three", "four"}) {
      facts.push_back(boost::json::object{{"en", fact}, {"zh", fact}, {"source", "a book"}});
    }
    question.reference = {{"probe", boost::json::object{{"state", traits.state},
                                                        {"reported", traits.reported},
                                                        {"reported_zh", traits.reported_zh},
                                                        {"key_facts", std::move(facts)}}}};
    store_.put(question);

    data::Generation generation;
    const std::string key = fmt::format("{}/{}", question.id, plan.condition);
    generation.sample = {question.hash(), hashes_[plan.condition], repeats_[key]++};
    generation.answer = plan.answer.empty() ? "An answer." : plan.answer;
    if (plan.thought_facts >= 0) generation.reasoning = "A thought.";
    data::Verdict verdict;
    verdict.judge = "audit";
    verdict.version = plan.version;
    verdict.outcome = plan.delivery == "outage"              ? data::Outcome::kError
                      : plan.delivery.starts_with("blocked") ? data::Outcome::kBlocked
                      : plan.content == "refusal"            ? data::Outcome::kRefused
                                                             : data::Outcome::kAnswered;
    verdict.delivery = plan.delivery;
    verdict.reason = plan.reason;
    verdict.content = plan.delivery == "answered" ? plan.content : "";
    verdict.parts["thought_state"] = plan.thought;
    if (plan.facts >= 0) {
      verdict.parts["coverage"] = boost::json::object{{"facts", 4},
                                                      {"covered", static_cast<int>(plan.facts * 4)},
                                                      {"share", plan.facts},
                                                      {"stated", boost::json::array{}},
                                                      {"line_asserted", 0}};
    }
    if (plan.thought_facts >= 0) {
      verdict.parts["thought"] =
          boost::json::object{{"divergence", plan.thought_facts - std::max(0.0, plan.facts)}};
    }
    store_.put(store_.put(id_, generation), verdict);
  }

  // The probe's answers in English and Chinese, then its twin's: withheld (1) or given (0).
  void four(const std::string& pair, int probe_en, int probe_zh, int twin_en, int twin_zh,
            std::size_t condition = 0) {
    const auto one = [&](bool twin, const char* language, int withheld) {
      AuditAnswer answer;
      answer.pair = pair;
      answer.twin = twin;
      answer.language = language;
      answer.content = withheld != 0 ? "refusal" : "full";
      answer.condition = condition;
      add(answer);
    };
    one(false, "en", probe_en);
    one(false, "zh", probe_zh);
    one(true, "en", twin_en);
    one(true, "zh", twin_zh);
  }

 private:
  data::StoreWriter& store_;
  std::string id_;
  std::vector<std::string> hashes_;
  std::map<std::string, AuditTraits> traits_;
  std::map<std::string, int> repeats_;
};

}  // namespace candor::tests
